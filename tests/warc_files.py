"""Write WARC files for the tests and measurements: records as crawlers write them, and damaged ones.

As a program: python tests/warc_files.py PAGES FILE [TIMES] writes a file (.warc, .warc.gz or .warc.zst) of the HTML
pages of a folder, so many times over. Addresses come from a gold.json in or above the folder where there is one.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import random
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit
from uuid import NAMESPACE_URL, uuid5

DATE = datetime(2020, 1, 7, 18, 32, tzinfo=UTC)
HEAD = "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"


def record(url: str, body: bytes | str, *, kind: str = "response", head: str = HEAD, date: datetime | str = DATE,
           length: int | None = None, digest: bool = False, extra: str = "") -> bytes:
    """One record; `length` is a wrong one."""
    block = head.encode("latin-1") + (body.encode() if isinstance(body, str) else body)
    when = date if isinstance(date, str) else f"{date:%Y-%m-%dT%H:%M:%SZ}"
    sum_ = "sha1:" + base64.b32encode(hashlib.sha1(block).digest()).decode()
    lines = [
        "WARC/1.0", f"WARC-Type: {kind}", f"WARC-Record-ID: <urn:uuid:{uuid5(NAMESPACE_URL, f'{kind} {url} {when}')}>",
        f"WARC-Date: {when}", f"WARC-Target-URI: {url}", f"Content-Type: application/http; msgtype={kind}",
        *([f"WARC-Block-Digest: {sum_}"] if digest else []), *([extra] if extra else []),
        f"Content-Length: {len(block) if length is None else length}",
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + block + b"\r\n\r\n"


def packed(name: str, records: Iterable[bytes]) -> bytes:
    """Records as the content of a file of this name: each compressed by itself, as crawlers do."""
    if name.endswith(".gz"):
        return b"".join(gzip.compress(one, 6, mtime=0) for one in records)
    if name.endswith(".zst"):
        from scrapy.utils._compression import zstd  # type: ignore[attr-defined]

        return b"".join(zstd.compress(one) for one in records)
    return b"".join(records)


def write(path: Path, *records: bytes) -> Path:
    """A WARC file of records."""
    path.write_bytes(packed(path.name, records))
    return path


def page(title: str, *paragraphs: str, language: str = "en", published: str = "2020-01-07T09:00:00Z") -> str:
    """An article page as outlets serve it."""
    text = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    return (f'<!doctype html><html lang="{language}"><head><title>{title}</title>'
            f'<meta property="article:published_time" content="{published}"></head>'
            f"<body><article><h1>{title}</h1>{text}</article></body></html>")


def pages_of(folder: Path) -> Iterator[tuple[str, bytes]]:
    """The HTML pages of a folder with their addresses."""
    gold = next((place for place in (folder / "gold.json", folder.parent / "gold.json") if place.is_file()), None)
    urls = {Path(one["file"]).name: one["url"] for one in json.loads(gold.read_text("utf-8"))} if gold else {}
    for path in sorted(folder.rglob("*.htm*")):
        body = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        yield urls.get(path.name, f"https://pages.example/{path.name}"), body


def shuffled_pages(folder: Path) -> list[bytes]:
    """The pages in an order of chance, always the same: files of one set, which stand together, may be larger."""
    bodies = [body for _, body in pages_of(folder)]
    random.Random(1).shuffle(bodies)
    return bodies


def _main(folder: Path, target: Path, times: int = 1) -> None:
    with target.open("wb") as file:
        file.write(packed(target.name, [record("", "software: tests/warc_files.py\r\n", kind="warcinfo", head="")]))
        for round_ in range(times):
            for url, body in pages_of(folder):
                # Each round is of another host and day: other articles, as far as the archive can tell.
                host = urlsplit(url).netloc
                at = DATE.replace(year=2020 + round_)
                place = url if not round_ else url.replace(host, f"r{round_}.{host}", 1)
                asked = record(place, "", kind="request", head="GET / HTTP/1.1\r\n\r\n", date=at)
                file.write(packed(target.name, [asked, record(place, body, date=at)]))


if __name__ == "__main__":
    if len(sys.argv) not in {3, 4}:
        sys.exit("usage: python tests/warc_files.py PAGES FILE [TIMES]")
    _main(Path(sys.argv[1]), Path(sys.argv[2]), *map(int, sys.argv[3:]))
