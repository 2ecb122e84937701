"""When digests are due: wall-clock times in a named zone, over both clock changes, each once."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from core.settings import RouteSettings

REACH = timedelta(days=7)                # slots missed for longer are not sent any more
LATE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Slot:
    """A time at which a route sends a digest. `late` says that this time was missed by more than five minutes."""

    local_date: date
    slot: str                            # HH:MM on the wall clock, as the settings say it
    due_at: datetime
    late: bool = False

    @property
    def id(self) -> tuple[str, str]:
        """What makes it one digest: the local date and the slot."""
        return self.local_date.isoformat(), self.slot


def instant(day: date, at: time, zone: ZoneInfo) -> datetime:
    """A wall-clock time as an instant: the first of a repeated one; the end of the gap for one that does not exist."""
    wall = datetime.combine(day, at)
    first = wall.replace(tzinfo=zone).astimezone(UTC)
    if first.astimezone(zone).replace(tzinfo=None) == wall:
        return first
    # Clocks jump over this time. Reading it with the offset after the jump gives an instant before it, and the other
    # way round; the jump is where the offset changes in between.
    low = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    high, after = first, first.astimezone(zone).utcoffset()
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) / 2
        if middle.astimezone(zone).utcoffset() == after:
            high = middle
        else:
            low = middle
    return high.replace(microsecond=0)


def slots_of(route: RouteSettings, day: date) -> list[Slot]:
    """The slots of a local date, in order, whether or not the route sends on that weekday."""
    return [Slot(day, f"{at:%H:%M}", instant(day, at, route.tz)) for at in route.slots]


def _days(first: date, last: date) -> Iterator[date]:
    return (first + timedelta(days=n) for n in range((last - first).days + 1))


def due_slots(route: RouteSettings, last_due_at: datetime | None, sent: Collection[tuple[str, str]],
              first_seen_at: datetime, now: datetime, *, crawled: bool = True) -> list[Slot]:
    """The slots that are due and have no digest yet, the oldest first.

    `last_due_at` is the newest slot with a digest that is not in the future: slots before it count as settled, so that
    a changed time of day brings no digests for the past. `sent` are the (local date, slot) pairs that have a digest.
    A new route starts at the beginning of the local day on which it was first seen; of the slots that had passed by
    then, only the newest is due, and it waits for the first pass (`crawled`), or it would tell of an archive that
    nobody has filled yet.
    """
    start = route.local(first_seen_at).date()
    since = max(now - REACH, last_due_at or now - REACH)
    found = [
        Slot(s.local_date, s.slot, s.due_at, late=now - s.due_at > LATE)
        for day in _days(max(start, route.local(since).date() - timedelta(days=1)), route.local(now).date())
        if day.weekday() in route.weekdays
        for s in slots_of(route, day)
        if since < s.due_at <= now and s.id not in sent
    ]
    found.sort(key=lambda s: s.due_at)
    before = [s for s in found if s.due_at <= first_seen_at]
    return (before[-1:] if crawled else []) + found[len(before):]


def next_slot(route: RouteSettings, sent: Collection[tuple[str, str]], now: datetime) -> Slot:
    """The first slot ahead that has no digest yet."""
    today = route.local(now).date()
    return next(
        s
        for day in _days(today - timedelta(days=1), today + timedelta(days=400))
        if day.weekday() in route.weekdays
        for s in slots_of(route, day)
        if s.due_at > now and s.id not in sent
    )
