"""Dates as people write them in queries and options: `2020`, `2020-01`, `2020-01-09`, an ISO time, or `7d` ago."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from core.clock import as_utc
from core.errors import QueryError
from core.querynodes import Range

_SPAN = re.compile(r"(\d{1,5})([hdwmy])", re.IGNORECASE)
_UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1),
          "m": timedelta(days=30), "y": timedelta(days=365)}
_DATE = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")
ALLOWED = "write 2020, 2020-01, 2020-01-09, 2020-01-09T12:30 or a span back from now such as 12h, 7d, 4w, 6m, 1y"
_FIRST = datetime(1, 1, 1, tzinfo=UTC)


def is_span(text: str) -> bool:
    """Whether a date is a span back from now, such as `7d`."""
    return _SPAN.fullmatch(text.strip()) is not None


def period(text: str, now: datetime) -> tuple[datetime, datetime]:
    """The first moment of a date and the first moment after it, in UTC. A span like `7d` is the time from then to now.

    Raises QueryError for anything else.
    """
    text = text.strip()
    if span := _SPAN.fullmatch(text):
        back = int(span[1]) * _UNITS[span[2].lower()]
        return (now - back if back < now - _FIRST else _FIRST), now
    try:
        if date := _DATE.fullmatch(text):
            return _calendar(*(int(part) if part else None for part in date.groups()))
        moment = as_utc(datetime.fromisoformat(text))
        # A time without seconds is that minute, one with seconds that second.
        clock = text[11:].split("+")[0].rstrip("Zz")
        return moment, moment + (timedelta(seconds=1) if clock.count(":") > 1 else timedelta(minutes=1))
    except (ValueError, OverflowError) as failure:
        raise QueryError(f"{text!r} is not a date; {ALLOWED}") from failure


def _calendar(year: int | None, month: int | None, day: int | None) -> tuple[datetime, datetime]:
    start = datetime(year or 1, month or 1, day or 1, tzinfo=UTC)
    if day:
        return start, start + timedelta(days=1)
    if month:
        return start, (start + timedelta(days=31)).replace(day=1)
    return start, start.replace(year=start.year + 1)


def bounds(range_: Range, now: datetime) -> tuple[datetime | None, datetime | None]:
    """The moments of a range of `published` or `seen`: from the first, included, to the second, not included."""
    low = high = None
    if range_.low is not None:
        start, end = period(range_.low, now)
        low = start if range_.include_low or is_span(range_.low) else end
    if range_.high is not None:
        start, end = period(range_.high, now)
        # "until 7d" means until the moment 7 days ago, not until now.
        at_start = not range_.include_high or is_span(range_.high)
        high = start if at_start else end
    return low, high
