"""Looking back: where a list shows nothing that was known, what it has already dropped is looked for in older ones.

A burst pushes more out of a list than it holds, and so does a service that was off over a weekend. What fell out
stands on the list's next pages, or in the sitemaps that robots.txt names.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

from core.fetching import EntryKind, EntryState, Gap
from scrapers import robotstxt
from scrapers.desk import HostBook

MOST_PAGES = 5  # of a list, one after the other
MOST_SITEMAPS = 6  # indexes among them


@dataclass(slots=True)
class Trail:
    """Where to look for what fell into a gap, one document after the other, until one shows what was known."""

    entry: EntryState
    gap: Gap
    older: str  # the list's next page
    pages: int = 0
    sitemaps: deque[tuple[str, int]] | None = None  # with how deep they stand in their index; None: not asked for yet
    asked: set[str] = field(default_factory=set)

    async def step(self, hosts: HostBook | None) -> tuple[EntryState, int] | None:
        """The next list to read, as an entry point, and its depth in an index; None where the trail ends."""
        if self.older and self.older not in self.asked and self.pages < MOST_PAGES:
            self.pages += 1
            self.asked.add(self.older)
            return self._as_entry(self.entry.kind, self.older), 0
        if self.sitemaps is None:
            self.sitemaps = deque((url, 0) for url in await _named_by_robots(self.entry.url, hosts))
            self.pages = 0
        while self.sitemaps and self.pages < MOST_SITEMAPS:
            url, depth = self.sitemaps.popleft()
            if url not in self.asked and url != self.entry.url:
                self.pages += 1
                self.asked.add(url)
                return self._as_entry("sitemap", url), depth
        return None

    def _as_entry(self, kind: EntryKind, url: str) -> EntryState:
        return replace(self.entry, kind=kind, url=url, etag=None, last_modified=None, body_hash=None)

    def found(self, older: str, sitemaps: Sequence[str], depth: int) -> None:
        """Go on with what a list names: its next page, or an index's sitemaps, the best first."""
        self.older = older
        if self.sitemaps is not None:
            self.sitemaps.extendleft((url, depth + 1) for url in reversed(sitemaps))


async def _named_by_robots(url: str, hosts: HostBook | None) -> list[str]:
    parts = urlsplit(url)
    state = await hosts.look_up(f"{parts.scheme}://{parts.netloc}") if hosts else None
    named = robotstxt.parse(state.robots or "").sitemaps if state else ()
    # News sitemaps are short and list the last two days; an index leads to them last.
    return sorted((m for m in named if urlsplit(m).hostname == parts.hostname), key=lambda m: "news" not in m.lower())
