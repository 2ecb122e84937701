"""A channel that refuses for good: one clear line, word to the fallback channel, and word again when it is mended."""

from __future__ import annotations

from datetime import datetime

from alerts import stored
from alerts.message import Message
from alerts.text import clean
from archive import notices
from archive import routes as route_rows
from archive.engine import Connection
from core import channels
from core.settings import Settings

ROUTE = "(alerts)"                       # no name that a route of the settings can have


def begin(connection: Connection, settings: Settings, channel: str, reason: str, now: datetime) -> list[str]:
    """Stop the routes of a channel. Their backlog stays pending. Returns their names."""
    routes, new = route_rows.stop(connection, channel, reason, now)
    if new:
        waiting = route_rows.waiting_on(connection, channel)
        waits = f"{waiting} {'message waits' if waiting == 1 else 'messages wait'}"
        promise = "nothing is lost: when this is mended, all go out in order. To try at once: pactwatch alerts retry"
        _tell(connection, settings, channel, f"Stopped: {', '.join(routes)}", (reason, f"{waits}; {promise}"), now)
    return routes


def end(connection: Connection, settings: Settings, channel: str, now: datetime) -> None:
    """Note that a channel takes messages again."""
    routes = route_rows.resume(connection, channel)
    if routes:
        waiting = route_rows.waiting_on(connection, channel)
        _tell(connection, settings, channel, f"Works again: {', '.join(routes)}",
              (f"{channels.shown(channel)} takes messages; {waiting} more are on their way",), now)


def _tell(connection: Connection, settings: Settings, channel: str, title: str, lines: tuple[str, ...],
          now: datetime) -> None:
    fallback = settings.alerts.fallback
    if fallback is None or fallback == channel:
        return
    message = Message(title, f"{now:%Y-%m-%d %H:%M} UTC", (), tuple(map(clean, lines)), kind="notice")
    notices.write(connection, ROUTE, fallback, stored.pack(message), now)
