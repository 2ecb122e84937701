"""How each source goes, for people: its last poll and how many articles it brought."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from archive import days, troubles
from archive.engine import Connection
from archive.tables import Article, EntryPoint, Source


@dataclass(frozen=True, slots=True)
class SourceState:
    """A source's row, and the number of its articles in the archive."""

    outcome: str | None
    reason: str | None
    last_polled_at: datetime | None
    last_new_at: datetime | None
    next_due_at: datetime | None
    failures: int
    failing_since: datetime | None
    interval_s: int | None
    articles: int
    trouble: str | None
    missed: int                              # between polls, in 30 days, estimated
    moved_to: str | None


def source_states(connection: Connection, now: datetime, only: str | None = None) -> dict[str, SourceState]:
    """The state of every source that was ever due, by id, or of only one."""
    wrong: dict[str, str] = {}
    for row in troubles.open_ones(connection).values():
        if row.source_id:
            said = f"{row.kind} since {row.since:%Y-%m-%d}"
            wrong[row.source_id] = f"{wrong[row.source_id]}, {said}" if row.source_id in wrong else said
    lost = days.missed(connection, now)
    query_of_moved = sa.select(EntryPoint.source_id, EntryPoint.moved_to).where(EntryPoint.moved_to.is_not(None))
    moved: dict[str, str] = {source_id: address for source_id, address in connection.execute(query_of_moved) if address}
    counted = sa.select(Article.source_id, sa.func.count().label("number")).group_by(Article.source_id)
    articles = (counted if only is None else counted.where(Article.source_id == only)).subquery()
    query = sa.select(
        Source.id,
        Source.outcome,
        Source.reason,
        Source.last_polled_at,
        Source.last_new_at,
        Source.next_due_at,
        Source.failures,
        Source.failing_since,
        Source.interval_s,
        sa.func.coalesce(articles.c.number, 0),
    ).outerjoin(articles, articles.c.source_id == Source.id)
    query = query if only is None else query.where(Source.id == only)
    found: dict[str, SourceState] = {}
    for row in connection.execute(query):
        values: tuple[Any, ...] = tuple(row)
        id_ = row[0]
        found[id_] = SourceState(*(*values[1:], wrong.get(id_), lost.get(id_, (0, 0))[1], moved.get(id_)))
    return found
