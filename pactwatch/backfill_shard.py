"""Files of old pages that were left to workers: each is a shard, read by one process at a time."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from archive import backfills
from archive.backfills import Work
from archive.engine import Engine, writing
from core.clock import now, steady
from core.errors import PactwatchError, RetryLater, StopWork
from core.lease import Lease
from core.logs import get_logger
from core.workspace import Workspace
from pactwatch.backfill_file import FileReading
from pactwatch.extraction_worker import work_wanted
from pactwatch.pool import ExtractionPool
from pactwatch.writer import Writer
from pipeline.wanted import WantedArticles
from scrapers.captures import Wanted
from scrapers.catalogue import load_sources
from scrapers.hosts import Outlets
from scrapers.source import SourceFile

log = get_logger("backfill")


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked of files, in a form that the database keeps: another process reads them."""

    sources: tuple[str, ...] = ()
    any_outlet: bool = False
    since: datetime | None = None
    until: datetime | None = None
    languages: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """As the ledger keeps it."""
        return {"sources": list(self.sources), "any_outlet": self.any_outlet, "languages": list(self.languages),
                "since": self.since and self.since.isoformat(), "until": self.until and self.until.isoformat()}

    @classmethod
    def from_json(cls, found: Mapping[str, Any]) -> Wish:
        """From what the ledger keeps."""
        since, until = (found[name] and datetime.fromisoformat(found[name]) for name in ("since", "until"))
        return cls(tuple(found["sources"]), found["any_outlet"], since, until, tuple(found["languages"]))

    def outlets(self, sources: Mapping[str, SourceFile]) -> Outlets:
        """The sources whose pages are wanted: those that are named, else all that are on."""
        chosen = [s for s in sources.values() if (s.id in self.sources if self.sources else s.enabled)]
        return Outlets(chosen, others=self.any_outlet)


class FileShards:
    """Reads files into the archive, one at a time. The pool stays warm as long as the same is asked of them."""

    def __init__(self, space: Workspace, engine: Engine, lease: timedelta, stop: asyncio.Event) -> None:
        self._space, self._engine, self._lease, self._stop = space, engine, lease, stop
        self._wish: Wish | None = None
        self._pool: ExtractionPool | None = None
        self._reading: FileReading | None = None
        self._one = asyncio.Lock()

    async def do(self, id_: int) -> None:
        """Read a file from where it was left, to its end or until this process stops."""
        async with self._one:
            lease = Lease(self._lease)
            writer = Writer(self._engine, (), check=lease.check)
            try:
                taken = await writer.call(backfills.take, id_, now(), self._lease)
                if taken is not None:
                    await self._read(writer, lease, *taken)
            except PactwatchError as failure:  # another process has it, or will: its place is in the ledger
                log.warning("file given up", shard=id_, problem=str(failure))
            finally:
                with suppress(StopWork, RetryLater):
                    await writer.close()

    async def _read(self, writer: Writer, lease: Lease, row: Any, work: Work) -> None:
        path, wish = Path(row.path), Wish.from_json(row.ask)
        if not os.access(path, os.R_OK):
            problem = f"{path} is not there for its worker, or cannot be read by it"
            log.warning("file left out", shard=row.id, problem=problem)
            await writer.call(backfills.fail, row.id, problem, now())
            return
        sources, _ = load_sources(self._space.source_dirs)
        wanted = Wanted(wish.outlets(sources), int(self._space.settings.crawl.max_page_mb * 1_000_000), wish.since)
        pool = self._pool_for(wish)
        self._reading = FileReading(path, wanted, work, pool, writer, lambda *_: None)
        reading = asyncio.ensure_future(self._reading.run())
        others: list[asyncio.Future[Any]] = [asyncio.ensure_future(part) for part in (
            pool.until_broken(), self._stop.wait(), keep(writer, lease, backfills.renew, row.id))]
        done = False
        try:
            await asyncio.wait({reading, *others, writer.broken}, return_when=asyncio.FIRST_COMPLETED)
            done = reading.done() and reading.exception() is None
        finally:
            failures = await ended(reading, *others)
            self._reading = None
            if not done:
                self.close()  # pages of this file are in it, and their numbers are those of any file
        if failures:
            raise failures[0]
        await writer.call(backfills.end, work, now(), done=done)

    def _pool_for(self, wish: Wish) -> ExtractionPool:
        if self._pool is None or wish != self._wish:
            self.close()
            space, articles = self._space, WantedArticles(wish.since, wish.until, frozenset(wish.languages))
            self._pool = ExtractionPool(space.settings.crawl.processes, space.knowledge_dirs, space.rule_dirs,
                                        self._processed, work=partial(work_wanted, wanted=articles))
            self._wish = wish
        return self._pool

    async def _processed(self, results: list[Any]) -> None:
        if self._reading is not None:
            self._reading.processed(results)

    def close(self) -> None:
        """End the processes."""
        if self._pool is not None:
            self._pool.stop()
            self._pool = None


async def ended(*tasks: asyncio.Future[Any]) -> list[Exception]:
    """End tasks that go on; what went wrong with any."""
    for task in tasks:
        task.cancel()
    return [one for one in await asyncio.gather(*tasks, return_exceptions=True) if isinstance(one, Exception)]


async def keep(writer: Writer, lease: Lease, renew: Callable[..., None], id_: int) -> None:
    """Say again and again that this process works on a shard."""
    while True:
        await asyncio.sleep(lease.length.total_seconds() / 3)
        began = steady()
        try:
            await writer.call(renew, id_, now())
        except RetryLater as failure:
            log.warning("claim not renewed", shard=id_, problem=str(failure))
        else:
            lease.renewed(began)


def hand_over(engine: Engine, files: Sequence[tuple[str, str, int]], selection: str, wish: Wish, *, again: bool
              ) -> list[int]:
    """Leave files (identity, path, size) to workers; their numbers in the ledger."""
    with writing(engine) as connection:
        return backfills.hand_over(connection, files, selection, wish.as_json(), now(), again=again)
