"""Ask an outlet a few questions, on a budget, as the crawl would: same robots.txt, address guard, pace and limits."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import dataclass, replace
from datetime import timedelta
from time import monotonic
from typing import Any, Generic, TypeVar

import scrapy
from scrapy.crawler import AsyncCrawlerRunner, Crawler
from scrapy.exceptions import DownloadCancelledError, IgnoreRequest
from scrapy.http import Response
from twisted.python.failure import Failure
from w3lib.encoding import http_content_type_encoding

from core import clock
from core.fetching import Answer
from core.records import Outcome
from core.settings import Settings
from core.urls import canonical
from scrapers import landing, outcomes, render
from scrapers.desk import HostBook
from scrapers.handler import ABANDON
from scrapers.settings import crawl_settings

REQUESTS = 25
SECONDS = 60.0
_ROBOTS = 512_000  # bytes of a robots.txt that are read
_SITEMAP = re.compile(r"^[ \t]*sitemap[ \t]*:[ \t]*(\S{8,2000})", re.IGNORECASE | re.MULTILINE)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Got:
    """How a question was answered. `url` is where redirects ended; the body is there where the outcome is `ok`."""

    asked: str
    url: str
    outcome: Outcome
    reason: str = ""
    status: int | None = None
    body: bytes = b""
    kind: str = ""  # the content type
    encoding: str | None = None
    moved: bool = False  # whether it was led to `url` for good, or only for now

    @property
    def ok(self) -> bool:
        """Whether there is a body to read."""
        return self.outcome is Outcome.OK


class BudgetSpentError(IgnoreRequest):
    """The requests that one look at an outlet may cost are used up."""


class Budget:
    """A downloader middleware that counts every request, robots.txt and redirects too, and refuses what is too much.

    Each robots.txt comes by here, so it also notes the sitemaps that it names.
    """

    def __init__(self, most: int) -> None:
        self.most, self.sent = most, 0
        self.sitemaps: list[str] = []

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Budget:
        """Scrapy's constructor."""
        return cls(crawler.settings.getint("PACTWATCH_REQUESTS"))

    def process_request(self, request: scrapy.Request) -> None:  # noqa: ARG002 - Scrapy's signature
        """Count a request, or refuse it."""
        if self.sent >= self.most:
            raise BudgetSpentError(f"the {self.most} requests that this may cost are used up")
        self.sent += 1

    def process_response(self, request: scrapy.Request, response: Response) -> Response:
        """Note the sitemaps of a robots.txt."""
        if request.meta.get("robots") and response.status == 200:
            text = response.body[:_ROBOTS].decode("utf-8-sig", "replace")
            self.sitemaps += [url for url in _SITEMAP.findall(text) if canonical(url) and url not in self.sitemaps]
        return response


class Reach:
    """What the work is given: `get`, and what is left of the budget."""

    def __init__(self, crawler: Crawler, pace: float, seconds: float) -> None:
        self._crawler, self._pace, self._ends = crawler, pace, monotonic() + seconds
        self._known: dict[tuple[str, bool], Got] = {}
        self._scripts_counted = False
        settings = crawler.settings
        self._timeout = settings.getfloat("DOWNLOAD_TIMEOUT")
        self._sizes = settings.getint("PACTWATCH_MAX_PAGE"), settings.getint("PACTWATCH_MAX_FEED")
        # What has to be done before pages can be asked for as their scripts make them; empty where they can.
        self.no_browser = render.lacking(
            settings["PACTWATCH_BROWSER"], sandbox=settings.getbool("PACTWATCH_BROWSER_SANDBOX")
        )
        self.spent = ""  # why no more was asked

    @property
    def _budget(self) -> Budget | None:
        engine = self._crawler.engine
        members: Any = engine.downloader.middleware.middlewares if engine else ()
        return next((m for m in members if isinstance(m, Budget)), None)

    @property
    def sent(self) -> int:
        """Requests that were sent."""
        return budget.sent if (budget := self._budget) else 0

    @property
    def left(self) -> int:
        """Requests that may still be sent; none when the time is up."""
        budget = self._budget
        return 0 if budget is None or monotonic() >= self._ends else budget.most - budget.sent

    @property
    def sitemaps(self) -> list[str]:
        """The sitemaps that the robots.txt of the hosts name that were asked until now."""
        return list(budget.sitemaps) if (budget := self._budget) else []

    async def get(self, url: str, *, feed: bool = True, scripts: bool = False) -> Got | None:
        """The answer of an address; None where the budget does not allow the question. An answer is kept.

        `scripts`: as the page's scripts make it. What they ask for is paid from an allowance of its own.
        """
        if known := self._known.get((url, scripts)):
            return known
        if scripts and not self._scripts_counted and (budget := self._budget):
            budget.most += render.REQUESTS
            self._scripts_counted = True
        remaining = self._ends - monotonic()
        if remaining <= 0:
            self.spent = "the time for it was over"
            return None
        meta = {
            "download_maxsize": self._sizes[feed],
            "download_timeout": min(self._timeout, remaining),
            "pace": self._pace,
            "source": "",
            "render": scripts,
        }
        ended = await self._ask(url, meta, remaining)
        if ended is None or isinstance(ended, BudgetSpentError):
            self.spent = str(ended) if ended else "the time for it was over"
            return None
        if isinstance(ended, BaseException):
            answer = outcomes.of_exception(ended, clock.now())
            got = Got(url, url, answer.outcome, answer.reason)
        else:
            got = _judged(url, ended)
        self._known[url, scripts] = got
        return got

    async def _ask(self, url: str, meta: dict[str, Any], seconds: float) -> Response | BaseException | None:
        """The response or what came instead; None where there was none in time."""
        future: asyncio.Future[Response | BaseException] = asyncio.get_running_loop().create_future()

        def settle(ended: Response | Failure) -> None:
            if not future.done():
                future.set_result((ended.value or Exception()) if isinstance(ended, Failure) else ended)

        engine: Any = self._crawler.engine
        engine.crawl(scrapy.Request(url, callback=settle, errback=settle, dont_filter=True, meta=meta))
        await asyncio.wait({future}, timeout=seconds)
        return future.result() if future.done() else None


