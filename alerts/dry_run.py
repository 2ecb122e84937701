"""What a route sends today, as if today began anew: the same code as for real, in a transaction that is undone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from alerts import rendering
from alerts.blocks import parts
from archive import entries, outbox, today
from archive.engine import Engine, rehearsing
from archive.mutes import MUTED
from core.routes import RouteSettings


@dataclass(frozen=True, slots=True)
class Told:
    """An alert of today: how it would be shown, and what becomes of it."""

    payload: dict[str, Any]
    kind: str
    entry: entries.Entry
    hold_until: datetime | None
    moved: str | None                    # why it is not sent: a digest tells it instead, or it is muted


def alerts_of_today(engine: Engine, routes: Sequence[RouteSettings], name: str, now: datetime) -> list[Told]:
    """The alerts that a route of the settings gives for today's hits, in order. Nothing is sent, nothing stays."""
    route = next(route for route in routes if route.name == name)
    midnight = route.local(now).replace(hour=0, minute=0, second=0, microsecond=0)
    with rehearsing(engine) as connection:
        today.forget(connection, [route.name for route in routes], midnight)
        for moment, hits in today.batches(connection, midnight):
            outbox.enqueue(connection, hits, routes, moment)
        rows = today.alerts(connection, route.name, midnight)
        loaded = entries.load(connection, [row.hit_id for row in rows])
        found = []
        for row in rows:
            message = rendering.news_message(connection, route, row, loaded[row.hit_id])
            moved = row.error if row.state in {outbox.MOVED, MUTED} else None
            found.append(Told(parts(message)[0], row.kind, loaded[row.hit_id], row.hold_until, moved))
        return found
