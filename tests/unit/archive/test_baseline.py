"""Departures from a source's own past are told, and what is usual for it is not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest

from archive import baseline
from archive.baseline import Day

TODAY = date(2026, 4, 6)  # Easter Monday


def past(articles: Callable[[date], int], *, days: int = 28, until: date = TODAY) -> list[Day]:
    dates = [until - timedelta(days=n) for n in range(days, 0, -1)]
    return [Day(d, polls=20, articles=articles(d), pages=articles(d), length=2000) for d in dates]


def workdays(day: date) -> int:
    return 0 if day.weekday() >= 5 else 20


def quiet(days: Sequence[Day], number: int) -> list[Day]:
    return [*days[:-number], *(replace(d, articles=0, pages=0) for d in days[-number:])]


def test_a_daily_outlet_that_brings_nothing_for_three_days_is_silent() -> None:
    usual = past(lambda _: 20)
    assert baseline.silent(quiet(usual, 2), TODAY) is None
    found = baseline.silent(quiet(usual, 3), TODAY)
    assert found == (TODAY - timedelta(days=3), "nothing for 3 days; usual: 20 a day")
    assert baseline.silent([*quiet(usual, 3), Day(TODAY, polls=1, articles=1)], TODAY) is None


def test_weekends_and_a_long_one_are_no_silence_of_who_publishes_on_workdays() -> None:
    for number in range(21):  # whatever day it is
        today = TODAY + timedelta(days=number)
        assert baseline.silent(past(workdays, until=today), today) is None
    easter = quiet(past(workdays, until=date(2026, 4, 7)), 4)  # Good Friday to Easter Monday
    assert baseline.silent(easter, date(2026, 4, 7)) is None
    assert baseline.silent(quiet(past(workdays, until=date(2026, 4, 9)), 6), date(2026, 4, 9)) is not None


def test_who_publishes_now_and_then_is_silent_only_after_many_times_its_longest_pause() -> None:
    weekly = past(lambda d: 2 if d.weekday() == 1 else 0)
    assert baseline.silent(weekly, TODAY) is None
    long_ago = [Day(d.day - timedelta(days=25), d.polls, d.articles) for d in weekly]
    asked_since = [Day(TODAY - timedelta(days=n), polls=20) for n in range(25, 0, -1)]
    assert baseline.silent([*long_ago, *asked_since], TODAY) is not None


@pytest.mark.parametrize("judge", [baseline.silent, baseline.burst, baseline.breakage])
def test_nothing_is_told_before_there_is_a_past(judge: Callable[..., object]) -> None:
    young = past(lambda _: 20, days=6)
    assert judge(quiet(young, 3), TODAY) is None
    assert judge([*young, Day(TODAY, polls=5, articles=900, pages=900, unread=0, length=10)], TODAY) is None


def test_days_on_which_nobody_asked_say_nothing() -> None:
    away = [replace(d, polls=0, articles=0) for d in past(lambda _: 20)[-5:]]
    assert baseline.silent([*past(lambda _: 20)[:-5], *away], TODAY) is None


def test_ten_times_the_usual_is_a_burst_until_it_is_calm_again() -> None:
    usual = past(lambda _: 20)
    assert baseline.burst([*usual, Day(TODAY, polls=5, articles=150)], TODAY) is None
    found = baseline.burst([*usual, Day(TODAY, polls=5, articles=300)], TODAY)
    assert found == (TODAY, "300 articles on 2026-04-06; usual: 20 a day")
    assert baseline.burst([*usual, Day(TODAY, polls=5, articles=80)], TODAY, lasting=True)
    assert baseline.burst([*usual, Day(TODAY, polls=5, articles=40)], TODAY, lasting=True) is None
    few = past(lambda _: 1)
    assert baseline.burst([*few, Day(TODAY, polls=5, articles=12)], TODAY) is None


def test_texts_that_lack_what_they_had_are_told_and_what_they_always_lacked_is_not() -> None:
    usual = [replace(d, unsigned=19) for d in past(lambda _: 20)]
    fine = Day(TODAY, polls=5, articles=20, pages=20, length=1900, unsigned=20)
    assert baseline.breakage([*usual, fine], TODAY) is None
    for broken, said in (
        (replace(fine, articles=2, unsigned=1, unread=18), "18 of 40 articles without a text; usual: 0%"),
        (replace(fine, undated=20), "20 of 40 articles without a date; usual: 0%"),
        (replace(fine, untitled=20), "20 of 40 articles without a title; usual: 0%"),
    ):
        found = baseline.breakage([*usual, broken], TODAY)
        assert found is not None
        assert found[1] == said
    short = [*usual[:-1], replace(usual[-1], length=150), replace(fine, length=140)]
    assert baseline.breakage(short, TODAY) == (TODAY - timedelta(days=1), "texts of 145 letters; usual: 2,000")


def test_what_to_expect_of_a_source_is_told_by_its_own_past() -> None:
    days = [*(replace(d, unsigned=2) for d in past(lambda _: 20)), Day(TODAY, polls=9, articles=4, pages=5, unread=1,
                                                                        length=500, unsigned=4)]
    days = [d for d in days if d.day != TODAY - timedelta(days=1)]
    told = {one.what: (one.usual, one.lately) for one in baseline.expectations(days, TODAY)}
    assert told["articles a day"] == (20, 4)
    assert told["letters of a text"] == (2000, 500)
    assert told["without an author"] == (0.1, 1.0)
    assert told["without a text"] == (0.0, 0.2)
    assert baseline.expectations(days[-3:], TODAY) == []
