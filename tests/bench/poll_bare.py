"""Scrapy alone as a poller: every feed is asked so many times for what is new, and nothing is done with the answer.

python -m tests.bench.poll_bare PORT HOSTS TIMES
"""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Iterator
from typing import Any

import scrapy
from scrapy.crawler import CrawlerProcess
from scrapy.http import Response

from scrapers.settings import REACTOR, event_loop
from tests.bench.poll_web import TAG, host_of


class Bare(scrapy.Spider):
    """The feeds of all hosts, one round after the other."""

    name = "bare"
    handle_httpstatus_list = (304,)
    port = hosts = times = 0

    async def start(self) -> AsyncIterator[scrapy.Request]:
        for number in range(self.hosts):
            yield self._request(f"http://{host_of(number)}:{self.port}/feed", 1)

    def _request(self, url: str, time: int) -> scrapy.Request:
        return scrapy.Request(url, dont_filter=True, headers={"If-None-Match": TAG}, meta={"time": time})

    def parse(self, response: Response, **_: Any) -> Iterator[scrapy.Request]:
        assert response.status == 304, response
        if response.meta["time"] < self.times:
            yield self._request(response.url, response.meta["time"] + 1)


if __name__ == "__main__":
    Bare.port, Bare.hosts, Bare.times = map(int, sys.argv[1:])
    process = CrawlerProcess({
        "TWISTED_REACTOR": REACTOR, "ASYNCIO_EVENT_LOOP": event_loop(), "LOG_LEVEL": "WARNING",
        "TELNETCONSOLE_ENABLED": False, "CONCURRENT_REQUESTS": 32, "ROBOTSTXT_OBEY": False,
    })
    process.crawl(Bare)
    process.start()
