"""Look after the sources, and tell what changes with them in a message of its own where the settings name a channel."""

from __future__ import annotations

from datetime import datetime, timedelta

from alerts import stored
from alerts.health_text import health_lines
from alerts.message import Message
from archive import health, troubles
from archive.engine import Connection, Engine, writing
from core.settings import Settings

ROUTE = "(health)"                       # no name that a route of the settings can have
_TOO_OLD = timedelta(days=2)             # a channel that is named later is not told what has long been known


def look_after(engine: Engine, settings: Settings, now: datetime) -> int:
    """Find what is wrong with sources and what is over; write one message for all that changed. Returns how much."""
    with writing(engine) as connection:
        changes = health.examine(connection, now)
        if settings.health.channel:
            _write(connection, settings.health.channel, now)
    return changes


def _write(connection: Connection, channel: str, now: datetime) -> None:
    told = troubles.untold(connection, now - _TOO_OLD)
    if not told:
        return
    key = f"health:{told[-1].id}"
    one = "1 change" if len(told) == 1 else f"{len(told)} changes"
    message = Message("Source health", f"{one} · {now:%Y-%m-%d %H:%M} UTC", (), (),
                      health_lines([t.as_json() for t in told]), kind="health")
    troubles.send(connection, told, key, ROUTE, channel, stored.pack(message), now)
