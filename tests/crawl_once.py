"""Run one crawl in this process and print what came of it: the tests start it as a program, for a reactor runs once.

Usage: python crawl_once.py HOME [OPTION=VALUE …] [--all]; the workspace's database is made where it is not there.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from archive import catalogue, entry_points, ledger
from archive.engine import open_engine, reading, writing
from archive.tables import Base
from core import clock
from core.fetching import Answer, EntryState, FetchReport, Gap, Poll, Recorded
from core.records import Discovery, Page
from core.settings import Settings
from scrapers.catalogue import load_sources
from scrapers.desk import plan
from scrapers.settings import crawl_settings, install_reactor
from scrapers.source import SourceFile
from tests.programs import run


class RecordingDesk:
    """A desk that writes to the ledger at once and keeps what it saw. Pages count as stored without being read."""

    def __init__(self, engine, dies_after: int | None = None) -> None:
        self.engine, self.dies_after = engine, dies_after
        self.polls: list[dict] = []
        self.pages: list[dict] = []
        self.reports: list[dict] = []
        self.done: list[str] = []

    async def discovered(
        self,
        source: SourceFile,
        entry: EntryState,
        answer: Answer,
        discoveries: Sequence[Discovery],
        gap: Gap | None = None,
    ) -> Recorded:
        poll = Poll(entry, answer, tuple(discoveries), source.limits.articles, gap=gap)
        with writing(self.engine) as connection:
            [recorded] = ledger.record_polls(connection, [poll], clock.now())
        self.polls.append(
            {
                "source": source.id,
                "url": entry.url,
                "outcome": str(answer.outcome),
                "reason": answer.reason,
                "listed": recorded.listed,
                "new": recorded.new,
                "orders": len(recorded.orders),
                "titles": [d.title for d in discoveries][:5],
            }
        )
        return recorded

    async def page(self, page: Page) -> None:
        self.pages.append(
            {
                "url": page.url,
                "final": page.final_url,
                "encoding": page.encoding,
                "size": len(page.body),
                "title": page.title_hint,
            }
        )
        if self.dies_after is not None and len(self.pages) > self.dies_after:
            os.kill(os.getpid(), 9)
        with writing(self.engine) as connection:
            connection.exec_driver_sql(
                "UPDATE addresses SET state='stored', attempts=0, fetched_at=?, etag=?, last_modified=? WHERE id=?",
                (
                    page.fetched_at.replace(tzinfo=None).isoformat(sep=" "),
                    page.etag,
                    page.last_modified,
                    page.address_id,
                ),
            )
            if page.final_url != page.url:
                ledger.record_aliases(connection, [(page.final_url, page.address_id)], clock.now())

    async def fetched(self, report: FetchReport) -> None:
        self.reports.append(
            {
                "url": report.order.url,
                "outcome": str(report.answer.outcome),
                "reason": report.answer.reason,
                "final": report.answer.final,
            }
        )
        with writing(self.engine) as connection:
            ledger.record_failures(connection, [report], clock.now())

    async def finished(self, source_id: str, *, unfinished: bool = False) -> None:
        self.done.append(source_id)


async def crawl(home: Path, options: dict, everything: bool) -> dict:
    from scrapy.crawler import AsyncCrawlerRunner

    from scrapers.spider import NewsSpider

    dies_after, stops_after = options.pop("dies_after", None), options.pop("stops_after", None)
    settings = Settings.model_validate(
        {"crawl": {"allow_networks": ["127.0.0.0/8"], "delay": 0, "timeout": 5, **options}}
    )
    engine = open_engine(f"sqlite:///{home}/test.db")
    Base.metadata.create_all(engine)
    sources, mistakes = load_sources([home / "sources"])
    with writing(engine) as connection:
        catalogue.sync_sources(connection, sources, clock.now())
        mine = catalogue.claim(
            connection, catalogue.due_sources(connection, sources, clock.now(), everything=everything), clock.now()
        )
    with reading(engine) as connection:
        crawl_plan = plan(
            sources,
            entry_points.states(connection, mine, everything=True),
            ledger.left_over(connection, mine, clock.now()),
        )
    desk = RecordingDesk(engine, dies_after)
    runner = AsyncCrawlerRunner(crawl_settings(settings))
    under_way = asyncio.ensure_future(runner.crawl(NewsSpider, plan=crawl_plan, desk=desk))
    if stops_after is not None:
        await asyncio.sleep(stops_after)
        for crawler in runner.crawlers:
            crawler.spider.abandon()
        await runner.stop()
    await under_way
    with writing(engine) as connection:
        catalogue.release(connection, mine)
    with reading(engine) as connection:
        states = {
            row.url: [row.state, row.outcome, row.reason]
            for row in connection.exec_driver_sql("SELECT url, state, outcome, reason FROM addresses")
        }
    return {
        "polls": desk.polls,
        "pages": desk.pages,
        "reports": desk.reports,
        "done": sorted(desk.done),
        "addresses": states,
        "mistakes": [str(m) for m in mistakes],
    }


def run_crawl(home: Path, *arguments: str, timeout: float = 60) -> dict:
    """Start this file as a program of its own; what it printed. A process that was killed gives {"killed": True}."""
    done = run(__file__, str(home), *arguments, timeout=timeout)
    if done.returncode < 0:
        return {"killed": True}
    assert done.returncode == 0, done.stderr
    return {**json.loads(done.stdout), "stderr": done.stderr}


def write_source(home: Path, name: str, *entries: str, more: str = "") -> None:
    """Write a source file; entries as `feed: http://…`."""
    folder = home / "sources"
    folder.mkdir(exist_ok=True)
    points = "".join(f"  - {e}\n" for e in entries)
    text = f"name: {name}\nhome: https://example.org/\nentry_points:\n{points}{more}"
    (folder / f"{name}.yaml").write_text(text, encoding="utf-8")


def main() -> None:
    install_reactor()
    from twisted.internet import reactor as installed

    reactor: Any = installed  # Twisted's own annotations do not know the reactor that is installed at run time

    home, *rest = sys.argv[1:]
    options = {k: json.loads(v) for k, _, v in (a.partition("=") for a in rest if "=" in a)}
    result: dict = {}

    async def work() -> None:
        try:
            result.update(await crawl(Path(home), options, "--all" in rest))
        finally:
            reactor.stop()

    reactor.callWhenRunning(lambda: asyncio.ensure_future(work()))
    reactor.run()
    sys.stdout.write(json.dumps(result))


if __name__ == "__main__":
    main()
