"""Decode compressed bodies (gzip, deflate, br, zstd) up to the size limit, large ones off the loop."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Sequence
from contextlib import nullcontext, suppress

from scrapy import Request
from scrapy.downloadermiddlewares.httpcompression import HttpCompressionMiddleware
from scrapy.http import Response
from scrapy.utils._compression import brotli, zstd  # type: ignore[attr-defined]

from core.budget import HEAVY, Share
from core.errors import SkipDocument
from core.memory import may_grow_to
from core.records import Outcome
from scrapers.outcomes import Refused

MOST_CODINGS = 3  # one in the other; each may inflate to the limit, and honest servers use one
_LARGE = 500_000  # bytes as received; inflating more may hold up the loop for longer than 20 ms

# Whether a coding changes anything.
_DECODED = {b"gzip": True, b"x-gzip": True, b"deflate": True, b"br": True, b"zstd": True, b"identity": False,
            b"none": False}
_BROKEN: tuple[type[Exception], ...] = (OSError, EOFError, zlib.error, brotli.error, zstd.ZstdError)


class Compression(HttpCompressionMiddleware):
    """Scrapy's decoding, with a named outcome for a body that grows too large or is broken."""

    _one_at_a_time = asyncio.Semaphore(1)  # several large bodies that grow at once would fill the memory

    async def process_response(  # type: ignore[override]
        self, request: Request, response: Response
    ) -> Response:
        """The answer with its body decoded."""
        codings = _codings(response.headers.getlist(b"Content-Encoding"))
        if not codings or not response.body:
            return response
        if len(codings) > MOST_CODINGS:
            raise Refused(Outcome.CONNECTION_ERROR, f"the body is compressed {len(codings)} times over", final=True)
        limit = may_grow_to(len(response.body), int(request.meta["download_maxsize"]))
        share = request.meta.get("share")
        try:
            with Share() if share is None else nullcontext(share) as held:
                body, rest = await self._inflated(response.body, codings, limit, held)
        except _BROKEN as failure:
            raise Refused(Outcome.CONNECTION_ERROR, f"the body's compression is broken: {failure}"[:200]) from failure
        except ValueError as failure:  # Scrapy's _DecompressionMaxSizeExceeded
            reason = f"more than {limit // 1_000_000} MB after decompression"
            raise Refused(Outcome.TOO_LARGE, reason, final=True) from failure
        if rest:
            raise Refused(
                Outcome.CONNECTION_ERROR,
                f"the body's compression {rest[0].decode('latin-1')!r} is not known",
                final=True,
            )
        del response.headers[b"Content-Encoding"]
        return response.replace(body=body)

    async def _inflated(
        self, body: bytes, codings: list[bytes], limit: int, share: Share
    ) -> tuple[bytes, list[bytes]]:
        """The content, and the codings that are not known. What grows large waits for its share of the budget first."""
        if len(body) <= _LARGE:
            with suppress(ValueError):  # most end here, and nobody knows before which do
                return self._handle_encoding(body, codings, min(limit, HEAVY))
        await share.hold(len(body) + limit)
        async with self._one_at_a_time:
            body, rest = await asyncio.to_thread(self._handle_encoding, body, codings, limit)
        await share.hold(len(body))
        return body, rest

    @staticmethod
    def _decode(body: bytes, encoding: bytes, max_size: int) -> bytes:
        if encoding in {b"gzip", b"x-gzip"}:
            return _gunzip(body, max_size)
        return HttpCompressionMiddleware._decode(body, encoding, max_size)  # noqa: SLF001 - the one it replaces


def _codings(headers: Sequence[bytes]) -> list[bytes]:
    """The codings that these headers name, without those that change nothing."""
    named = (part.strip().lower() for header in headers for part in header.split(b","))
    return [coding for coding in named if coding and _DECODED.get(coding, True)]


def decode(body: bytes, codings: Sequence[bytes], limit: int) -> bytes:
    """The content of a body that was stored as it came. Raises SkipDocument where it is broken or over the limit."""
    try:
        for coding in reversed(codings):
            if coding not in _DECODED:
                raise SkipDocument(f"the compression {coding!r} is not known", outcome="connection_error")
            if _DECODED[coding]:
                body = Compression._decode(body, coding, limit)  # noqa: SLF001 - the same as in a crawl
    except _BROKEN as failure:
        raise SkipDocument(f"broken compression: {failure}"[:200], outcome="connection_error") from failure
    except ValueError as failure:
        raise SkipDocument(f"more than {limit:,} bytes after decompression", outcome="too_large") from failure
    return body


def _gunzip(body: bytes, limit: int) -> bytes:
    """The content of a gzip stream in one piece, three times as fast as in small chunks. It may lack its checksum."""
    parts: list[bytes] = []
    size = 0
    while body:
        stream = zlib.decompressobj(wbits=31)
        part = stream.decompress(body, limit + 1 - size)
        parts.append(part)
        size += len(part)
        if size > limit:
            raise ValueError
        if not stream.eof and not _is_whole(body, limit):
            raise EOFError("it is cut off")
        body = stream.unused_data.lstrip(b"\0")
        if body and not body.startswith(b"\x1f\x8b"):
            break  # what follows the stream is padding
    return parts[0] if len(parts) == 1 else b"".join(parts)


def _is_whole(member: bytes, limit: int) -> bool:
    """Whether a member of a gzip stream (RFC 1952) has all of its content, and lacks no more than what follows it."""
    flags, at = member[3] if len(member) > 3 else 0, 10
    if flags & 4:
        at += 2 + int.from_bytes(member[at : at + 2], "little")
    for flag in (8, 16):  # the file's name and a comment, each up to a zero
        if flags & flag:
            at = member.find(b"\0", at) + 1 or len(member)
    stream = zlib.decompressobj(wbits=-15)
    stream.decompress(member[at + (2 if flags & 2 else 0) :], limit + 1)
    return stream.eof
