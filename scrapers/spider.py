"""The spider: one for all sources that are due. From entry points to the pages of their new articles."""

from __future__ import annotations

import asyncio
import hashlib
from collections import deque
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from time import monotonic
from typing import Any, Self

import scrapy
from scrapy.crawler import Crawler
from scrapy.exceptions import DownloadCancelledError
from scrapy.http import Response
from scrapy.settings import BaseSettings
from twisted.python.failure import Failure

from core import clock
from core.budget import SMALL, Share, size_of, turn_of
from core.errors import SkipDocument
from core.fetching import Answer, EntryState, FetchOrder, FetchReport
from core.records import Discovery, Outcome, Page
from core.urls import canonical
from scrapers import landing, outcomes, robotstags
from scrapers.addresses import narrowed
from scrapers.answers import answer_of, encoding_of, judge, page_of, tags_of
from scrapers.conditions import conditions, had_conditions
from scrapers.desk import LONGEST_VISIT_S, CrawlPlan, Desk, PlannedSource
from scrapers.discovery import Found, read_entry
from scrapers.discovery.read import Ask
from scrapers.feedonly import pages_of
from scrapers.handler import ABANDON
from scrapers.moved import moved_to
from scrapers.otherversion import OtherVersion, other_version
from scrapers.settings import PER_HOST
from scrapers.source import SourceFile

_LARGE = 200_000  # bytes; parsing a longer list may hold up the loop, so it is done in a thread
_SITEMAPS = 4  # times the limit of one index: what indexes of indexes may come to
_SETBACKS = 3  # failures in a row after which a host is left alone for this crawl
_OF_THE_HOST = {Outcome.DNS_ERROR, Outcome.TLS_ERROR, Outcome.TIMEOUT, Outcome.CONNECTION_ERROR, Outcome.ROBOTS_DENIED}


