"""The headers of every request: who asks, and what is understood."""

from __future__ import annotations

from scrapy import Request
from scrapy.crawler import Crawler

_HEADERS = {
    b"Accept": (
        b"text/html,application/xhtml+xml,application/rss+xml,application/atom+xml,application/feed+json,"
        b"application/xml;q=0.9,*/*;q=0.8"
    ),
    b"Accept-Language": b"en;q=0.8, *;q=0.5",
}


class Greeting:
    """Sets the user agent and what is accepted, robots.txt and redirects included."""

    def __init__(self, user_agent: str) -> None:
        self._headers = {**_HEADERS, b"User-Agent": user_agent.encode()}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Greeting:
        """Scrapy's constructor."""
        return cls(crawler.settings["USER_AGENT"])

    def process_request(self, request: Request) -> None:
        """Add the headers that are not there."""
        for name, value in self._headers.items():
            request.headers.setdefault(name, value)