def _judged(asked: str, response: Response) -> Got:
    """The answer under its name: what refuses, or stands in the place of the page, is no `ok`."""
    kind = (response.headers.get(b"Content-Type") or b"").decode("latin-1")
    got = Got(asked, response.url, Outcome.OK, status=response.status, body=response.body, kind=kind,
              encoding=http_content_type_encoding(kind) if kind else None,
              moved=bool(response.request and response.request.meta.get("moved_for_good")))
    if not 200 <= response.status < 300 or response.status == 202:
        answer = Answer(Outcome.OK, clock.now(), status=response.status)
        if response.status != 202:
            answer = outcomes.of_status(response.status, response.headers, clock.now())
        told = landing.refused(answer, response.headers, response.body)
        got = replace(got, outcome=told.outcome, reason=told.reason)
    if got.ok and (led := landing.led_elsewhere(asked, response.url)) and led[0] is not Outcome.SOFT_404:
        got = replace(got, outcome=led[0], reason=led[1])
    if got.ok and not response.body.strip():
        got = replace(got, outcome=Outcome.EMPTY, reason="the answer is empty")
    return got if got.ok else replace(got, body=b"")


class _Ask(scrapy.Spider, Generic[T]):
    """A spider that only lends its crawl to a piece of work."""

    name = "scout"

    def __init__(
        self,
        work: Callable[[Reach], Coroutine[Any, Any, T]],
        pace: float,
        seconds: float,
        result: list[Any],
        hosts: HostBook | None,
    ) -> None:
        super().__init__()
        self.hosts = hosts
        self._work, self._pace, self._seconds, self._result = work, pace, seconds, result

    async def start(self) -> AsyncIterator[scrapy.Request]:
        """Do the work; the task, with what it returned or raised, is kept for the caller."""
        task = asyncio.ensure_future(self._work(Reach(self.crawler, self._pace, self._seconds)))
        self._result.append(task)
        await asyncio.wait({task})
        # What still waits for its host's turn would hold up the end of the crawl, for minutes where robots.txt asks so.
        if self.hosts:
            self.hosts.close()
        downloader = self.crawler.engine.downloader if self.crawler.engine else None
        for slot in downloader.slots.values() if downloader else ():
            while slot.queue:
                slot.queue.popleft()[1].errback(DownloadCancelledError())
        self.crawler.signals.send_catch_log(ABANDON)
        nothing: tuple[scrapy.Request, ...] = ()
        for request in nothing:
            yield request


async def reaching(
    settings: Settings,
    work: Callable[[Reach], Coroutine[Any, Any, T]],
    *,
    requests: int = REQUESTS,
    delay: float | None = None,
    within: timedelta = timedelta(seconds=SECONDS),
    hosts: HostBook | None = None,
) -> T:
    """Do a piece of work that may ask outlets so many questions in so much time.

    With `hosts`, what they asked of us before holds too, and no other process asks them meanwhile.
    """
    scrapy_settings = crawl_settings(settings)
    scrapy_settings["PACTWATCH_REQUESTS"] = requests
    middlewares = {**scrapy_settings["DOWNLOADER_MIDDLEWARES"], "scrapers.scout.reach.Budget": 150}
    scrapy_settings["DOWNLOADER_MIDDLEWARES"] = middlewares
    pace = settings.crawl.delay if delay is None else delay
    result: list[asyncio.Future[T]] = []
    await AsyncCrawlerRunner(scrapy_settings).crawl(
        _Ask, work=work, pace=pace, seconds=within.total_seconds(), result=result, hosts=hosts
    )
    return result[0].result()