@dataclass(slots=True)
class _Visit:
    """What this crawl still has to do for one source."""

    planned: PlannedSource
    pace: float
    queue: deque[FetchOrder] = field(default_factory=deque)
    polled: set[str] = field(default_factory=set)
    indexes: list[tuple[EntryState, Answer]] = field(default_factory=list)  # told when their sitemaps have been read
    open: int = 0  # requests under way
    fetching: int = 0  # of these, articles
    setbacks: int = 0
    taken: set[int] = field(default_factory=set)  # addresses ordered: two entry points may list the same
    landed: set[str] = field(default_factory=set)  # where redirects ended
    cut_short: bool = False
    began: float = field(default_factory=monotonic)

    @property
    def id(self) -> str:
        return self.planned.source.id


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
        self._one_at_a_time = asyncio.Semaphore(1)  # the trees of several large lists would fill the memory

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
        self._delay = settings.getfloat("DOWNLOAD_DELAY")

    async def start(self) -> AsyncIterator[scrapy.Request]:
        """The entry points of every source, and what is left over from an earlier run."""
        for planned in self._plan.sources:
            async for request in self._begin(planned):
                yield request

    async def _begin(self, planned: PlannedSource) -> AsyncIterator[scrapy.Request]:
        """The first requests for a source: the entry points that are due, and what is left over."""
        delay = planned.source.delay
        visit = _Visit(planned, self._delay if delay is None else delay)
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

    def _poll(self, visit: _Visit, kind: Any, url: str, depth: int = 0) -> scrapy.Request | None:
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

    def _next(self, visit: _Visit) -> Iterator[scrapy.Request]:
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
        visit: _Visit,
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
        self, visit: _Visit, orders: Sequence[FetchOrder], discoveries: Sequence[Discovery] = ()
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

    def _take(self, visit: _Visit, orders: Sequence[FetchOrder]) -> None:
        for order in orders:
            # What is too much stays `discovered` in the ledger, whatever number of lists announces it.
            if order.address_id not in visit.taken and len(visit.taken) < visit.planned.source.limits.articles:
                visit.taken.add(order.address_id)
                visit.queue.append(order)

    async def _done(self, visit: _Visit) -> None:
        visit.open -= 1
        if not visit.open and not visit.queue:
            # Only now: an index whose validators were kept before its sitemaps were read would hide them after a crash.
            for entry, answer in visit.indexes:
                await self._desk.discovered(visit.planned.source, entry, answer, ())
            self.under_way.discard(visit.id)
            await self._desk.finished(visit.id, unfinished=visit.cut_short)

    async def on_entry(
        self, response: Response, visit: _Visit, entry: EntryState, depth: int
    ) -> AsyncIterator[scrapy.Request]:
        """Read an entry point's answer, hand over what it lists, fetch what is ordered."""
        with self._in_hand(response):
            answer, found = await self._read(response, visit, entry, depth)
        visit.setbacks = 0
        unchanged = answer.outcome is Outcome.UNCHANGED
        for url in visit.planned.known_sitemaps(entry) if unchanged else found.sitemaps:
            if request := self._poll(visit, "sitemap", url, depth + 1):
                yield request
        if found.sitemaps:
            visit.indexes.append((entry, answer))
        else:
            orders = await self._desk.discovered(visit.planned.source, entry, answer, found.discoveries)
            await self._order(visit, orders, found.discoveries)
        for request in self._next(visit):
            yield request
        await self._done(visit)

    async def on_entry_failure(self, failure: Failure) -> AsyncIterator[scrapy.Request]:
        """Report an entry point that could not be fetched; what was left over is fetched all the same."""
        if self._abandoned:
            return
        visit, arguments, answer = _of_failure(failure)
        visit.setbacks += answer.outcome in _OF_THE_HOST
        await self._order(visit, await self._desk.discovered(visit.planned.source, arguments["entry"], answer, ()))
        for request in self._next(visit):
            yield request
        await self._done(visit)

    async def _read(self, response: Response, visit: _Visit, entry: EntryState, depth: int) -> tuple[Answer, Found]:
        """How an entry point answered, and what it lists where it is new."""
        now = clock.now()
        if response.status == 304 and not had_conditions(response):
            reason = "HTTP 304 Not Modified to a request without conditions"
            return replace(answer_of(response, Outcome.HTTP_ERROR), reason=reason), Found()
        if response.status == 304:
            return replace(
                answer_of(response, Outcome.UNCHANGED),
                at=now,
                etag=entry.etag,
                last_modified=entry.last_modified,
                body_hash=entry.body_hash,
                moved_to=moved_to(response, entry.url),
            ), Found()
        if response.status not in outcomes.COMPLETE:
            refusal = outcomes.of_status(response.status, response.headers, now)
            return landing.refused(refusal, response.headers, response.body), Found()
        digest = hashlib.blake2b(response.body, digest_size=16).hexdigest()
        answer = replace(answer_of(response, Outcome.OK), body_hash=digest, moved_to=moved_to(response, entry.url))
        if digest == entry.body_hash:
            return replace(answer, outcome=Outcome.UNCHANGED), Found()
        if entry.kind == "listing" and (word := robotstags.forbids_following(tags_of(response))):
            reason = f"the listing asks robots not to follow its links ({word})"
            return replace(answer, outcome=Outcome.ROBOTS_DENIED, reason=reason, body_hash=None), Found()
        ask = self._ask(response, visit, entry, depth)
        try:
            size = size_of(response.body)
            if size < _LARGE:
                found = read_entry(response.body, ask)
            else:
                async with self._one_at_a_time, turn_of(size):
                    found = await asyncio.to_thread(read_entry, response.body, ask)
        except SkipDocument as skipped:
            named = replace(answer, outcome=Outcome(skipped.outcome), reason=str(skipped), etag=None,
                            last_modified=None, body_hash=None)
            if named.outcome is Outcome.NOT_A_FEED:
                named = landing.instead_of_a_list(named, response.body)
            return named, Found()
        found = narrowed(visit.planned.source, found)
        return replace(answer, reason=found.left_out), found

    def _ask(self, response: Response, visit: _Visit, entry: EntryState, depth: int) -> Ask:
        source = visit.planned.source
        point = next((e for e in source.entries if e.url == entry.url), None)
        return Ask(
            url=response.url,
            kind=entry.kind,
            encoding=encoding_of(response),
            language=source.language,
            country=source.country,
            age=timedelta(days=source.limits.age_days) if source.limits.age_days else None,
            sitemaps=source.limits.sitemaps,
            depth=depth,
            max_bytes=self._max_feed,
            links=point.links if point else None,
            title=point.title if point else None,
            date=point.date if point else None,
        )

    async def on_page(self, response: Response, visit: _Visit, order: FetchOrder) -> AsyncIterator[scrapy.Request]:
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

    def _other(self, visit: _Visit, order: FetchOrder, page: Page, other: OtherVersion) -> scrapy.Request:
        """The request for another version of a page that has no text: one, under all the rules of the first."""
        visit.fetching += 1
        visit.open += 1
        order = replace(order, url=other.url, etag=None, last_modified=None)
        arguments = {"visit": visit, "order": order, "page": page, "kind": other.kind}
        return self._request(other.url, visit, self._max_page, self.on_other, self.on_other_failure, order, arguments)

    async def on_other(
        self, response: Response, visit: _Visit, order: FetchOrder, page: Page, kind: str
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

    async def _handed_over(self, visit: _Visit, page: Page) -> AsyncIterator[scrapy.Request]:
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


def _of_failure(failure: Failure) -> tuple[_Visit, dict[str, Any], Answer]:
    """The visit, the request's arguments and the answer of a request that ended in an exception."""
    request: scrapy.Request = getattr(failure, "request")  # noqa: B009 - Scrapy adds it at run time
    request.meta["share"].drop()
    arguments: dict[str, Any] = request.cb_kwargs
    return arguments["visit"], arguments, outcomes.of_exception(failure.value or Exception(), clock.now())
