"""A service's looks: whenever a source is due, it is polled before, and not much before."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from pactwatch.crawl import AHEAD
from pactwatch.intake import LOOK_S

NOW = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)
LATE_S = 1.0  # so much may a look be late without harm


@given(due_s=st.floats(LOOK_S, 7200), late=st.lists(st.floats(0, LATE_S), min_size=3, max_size=3))
def test_no_source_is_polled_after_its_time(due_s: float, late: list[float]) -> None:
    due = NOW + timedelta(seconds=due_s)
    before = int(due_s / LOOK_S)
    looks = [NOW + timedelta(seconds=(before + n - 1) * LOOK_S + late[n]) for n in range(3)]
    polled = next(look for look in looks if due <= look + AHEAD)
    assert polled <= due
    assert due - polled <= AHEAD
