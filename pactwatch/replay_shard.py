"""Ranges of a replay that were left to workers: each is a shard, judged in a pool of processes of one worker."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import tempfile
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from datetime import date
from pathlib import Path
from typing import Any

from archive import replay as stored
from archive import replays
from archive.engine import reading
from archive.replays import Asked
from core.clock import now
from core.lease import Lease
from core.logs import get_logger
from core.records import Band
from pactwatch.replay import ANEW, Seen, Window, warm, work
from pactwatch.shards import Shards, ended, keep
from pactwatch.writer import Writer
from pipeline.rulebook import Rule, read_rule
from scrapers.catalogue import load_sources

log = get_logger("replay")


class RangeShards(Shards):
    """Judges ranges of articles and writes down those that the rule holds for, one range at a time."""

    ledger = replays
    kind = "range"
    _asked: Asked | None = None
    _pool: ProcessPoolExecutor | None = None

    async def _work(self, writer: Writer, lease: Lease, row: Any, asked: Asked) -> None:
        judging = asyncio.ensure_future(self._seen(row, asked))
        others: list[asyncio.Future[Any]] = [asyncio.ensure_future(part) for part in (
            self._stop.wait(), keep(writer, lease, replays.ledger, row.id))]
        await asyncio.wait({judging, *others, writer.broken}, return_when=asyncio.FIRST_COMPLETED)
        seen = judging.result() if judging.done() and judging.exception() is None else None
        failures = await ended(judging, *others)
        if seen is not None:
            await writer.call(replays.settle, row.id, packed(seen), now())
            return
        self.close()
        if failures and not isinstance(failures[0], BrokenProcessPool):
            raise failures[0]
        # A process that was ended may have been so by this range: its attempts are counted.
        await writer.call(replays.release, row.id, now(), counts=bool(failures))

    async def _seen(self, row: Any, asked: Asked) -> list[Seen]:
        loop, pool = asyncio.get_running_loop(), self._pool_for(asked)
        with reading(self._engine) as connection:
            ranges = stored.ranges(connection, asked.since, asked.until, ANEW if asked.annotate else stored.CHUNK,
                                   between=(row.first, row.last))
        parts = await asyncio.gather(*(loop.run_in_executor(pool, work, part) for part in ranges))
        return sorted(seen for part in parts for seen in part)

    def _pool_for(self, asked: Asked) -> ProcessPoolExecutor:
        if self._pool is None or asked != self._asked:
            self.close()
            space = self._space
            publishers = {id_: one.publisher for id_, one in load_sources(space.source_dirs)[0].items()
                          if one.publisher} if asked.annotate else None
            given = (self._engine.url.render_as_string(hide_password=False), rule_of(asked),
                     tuple(space.knowledge_dirs), publishers, Window(asked.since, asked.until))
            self._pool = ProcessPoolExecutor(
                space.settings.crawl.processes or os.cpu_count() or 1,
                mp_context=multiprocessing.get_context("spawn"), initializer=warm, initargs=given)
            self._asked = asked
        return self._pool

    def close(self) -> None:
        """End the processes."""
        if self._pool is not None:
            for process in list((self._pool._processes or {}).values()):  # noqa: SLF001 - what is under way is lost
                process.terminate()
            self._pool.shutdown(wait=False, cancel_futures=True)
            self._pool = None


def rule_of(asked: Asked) -> Rule:
    """The rule as it was when it was asked, whatever this machine's files say."""
    with tempfile.TemporaryDirectory(prefix="pactwatch-") as folder:
        path = Path(folder) / f"{asked.rule}.yaml"
        path.write_text(asked.text, encoding="utf-8")
        return read_rule(path)


def packed(seen: list[Seen]) -> list[Any]:
    """What was found, as the ledger keeps it."""
    return [[one.article_id, one.story_id, one.day.isoformat(), one.score, str(one.band)] for one in seen]


def unpacked(found: list[Any]) -> list[Seen]:
    """What was found, from the ledger."""
    return [Seen(article, story, date.fromisoformat(day), score, Band(band))
            for article, story, day, score, band in found]
