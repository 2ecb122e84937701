"""Files of old pages that were left to workers: each is a shard, read by one process at a time."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from archive import backfills
from archive.backfills import Work
from archive.engine import Engine, writing
from archive.shards import fail
from core.clock import now
from core.lease import Lease
from core.logs import get_logger
from pactwatch.backfill_file import FileReading
from pactwatch.extraction_worker import work_wanted
from pactwatch.pool import ExtractionPool
from pactwatch.shards import Shards, ended, keep
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


class FileShards(Shards):
    """Reads files into the archive, one at a time. The pool stays warm as long as the same is asked of them."""

    ledger = backfills
    kind = "file"
    _wish: Wish | None = None
    _pool: ExtractionPool | None = None
    _reading: FileReading | None = None

    async def _work(self, writer: Writer, lease: Lease, row: Any, work: Work) -> None:
        path, wish = Path(row.path), Wish.from_json(row.ask)
        if not os.access(path, os.R_OK):
            problem = f"{path} is not there for its worker, or cannot be read by it"
            log.warning("file left out", shard=row.id, problem=problem)
            await writer.call(fail, backfills.ledger, row.id, problem, now())
            return
        sources, _ = load_sources(self._space.source_dirs)
        wanted = Wanted(wish.outlets(sources), int(self._space.settings.crawl.max_page_mb * 1_000_000), wish.since)
        pool = self._pool_for(wish)
        self._reading = FileReading(path, wanted, work, pool, writer, lambda *_: None)
        reading = asyncio.ensure_future(self._reading.run())
        others: list[asyncio.Future[Any]] = [asyncio.ensure_future(part) for part in (
            pool.until_broken(), self._stop.wait(), keep(writer, lease, backfills.ledger, row.id))]
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


def hand_over(engine: Engine, files: Sequence[tuple[str, str, int]], selection: str, wish: Wish, *, again: bool
              ) -> list[int]:
    """Leave files (identity, path, size) to workers; their numbers in the ledger."""
    with writing(engine) as connection:
        return backfills.hand_over(connection, files, selection, wish.as_json(), now(), again=again)
