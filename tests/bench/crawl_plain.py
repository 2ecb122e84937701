"""The plain way, to compare with: Scrapy reads the feeds, Trafilatura the pages. Same arguments as crawl_ours.py.

Robots are obeyed, nothing is matched, joined or stored but for the rows of OUT.
"""

from __future__ import annotations

import json
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import scrapy
import trafilatura
from lxml import etree
from scrapy.crawler import CrawlerProcess
from scrapy.http import Response

SETTINGS = {
    "ROBOTSTXT_OBEY": True, "DOWNLOAD_DELAY": 0, "CONCURRENT_REQUESTS": 32, "LOG_LEVEL": "ERROR",
    "TELNETCONSOLE_ENABLED": False, "REMOTE_CONTROL_ENABLED": False, "USER_AGENT": "bench (bench@example.org)",
}


class PlainSpider(scrapy.Spider):
    """Feeds to pages to rows."""

    name = "plain"
    outlets: list[dict[str, str]]
    rows: Any

    async def start(self) -> AsyncIterator[Any]:
        for outlet in self.outlets:
            yield scrapy.Request(outlet["rss"], callback=self.feed)

    def feed(self, response: Response) -> Iterator[scrapy.Request]:
        for link in etree.fromstring(response.body).iterfind("channel/item/link"):
            yield scrapy.Request(link.text or "", callback=self.article)

    def article(self, response: Response) -> None:
        found: Any = trafilatura.bare_extraction(response.body, url=response.url, with_metadata=True)
        if found is not None:
            row = {"url": response.url, "title": found.title, "date": found.date, "text": found.text}
            self.rows.write(json.dumps(row) + "\n")


def main(sources: Path, out: Path) -> None:
    """Crawl."""
    with out.open("w", encoding="utf-8") as rows:
        process = CrawlerProcess(SETTINGS)
        process.crawl(PlainSpider, outlets=json.loads(sources.read_text("utf-8"))["outlets"], rows=rows)
        process.start()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
