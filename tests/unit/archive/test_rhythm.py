"""The interval follows what is published: nothing is missed, and nobody is asked oftener than that takes."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive import rhythm
from archive.rhythm import LONGEST, SHORTEST, UNCHANGED, Listed
from core.fetching import Rhythm

START = datetime(2026, 3, 2, tzinfo=UTC)
DAY_S = 86_400.0


def simulate(a_day: float, days: int = 12, length: int = 20, seed: int = 1) -> tuple[float, int, float]:
    """Polls of a publisher by chance: polls a day, articles that no poll saw, the mean share that was known."""
    chance, times, at = random.Random(seed), [], 0.0
    while at < days * DAY_S:
        at += chance.expovariate(a_day / DAY_S)
        times.append(at)
    present, at, published, seen_until, missed, shares = Rhythm(), 0.0, 0, 0, 0, []
    while at < days * DAY_S:
        while times[published] <= at:
            published += 1
        first = max(0, published - length)
        unseen = published - max(seen_until, first)
        if at > 2 * DAY_S:
            missed += max(0, first - seen_until)
            shares.append(1 - unseen / max(1, published - first))
        seen_until = published
        dates = tuple(START + timedelta(seconds=t) for t in times[first:published])
        listed = Listed(len(dates), unseen, dates) if unseen else UNCHANGED
        present, _ = rhythm.after(present, listed, START + timedelta(seconds=at))
        assert present.interval is not None
        at += present.interval * chance.uniform(0.85, 1.0)
    return len(shares) / (days - 2), missed, sum(shares) / len(shares)


@pytest.mark.parametrize("a_day", [0.5, 5, 50, 100, 250, 500])
def test_of_a_steady_publisher_nothing_is_missed_with_no_more_polls_than_it_takes(a_day: float) -> None:
    polls, missed, known = simulate(a_day)
    least = max(a_day / (20 * 2 / 3), DAY_S / LONGEST.total_seconds())
    assert missed == 0
    assert polls <= 2.3 * least
    if a_day >= 100:  # else the longest interval is what decides
        assert 0.5 <= known <= 0.75


@given(st.lists(st.tuples(st.integers(0, 200), st.integers(0, 200), st.floats(1, 1e6)), max_size=40))
def test_the_interval_stays_in_its_bounds_whatever_a_list_shows(polls: list[tuple[int, int, float]]) -> None:
    present, now = Rhythm(), START
    for listed, unseen, gap in polls:
        now += timedelta(seconds=gap)
        before = present.interval
        present, lost = rhythm.after(present, Listed(listed, min(listed, unseen)), now)
        assert present.interval is not None
        assert SHORTEST.total_seconds() <= present.interval <= LONGEST.total_seconds()
        assert before is None or present.interval <= max(SHORTEST.total_seconds(), before * rhythm.GROWTH) + 1
        assert lost is None or 0 <= lost <= 10 * max(1, listed)


def test_a_burst_shortens_the_interval_at_once_and_calm_lengthens_it_step_by_step() -> None:
    present, now = Rhythm(START, 3600.0, 2 / 3600, 2 / 3600, 20), START + timedelta(hours=1)
    shorter, lost = rhythm.after(present, Listed(20, 18), now)
    assert lost is None
    assert shorter.interval is not None
    assert shorter.interval <= 3600 / 1.5
    steps = []
    for _ in range(60):
        now += timedelta(seconds=shorter.interval or 0)
        shorter, _ = rhythm.after(shorter, UNCHANGED, now)
        steps.append(shorter.interval or 0.0)
    assert steps == sorted(steps)
    assert steps[-1] > 3600


def listed(count: int, *, oldest: datetime, apart: timedelta) -> Listed:
    return Listed(count, count, tuple(oldest + i * apart for i in range(count)))


def test_a_list_without_a_known_entry_tells_about_how_many_came_and_went() -> None:
    known = Rhythm(START, 3600.0, 20 / 3600, 20 / 3600, 20)
    minutes = timedelta(minutes=3)
    now = START + timedelta(hours=3)
    _, lost = rhythm.after(known, listed(20, oldest=START + timedelta(hours=2), apart=minutes), now)
    assert lost is not None
    assert 30 <= lost <= 50  # two hours of one in three minutes
    _, lost = rhythm.after(known, listed(20, oldest=START + minutes, apart=minutes), now)
    assert lost == 0
    _, lost = rhythm.after(known, listed(20, oldest=START - timedelta(hours=1), apart=minutes), now)
    assert lost is None  # it reaches back behind the last poll: only its addresses are new
    _, lost = rhythm.after(known, Listed(20, 20), now)
    assert lost == 40  # without dates: what its rate lets expect, but for what is listed
    _, lost = rhythm.after(known, Listed(3, 3), now)
    assert lost is None  # the publisher emptied its list: nothing was pushed out
