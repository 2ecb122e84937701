"""Build digests: each local date and slot of a route once, whoever and however many look at the clock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from alerts import stored
from alerts.blocks import parts
from alerts.message import Message, digest_message
from alerts.slots import LATE, REACH, Slot, due_slots, next_slot, slots_of
from alerts.weekly import weekly_message
from archive import digests
from archive import routes as route_rows
from archive.digests import Contents, Past, Window
from archive.engine import Connection, Engine, reading, writing
from core.errors import UserError
from core.settings import RouteSettings


@dataclass(frozen=True, slots=True)
class Preview:
    """A digest as it would be sent, or as it was when `past` is there."""

    window: Window
    payloads: list[dict[str, Any]]
    message: Message | None = None
    contents: Contents | None = None
    past: Past | None = None


def build_due_digests(engine: Engine, routes: Sequence[RouteSettings], now: datetime, *, crawled: bool = True) -> int:
    """Write the digests that are due to the outbox. Returns how many this call made.

    Without `crawled` a new route waits with the slot that had passed before it was there.
    """
    made = 0
    with reading(engine) as connection:
        due = slots_without_digest(connection, routes, now, crawled=crawled)
    for route, slot in due:
        with writing(engine) as connection:
            made += _make(connection, route, _window(route, slot, now, late=slot.late), now)
    return made


def slots_without_digest(
    connection: Connection, routes: Sequence[RouteSettings], now: datetime, *, crawled: bool = True
) -> list[tuple[RouteSettings, Slot]]:
    """The slots that are due and for which nobody has built a digest yet."""
    first_seen = route_rows.first_seen(connection)
    return [(route, slot) for route in routes if route.has_slots and route.name in first_seen
            for slot in _due(connection, route, first_seen[route.name], now, crawled)]


def preview(engine: Engine, route: RouteSettings, day: date | None, now: datetime) -> Preview:
    """What would be sent now for a local date, or was sent for it; without a date, the next digest. Marks nothing."""
    with reading(engine) as connection:
        chosen = _choose(connection, route, day or route.local(now).date(), now)
        if day is None and (isinstance(chosen, Past) or chosen.local_date.weekday() not in route.weekdays):
            chosen = next_slot(route, {(p.local_date, p.slot) for p in _recent(connection, route, now)}, now)
        if isinstance(chosen, Past):
            window = Window(route.name, chosen.local_date, chosen.slot, chosen.due_at, chosen.due_at, chosen.late)
            return Preview(window, _as_sent(digests.payloads(connection, chosen.id)), past=chosen)
        window = _window(route, chosen, now)
        contents = digests.peek(connection, window, now)
        message = _message(connection, window, contents, route, now)
    return Preview(window, parts(message), message, contents)


def _as_sent(kept: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """A digest that was written to the outbox, as Slack would show it, whatever channel it went to."""
    if kept and "message" in kept[0]:
        return parts(stored.unpack(kept[0]))
    return [payload for payload in kept if "blocks" in payload]


def send(engine: Engine, route: RouteSettings, day: date | None, now: datetime) -> tuple[Window, Past | None]:
    """Write the digest of a local date (today's without one) to the outbox now. With `Past` where it exists already.

    A digest that is sent before its time takes the slot of that time, so that the day still gets one.
    """
    with writing(engine) as connection:
        chosen = _choose(connection, route, day or route.local(now).date(), now)
        if not isinstance(chosen, Past):
            window = _window(route, chosen, now)
            if _make(connection, route, window, now):
                return window, None
            chosen = _choose(connection, route, chosen.local_date, now)
    assert isinstance(chosen, Past)
    return Window(route.name, chosen.local_date, chosen.slot, chosen.due_at, chosen.due_at, chosen.late), chosen


def _make(connection: Connection, route: RouteSettings, window: Window, now: datetime) -> bool:
    begun = digests.begin(connection, window, now)
    if begun is None:
        return False
    digest_id, contents = begun
    message = _message(connection, window, contents, route, now)
    digests.finish(connection, digest_id, window, route.channel, stored.pack(message), now)
    return True


def _message(connection: Connection, window: Window, contents: Contents, route: RouteSettings,
             now: datetime) -> Message:
    if route.send == "picture":
        return weekly_message(connection, window, route, now)
    return digest_message(window, contents, route, now)


def _recent(connection: Connection, route: RouteSettings, now: datetime) -> list[Past]:
    return digests.past(connection, route.name, now - REACH - timedelta(days=2))


def _due(connection: Connection, route: RouteSettings, first_seen: datetime, now: datetime,
         crawled: bool) -> list[Slot]:
    recent = _recent(connection, route, now)
    settled = max((p.due_at for p in recent if p.due_at <= now), default=None)
    return due_slots(route, settled, {(p.local_date, p.slot) for p in recent}, first_seen, now, crawled=crawled)


def _window(route: RouteSettings, slot: Slot, now: datetime, *, late: bool | None = None) -> Window:
    """The newest slot that is due, and one still ahead, take all that waits; an older one only what is as old."""
    day, today = slot.local_date, route.local(now).date()
    passed = any(
        slot.due_at < later.due_at <= now
        for n in range(min((today - day).days, REACH.days) + 1)
        if (that := day + timedelta(days=n)).weekday() in route.weekdays or not n
        for later in slots_of(route, that)
    )
    return Window(route.name, day.isoformat(), slot.slot, slot.due_at, slot.due_at if passed else now,
                  late=now - slot.due_at > LATE if late is None else late, everything=not passed,
                  stories=route.send == "digest")


def _choose(connection: Connection, route: RouteSettings, day: date, now: datetime) -> Slot | Past:
    """The slot of a local date to send now: the newest due, else the first ahead; the last digest if all have one."""
    if day > route.local(now).date():
        raise UserError(f"--date {day} is in the future; today is {route.local(now).date()} in {route.zone}")
    there = digests.of_date(connection, route.name, day.isoformat())
    sent = {(p.local_date, p.slot) for p in there}
    free = [slot for slot in slots_of(route, day) if slot.id not in sent]
    due = [slot for slot in free if slot.due_at <= now]
    if not free:
        return there[-1]
    return due[-1] if due else free[0]
