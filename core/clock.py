"""The one place that reads the time, so that tests can set it."""

from __future__ import annotations

import time
from datetime import UTC, datetime

# Goes on while the machine sleeps, where the system has such a clock: claims of this process go on to end, too.
_STEADY = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


def now() -> datetime:
    """The present instant, in UTC."""
    return datetime.now(UTC)


def steady() -> float:
    """Seconds that go on whatever is done to the clock, and while this process is frozen."""
    return time.clock_gettime(_STEADY)


def as_utc(moment: datetime) -> datetime:
    """The same instant in UTC; a moment without a zone is taken as UTC."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def iso(moment: datetime | None) -> str | None:
    """ISO 8601 in UTC with whole seconds and a Z, for machine-readable output."""
    return None if moment is None else as_utc(moment).strftime("%Y-%m-%dT%H:%M:%SZ")
