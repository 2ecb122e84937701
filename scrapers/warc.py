"""Read WARC files: each record once, in the order of the file, whatever is broken in between. The home of fastwarc."""

from __future__ import annotations

import base64
import hashlib
import os
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

from fastwarc.warc import ArchiveIterator, WarcRecordType

from core.captures import Left, Position

_CHUNK = 1 << 20
_GZIP, _ZSTD, _ZSTD_DICTIONARY = b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"\x2a\x4d\x18"
_STARTS = {
    "gzip": re.compile(rb"\x1f\x8b\x08"),
    "zstd": re.compile(re.escape(_ZSTD)),
    "plain": re.compile(rb"(?<=\n)WARC/1\.[01]\r?\n"),
}
_LONGEST_START = 16  # bytes: what the search keeps of a chunk, for a start may lie across two


@dataclass(frozen=True, slots=True)
class Record:
    """A record as it stands in the file. `block` is the HTTP answer, head and body; empty where `left` says why."""

    position: Position
    left: Left | None = None
    url: str = ""
    date: datetime | None = None
    block: bytes = b""
    digest: str = ""
    cut: bool = field(default=False)     # its data ends before its length says


def is_warc(path: Path) -> bool:
    """Whether a file begins with a record."""
    with path.open("rb") as file:
        first = next(_walk(file, 0, 0), None)
    return first is not None and first.left is not Left.BROKEN


def records(path: Path, largest: int, after: Position | None = None) -> Iterator[Record]:
    """The records of a file that stand after a position, numbered from the file's first one.

    A file may be plain, gzip or zstd. Answers of more than `largest` bytes are left out unread. Where something
    cannot be read, the next record that begins properly is looked for; what was given up counts as one record.
    """
    with path.open("rb") as file:
        start, done, skip = _resume(file, after)
        for number, record in enumerate(islice(_walk(file, start, largest), skip, None), done + 1):
            yield replace(record, position=replace(record.position, number=number))


def _resume(file: BinaryIO, after: Position | None) -> tuple[int, int, int]:
    """Where to begin, how many records are done, and how many to pass over from there.

    The last record that was done is looked up at its offset. Where it is not found there, because the file is
    compressed in one piece or needs a dictionary from its beginning, the records are counted from the start.
    """
    if after is None:
        return 0, 0, 0
    found = next(_walk(file, after.offset, 0), None)
    if after.record_id and found is not None and found.position.record_id == after.record_id:
        return after.offset, after.number, 1
    return 0, after.number, after.number


def _walk(file: BinaryIO, start: int, largest: int) -> Iterator[Record]:
    """The records from an offset on. One is held back until the next begins, which shows whether it is whole."""
    offset: int | None = start
    size = file.seek(0, os.SEEK_END)
    while offset is not None:
        held: Record | None = None
        failed = False
        file.seek(offset)
        try:
            for found in ArchiveIterator(file, parse_http=False):
                if held is not None:
                    yield held
                held = _read(found, largest)
                if held.left is Left.BROKEN or held.cut:
                    break
        except OSError:  # what fastwarc raises for everything that it cannot read
            failed = True
        if held is None:
            if offset == size:
                return
            held = Record(Position(0, offset, ""), Left.BROKEN)
        elif failed and not _is_whole(held):
            held = replace(held, left=Left.BROKEN, block=b"")
        yield held
        broken = held.cut or held.left is Left.BROKEN
        offset = _next_start(file, held.position.offset + 1) if failed or broken else None
        if not broken and _has_a_stump(file, held.position.offset, offset or size, failed=failed and offset is None):
            left = Left.TRUNCATED if offset is None else Left.BROKEN
            yield Record(Position(0, held.position.offset + 1, ""), left)


def _read(found: Any, largest: int) -> Record:
    position = Position(0, found.stream_pos, found.record_id or "")
    if found.headers.get("Content-Length", "").strip() != str(found.content_length):  # it stops in the head, or lies
        return Record(position, Left.BROKEN)
    if found.record_type != WarcRecordType.response:
        return Record(position, Left.NOT_A_RESPONSE)
    if found.headers.get("WARC-Truncated"):
        return Record(position, Left.TRUNCATED)
    length = found.content_length
    if length > largest:
        return Record(position, Left.TOO_LARGE)
    url, digest = found.headers.get("WARC-Target-URI") or "", found.headers.get("WARC-Block-Digest") or ""
    try:
        block = found.reader.read(length)
    except OSError:
        return Record(position, Left.BROKEN)
    if len(block) < length:
        return Record(position, Left.TRUNCATED, cut=True)
    return Record(position, None, url.strip("<> "), found.record_date, block, digest)


def _is_whole(record: Record) -> bool:
    """Whether a record, after which the file cannot be read, is one itself: its length may have been wrong."""
    kind, _, digest = record.digest.partition(":")
    if kind.lower() == "sha1" and record.block:
        own = hashlib.sha1(record.block, usedforsecurity=False).digest()
        return digest.lower() in {base64.b32encode(own).decode().lower(), own.hex()}
    return b"\nWARC/1." not in record.block


def _has_a_stump(file: BinaryIO, offset: int, until: int, *, failed: bool) -> bool:
    """Whether something unreadable stands after the record at an offset: the stump of a record that was cut off.

    In gzip the end of a record is known; zeros may follow. Elsewhere only a failure of the reader shows it.
    """
    file.seek(offset)
    stream = zlib.decompressobj(wbits=31)
    try:
        while not stream.eof and (data := file.read(_CHUNK)):
            while data and not stream.eof:
                stream.decompress(data, _CHUNK)
                data = stream.unconsumed_tail
    except zlib.error:  # no member begins there
        return failed
    end = file.tell() - len(stream.unused_data)
    return bool(os.pread(file.fileno(), max(0, min(_CHUNK, until - end)), end).strip(b"\0"))


def _next_start(file: BinaryIO, offset: int) -> int | None:
    """The offset of the next record that begins properly."""
    file.seek(0)
    head = file.read(4)
    kind = "gzip" if head[:2] == _GZIP else "zstd" if head == _ZSTD or head[1:] == _ZSTD_DICTIONARY else "plain"
    file.seek(max(0, offset - 1))
    at, tail = file.tell(), b""
    while data := file.read(_CHUNK):
        text = tail + data
        for match in _STARTS[kind].finditer(text):
            place = at - len(tail) + match.start()
            if place >= offset and (kind != "gzip" or _begins_a_record(os.pread(file.fileno(), 512, place))):
                return place
        at += len(data)
        # One sign of what was searched stays, for the look behind.
        tail = text[-_LONGEST_START - 1 :]
    return None


def _begins_a_record(data: bytes) -> bool:
    try:
        return zlib.decompressobj(wbits=31).decompress(data, 5) == b"WARC/"
    except zlib.error:
        return False
