"""Pages that have arrived wait in files until they are stored, so that a crash costs no second request for them."""

from __future__ import annotations

import errno
import json
import os
import time
import zlib
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import fields
from datetime import datetime
from io import FileIO
from pathlib import Path
from typing import Any

from archive import ledger
from archive.engine import Engine, reading
from core.errors import DatabaseFullError
from core.fetching import FetchOrder
from core.logs import get_logger
from core.records import Page

log = get_logger("kept")

FOLDER = Path("data") / "arrived"
OLDEST_S = 86_400.0  # what waited longer is fetched again: it may have been corrected
MOST_TRIES = 20  # a page with which the process ended each time may be the reason
_FULL = {errno.ENOSPC, errno.EDQUOT}
# What the source's file and the archive say now holds for a page that waited.
_FIELDS = [f.name for f in fields(Page) if f.name not in {"body", "recipe", "furniture"}]
_TIMES = {"fetched_at", "published_hint"}


class KeptPages:
    """A file a page, named by the number of its address and how often it was taken up. Implements `ArrivedPages`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._left: dict[int, Path] = {}  # by processes that ended before they stored them
        self._own: dict[int, Path] = {}
        self._silent = False

    def look(self, engine: Engine) -> None:
        """Find what processes left that have ended. Files that nobody waits for are removed."""
        try:
            found = {int(path.stem): path for path in self._folder.iterdir() if path.stem.isdigit()}
        except OSError:  # there never was a page
            return
        left = {id_: path for id_, path in found.items() if id_ not in self._own}
        if not left:
            return
        with reading(engine) as connection:
            waiting = ledger.waiting(connection, left)
        for id_ in left.keys() - waiting:
            left.pop(id_).unlink(missing_ok=True)
        self._left = left

    def keep(self, page: Page) -> None:
        """Write a page down. Raises DatabaseFullError where there is no room: it could not be stored either."""
        if page.brief or page.address_id in self._own:
            return
        path = self._folder / f"{page.address_id}.0"
        try:
            self._write(path, page)
        except OSError as failure:
            if failure.errno in _FULL:
                path.unlink(missing_ok=True)
                raise DatabaseFullError(
                    f"{self._folder} cannot be written ({failure.strerror}): the disk is full; make room and start "
                    "again, what is stored is safe"
                ) from failure
            if not self._silent:
                log.warning("pages cannot be kept", folder=str(self._folder), cause=failure.strerror,
                            effect="a crash would fetch again what is not stored yet")  # fmt: skip
                self._silent = True
            return
        self._own[page.address_id] = path

    def _write(self, path: Path, page: Page) -> None:
        head = {name: value for name in _FIELDS if (value := getattr(page, name)) is not None}
        head |= {name: head[name].isoformat() for name in _TIMES if name in head}
        line = json.dumps({**head, "check": zlib.crc32(page.body)}).encode() + b"\n"
        # No fsync: after a loss of power the sum is wrong and the page is fetched again.
        with self._open(path) as file:
            for part in (line, page.body):
                if file.write(part) != len(part):
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def _open(self, path: Path) -> FileIO:
        try:
            return FileIO(path, "w")
        except FileNotFoundError:
            self._folder.mkdir(parents=True, exist_ok=True)
            return FileIO(path, "w")

    def take(self, order: FetchOrder) -> Page | None:
        """The page of an order, where it arrived before."""
        path = self._left.pop(order.address_id, None)
        if path is None:
            return None
        tries = int(path.suffix[1:] or MOST_TRIES)
        try:
            page = _read(path) if tries < MOST_TRIES and path.stat().st_mtime > time.time() - OLDEST_S else None
            if page is None or page.url != order.url:
                path.unlink(missing_ok=True)
                return None
            self._own[order.address_id] = path.rename(path.with_suffix(f".{tries + 1}"))
        except OSError:  # whoever wrote it is alive after all and has just stored it
            return None
        return page

    def drop(self, address_ids: Iterable[int]) -> None:
        """Remove what has been stored."""
        for id_ in address_ids:
            if path := self._own.pop(id_, None):
                path.unlink(missing_ok=True)

    def leave(self) -> None:
        """A pass is over: what it did not store waits for the next one."""
        self._own.clear()
        with suppress(OSError):  # it is not empty, or was never there
            self._folder.rmdir()


def _read(path: Path) -> Page | None:
    """A page as it was kept; None where the file is not whole."""
    line, _, body = path.read_bytes().partition(b"\n")
    try:
        head: Mapping[str, Any] = json.loads(line)
        values = {name: head[name] for name in _FIELDS if name in head}
        values |= {name: datetime.fromisoformat(values[name]) for name in _TIMES if name in values}
        return Page(**values, body=body) if zlib.crc32(body) == head["check"] else None
    except (ValueError, TypeError, KeyError):
        return None
