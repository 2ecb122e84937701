"""Keep robots.txt (RFC 9309) and each host's pace."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from urllib.parse import urlsplit

from protego import Protego
from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http.request import NO_CALLBACK

from core import clock
from core.records import Outcome
from scrapers.outcomes import Refused, of_exception

AGENT = "Pactwatch"  # the product token that robots.txt may name
LONGEST_FILE = 512_000  # bytes that are read; the RFC asks for 500 KiB at least
# A host that cannot be reached at all is named as such: its robots.txt is not what stands in the way.
_OF_THE_HOST = {Outcome.DNS_ERROR, Outcome.TLS_ERROR, Outcome.CONNECTION_ERROR}
LONGEST_PAUSE = 300.0  # seconds; a host that asks for more between requests cannot be polled


@dataclass(frozen=True, slots=True)
class Rules:
    """What a host's robots.txt says: its rules, or why nothing may be fetched."""

    rules: Protego | None = None  # None: everything is allowed
    closed: str = ""  # not empty: nothing is allowed, for this reason
    delay: float = 0.0
    outcome: Outcome = Outcome.ROBOTS_DENIED


class Robots:
    """Asks each host's robots.txt first, once a crawl, and sets the host's pace by it.

    4xx means that there are no rules; 5xx, a time-out or no connection mean that we stay away for now.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._timeout = crawler.settings.getfloat("DOWNLOAD_TIMEOUT")
        self._max_size = crawler.settings.getint("DOWNLOAD_MAXSIZE")
        self._concurrency = crawler.settings.getint("CONCURRENT_REQUESTS_PER_DOMAIN")
        self._hosts: dict[str, asyncio.Future[Rules]] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Robots:
        """Scrapy's constructor."""
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        """Let a request pass, or raise Refused with the outcome robots_denied."""
        if request.meta.get("robots"):
            return
        parts = urlsplit(request.url)
        origin = f"{parts.scheme}://{parts.netloc}"
        known = self._hosts.get(origin)
        if known is None:
            known = self._hosts[origin] = asyncio.get_running_loop().create_future()
            self._set_pace(parts.hostname or "", float(request.meta["pace"]))
            rules = Rules(closed="robots.txt was not read: the crawl was stopped")
            try:
                rules = await self._fetch(origin, request)
            finally:
                known.set_result(rules)
            self._set_pace(parts.hostname or "", rules.delay)
        else:
            rules = known.result() if known.done() else await asyncio.shield(known)
        if rules.closed:
            raise Refused(rules.outcome, rules.closed, final=rules.outcome is Outcome.BLOCKED_ADDRESS)
        if rules.rules is not None and not rules.rules.can_fetch(request.url, AGENT):
            raise Refused(Outcome.ROBOTS_DENIED, "robots.txt disallows this address", final=True)

    async def _fetch(self, origin: str, request: Request) -> Rules:
        meta = {
            "robots": True,
            "download_maxsize": self._max_size,
            "download_timeout": self._timeout,
            "pace": request.meta["pace"],
        }
        asked = Request(f"{origin}/robots.txt", callback=NO_CALLBACK, priority=1000, dont_filter=True, meta=meta)
        try:
            response = await self._crawler.engine.download_async(asked)
        except Exception as failure:  # noqa: BLE001 - whatever breaks this request closes its host, not the crawl
            answer = of_exception(failure, clock.now())
            if answer.outcome is Outcome.HTTP_ERROR:  # redirects that lead nowhere are like a missing file
                return Rules()
            blocked = answer.outcome is Outcome.BLOCKED_ADDRESS
            return Rules(
                closed=answer.reason if blocked else f"robots.txt cannot be read: {answer.reason}",
                outcome=answer.outcome if blocked or answer.outcome in _OF_THE_HOST else Outcome.ROBOTS_DENIED,
            )
        if response.status >= 500 or response.status == 429:
            return Rules(closed=f"robots.txt answered HTTP {response.status}")
        if response.status >= 300:
            return Rules()
        return _parse(response.body)

    def _set_pace(self, host: str, delay: float) -> None:
        """Make the host's slot wait at least so long between two requests."""
        downloader = self._crawler.engine.downloader
        present = downloader.per_slot_settings.get(host, {}).get("delay", 0.0)
        delay = max(delay, present)
        downloader.per_slot_settings[host] = {
            "delay": delay,
            "jitter": 0.0,
            "concurrency": 1 if delay else self._concurrency,
        }
        if slot := downloader.slots.get(host):
            slot.delay, slot.concurrency = delay, 1 if delay else self._concurrency


def _parse(body: bytes) -> Rules:
    text = body[:LONGEST_FILE].decode("utf-8-sig", "replace")
    rules = Protego.parse(text)
    delay = float(rules.crawl_delay(AGENT) or 0.0)
    if delay > LONGEST_PAUSE:
        return Rules(closed=f"robots.txt asks for {delay:.0f} s between two requests")
    return Rules(rules, delay=max(0.0, delay))
