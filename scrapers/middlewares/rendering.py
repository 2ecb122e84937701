"""Give pages of sources with `render: true` to a browser, and everything that the browser asks for to the crawl."""

from __future__ import annotations

import asyncio
from typing import Any

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK

from core.errors import SkipDocument
from core.records import Outcome
from scrapers.handler import ABANDON
from scrapers.outcomes import Refused, is_web_page
from scrapers.render import Renderer


class Rendering:
    """Replaces the body of a page by what it is after its scripts have run. Nothing is done for other requests."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        settings = crawler.settings
        self._renderer = Renderer(settings["PACTWATCH_BROWSER"], sandbox=settings.getbool("PACTWATCH_BROWSER_SANDBOX"))
        self._abandoned = False
        self._closing: set[asyncio.Future[None]] = set()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Rendering:
        """Scrapy's constructor."""
        rendering = cls(crawler)
        crawler.signals.connect(rendering.close, signals.spider_closed)
        crawler.signals.connect(rendering.abandon, ABANDON)
        return rendering

    async def close(self) -> None:
        """End the browser with the crawl."""
        await self._renderer.close()

    def abandon(self) -> None:
        """End the browser now: what it works on ends with it."""
        self._abandoned = True
        task = asyncio.ensure_future(self._renderer.close())
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)

    async def process_response(self, request: Request, response: Response) -> Response:
        """The page as its scripts make it. Raises Refused, `needs_javascript`, where there is no browser to do so."""
        kind = response.headers.get(b"Content-Type") or b""
        if not request.meta.get("render") or response.status != 200 or not is_web_page(kind, response.body):
            return response
        if self._abandoned:
            raise Refused(Outcome.NEEDS_JAVASCRIPT, "the crawl was stopped")
        meta = {key: request.meta[key] for key in ("pace", "source", "download_timeout", "download_maxsize")}

        async def fetch(url: str) -> Any:
            asked = Request(url, callback=NO_CALLBACK, dont_filter=True, meta=dict(meta))
            engine: Any = self._crawler.engine
            task = asyncio.ensure_future(engine.download_async(asked))
            await asyncio.wait({task})
            return None if task.cancelled() or task.exception() else task.result()

        try:
            body = await self._renderer.render(response.url, response.body, kind.decode("latin-1"), fetch)
        except SkipDocument as skipped:
            # Not "from": the outcome is for now, while a skipped document is never tried again.
            raise Refused(Outcome(skipped.outcome), str(skipped)) from None
        headers = response.headers.copy()
        headers[b"Content-Type"] = b"text/html; charset=utf-8"
        return response.replace(body=body, headers=headers)
