"""One pass over the sources that are due: claim them, crawl them in one Crawler, store what comes, settle them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from scrapy.crawler import AsyncCrawlerRunner

from archive import catalogue, entry_points, ledger, runs, turns
from archive.engine import Connection, Engine, need_room, reading, writing
from core import tracing
from core.clock import now
from core.errors import RetryLater, StopWork
from core.logs import bound, get_logger
from core.metrics import PASS_SECONDS
from core.records import Processed
from core.workspace import Workspace
from pactwatch.desk import PassDesk
from pactwatch.hosts import Hosts
from pactwatch.kept import FOLDER, KeptPages
from pactwatch.last_good import LastGood
from pactwatch.loop import in_thread
from pactwatch.pool import ExtractionPool
from pactwatch.summary import PassSummary
from pactwatch.turns import Turns, claim
from pactwatch.waiting import waiting
from pactwatch.writer import Writer
from scrapers.desk import CrawlPlan, plan
from scrapers.lasting import SharedSettings, lasting_connections
from scrapers.settings import crawl_settings
from scrapers.source import SourceFile
from scrapers.spider import NewsSpider

log = get_logger("crawl")

RENEW_S = catalogue.LEASE.total_seconds() / 3
DRAIN_S = 8.0  # after a stop: what the pool may still finish
LOOK_S = 5.0  # how often `serve` looks for sources that are due
# What becomes due before the next look is polled with this one: early by seconds, and never late.
AHEAD = timedelta(seconds=LOOK_S + 1)
AHEAD_OF_CRON = timedelta(seconds=15)  # the next run may be minutes away, and starting takes it some seconds
PASS_S = 600.0  # a pass takes in no more then, so that it ends and the next begins with the files as they are
GRACE_S = 2.0  # what requests under way have then: all other sources wait for the next pass

Changed = Callable[[PassSummary], None]
Sources = Callable[[], Mapping[str, SourceFile]]


class Newsdesk:
    """Runs passes, one at a time, over a pool of extraction processes that stays warm between them."""

    def __init__(self, space: Workspace, engine: Engine) -> None:
        self._space, self._engine = space, engine
        self._pool: ExtractionPool | None = None
        self._files = LastGood(space)
        self._desk: PassDesk | None = None
        self._synced: Mapping[str, SourceFile] | None = None
        self._kept = KeptPages(space.home / FOLDER)
        self._claimed: set[str] = set()
        self._connections = lasting_connections()
        self._runner = AsyncCrawlerRunner(SharedSettings(crawl_settings(space.settings)))

    async def check(self) -> None:
        """Raise KnowledgeFileError where the workspace's knowledge is wrong."""
        await self._files.refresh(strict=True)

    async def _warm_pool(self) -> ExtractionPool:
        """The pool; a new one after rules or knowledge changed, for its processes loaded the old ones."""
        changed = await self._files.refresh()
        if self._pool is not None and changed:
            log.info("rules or knowledge changed")
            self._pool.stop()
            self._pool = None
        if self._pool is None:
            self._pool = ExtractionPool(
                self._space.settings.crawl.processes,
                self._files.knowledge_dirs,
                self._files.rule_dirs,
                self._processed,
            )
        return self._pool

    async def _processed(self, results: list[Processed]) -> None:
        if self._desk is not None:
            await self._desk.processed(results)

    async def run_pass(
        self,
        sources: Mapping[str, SourceFile],
        *,
        kind: str,
        stop: asyncio.Event,
        everything: bool = False,
        only: Collection[str] | None = None,
        changed: Changed = lambda _: None,
        present: Sources | None = None,
    ) -> PassSummary:
        """Poll the sources that are due and store what they bring. Returns when that is done, or after `stop`.

        With `present`, which gives the sources as they are, those that become due meanwhile are taken in: none waits
        until a slow one is done.
        """
        summary = PassSummary(started=now())
        if kind == "serve" and not self._claimed and not self._may_be_due(sources):
            summary.ended = now()
            return summary
        own = Turns()
        run_id, claimed = await in_thread(self._begin, sources, kind, everything, only, own, summary)
        if run_id is None:
            summary.ended = now()
            return summary
        summary.run = run_id
        for source_id in sorted(claimed):
            summary.tally(source_id)
        watched = dict(sources)
        outcome, writable = "failed", True
        try:
            with bound(run=run_id), tracing.span("pass", run=run_id, kind=kind) as traced:
                if claimed:
                    everything = everything or only is not None
                    first = self._plan(watched, claimed, everything=everything)
                    intake = None if present is None else Intake(self, watched, present, summary)
                    await self._crawl(first, watched, summary, run_id, stop, changed, own, intake)
                tracing.note(traced, sources=len(summary.sources), new=summary.new, hits=summary.hits)
            summary.interrupted = stop.is_set()
            outcome = "interrupted" if summary.interrupted else "done"
        except (RetryLater, StopWork):
            writable = False
            raise
        finally:
            summary.ended = now()
            PASS_SECONDS.observe((summary.ended - summary.started).total_seconds())
            if writable:
                with writing(self._engine) as connection:
                    catalogue.release(connection, claimed)
                    turns.give_back(connection, own.rest())
                    runs.end(connection, run_id, outcome, summary.as_json(), now())
                claimed.clear()
        return summary

    def _begin(
        self,
        sources: Mapping[str, SourceFile],
        kind: str,
        everything: bool,
        only: Collection[str] | None,
        own: Turns,
        summary: PassSummary,
    ) -> tuple[int | None, set[str]]:
        """Claim what is due: the number of the pass, None where there is nothing to do, and the sources."""
        need_room(self._engine)
        self._kept.look(self._engine)
        with writing(self._engine) as connection:
            self._sync(connection, sources)
            catalogue.release(connection, self._claimed)  # the last pass could not, where its database failed
            ahead = AHEAD if kind == "serve" else AHEAD_OF_CRON
            due = catalogue.due_sources(connection, sources, now(), everything=everything, only=only, ahead=ahead)
            self._claimed, hosts = claim(connection, sources, due, patient=kind != "serve")
            nothing = not self._claimed and kind == "serve"
            if nothing:
                turns.give_back(connection, dict.fromkeys(hosts, now()))
            elif everything or only is not None:
                summary.waiting = waiting(connection, sources, now(), self._claimed, only)
            run_id = None if nothing else runs.begin(connection, kind, now())
        if run_id is not None:
            own.enter(sources, self._claimed, hosts)
        self._synced = sources  # not before it is written
        return run_id, self._claimed

    def _may_be_due(self, sources: Mapping[str, SourceFile]) -> bool:
        """Whether a pass is worth a transaction: most looks find nothing."""
        if sources is not self._synced:
            return True
        with reading(self._engine) as connection:
            return bool(catalogue.due_sources(connection, sources, now(), ahead=AHEAD))

    def _sync(self, connection: Connection, sources: Mapping[str, SourceFile]) -> None:
        if sources is not self._synced:
            catalogue.sync_sources(connection, sources, now())

    async def claim_due(
        self, writer: Writer, own: Turns, sources: Mapping[str, SourceFile], busy: Collection[str]
    ) -> CrawlPlan:
        """Claim what has become due, without those that are being polled; a plan for it."""
        if not self._may_be_due(sources):
            return CrawlPlan([])
        with own.claiming():
            claimed, hosts = await writer.call(self._claim_due, sources, busy)
            own.enter(sources, claimed, hosts)
        if over := own.done():
            await writer.call(turns.give_back, over)
        self._synced = sources
        self._claimed |= claimed
        return self._plan(sources, claimed)

    def _claim_due(
        self, connection: Connection, sources: Mapping[str, SourceFile], busy: Collection[str]
    ) -> tuple[set[str], set[str]]:
        self._sync(connection, sources)
        due = catalogue.due_sources(connection, sources, now(), ahead=AHEAD)
        return claim(connection, sources, [id_ for id_ in due if id_ not in busy], patient=False)

    def _plan(
        self, sources: Mapping[str, SourceFile], claimed: Collection[str], *, everything: bool = False
    ) -> CrawlPlan:
        with reading(self._engine) as connection:
            return plan(
                sources,
                entry_points.states(connection, claimed, everything=everything),
                ledger.left_over(connection, claimed, now()),
            )

    async def _crawl(
        self,
        crawl_plan: CrawlPlan,
        sources: Mapping[str, SourceFile],
        summary: PassSummary,
        run_id: int,
        stop: asyncio.Event,
        changed: Changed,
        own: Turns,
        intake: Intake | None = None,
    ) -> None:
        pool = await self._warm_pool()
        writer = Writer(self._engine, self._space.settings.routes, run_id=run_id)
        own.call = writer.call
        desk = self._desk = PassDesk(writer, pool, self._kept, sources, summary, run_id, changed, own)
        writer.stored = desk.stored
        stopped = asyncio.ensure_future(stop.wait())
        broken = asyncio.ensure_future(pool.until_broken())
        helpers: list[asyncio.Future[Any]] = [asyncio.ensure_future(self._keep_claims(writer)), stopped, broken]
        try:
            runner = self._runner
            hosts = Hosts(self._engine, writer.call, own, (planned.source for planned in crawl_plan.sources))
            crawl_plan = replace(crawl_plan, hosts=hosts, arrived=self._kept, connections=self._connections)
            crawl = asyncio.ensure_future(runner.crawl(NewsSpider, plan=crawl_plan, desk=desk))
            if intake is not None:
                helpers.append(asyncio.ensure_future(intake.run(runner, writer, own)))
                helpers[-1].add_done_callback(writer.note)
            ends: set[asyncio.Future[Any]] = {crawl, stopped, broken, writer.broken}
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
            if not crawl.done():
                await _abandon(runner)
            await crawl
            for failed in (broken, writer.broken):
                if failed.done():
                    await failed
            # What the pool has not read by then is kept and comes again.
            await asyncio.wait_for(pool.drain(), DRAIN_S if stop.is_set() else None)
        except TimeoutError:
            log.warning("stopped with pages unread")
        finally:
            for helper in helpers:
                helper.cancel()
            await asyncio.gather(*helpers, return_exceptions=True)
            self._desk = None
            try:
                if not writer.broken.done():
                    await desk.flush()
            finally:
                await self._close(writer)

    async def _close(self, writer: Writer) -> None:
        try:
            await writer.close()
        finally:
            self._kept.leave()

    @staticmethod
    async def _keep_claims(writer: Writer) -> None:
        while True:
            await asyncio.sleep(RENEW_S)
            try:
                await writer.call(_renew)
            except RetryLater as failure:  # a third of a lease is over: there is a second try
                log.warning("claims not renewed", problem=str(failure))

    def close(self) -> None:
        """End the extraction processes, and the connections that were kept."""
        self._connections.close()
        if self._pool is not None:
            self._pool.stop()
            self._pool = None
        self._files.close()


