"""One pass over the sources that are due: claim them, crawl them in one Crawler, store what comes, settle them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from scrapy.crawler import AsyncCrawlerRunner

from archive import catalogue, entry_points, ledger, runs, turns
from archive.engine import Connection, Engine, need_room, reading, writing
from core import tracing
from core.clock import now, steady
from core.errors import ClaimLostError, RetryLater, StopWork
from core.lease import Lease
from core.logs import bound, get_logger
from core.metrics import PASS_SECONDS
from core.records import Processed
from core.workspace import Workspace
from pactwatch.desk import PassDesk
from pactwatch.hosts import Hosts
from pactwatch.intake import LOOK_S, Guests, Intake, Sources, abandon
from pactwatch.kept import FOLDER, KeptPages
from pactwatch.last_good import LastGood
from pactwatch.loop import in_thread
from pactwatch.parts import WHOLE, Part, chosen
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

DRAIN_S = 8.0  # after a stop: what the pool may still finish
# What becomes due before the next look is polled with this one: early by seconds, and never late.
AHEAD = timedelta(seconds=LOOK_S + 1)
AHEAD_OF_CRON = timedelta(seconds=15)  # the next run may be minutes away, and starting takes it some seconds

SERVING = {"serve", "worker"}  # kinds of passes after which others come soon

Changed = Callable[[PassSummary], None]


class Newsdesk:
    """Runs passes, one at a time, over a pool of extraction processes that stays warm between them."""

    def __init__(self, space: Workspace, engine: Engine, lease: timedelta = catalogue.LEASE) -> None:
        """With a shorter lease than usual a process that was held up gives its pass up when it finds out."""
        self._space, self._engine = space, engine
        self._lease = Lease(lease)
        self._strict = lease < catalogue.LEASE
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
        guests: Guests | None = None,
    ) -> PassSummary:
        """Poll the sources that are due and store what they bring. Returns when that is done, or after `stop`.

        With `present`, which gives the sources as they are, those that become due meanwhile are taken in: none waits
        until a slow one is done. With `guests` only those are, at the beginning and later, whose parts come in there.
        """
        summary = PassSummary(started=now())
        guests = guests or Guests()
        parts = guests.waiting()
        if kind in SERVING and not self._claimed and not self._may_be_due(sources):
            guests.seated(parts, (), sources)
            summary.ended = now()
            return summary
        own = Turns(lease=self._lease.length, pace=self._space.settings.crawl.delay)
        run_id, claimed = await in_thread(self._begin, sources, kind, everything, only, own, summary, parts)
        guests.seated(parts, claimed, sources)
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
                    intake = None if present is None else Intake(self, watched, present, summary, guests)
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
        parts: Collection[Part],
    ) -> tuple[int | None, set[str]]:
        """Claim what is due: the number of the pass, None where there is nothing to do, and the sources."""
        need_room(self._engine)
        self._kept.look(self._engine)
        self._lease.renewed(steady())
        with writing(self._engine) as connection:
            self._sync(connection, sources)
            catalogue.release(connection, self._claimed)  # the last pass could not, where its database failed
            serving = kind in SERVING
            ahead = AHEAD if serving else AHEAD_OF_CRON
            due = catalogue.due_sources(connection, sources, now(), everything=everything, only=only, ahead=ahead)
            due = chosen(parts, due, sources)
            self._claimed, hosts = claim(connection, sources, due, self._lease.length, self._space.settings.crawl.delay,
                                          patient=not serving)
            nothing = not self._claimed and serving
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
        self, writer: Writer, own: Turns, sources: Mapping[str, SourceFile], busy: Collection[str],
        parts: Collection[Part] = (WHOLE,),
    ) -> CrawlPlan:
        """Claim what has become due of these parts, without what is being polled; a plan for it."""
        if not self._may_be_due(sources):
            return CrawlPlan([])
        with own.claiming():
            claimed = await writer.call(self._claim_due, own, sources, busy, parts)
        if over := own.done():
            await writer.call(turns.give_back, over)
        self._synced = sources
        return self._plan(sources, claimed)

    def _claim_due(
        self, connection: Connection, own: Turns, sources: Mapping[str, SourceFile], busy: Collection[str],
        parts: Collection[Part],
    ) -> set[str]:
        self._sync(connection, sources)
        due = [id_ for id_ in catalogue.due_sources(connection, sources, now(), ahead=AHEAD) if id_ not in busy]
        claimed, hosts = claim(connection, sources, chosen(parts, due, sources), self._lease.length,
                               self._space.settings.crawl.delay, patient=False)
        # Noted here, for the pass may end before its loop hears of it: then they are given back.
        self._claimed |= claimed
        own.enter(sources, claimed, hosts)
        return claimed

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
        writer = Writer(self._engine, self._space.settings.routes, run_id=run_id, check=self._check)
        own.call = writer.call
        own.valid = lambda: self._still(writer)
        guests = Guests() if intake is None else intake.guests
        desk = self._desk = PassDesk(
            writer, pool, self._kept, sources, summary, run_id, changed, own, guests.settled
        )
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
                await abandon(runner)
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

    async def _keep_claims(self, writer: Writer) -> None:
        length = self._lease.length
        while True:
            await asyncio.sleep(length.total_seconds() / 3)
            began = steady()
            try:
                await writer.call(_renew, length)
            except RetryLater as failure:  # a third of a lease is over: there is a second try
                log.warning("claims not renewed", problem=str(failure))
            else:
                self._lease.renewed(began)

    def _check(self) -> None:
        if self._strict:
            self._lease.check()

    def _still(self, writer: Writer) -> bool:
        """Whether this pass may still ask hosts. Where it may not, it ends."""
        try:
            self._check()
        except ClaimLostError as failure:
            writer.fail(failure)
            return False
        return True

    def close(self) -> None:
        """End the extraction processes, and the connections that were kept."""
        self._connections.close()
        if self._pool is not None:
            self._pool.stop()
            self._pool = None
        self._files.close()


def _renew(connection: Connection, lease: timedelta) -> None:
    catalogue.renew(connection, now(), lease)
    turns.renew(connection, now(), lease)
