"""One pass over the sources that are due: claim them, crawl them in one Crawler, store what comes, settle them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace

from scrapy.crawler import AsyncCrawlerRunner

from archive import catalogue, ledger, runs
from archive.engine import Engine, reading, writing
from core.clock import now
from core.logs import get_logger
from core.records import Processed
from core.workspace import Workspace
from pactwatch.desk import PassDesk
from pactwatch.hosts import Hosts
from pactwatch.last_good import LastGood
from pactwatch.pool import ExtractionPool
from pactwatch.summary import PassSummary
from pactwatch.writer import Writer
from scrapers.desk import CrawlPlan, plan
from scrapers.settings import crawl_settings
from scrapers.source import SourceFile
from scrapers.spider import NewsSpider

log = get_logger("crawl")

RENEW_S = catalogue.LEASE.total_seconds() / 3
DRAIN_S = 8.0  # after a stop: what the pool may still finish

Changed = Callable[[PassSummary], None]


class Newsdesk:
    """Runs passes, one at a time, over a pool of extraction processes that stays warm between them."""

    def __init__(self, space: Workspace, engine: Engine) -> None:
        self._space, self._engine = space, engine
        self._pool: ExtractionPool | None = None
        self._files = LastGood(space)
        self._desk: PassDesk | None = None

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
    ) -> PassSummary:
        """Poll the sources that are due and store what they bring. Returns when that is done, or after `stop`."""
        summary = PassSummary(started=now())
        with writing(self._engine) as connection:
            catalogue.sync_sources(connection, sources, now())
            due = catalogue.due_sources(connection, sources, now(), everything=everything, only=only)
            claimed = catalogue.claim(connection, due, now())
            if not claimed and kind == "serve":
                summary.ended = now()
                return summary
            run_id = runs.begin(connection, kind, now())
        for source_id in sorted(claimed):
            summary.tally(source_id)
        outcome = "failed"
        try:
            if claimed:
                await self._crawl(self._plan(sources, claimed), sources, summary, run_id, stop, changed)
            summary.interrupted = stop.is_set()
            outcome = "interrupted" if summary.interrupted else "done"
        finally:
            summary.ended = now()
            with writing(self._engine) as connection:
                catalogue.release(connection, claimed)
                runs.end(connection, run_id, outcome, summary.as_json(), now())
        return summary

    def _plan(self, sources: Mapping[str, SourceFile], claimed: Collection[str]) -> CrawlPlan:
        with reading(self._engine) as connection:
            return plan(
                sources, catalogue.entry_states(connection, claimed), ledger.left_over(connection, claimed, now())
            )

    async def _crawl(
        self,
        crawl_plan: CrawlPlan,
        sources: Mapping[str, SourceFile],
        summary: PassSummary,
        run_id: int,
        stop: asyncio.Event,
        changed: Changed,
    ) -> None:
        pool = await self._warm_pool()
        writer = Writer(self._engine, self._space.settings.routes, run_id=run_id)
        desk = self._desk = PassDesk(writer, pool, sources, summary, run_id, changed)
        writer.stored = desk.stored
        keeper = asyncio.ensure_future(self._keep_claims(writer))
        try:
            runner = AsyncCrawlerRunner(crawl_settings(self._space.settings))
            hosts = Hosts(self._engine, writer, (planned.source for planned in crawl_plan.sources))
            crawl = asyncio.ensure_future(
                runner.crawl(NewsSpider, plan=replace(crawl_plan, hosts=hosts), desk=desk)
            )
            stopped = asyncio.ensure_future(stop.wait())
            broken = asyncio.ensure_future(pool.until_broken())
            await asyncio.wait({crawl, stopped, broken}, return_when=asyncio.FIRST_COMPLETED)
            if not crawl.done():
                for crawler in runner.crawlers:
                    if isinstance(crawler.spider, NewsSpider):
                        crawler.spider.abandon()
                await runner.stop()
            stopped.cancel()
            await crawl
            if broken.done():
                await broken
            broken.cancel()
            # What the pool has not read by then is still in the ledger and comes again.
            await asyncio.wait_for(pool.drain(), DRAIN_S if stop.is_set() else None)
        except TimeoutError:
            log.warning("stopped with pages unread")
        finally:
            keeper.cancel()
            await desk.write_reports()
            await writer.close()
            self._desk = None

    @staticmethod
    async def _keep_claims(writer: Writer) -> None:
        while True:
            await asyncio.sleep(RENEW_S)
            await writer.call(catalogue.renew, now())

    def close(self) -> None:
        """End the extraction processes."""
        if self._pool is not None:
            self._pool.stop()
            self._pool = None
        self._files.close()
