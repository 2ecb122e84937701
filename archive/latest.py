"""The stories that rules flagged last, as messages tell them."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from archive import entries
from archive.engine import Connection
from archive.tables import Hit


def latest_entries(connection: Connection, since: datetime, limit: int = 50) -> list[entries.Entry]:
    """The stories with a hit since a time, each by its best, the newest first."""
    newest = (sa.select(Hit.story_id, sa.func.max(Hit.created_at).label("at")).where(Hit.created_at >= since)
              .group_by(Hit.story_id).order_by(sa.desc("at"), Hit.story_id.desc()).limit(limit).subquery())
    best: dict[int, int] = {}
    for story, hit in connection.execute(
            sa.select(Hit.story_id, Hit.id).join(newest, newest.c.story_id == Hit.story_id)
            .order_by(newest.c.at.desc(), Hit.story_id.desc(), Hit.score.desc(), Hit.id)):
        best.setdefault(story, hit)
    loaded = entries.load(connection, list(best.values()))
    return [loaded[hit] for hit in best.values()]
