"""Read files of old pages into the archive: the same pool and store as in a crawl, and nothing is sent."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from archive import backfills, catalogue
from archive.backfills import Counts, Work
from archive.engine import Engine, writing
from core.captures import Left
from core.clock import iso, now
from core.workspace import Workspace
from pactwatch.backfill_file import FileReading
from pactwatch.extraction_worker import work_wanted
from pactwatch.loop import run_in_loop
from pactwatch.pool import ExtractionPool
from pactwatch.writer import Writer
from pipeline.wanted import WantedArticles
from scrapers.captures import Wanted
from scrapers.hosts import Outlets
from scrapers.source import SourceFile

_EDGE = 65_536                 # bytes of a file's beginning and end that say which file it is
STORED = ("new", "updated", "known")
DAMAGE = (Left.BROKEN, Left.TRUNCATED)


@dataclass(frozen=True)
class Ask:
    """What is asked of the files. `words` are the dates as the user wrote them: `7d` means the same tomorrow."""

    outlets: Outlets
    since: datetime | None = None
    until: datetime | None = None
    languages: frozenset[str] = frozenset()
    words: Mapping[str, Any] = field(default_factory=dict)
    dry_run: bool = False
    again: bool = False

    @property
    def selection(self) -> str:
        """What was asked, as a key: a file that was done is read again where something else is asked of it."""
        hosts = hashlib.sha256("\n".join(self.outlets.known_hosts()).encode()).hexdigest()[:16]
        return json.dumps({**self.words, "languages": sorted(self.languages), "hosts": hosts}, sort_keys=True)


@dataclass
class FileSummary:
    """What became of a file. `counts` are of all runs over it, `now` of this one."""

    path: Path
    size: int
    state: str = "waiting"               # waiting, reading, done, done_before, interrupted
    counts: Counts = field(default_factory=Counts)
    now: Counts = field(default_factory=Counts)
    offset: int = 0

    @property
    def problem(self) -> str:
        """What a person should know of the file."""
        damaged = sum(self.counts.records[name] for name in DAMAGE)
        return f"{damaged} records are broken or cut off" if damaged else ""

    def as_json(self) -> dict[str, Any]:
        """Its part of `backfill --json`."""
        return {
            "path": str(self.path), "size": self.size, "state": self.state, "records": self.counts.records.total(),
            "counts": dict(sorted(self.counts.records.items())), "hits": self.counts.hits,
            "problem": self.problem or None,
        }


@dataclass
class BackfillSummary:
    """What a run did."""

    started: datetime
    files: list[FileSummary] = field(default_factory=list)
    missing: list[Path] = field(default_factory=list)
    dry_run: bool = False
    interrupted: bool = False
    ended: datetime | None = None

    @property
    def now(self) -> Counts:
        """What this run's records came to."""
        counts = Counts()
        for file in self.files:
            counts.add(file.now)
        return counts

    def as_json(self) -> dict[str, Any]:
        """The contract of `backfill --json`."""
        counts = self.now
        return {
            "started": iso(self.started), "ended": iso(self.ended), "dry_run": self.dry_run,
            "interrupted": self.interrupted, "files": [file.as_json() for file in self.files],
            "missing": [str(path) for path in self.missing],
            "records": counts.records.total(),
            "articles": {name: counts.records[name] for name in STORED},
            "left": {name: n for name, n in sorted(counts.records.items()) if name not in STORED},
            "hits": counts.hits, "sources": dict(sorted(counts.sources.items())),
        }


Changed = Callable[[BackfillSummary], None]


def backfill(space: Workspace, engine: Engine, sources: Mapping[str, SourceFile], files: Sequence[Path], ask: Ask,
             changed: Changed = lambda _: None) -> BackfillSummary:
    """Read files into the archive, one after the other. Ends by itself, or in good order after SIGINT or SIGTERM."""
    summary = BackfillSummary(now(), [FileSummary(path, path.stat().st_size) for path in files], dry_run=ask.dry_run)
    if not ask.dry_run:
        with writing(engine) as connection:
            catalogue.sync_sources(connection, sources, now())
    run_in_loop(lambda stop: _Run(space, engine, ask, summary, changed).run(stop))
    summary.ended = now()
    return summary


class _Run:
    """A run over files, with one pool and one writer for all of them."""

    def __init__(self, space: Workspace, engine: Engine, ask: Ask, summary: BackfillSummary, changed: Changed) -> None:
        crawl = space.settings.crawl
        self._ask, self._summary, self._changed = ask, summary, changed
        self._wanted = Wanted(ask.outlets, int(crawl.max_page_mb * 1_000_000), ask.since)
        self._reading: FileReading | None = None
        self._writer = Writer(engine, (), rehearse=ask.dry_run)
        self._pool = ExtractionPool(
            crawl.processes, space.knowledge_dirs, space.rule_dirs, self._processed,
            work=partial(work_wanted, wanted=WantedArticles(ask.since, ask.until, ask.languages)),
        )

    async def _processed(self, results: list[Any]) -> None:
        if self._reading is not None:
            self._reading.processed(results)

    async def run(self, stop: asyncio.Event) -> None:
        """Read the files until they are done or `stop` is set. Raises a mistake in the knowledge, which prevents it."""
        reading = asyncio.ensure_future(self._all(self._summary.files))
        broken = asyncio.ensure_future(self._pool.until_broken())
        stopped = asyncio.ensure_future(stop.wait())
        try:
            await asyncio.wait({reading, broken, stopped}, return_when=asyncio.FIRST_COMPLETED)
            if not reading.done():
                reading.cancel()
                await asyncio.wait({reading})
                self._summary.interrupted = True
            if broken.done():
                broken.result()
            if not reading.cancelled():
                reading.result()
        finally:
            for task in (broken, stopped):
                task.cancel()
            self._pool.stop()
            await self._writer.close()

    async def _all(self, files: Iterable[FileSummary]) -> None:
        for file in files:
            work = await self._begin(file)
            file.counts = work.counts
            if work.ended:
                file.state, file.offset = "done_before", file.size
                continue
            await self._read(file, work)

    async def _begin(self, file: FileSummary) -> Work:
        if self._ask.dry_run:
            return Work(None)
        return await self._writer.call(
            backfills.begin, identity(file.path), self._ask.selection, str(file.path), file.size, now(),
            again=self._ask.again)

    async def _read(self, file: FileSummary, work: Work) -> None:
        file.state, file.offset = "reading", work.after.offset if work.after else 0

        def settled(counts: Counts, offset: int) -> None:
            file.now.add(counts)
            file.offset = offset
            self._changed(self._summary)

        self._reading = FileReading(file.path, self._wanted, work, self._pool, self._writer, settled)
        done = False
        try:
            await self._reading.run()
            done = True
        finally:
            file.state = "done" if done else "interrupted"
            file.offset = file.size if done else file.offset
            self._reading = None
            if work.id is not None:
                await self._writer.call(backfills.end, work, now(), done=done)
            self._changed(self._summary)


def identity(path: Path) -> str:
    """What a file holds, by its size, its beginning and its end: it may be moved and renamed."""
    size = path.stat().st_size
    with path.open("rb") as file:
        first = file.read(_EDGE)
        file.seek(max(0, size - _EDGE))
        return f"{size}-{hashlib.sha256(first + file.read(_EDGE)).hexdigest()[:32]}"
