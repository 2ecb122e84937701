"""Keep robots.txt (RFC 9309), each host's pace, and its Retry-After."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from datetime import timedelta
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK

from core import clock
from core.fetching import Answer, HostState
from core.records import Outcome
from scrapers import robotstxt
from scrapers.desk import HostBook
from scrapers.outcomes import NO_CONNECTION, NO_HANDSHAKE, Refused, of_exception, retry_after
from scrapers.robotstxt import RobotsText

# A host that cannot be reached at all is named as such: its robots.txt is not what stands in the way.
_OF_THE_HOST = {Outcome.DNS_ERROR, Outcome.TLS_ERROR, Outcome.CONNECTION_ERROR}
LONGEST_PAUSE = 300.0  # seconds; a host that asks for more between requests cannot be polled
FRESH = timedelta(days=1)  # how long a robots.txt is good without asking for it again, as the RFC says
STALE = timedelta(days=30)  # how long the last copy stands in while the host does not answer for it
AFTER_OTHERS_S = 60.0  # when a request is tried again that did not get its turn
TRY_AGAIN = timedelta(hours=1)  # how often it is asked meanwhile


_NONE = RobotsText()


@dataclass(frozen=True, slots=True)
class _Host:
    """What holds for a host in this crawl: its rules, or why nothing may be fetched."""

    rules: RobotsText = _NONE
    closed: str = ""  # not empty: nothing is allowed, for this reason
    outcome: Outcome = Outcome.ROBOTS_DENIED


class Robots:
    """Asks each host's robots.txt first, once a day, and sets the host's pace by it.

    4xx means that there are no rules; 5xx, a time-out or no connection mean that the last copy holds, or where there
    is none, that we stay away for now. What a host asks holds for all sources and over restarts.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._timeout = crawler.settings.getfloat("DOWNLOAD_TIMEOUT")
        self._max_size = crawler.settings.getint("DOWNLOAD_MAXSIZE")
        self._concurrency = crawler.settings.getint("CONCURRENT_REQUESTS_PER_DOMAIN")
        self._hosts: dict[str, asyncio.Future[_Host]] = {}
        self._states: dict[str, HostState] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Robots:
        """Scrapy's constructor."""
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        """Let a request pass when it is its turn, or raise Refused with the outcome robots_denied."""
        origin, name = _origin(request.url)
        if (book := self._book) and not await book.turn(name, request.meta["source"]):
            why = f"another process was asking {name} all the time; this address comes with the next poll"
            raise Refused(Outcome.HTTP_ERROR, why, retry_after=AFTER_OTHERS_S)
        if request.meta.get("robots"):
            return
        known = self._hosts.get(origin)
        if known is None:
            known = self._hosts[origin] = asyncio.get_running_loop().create_future()
            self._set_pace(name, float(request.meta["pace"]))
            host = _Host(closed="robots.txt was not read: the crawl was stopped")
            try:
                host = await self._ask(origin, request)
            finally:
                known.set_result(host)
            self._set_pace(name, host.rules.delay)
        else:
            self._set_pace(name, float(request.meta["pace"]))  # of several sources, the slowest decides
            host = known.result() if known.done() else await asyncio.shield(known)
        self._keep_away(origin)
        if host.closed:
            raise Refused(host.outcome, host.closed, final=host.outcome is Outcome.BLOCKED_ADDRESS)
        if not host.rules.allows(request.url):
            raise Refused(Outcome.ROBOTS_DENIED, "robots.txt disallows this address", final=True)

    async def process_response(self, request: Request, response: Response) -> Response:  # noqa: ARG002
        """Note the time until which a host asks to be left alone."""
        if response.status >= 400 and (value := response.headers.get(b"Retry-After")):
            seconds = retry_after(value, clock.now())
            if seconds:
                origin, _ = _origin(response.url)
                state = self._states.get(origin) or HostState(origin)
                await self._remember(replace(state, wait_until=clock.now() + timedelta(seconds=seconds)))
        return response

    def _keep_away(self, origin: str) -> None:
        state = self._states.get(origin)
        if state and state.wait_until and (left := (state.wait_until - clock.now()).total_seconds()) > 0:
            until = f"{state.wait_until:%Y-%m-%d %H:%M:%S} UTC"
            raise Refused(Outcome.HTTP_ERROR, f"the host asked for no request before {until}", retry_after=left)

    async def _remember(self, state: HostState) -> None:
        self._states[state.origin] = state
        if book := self._book:
            await book.keep(state)

    @property
    def _book(self) -> HostBook | None:
        return getattr(self._crawler.spider, "hosts", None)

    async def _ask(self, origin: str, request: Request) -> _Host:
        """What holds for a host: by its fresh copy, by asking, or by the last copy where it does not answer."""
        state = await self._book.look_up(origin) if self._book else None
        state = self._states[origin] = state or HostState(origin)
        now = clock.now()
        self._keep_away(origin)
        if state.robots_at and (
            now - state.robots_at < FRESH
            or (now - state.robots_at < STALE and state.tried_at and now - state.tried_at < TRY_AGAIN)
        ):
            return _of(state)
        host, state = await self._fetch(origin, request, replace(state, tried_at=now))
        await self._remember(replace(state, wait_until=self._states[origin].wait_until))
        if host.closed and host.outcome is not Outcome.BLOCKED_ADDRESS and state.robots_at:
            return _of(state) if now - state.robots_at < STALE else host
        return host

    async def _fetch(self, origin: str, request: Request, state: HostState) -> tuple[_Host, HostState]:
        meta = {
            "robots": True,
            "download_maxsize": self._max_size,
            "download_timeout": self._timeout,
            "pace": request.meta["pace"],
            "source": request.meta["source"],
        }
        headers = {}
        if state.robots_at and state.etag:
            headers["If-None-Match"] = state.etag
        if state.robots_at and state.last_modified:
            headers["If-Modified-Since"] = state.last_modified
        asked = Request(
            f"{origin}/robots.txt", callback=NO_CALLBACK, priority=1000, dont_filter=True, meta=meta, headers=headers
        )
        now = clock.now()
        without = replace(state, robots=None, robots_at=now, etag=None, last_modified=None)
        try:
            response = await self._crawler.engine.download_async(asked)
        except Exception as failure:  # noqa: BLE001 - whatever breaks this request closes its host, not the crawl
            answer = of_exception(failure, now)
            if answer.outcome is Outcome.HTTP_ERROR:  # redirects that lead nowhere are like a missing file
                return _Host(), without
            return _closed(answer), state
        if response.status == 304 and headers:
            state = replace(state, robots_at=now)
            return _of(state), state
        if response.status >= 500 or response.status == 429:
            return _Host(closed=f"robots.txt cannot be read: HTTP {response.status}"), state
        if response.status >= 300:
            return _Host(), without
        rules = robotstxt.read(response.body)
        state = replace(
            without,
            robots=rules.text,
            etag=_header(response, b"ETag"),
            last_modified=_header(response, b"Last-Modified"),
        )
        return _of(state), state

    def _set_pace(self, host: str, delay: float) -> None:
        """Make the host's slot wait at least so long between two requests."""
        downloader = self._crawler.engine.downloader
        present = downloader.per_slot_settings.get(host, {}).get("delay")
        if present is not None and delay <= present:
            return
        if book := self._book:
            book.pace(host, delay)
        downloader.per_slot_settings[host] = {
            "delay": delay,
            "jitter": 0.0,
            "concurrency": 1 if delay else self._concurrency,
        }
        if slot := downloader.slots.get(host):
            slot.delay, slot.concurrency = delay, 1 if delay else self._concurrency


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}", parts.hostname or ""


def _of(state: HostState) -> _Host:
    """What a host's robots.txt means for this crawl."""
    rules = robotstxt.parse(state.robots or "")
    if rules.delay > LONGEST_PAUSE:
        return _Host(closed=f"robots.txt asks for {rules.delay:.0f} s between two requests")
    return _Host(rules)


def _closed(answer: Answer) -> _Host:
    blocked = answer.outcome is Outcome.BLOCKED_ADDRESS
    unreached = answer.outcome in _OF_THE_HOST or answer.reason in {NO_CONNECTION, NO_HANDSHAKE}
    return _Host(
        closed=answer.reason if blocked else f"robots.txt cannot be read: {answer.reason}",
        outcome=answer.outcome if blocked or unreached else Outcome.ROBOTS_DENIED,
    )


def _header(response: Response, name: bytes) -> str | None:
    value = response.headers.get(name)
    return value.decode("latin-1")[:500] if value else None
