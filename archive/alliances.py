"""A week's alliances: how many stories a route had in each week, and who allied with whom in the last one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

import sqlalchemy as sa

from archive import entries, selection
from archive.engine import Connection
from archive.selection import NewHit
from archive.tables import Article, Event, Hit, Story
from core.records import EventStatus
from core.routes import RouteSettings

_OVER = {EventStatus.DENIED, EventStatus.ENDED}
_TOLD = {EventStatus.ANNOUNCED, EventStatus.PLANNED, EventStatus.RUMOURED}


@dataclass(frozen=True, slots=True)
class Alliance:
    """A story of the week: who is in it. `rumoured`: nobody has said more than that."""

    story_id: int
    parties: tuple[str, ...]
    rumoured: bool


def stories_per_week(connection: Connection, route: RouteSettings, bounds: Sequence[datetime]) -> list[int]:
    """The stories that a route takes, by the week in which they were first seen; n + 1 bounds make n weeks.

    Weeks before the archive's first story are left out.
    """
    seen = {story: at for story, at, _, _ in _hits(connection, route, bounds[0], bounds[-1])}
    first = connection.execute(sa.select(sa.func.min(Story.first_seen_at))).scalar_one()
    weeks = [sum(begin <= at < end for at in seen.values()) for begin, end in pairwise(bounds)]
    old = sum(first is None or end <= first for end in bounds[1:-1])
    return weeks[old:]


def alliances(connection: Connection, route: RouteSettings, since: datetime, until: datetime) -> list[Alliance]:
    """The alliances that a route tells of in a window, the surest first. Denied and ended ones are none."""
    best: dict[int, tuple[float, int]] = {}
    statuses: dict[int, set[str]] = {}
    for story, _, hit, score in _hits(connection, route, since, until):
        best[story] = max(best.get(story, (0.0, 0)), (score, hit))
    for story, status in connection.execute(
            sa.select(Hit.story_id, Event.status).join(Event, Event.id == Hit.event_id)
            .where(Hit.story_id.in_(best))):
        statuses.setdefault(story, set()).add(status)
    loaded = entries.load(connection, [hit for _, hit in best.values()])
    found = []
    for story, (_, hit) in sorted(best.items(), key=lambda one: (-one[1][0], one[0])):
        said, parties = statuses.get(story, set()), loaded[hit].parties
        if len(parties) > 1 and said & _TOLD and not said & _OVER:
            found.append(Alliance(story, parties, rumoured=said & _TOLD == {EventStatus.RUMOURED}))
    return found


def _hits(connection: Connection, route: RouteSettings, since: datetime,
          until: datetime) -> list[tuple[int, datetime, int, float]]:
    """Story, when it was first seen, hit and score, for the hits that a route takes, but for those of old pages."""
    rows = connection.execute(
        sa.select(Hit.id, Hit.story_id, Hit.rule, Hit.score, Story.first_seen_at)
        .join(Story, Story.id == Hit.story_id).join(Article, Article.id == Hit.article_id)
        .where(Story.first_seen_at >= since, Story.first_seen_at < until, Article.backfill_id.is_(None),
               Hit.score >= route.min_score)).all()
    taken = selection.taken(connection, [NewHit(r.id, r.story_id, r.rule, r.score) for r in rows], [route])[route.name]
    return [(row.story_id, row.first_seen_at, row.id, row.score) for row in rows if row.id in taken]
