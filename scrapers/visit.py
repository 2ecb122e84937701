"""What a crawl still has to do for one source."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from time import monotonic

from core.fetching import Answer, EntryState, FetchOrder
from scrapers.desk import PlannedSource


@dataclass(slots=True)
class Visit:
    """The state of one source in a crawl."""

    planned: PlannedSource
    pace: float
    queue: deque[FetchOrder] = field(default_factory=deque)
    polled: set[str] = field(default_factory=set)
    indexes: list[tuple[EntryState, Answer]] = field(default_factory=list)  # told when their sitemaps have been read
    open: int = 0  # requests under way
    fetching: int = 0  # of these, articles
    setbacks: int = 0
    taken: set[int] = field(default_factory=set)  # addresses ordered: two entry points may list the same
    landed: set[str] = field(default_factory=set)  # where redirects ended
    cut_short: bool = False
    began: float = field(default_factory=monotonic)

    @property
    def id(self) -> str:
        """The source's."""
        return self.planned.source.id
