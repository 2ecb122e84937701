"""Alerts of a route: the first news of a story heads a thread, which later news follow.

Quiet hours hold them back; what is above the hour's budget goes into a digest.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from archive.engine import Connection
from archive.mutes import MUTED, Muted
from archive.selection import NewHit
from archive.tables import Delivery
from core.routes import RouteSettings

MOVED = "moved"                          # over the budget of its route: a digest tells it
HOUR = timedelta(hours=1)
LONGEST_HOLD = timedelta(hours=25)       # quiet hours end within a day; a longer hold is void


def rows(connection: Connection, route: RouteSettings, hits: Sequence[tuple[str, NewHit]], now: datetime,
         overflow: RouteSettings | None, muted: Mapping[int, Muted]) -> list[dict[str, Any]]:
    """The deliveries that tell these hits, given with the rest of their keys.

    News of a story that heads a thread go into it, whatever the budget. Without a digest to take what is above the
    budget, that waits for the next hour. What a mute covers counts for nothing and heads no thread.
    """
    found: list[dict[str, Any]] = []
    heads = heads_of(connection, [route.name], {hit.story_id for _, hit in hits})
    quiet = route.quiet_until(now)
    times = _times(connection, route, now) if route.budget else []
    for rest, hit in hits:
        key = f"alert:{route.name}:{rest}"
        head = heads.get((route.name, hit.story_id))
        row = _row(route, key, hit, now, quiet)
        if (mute := muted.get(hit.hit_id)) is not None:
            found.append(row | {"state": MUTED, "muted_by": mute.id, "error": mute.said, "hold_until": None})
            continue
        if head is not None:
            row |= {"kind": "follow", "thread_key": head}
        elif route.budget and _over(times, quiet or now, route.budget):
            if overflow is not None:
                row |= {"state": MOVED, "hold_until": None,
                        "error": f"over the budget of {route.budget} an hour; the digest of {overflow.name} tells it"}
            else:
                later = min(next_free(times, quiet or now, route.budget), now + LONGEST_HOLD)
                times.append(later)
                row["hold_until"] = later
        else:
            times.append(quiet or now)
        if row["state"] != MOVED:
            heads.setdefault((route.name, hit.story_id), key)
        found.append(row)
    # Whoever reads the head sees that the story went on.
    refresh(connection, {row["thread_key"] for row in found if row["thread_key"]}, now)
    return found


def refresh(connection: Connection, keys: Iterable[str], now: datetime) -> None:
    """Ask that messages be brought up to date; those that are not rendered yet will be anyway."""
    wanted = sorted(keys)
    if wanted:
        connection.execute(sa.update(Delivery).where(Delivery.key.in_(wanted), Delivery.payload.is_not(None))
                           .values(refresh_at=now).execution_options(synchronize_session=False))


def _row(route: RouteSettings, key: str, hit: NewHit, now: datetime, hold: datetime | None) -> dict[str, Any]:
    return {"key": key, "route": route.name, "channel": route.channel, "kind": "alert", "state": "pending",
            "hit_id": hit.hit_id, "story_id": hit.story_id, "created_at": now, "attempts": 0, "thread_key": None,
            "hold_until": hold, "error": None, "muted_by": None}


def heads_of(connection: Connection, routes: Sequence[str], stories: Iterable[int]) -> dict[tuple[str, int], str]:
    """The key of the alert that heads each story's thread, by route and story: the first that was, or will be, sent."""
    found: dict[tuple[str, int], str] = {}
    ids = sorted(set(stories))
    for i in range(0, len(ids), 5000):
        for route, story, key in connection.execute(
                sa.select(Delivery.route, Delivery.story_id, Delivery.key)
                .where(Delivery.route.in_(routes), Delivery.story_id.in_(ids[i : i + 5000]), Delivery.kind == "alert",
                       Delivery.state.not_in((MOVED, MUTED, "failed"))).order_by(Delivery.id)):
            assert story is not None
            found.setdefault((route, story), key)
    return found


def _times(connection: Connection, route: RouteSettings, now: datetime) -> list[datetime]:
    """When the alerts of a route that count for its budget were due, or will be."""
    due = sa.func.coalesce(Delivery.hold_until, Delivery.created_at)
    return list(connection.scalars(sa.select(due).where(
        Delivery.route == route.name, Delivery.kind == "alert", Delivery.state.not_in((MOVED, MUTED)),
        due > now - HOUR)))


def _over(times: Sequence[datetime], due: datetime, budget: int) -> bool:
    """Whether one more at this time makes more than the budget within an hour."""
    return sum(due - HOUR < time <= due for time in times) >= budget


def next_free(times: Sequence[datetime], due: datetime, budget: int) -> datetime:
    """The first time from `due` on at which one more is within the budget."""
    candidates = sorted({due, *(time + HOUR for time in times if time + HOUR > due)})
    return next(time for time in candidates if not _over(times, time, budget))