class Intake:
    """Takes sources into a pass that become due while it goes on."""

    def __init__(
        self,
        newsdesk: Newsdesk,
        watched: dict[str, SourceFile],
        present: Sources,
        summary: PassSummary,
    ) -> None:
        self._newsdesk, self._watched = newsdesk, watched
        self._present, self._summary = present, summary

    async def run(self, runner: AsyncCrawlerRunner, writer: Writer, own: Turns) -> None:
        """Take in until the pass is old, then have it end soon."""
        end = time.monotonic() + PASS_S
        while time.monotonic() < end:
            await asyncio.sleep(LOOK_S)
            spider = _spider(runner)
            if spider is None:
                continue
            sources = self._present()
            self._watched.update(sources)
            further = await self._newsdesk.claim_due(writer, own, sources, set(spider.under_way))
            for planned in further.sources:
                self._summary.tally(planned.source.id)
            await spider.take_in(further)
        if spider := _spider(runner):
            spider.wind_up()
            await asyncio.sleep(GRACE_S)
            await _abandon(runner)


def _renew(connection: Connection) -> None:
    catalogue.renew(connection, now())
    turns.renew(connection, now())


async def _abandon(runner: AsyncCrawlerRunner) -> None:
    """End a crawl at once. What it has not done stays in the ledger, and its sources stay due."""
    if spider := _spider(runner):
        spider.abandon()
    await runner.stop()


def _spider(runner: AsyncCrawlerRunner) -> NewsSpider | None:
    return next((c.spider for c in runner.crawlers if isinstance(c.spider, NewsSpider)), None)
