"""What the spider is given and whom it reports to. The application implements the desk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from core.fetching import Answer, EntryState, FetchOrder, FetchReport, Gap, HostState, Recorded
from core.records import Discovery, Page
from scrapers.source import EntryPoint, SourceFile

if TYPE_CHECKING:
    from scrapers.lasting import Connections  # Twisted's, which takes a while to load

LONGEST_VISIT_S = 600.0  # what a source still has to bring then waits for its next poll


@dataclass(frozen=True, slots=True)
class PlannedSource:
    """A source to be polled now: its file, what is known of its entry points, and what an earlier run left over."""

    source: SourceFile
    states: Mapping[str, EntryState] = field(default_factory=dict)  # by the entry point's address
    left_over: Sequence[FetchOrder] = ()

    def due(self, now: datetime) -> list[EntryPoint]:
        """The entry points to poll: all, but for those whose own rhythm is slower. At least one, the longest due."""
        times = {e.url: s.due_at for e in self.source.entries if (s := self.states.get(e.url)) and s.due_at}
        ready = [e for e in self.source.entries if e.url not in times or times[e.url] <= now]
        return ready or sorted(self.source.entries, key=lambda e: times[e.url])[:1]

    def known_sitemaps(self, entry: EntryState) -> list[str]:
        """What the last visit found in an index: not every outlet touches its index when one of its sitemaps grows."""
        own = {point.url for point in self.source.entries}
        if entry.kind != "sitemap" or entry.url not in own:
            return []
        polled = {s.url: s.last_polled_at for s in self.states.values() if s.kind == "sitemap" and s.last_polled_at}
        polled = {url: at for url, at in polled.items() if url not in own}
        same_visit = timedelta(seconds=LONGEST_VISIT_S)
        return [url for url, at in polled.items() if at > max(polled.values()) - same_visit]


class HostBook(Protocol):
    """Remembers what hosts ask of us from one crawl to the next."""

    async def look_up(self, origin: str) -> HostState | None:
        """What is known of a host; None where nothing is."""

    async def keep(self, state: HostState) -> None:
        """Remember what a host said."""

    async def turn(self, host: str, source_id: str) -> bool:
        """Wait until no other process asks the host; False where that took too long."""

    def still(self) -> bool:
        """Whether the turns hold; this process may have been frozen for so long that others have them."""

    def pace(self, host: str, delay: float) -> None:
        """Note how many seconds lie between two requests to a host."""

    def close(self) -> None:
        """The crawl is being stopped: no request waits for its turn any more."""


class ArrivedPages(Protocol):
    """Pages that arrived in an earlier crawl, which ended before they were stored."""

    def take(self, order: FetchOrder) -> Page | None:
        """The page of an order; None where it has to be fetched."""


@dataclass(frozen=True, slots=True)
class CrawlPlan:
    """All sources of one crawl.

    Without `hosts`, each host is asked for its robots.txt again; without `connections`, none outlasts the crawl.
    """

    sources: Sequence[PlannedSource]
    hosts: HostBook | None = None
    arrived: ArrivedPages | None = None
    connections: Connections | None = None


class Desk(Protocol):
    """Takes what the spider brings. Each call returns when the desk is ready for more: waiting is the back-pressure."""

    async def discovered(
        self,
        source: SourceFile,
        entry: EntryState,
        answer: Answer,
        discoveries: Sequence[Discovery],
        gap: Gap | None = None,
    ) -> Recorded:
        """Keep what an entry point listed and how it answered; return what is to be fetched now.

        With `gap`, an older list was read because that of the entry point shows nothing that was known.
        """

    async def page(self, page: Page) -> None:
        """Take an article's page for extraction."""

    async def fetched(self, report: FetchReport) -> None:
        """Take a fetch that brought no page: unchanged, refused or failed."""

    async def finished(self, source_id: str, *, unfinished: bool = False) -> None:
        """All that this crawl does for a source is done; `unfinished`: it was cut short."""


def plan(
    sources: Mapping[str, SourceFile],
    states: Mapping[str, Sequence[EntryState]],
    left_over: Mapping[str, Sequence[FetchOrder]],
) -> CrawlPlan:
    """A plan for the sources named in `states` (the ones that were claimed)."""
    return CrawlPlan(
        [
            PlannedSource(sources[id_], {s.url: s for s in known}, left_over.get(id_, ()))
            for id_, known in states.items()
        ]
    )
