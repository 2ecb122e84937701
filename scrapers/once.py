"""Poll entry points once without storing anything: how each of them answers now."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from scrapy.crawler import AsyncCrawlerRunner

from core.fetching import Answer, EntryState, FetchReport, Gap, Recorded
from core.records import Discovery, Page
from core.settings import Settings
from scrapers.desk import CrawlPlan, HostBook, PlannedSource
from scrapers.settings import crawl_settings
from scrapers.source import SourceFile
from scrapers.spider import NewsSpider


class _Answers:
    """A desk that keeps how each entry point answered, and orders nothing."""

    def __init__(self) -> None:
        self.of: dict[tuple[str, str], Answer] = {}
        self.listed: dict[str, set[str]] = {}
        self.newest: dict[str, Any] = {}

    async def discovered(
        self,
        source: SourceFile,
        entry: EntryState,
        answer: Answer,
        discoveries: Sequence[Discovery],
        gap: Gap | None = None,  # noqa: ARG002
    ) -> Recorded:
        """Keep the answer."""
        self.of[source.id, entry.url] = answer
        own = {point.url for point in source.entry_points}
        # What the sitemaps of an index list counts for the index, where it is the only one.
        url = entry.url if entry.url in own else next((p.url for p in source.entry_points if p.kind == "sitemap"), "")
        key = f"{source.id} {url}"
        self.listed.setdefault(key, set()).update(d.url for d in discoveries)
        dates = [d.published_at for d in discoveries if d.published_at]
        if dates and (self.newest.get(key) is None or max(dates) > self.newest[key]):
            self.newest[key] = max(dates)
        return Recorded()

    async def page(self, page: Page) -> None:
        """No article is asked for."""

    async def fetched(self, report: FetchReport) -> None:
        """No article is asked for."""

    async def finished(self, source_id: str, *, unfinished: bool = False) -> None:
        """Every entry point has answered."""


async def poll_once(
    settings: Settings, sources: Sequence[SourceFile], hosts: HostBook | None = None
) -> list[dict[str, Any]]:
    """One row for each entry point: source, kind, url, outcome, reason, entries, newest."""
    desk = _Answers()
    plan = CrawlPlan([PlannedSource(source) for source in sources], hosts)
    await AsyncCrawlerRunner(crawl_settings(settings)).crawl(NewsSpider, plan=plan, desk=desk)
    rows = []
    for source in sources:
        for point in source.entry_points:
            answer, key = desk.of.get((source.id, point.url)), f"{source.id} {point.url}"
            rows.append(
                {
                    "source": source.id, "kind": point.kind, "url": point.url,
                    "outcome": str(answer.outcome) if answer else "not asked",
                    "reason": (answer.reason or "") if answer else "",
                    "entries": len(desk.listed.get(key, ())), "newest": desk.newest.get(key),
                }
            )
    return rows
