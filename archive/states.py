"""How each source goes, for people: its last poll and how many articles it brought."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from archive.engine import Connection
from archive.tables import Article, Source


@dataclass(frozen=True, slots=True)
class SourceState:
    """A source's row, and the number of its articles in the archive."""

    outcome: str | None
    reason: str | None
    last_polled_at: datetime | None
    last_new_at: datetime | None
    next_due_at: datetime | None
    failures: int
    articles: int


def source_states(connection: Connection) -> dict[str, SourceState]:
    """The state of every source that was ever due, by id."""
    articles = sa.select(Article.source_id, sa.func.count().label("number")).group_by(Article.source_id).subquery()
    query = sa.select(
        Source.id,
        Source.outcome,
        Source.reason,
        Source.last_polled_at,
        Source.last_new_at,
        Source.next_due_at,
        Source.failures,
        sa.func.coalesce(articles.c.number, 0),
    ).outerjoin(articles, articles.c.source_id == Source.id)
    return {id_: SourceState(*rest) for id_, *rest in connection.execute(query)}
