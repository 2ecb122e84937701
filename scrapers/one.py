"""Fetch one page as the crawl would: robots.txt, address guard, limits and user agent are the same."""

from __future__ import annotations

from collections.abc import Sequence

from scrapy.crawler import AsyncCrawlerRunner

from core.errors import RetryLater, SkipDocument
from core.fetching import Answer, EntryState, FetchOrder, FetchReport, Gap, Recorded
from core.records import Discovery, Page
from core.settings import Settings
from scrapers.desk import CrawlPlan, PlannedSource
from scrapers.settings import crawl_settings
from scrapers.source import SourceFile
from scrapers.spider import NewsSpider


class _OnePage:
    """A desk that takes one page, or the answer that says why there is none."""

    def __init__(self) -> None:
        self.brought: Page | None = None
        self.answer: Answer | None = None

    async def discovered(
        self,
        source: SourceFile,  # noqa: ARG002
        entry: EntryState,  # noqa: ARG002
        answer: Answer,  # noqa: ARG002
        discoveries: Sequence[Discovery],  # noqa: ARG002
        gap: Gap | None = None,  # noqa: ARG002
    ) -> Recorded:
        """Nothing is discovered: the address is known."""
        return Recorded()

    async def page(self, page: Page) -> None:
        """Keep the page."""
        self.brought = page

    async def fetched(self, report: FetchReport) -> None:
        """Keep why there is none."""
        self.answer = report.answer

    async def finished(self, source_id: str, *, unfinished: bool = False) -> None:
        """The one page was the last."""


async def fetch_page(settings: Settings, url: str) -> Page:
    """The page at an address. Raises SkipDocument where it can never be read, RetryLater where it cannot now."""
    source = SourceFile.model_construct(id="one-page", name="one page", home=url, entry_points=())
    desk = _OnePage()
    planned = PlannedSource(source, left_over=(FetchOrder(0, source.id, url),))
    await AsyncCrawlerRunner(crawl_settings(settings)).crawl(NewsSpider, plan=CrawlPlan([planned]), desk=desk)
    if desk.brought is not None:
        return desk.brought
    answer = desk.answer
    told = f"{url} cannot be read: " + (f"{answer.outcome}: {answer.reason}" if answer else "nothing was answered")
    raise SkipDocument(told, outcome=str(answer.outcome)) if answer and answer.final else RetryLater(told)
