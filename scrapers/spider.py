"""The spider: one for all sources that are due. From entry points to the pages of their new articles."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from time import monotonic
from typing import Any, Self

import scrapy
from scrapy.crawler import Crawler
from scrapy.exceptions import DownloadCancelledError
from scrapy.http import Response
from scrapy.settings import BaseSettings
from twisted.python.failure import Failure

from core import clock
from core.budget import SMALL, Share
from core.fetching import Answer, EntryState, FetchOrder, FetchReport
from core.records import Discovery, Outcome, Page
from core.urls import canonical
from scrapers import outcomes
from scrapers.answers import encoding_of, judge, page_of
from scrapers.conditions import conditions
from scrapers.desk import LONGEST_VISIT_S, CrawlPlan, Desk, PlannedSource
from scrapers.feedonly import pages_of
from scrapers.handler import ABANDON
from scrapers.lookback import Trail
from scrapers.otherversion import OtherVersion, other_version
from scrapers.reading import EntryReader
from scrapers.settings import PER_HOST
from scrapers.source import SourceFile
from scrapers.visit import Visit

_SITEMAPS = 4  # times the limit of one index: what indexes of indexes may come to
_SETBACKS = 3  # failures in a row after which a host is left alone for this crawl
_OF_THE_HOST = {Outcome.DNS_ERROR, Outcome.TLS_ERROR, Outcome.TIMEOUT, Outcome.CONNECTION_ERROR, Outcome.ROBOTS_DENIED}


class NewsSpider(scrapy.Spider):
    """Polls the entry points of a plan and fetches the addresses that the desk orders.

    Each source has at most a few requests in Scrapy's queues: the next order of a source becomes a request when
    one of its pages is done. So memory does not grow with the number of addresses, and no source waits for another.
    """

    name = "news"

    def __init__(self, plan: CrawlPlan, desk: Desk, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._plan, self._desk = plan, desk
        self.hosts, self.connections = plan.hosts, plan.connections
        self._limits: dict[str, Any] = {}
        self._max_page = self._max_feed = 0
        self._delay = 0.0
        self.under_way: set[str] = set()  # sources that are being polled
        self._abandoned = self._winding_up = False
        self._entries = EntryReader()

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        """Scrapy's constructor; reads the limits from its settings."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        spider.read_limits(crawler.settings)
        return spider

    def read_limits(self, settings: BaseSettings) -> None:
        """Take sizes, time and pace from Scrapy's settings."""
        self._limits = {"download_timeout": settings.getfloat("DOWNLOAD_TIMEOUT")}
        self._max_page, self._max_feed = settings.getint("PACTWATCH_MAX_PAGE"), settings.getint("PACTWATCH_MAX_FEED")
        self._entries.max_size = self._max_feed
        self._delay = settings.getfloat("DOWNLOAD_DELAY")

    async def start(self) -> AsyncIterator[scrapy.Request]:
        """The entry points of every source, and what is left over from an earlier run."""
        for planned in self._plan.sources:
            async for request in self._begin(planned):
                yield request

    async def _begin(self, planned: PlannedSource) -> AsyncIterator[scrapy.Request]:
        """The first requests for a source: the entry points that are due, and what is left over."""
        delay = planned.source.delay
        visit = Visit(planned, self._delay if delay is None else delay)
        self.under_way.add(visit.id)
        await self._order(visit, planned.left_over)
        for entry in planned.due(clock.now()):
            if request := self._poll(visit, entry.kind, entry.url):
                yield request
        for request in self._next(visit):
            yield request

    async def take_in(self, further: CrawlPlan) -> None:
        """Begin with further sources while the crawl goes on."""
        for planned in further.sources:
            async for request in self._begin(planned):
                engine = self.crawler.engine
                if self._abandoned or engine is None or engine.spider is None:
                    return  # it has just ended: they are due for the next one
                engine.crawl(request)

    def wind_up(self) -> None:
        """Fetch no further articles: those that wait stay in the ledger, and their sources are due again at once."""
        self._winding_up = True

    def abandon(self) -> None:
        """Stop soon: end what is under way and start nothing new. What is not done stays in the ledger.

        To be called before the crawler is stopped, which else waits for every request, also for those that wait
        for their host's turn.
        """
        self._abandoned = True
        if self.hosts:
            self.hosts.close()
        downloader = self.crawler.engine.downloader if self.crawler.engine else None
        for slot in downloader.slots.values() if downloader else ():
            while slot.queue:
                slot.queue.popleft()[1].errback(DownloadCancelledError())
        self.crawler.signals.send_catch_log(ABANDON)

    def _poll(self, visit: Visit, kind: Any, url: str, depth: int = 0) -> scrapy.Request | None:
        """The request for an entry point, conditional where it was read before; None where this crawl had it."""
        source = visit.planned.source
        if url in visit.polled or len(visit.polled) >= len(source.entries) + _SITEMAPS * source.limits.sitemaps:
            return None
        visit.polled.add(url)
        visit.open += 1
        entry = visit.planned.states.get(url) or EntryState(visit.id, kind, url)
        return self._request(
            url,
            visit,
            self._max_feed,
            self.on_entry,
            self.on_entry_failure,
            entry,
            {"visit": visit, "entry": entry, "depth": depth},
            priority=10,
        )

    def _next(self, visit: Visit) -> Iterator[scrapy.Request]:
        """Requests for the next orders of a source, as many as its pace has use for."""
        if visit.queue and self._winding_up:
            visit.cut_short = True
            visit.queue.clear()
        if visit.queue and (
            self._abandoned or visit.setbacks >= _SETBACKS or monotonic() - visit.began > LONGEST_VISIT_S
        ):
            visit.queue.clear()  # they stay `discovered` in the ledger
        width = 2 if visit.pace else PER_HOST
        while visit.queue and visit.fetching < width:
            order = visit.queue.popleft()
            if order.url in visit.landed:
                continue
            visit.fetching += 1
            visit.open += 1
            yield self._request(
                order.url,
                visit,
                self._max_page,
                self.on_page,
                self.on_page_failure,
                order,
                {"visit": visit, "order": order},
            )

    def _request(
        self,
        url: str,
        visit: Visit,
        max_size: int,
        callback: Any,
        errback: Any,
        known: EntryState | FetchOrder,
        arguments: dict[str, Any],
        priority: int = 0,
    ) -> scrapy.Request:
        render = visit.planned.source.renders(getattr(known, "kind", "article"))
        return scrapy.Request(
            url,
            callback=callback,
            errback=errback,
            headers=conditions(known),
            cb_kwargs=arguments,
            priority=priority,
            dont_filter=True,
            meta={
                "download_maxsize": max_size,
                "pace": visit.pace,
                "source": visit.id,
                "render": render,
                "share": Share(),
                **self._limits,
            },
        )

    async def _order(
        self, visit: Visit, orders: Sequence[FetchOrder], discoveries: Sequence[Discovery] = ()
    ) -> None:
        """Take orders into a source's queue, and hand over at once what need not be fetched.

        Those are the articles of a source whose feed holds them, and pages that had arrived before a crash.
        """
        source, fetches = visit.planned.source, visit.planned.source.articles == "page"
        for page in self._arrived(source, orders) if fetches else pages_of(source, orders, discoveries, clock.now()):
            if page.address_id not in visit.taken:
                visit.taken.add(page.address_id)
                await self._desk.page(page)
        if fetches:
            self._take(visit, orders)

    def _arrived(self, source: SourceFile, orders: Sequence[FetchOrder]) -> Iterator[Page]:
        if self._plan.arrived is not None:
            for order in orders:
                if page := self._plan.arrived.take(order):
                    yield replace(page, recipe=source.extract.recipe)

    def _take(self, visit: Visit, orders: Sequence[FetchOrder]) -> None:
        for order in orders:
            # What is too much stays `discovered` in the ledger, whatever number of lists announces it.
            if order.address_id not in visit.taken and len(visit.taken) < visit.planned.source.limits.articles:
                visit.taken.add(order.address_id)
                visit.queue.append(order)

    async def _done(self, visit: Visit) -> None:
        visit.open -= 1
        if not visit.open and not visit.queue:
            # Only now: an index whose validators were kept before its sitemaps were read would hide them after a crash.
            for entry, answer in visit.indexes:
                await self._desk.discovered(visit.planned.source, entry, answer, ())
            self.under_way.discard(visit.id)
            await self._desk.finished(visit.id, unfinished=visit.cut_short)

    async def on_entry(
        self, response: Response, visit: Visit, entry: EntryState, depth: int
    ) -> AsyncIterator[scrapy.Request]:
        """Read an entry point's answer, hand over what it lists, fetch what is ordered."""
        with self._in_hand(response):
            answer, found = await self._entries.read(response, visit.planned.source, entry, depth)
        visit.setbacks = 0
        unchanged = answer.outcome is Outcome.UNCHANGED
        for url in visit.planned.known_sitemaps(entry) if unchanged else found.sitemaps:
            if request := self._poll(visit, "sitemap", url, depth + 1):
                yield request
        if found.sitemaps:
            visit.indexes.append((entry, answer))
        else:
            recorded = await self._desk.discovered(visit.planned.source, entry, answer, found.discoveries)
            await self._order(visit, recorded.orders, found.discoveries)
            if recorded.gap and (back := await self._back(visit, Trail(entry, recorded.gap, found.older))):
                yield back
        for request in self._next(visit):
            yield request
        await self._done(visit)

    async def _back(self, visit: Visit, trail: Trail) -> scrapy.Request | None:
        """The request for the next list of a look back; None where there is none."""
        if self._abandoned or self._winding_up or (step := await trail.step(self.hosts)) is None:
            return None
        entry, depth = step
        visit.open += 1
        arguments = {"visit": visit, "entry": entry, "depth": depth, "trail": trail}
        return self._request(
            entry.url, visit, self._max_feed, self.on_older, self.on_older_failure, entry, arguments, priority=5
        )

    async def on_older(
        self, response: Response, visit: Visit, entry: EntryState, depth: int, trail: Trail
    ) -> AsyncIterator[scrapy.Request]:
        """Fetch what an older list held while nobody looked, and go on back until one shows what was known."""
        with self._in_hand(response):
            answer, found = await self._entries.read(
                response, visit.planned.source, entry, depth, trail.entry.url
            )
        recorded = await self._desk.discovered(
            visit.planned.source, entry, answer, found.discoveries, trail.gap
        )
        await self._order(visit, recorded.orders, found.discoveries)
        trail.found(found.older, found.sitemaps, depth)
        if not recorded.overlap and (back := await self._back(visit, trail)):
            yield back
        for request in self._next(visit):
            yield request
        await self._done(visit)

    async def on_older_failure(self, failure: Failure) -> AsyncIterator[scrapy.Request]:
        """Look elsewhere: an older list that cannot be fetched is no trouble of the source."""
        if self._abandoned:
            return
        visit, arguments, answer = _of_failure(failure)
        trail: Trail = arguments["trail"]
        await self._desk.discovered(visit.planned.source, arguments["entry"], answer, (), trail.gap)
        trail.found("", (), 0)
        if back := await self._back(visit, trail):
            yield back
        for request in self._next(visit):
            yield request
        await self._done(visit)

    async def on_entry_failure(self, failure: Failure) -> AsyncIterator[scrapy.Request]:
        """Report an entry point that could not be fetched; what was left over is fetched all the same."""
        if self._abandoned:
            return
        visit, arguments, answer = _of_failure(failure)
        visit.setbacks += answer.outcome in _OF_THE_HOST
        recorded = await self._desk.discovered(visit.planned.source, arguments["entry"], answer, ())
        await self._order(visit, recorded.orders)
        for request in self._next(visit):
            yield request
        await self._done(visit)

    async def on_page(self, response: Response, visit: Visit, order: FetchOrder) -> AsyncIterator[scrapy.Request]:
        """Hand over an article's page, or report what came instead; then fetch the source's next one."""
        visit.fetching -= 1
        visit.setbacks = 0
        final = canonical(response.url) or response.url
        if final != order.url:
            visit.landed.add(final)
        answer = judge(response, order, final)
        if answer.outcome is Outcome.OK:
            page = page_of(response, visit.planned.source, order, answer)
            other = other_version(response.body, final) if page.recipe.other_version else None
            with self._in_hand(response):
                if other is None:
                    await self._desk.page(page)
            if other is not None:
                yield self._other(visit, order, page, other)
        else:
            response.meta["share"].drop()
            if response.status == 429 or answer.retry_after:
                visit.queue.clear()  # asked to go away: the rest stays in the ledger for the next poll
            await self._desk.fetched(FetchReport(order, answer))
        for request in self._next(visit):
            yield request
        await self._done(visit)

    @contextmanager
    def _in_hand(self, response: Response) -> Iterator[None]:
        """While a document is being read: a big one does not count among those for whose sake Scrapy asks for no more.

        Its share of the budget bounds it, and it ends with this.
        """
        slot = self.crawler.engine.scraper.slot if self.crawler.engine else None
        apart = len(response.body) if slot and len(response.body) > SMALL else 0
        with response.meta["share"]:
            if slot:
                slot.max_active_size += apart
            try:
                yield
            finally:
                if slot:
                    slot.max_active_size -= apart

    def _other(self, visit: Visit, order: FetchOrder, page: Page, other: OtherVersion) -> scrapy.Request:
        """The request for another version of a page that has no text: one, under all the rules of the first."""
        visit.fetching += 1
        visit.open += 1
        order = replace(order, url=other.url, etag=None, last_modified=None)
        arguments = {"visit": visit, "order": order, "page": page, "kind": other.kind}
        return self._request(other.url, visit, self._max_page, self.on_other, self.on_other_failure, order, arguments)

    async def on_other(
        self, response: Response, visit: Visit, order: FetchOrder, page: Page, kind: str
    ) -> AsyncIterator[scrapy.Request]:
        """Hand over a page with the text of its other version; without it where that is no page, either."""
        if judge(response, order, canonical(response.url) or response.url).outcome is Outcome.OK:
            version = f"{kind} version, {order.url}"
            page = replace(page, body=response.body, encoding=encoding_of(response), version=version)
        with self._in_hand(response):
            async for request in self._handed_over(visit, page):
                yield request

    async def on_other_failure(self, failure: Failure) -> AsyncIterator[scrapy.Request]:
        """Hand over the page as it is: its other version cannot be had."""
        if self._abandoned:
            return
        visit, arguments, _ = _of_failure(failure)
        async for request in self._handed_over(visit, arguments["page"]):
            yield request

    async def _handed_over(self, visit: Visit, page: Page) -> AsyncIterator[scrapy.Request]:
        visit.fetching -= 1
        await self._desk.page(page)
        for request in self._next(visit):
            yield request
        await self._done(visit)

    async def on_page_failure(self, failure: Failure) -> AsyncIterator[scrapy.Request]:
        """Report an article that could not be fetched; then fetch the source's next one."""
        if self._abandoned:
            return
        visit, arguments, answer = _of_failure(failure)
        visit.fetching -= 1
        visit.setbacks = visit.setbacks + 1 if answer.outcome in _OF_THE_HOST and not answer.final else 0
        await self._desk.fetched(FetchReport(arguments["order"], answer))
        for request in self._next(visit):
            yield request
        await self._done(visit)


def _of_failure(failure: Failure) -> tuple[Visit, dict[str, Any], Answer]:
    """The visit, the request's arguments and the answer of a request that ended in an exception."""
    request: scrapy.Request = getattr(failure, "request")  # noqa: B009 - Scrapy adds it at run time
    request.meta["share"].drop()
    arguments: dict[str, Any] = request.cb_kwargs
    return arguments["visit"], arguments, outcomes.of_exception(failure.value or Exception(), clock.now())
