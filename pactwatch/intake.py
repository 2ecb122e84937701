"""How a pass takes in sources while it goes on, and who waits for them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from scrapy.crawler import AsyncCrawlerRunner

from pactwatch.parts import WHOLE, Part
from pactwatch.summary import PassSummary
from pactwatch.turns import Turns
from pactwatch.writer import Writer
from scrapers.source import SourceFile
from scrapers.spider import NewsSpider

if TYPE_CHECKING:
    from pactwatch.crawl import Newsdesk

LOOK_S = 5.0  # how often `serve` looks for sources that are due
PASS_S = 600.0  # a pass takes in no more then, so that it ends and the next begins with the files as they are
GRACE_S = 2.0  # what requests under way have then: all other sources wait for the next pass

Sources = Callable[[], Mapping[str, SourceFile]]


class Guests:
    """Which parts a pass looks after, and who waits for them. This one: all of them, again and again, and nobody."""

    def waiting(self) -> Sequence[Part]:
        """The parts whose due sources are to be taken in now."""
        return (WHOLE,)

    async def come(self) -> None:
        """Wait until there are parts again."""
        await asyncio.sleep(LOOK_S)

    def seated(self, parts: Collection[Part], claimed: Collection[str], sources: Mapping[str, SourceFile]) -> None:
        """Take notice of which sources were claimed of these parts."""

    def settled(self, source_id: str) -> None:
        """Take notice that all is done for a source."""


class Intake:
    """Takes sources into a pass that become due while it goes on."""

    def __init__(
        self,
        newsdesk: Newsdesk,
        watched: dict[str, SourceFile],
        present: Sources,
        summary: PassSummary,
        guests: Guests,
    ) -> None:
        self._newsdesk, self._watched = newsdesk, watched
        self._present, self._summary = present, summary
        self.guests = guests

    async def run(self, runner: AsyncCrawlerRunner, writer: Writer, own: Turns) -> None:
        """Take in until the pass is old, then have it end soon."""
        end = time.monotonic() + PASS_S
        while time.monotonic() < end:
            # Not `wait_for`: up to Python 3.11 it may swallow that this is cancelled, and the pass would wait for it.
            with suppress(TimeoutError):
                async with asyncio.timeout(end - time.monotonic()):
                    await self.guests.come()
            spider = _spider(runner)
            if spider is None:
                await asyncio.sleep(0.05)  # it begins, or has just ended
                continue
            sources, parts = self._present(), self.guests.waiting()
            self._watched.update(sources)
            further = await self._newsdesk.claim_due(writer, own, sources, set(spider.under_way), parts)
            self.guests.seated(parts, [planned.source.id for planned in further.sources], sources)
            for planned in further.sources:
                self._summary.tally(planned.source.id)
            await spider.take_in(further)
        if spider := _spider(runner):
            spider.wind_up()
            await asyncio.sleep(GRACE_S)
            await abandon(runner)


async def abandon(runner: AsyncCrawlerRunner) -> None:
    """End a crawl at once. What it has not done stays in the ledger, and its sources stay due."""
    if spider := _spider(runner):
        spider.abandon()
    await runner.stop()


def _spider(runner: AsyncCrawlerRunner) -> NewsSpider | None:
    return next((c.spider for c in runner.crawlers if isinstance(c.spider, NewsSpider)), None)
