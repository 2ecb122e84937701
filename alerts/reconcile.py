"""After a restore: read in the channels what was sent since the backup, so that none of it is sent again."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from alerts.channels.opening import open_channel
from alerts.channels.slack import SlackChannel
from alerts.slots import slots_of
from archive import reconcile as known
from archive.engine import Engine, reading, writing
from archive.reconcile import Adopted, Told
from core.errors import DisableRoute, NoHistoryError, RetryLater
from core.routes import RouteSettings
from core.settings import Settings

_MARGIN = timedelta(hours=1)             # our clock and the channel's need not agree
_TRIES, _AGAIN = 6, 10.0


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What became known of a route; `problem` says why its channel could not be read."""

    route: str
    channel: str
    adopted: Adopted
    problem: str = ""


def reconcile(engine: Engine, settings: Settings, since: datetime | None, now: datetime,
              wait: Callable[[float], None] = time.sleep) -> list[Reconciled]:
    """Look through the channels of all routes since a time; without one, since the archive last sent something."""
    with reading(engine) as connection:
        since = since or known.newest(connection) or now
    read: dict[str, list[Told] | str] = {}
    found: list[Reconciled] = []
    for route in settings.routes:
        if route.channel not in read:
            read[route.channel] = _told(engine, settings, route.channel, since - _MARGIN, wait)
        told = read[route.channel]
        if isinstance(told, str):
            found.append(Reconciled(route.name, route.channel, Adopted(), told))
            continue
        with writing(engine) as connection:
            lost = known.unknown(connection, route.channel, told)
            found.append(Reconciled(route.name, route.channel,
                                    known.adopt(connection, route, lost, _slots(route, lost), now)))
    return found


def _told(engine: Engine, settings: Settings, name: str, since: datetime,
          wait: Callable[[float], None]) -> list[Told] | str:
    """The messages of a channel, or why they cannot be read."""
    try:
        channel = open_channel(name, settings)
    except DisableRoute as refusal:
        return str(refusal)
    if not isinstance(channel, SlackChannel):
        return "keeps no history that can be read; what was sent to it since the backup may be sent again"
    with reading(engine) as connection:
        threads = known.threads(connection, name)
    for left in reversed(range(_TRIES)):
        try:
            return channel.told(since, threads)
        except (NoHistoryError, DisableRoute) as refusal:
            return str(refusal)
        except RetryLater as failure:
            if not left:
                return str(failure)
            wait(failure.after or _AGAIN)
    raise AssertionError


def _slots(route: RouteSettings, told: list[Told]) -> dict[str, datetime]:
    """When the digests among the messages were due, by their keys."""
    found: dict[str, datetime] = {}
    prefix = f"digest:{route.name}:"
    for one in told:
        day, at, slot = one.key.removeprefix(prefix).partition("T")
        if not one.key.startswith(prefix) or not at or "/" in slot:
            continue
        due = {s.slot: s.due_at for s in slots_of(route, date.fromisoformat(day))}
        found[one.key] = due.get(slot, one.sent_at)      # the route may have got another time since
    return found
