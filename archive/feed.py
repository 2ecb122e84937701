"""What a feed of a query says, whatever form it takes: the newest articles that match."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.engine import Connection

from archive.conditions import Aliases
from archive.search import search
from core.query import Query


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """An entry. `id` never changes, `url` is the outlet's page, `summary` is plain text that nobody has escaped yet."""

    id: int
    story: int
    title: str
    url: str
    source: str
    published_at: datetime
    seen_at: datetime
    summary: str
    categories: tuple[str, ...]


def feed_entries(connection: Connection, query: Query, *, limit: int = 50,
                 aliases: Aliases | None = None) -> tuple[FeedEntry, ...]:
    """The entries of a query's feed, the newest first. Who must not miss any asks `archive.arrivals.new_since`."""
    found = search(connection, query, limit=limit, aliases=aliases).items
    return tuple(
        FeedEntry(item.id, item.story, item.title, item.url, item.source, item.published_at, item.seen_at,
                  item.snippet.replace("**", ""),
                  tuple(filter(None, (item.event_type, item.status, *item.organisations)))) for item in found)
