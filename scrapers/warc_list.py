"""Which files a backfill reads: those that are named, and those of a list as Common Crawl publishes it."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path, PurePosixPath

from core.errors import UserError
from scrapers.warc import is_warc

_LONGEST_LIST = 50_000_000     # bytes; Common Crawl's list of a month has 60 kB
_NEWS = re.compile(r"CC-NEWS-(\d{14})-\d+\.warc\.gz")
_SPAN = timedelta(days=2)      # what a file of the news crawl spans at most


def named(paths: Iterable[Path]) -> list[Path]:
    """The files of the command line, each once. Raises UserError for one that is not there or is no WARC file."""
    found = list(dict.fromkeys(path.resolve() for path in paths))
    for path in found:
        if not path.is_file():
            raise UserError(f"there is no file {path}; name WARC files (.warc, .warc.gz, .warc.zst)")
        if not is_warc(path):
            raise UserError(f"{path} is no WARC file; it does not begin with a record (plain, gzip or zstd)")
    return found


def listed(file: Path, since: datetime | None = None) -> tuple[list[Path], list[Path]]:
    """The files of a list that are here, and the places of those that are not.

    A line is a path, as `crawl-data/CC-NEWS/2020/01/CC-NEWS-….warc.gz`. It is looked for as it is, beside the list, and
    beside the list by its name alone. Files of the news crawl that end before `since` are left out.
    """
    here: list[Path] = []
    missing: list[Path] = []
    for line in _lines(file):
        path = PurePosixPath(re.sub(r"^(?:https?|s3)://[^/]+/", "", line))
        if since is not None and (began := _begin(path.name)) and began + _SPAN < since:
            continue
        places = (Path(path), file.parent / path, file.parent / path.name)
        found = next((place for place in places if place.is_file()), None)
        if found is None:
            missing.append(places[-1])
        else:
            here.append(found)
    return named(here), missing


def _lines(file: Path) -> list[str]:
    try:
        data = file.read_bytes()
    except FileNotFoundError as failure:
        raise UserError(f"--list: there is no file {file}") from failure
    if data[:2] == b"\x1f\x8b":
        try:
            data = zlib.decompressobj(wbits=31).decompress(data, _LONGEST_LIST)
        except zlib.error as failure:
            raise UserError(f"--list: {file} is not an intact gzip file: {failure}") from failure
    try:
        lines = data[:_LONGEST_LIST].decode("utf-8").splitlines()
    except UnicodeDecodeError as failure:
        raise UserError(f"--list: {file} is no list of paths; it has to be text, or text in gzip") from failure
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


def _begin(name: str) -> datetime | None:
    """When a file of the news crawl begins."""
    found = _NEWS.fullmatch(name)
    try:
        return datetime.strptime(found[1], "%Y%m%d%H%M%S").replace(tzinfo=UTC) if found else None
    except ValueError:
        return None
