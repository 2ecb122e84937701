"""From a record of a WARC file to a page: the answer's head, its coding, its kind, and whose page it is."""

from __future__ import annotations

import re
from collections.abc import Generator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

from fastwarc.warc import HeaderMap
from w3lib.encoding import http_content_type_encoding

from core import clock, urls
from core.captures import Capture, Left, Position
from core.errors import SkipDocument
from scrapers.hosts import Outlets
from scrapers.middlewares.compression import decode
from scrapers.outcomes import is_web_page
from scrapers.warc import Record, records

_LONGEST_HEAD = 256_000        # bytes, as in the crawl
_FIRST_CRAWL = datetime(1990, 1, 1, tzinfo=UTC)
_CHUNK_SIZE = re.compile(rb"\s*([0-9a-fA-F]{1,8})[^\r\n]*\r?\n")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which records are wanted: whose, and fetched from when on. Pages of more than `largest` bytes are not."""

    outlets: Outlets
    largest: int
    since: datetime | None = None


Found = tuple[Position, Capture | Left]


def captures(path: Path, wanted: Wanted, after: Position | None = None) -> Generator[Found, None, None]:
    """Each record of a file after a position: the page that it holds, or why it is left out."""
    for record in records(path, wanted.largest + _LONGEST_HEAD, after):
        yield record.position, record.left or _capture(record, wanted)


def _capture(record: Record, wanted: Wanted) -> Capture | Left:
    """The page of a record. What costs least is asked first, for most records of a file may be unwanted."""
    url = urls.canonical(record.url)
    if url is None:
        return Left.NO_ADDRESS
    outlet = wanted.outlets.of(url)
    if outlet is None:
        return Left.OTHER_OUTLET
    fetched = None if record.date is None else clock.as_utc(record.date)
    if fetched is None or not _FIRST_CRAWL <= fetched <= clock.now() + timedelta(days=1):
        return Left.NO_DATE
    if wanted.since is not None and fetched < wanted.since:  # nothing is published after it was fetched
        return Left.OTHER_DATE
    head = HeaderMap()
    try:
        length = head.parse(BytesIO(record.block[:_LONGEST_HEAD]))
    except OSError:
        return Left.BROKEN
    if head.status_code is None:
        return Left.BROKEN
    if head.status_code != 200:
        return Left.HTTP_STATUS
    body = _body(head, record.block[length:], wanted.largest)
    if isinstance(body, Left):
        return body
    kind = head.get_bytes(b"Content-Type") or b""
    if not is_web_page(kind, body):
        return Left.NOT_HTML
    return Capture(outlet, url, body, http_content_type_encoding(kind.decode("latin-1")), fetched)


def _body(head: HeaderMap, body: bytes, largest: int) -> bytes | Left:
    """The body without its codings. Many crawlers store it decoded and leave the head as it was: it is taken so."""
    if b"chunked" in (head.get_bytes(b"Transfer-Encoding") or b"").lower():
        body = _joined(body)
    codings = [name.strip().lower() for value in head.get_bytes_multiple(b"Content-Encoding")
               for name in value.split(b",") if name.strip()]
    try:
        plain = decode(body, codings, largest) if codings else body
    except SkipDocument as failure:
        if failure.outcome == "too_large":
            return Left.TOO_LARGE
        if not is_web_page(b"", body):
            return Left.BROKEN
        plain = body
    return Left.TOO_LARGE if len(plain) > largest else plain


def _joined(body: bytes) -> bytes:
    """The content of a chunked body; the body itself where it is not chunked."""
    parts: list[bytes] = []
    at = 0
    while size := _CHUNK_SIZE.match(body, at):
        length = int(size[1], 16)
        if length == 0:
            return b"".join(parts)
        parts.append(body[size.end() : size.end() + length])
        at = size.end() + length
    return b"".join(parts) if parts and at >= len(body) else body
