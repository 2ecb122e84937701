"""When digests are due."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from alerts.slots import due_slots, instant, next_slot
from core.settings import RouteSettings


def route(at: list[str], zone: str = "UTC", days: str = "daily") -> RouteSettings:
    return RouteSettings(name="daily", channel="console", at=at, zone=zone, days=days)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


LONG_AGO = utc("2020-01-01T00:00")


@pytest.mark.parametrize(("zone", "day", "at", "expected"), [
    ("Europe/Berlin", "2026-03-29", "02:30", "2026-03-29T01:00"),     # does not exist: 03:00 summer time
    ("Europe/Berlin", "2026-10-25", "02:30", "2026-10-25T00:30"),     # twice: the first
    ("Europe/Berlin", "2026-03-29", "00:30", "2026-03-28T23:30"),
    ("Europe/Berlin", "2026-03-30", "00:30", "2026-03-29T22:30"),
    ("America/New_York", "2026-03-08", "02:30", "2026-03-08T07:00"),
    ("America/New_York", "2026-11-01", "01:30", "2026-11-01T05:30"),
    ("Australia/Lord_Howe", "2026-10-04", "02:15", "2026-10-03T15:30"),   # a gap of half an hour
    ("Asia/Beirut", "2026-03-29", "00:00", "2026-03-28T22:00"),           # midnight itself is missing
    ("Asia/Seoul", "2026-01-09", "08:00", "2026-01-08T23:00"),
])
def test_a_wall_clock_time_is_one_instant_on_every_day(zone: str, day: str, at: str, expected: str) -> None:
    settings = route([at], zone)
    assert instant(date.fromisoformat(day), settings.slots[0], settings.tz) == utc(expected)


def test_a_route_started_after_its_time_still_has_that_day_and_it_is_late() -> None:
    found = due_slots(route(["08:00"]), None, set(), utc("2026-05-04T10:00"), utc("2026-05-04T10:00"))
    assert [(s.id, s.late) for s in found] == [(("2026-05-04", "08:00"), True)]


def test_a_new_route_waits_for_the_first_pass_with_a_time_that_had_passed_before_it_but_not_with_later_ones() -> None:
    settings, seen = route(["08:00", "12:00"]), utc("2026-05-04T10:00")
    assert due_slots(settings, None, set(), seen, utc("2026-05-04T10:00"), crawled=False) == []
    found = due_slots(settings, None, set(), seen, utc("2026-05-04T12:30"), crawled=False)
    assert [(s.slot, s.late) for s in found] == [("12:00", True)]


def test_a_route_started_before_its_time_waits_for_it() -> None:
    settings = route(["08:00"])
    assert due_slots(settings, None, set(), utc("2026-05-04T07:00"), utc("2026-05-04T07:59")) == []
    found = due_slots(settings, None, set(), utc("2026-05-04T07:00"), utc("2026-05-04T08:00:30"))
    assert [(s.id, s.late) for s in found] == [(("2026-05-04", "08:00"), False)]


def test_of_the_times_that_passed_before_the_start_only_the_newest_is_due() -> None:
    found = due_slots(
        route(["08:00", "12:00", "18:00"]), None, set(), utc("2026-05-04T13:00"), utc("2026-05-04T18:00:10")
    )
    assert [s.slot for s in found] == ["12:00", "18:00"]


def test_missed_days_are_each_due_for_a_week_and_late() -> None:
    found = due_slots(
        route(["08:00"]), utc("2026-05-01T08:00"), {("2026-05-01", "08:00")}, LONG_AGO, utc("2026-05-04T08:01")
    )
    assert [(s.id[0], s.late) for s in found] == [("2026-05-02", True), ("2026-05-03", True), ("2026-05-04", False)]
    found = due_slots(route(["08:00"]), utc("2026-04-01T08:00"), set(), LONG_AGO, utc("2026-05-04T09:00"))
    assert len(found) == 7


def test_weekends_are_left_out_when_the_route_says_so() -> None:
    found = due_slots(
        route(["08:00"], days="mon-fri"), utc("2026-05-07T08:00"), set(), LONG_AGO, utc("2026-05-11T09:00")
    )
    assert [s.id[0] for s in found] == ["2026-05-08", "2026-05-11"]


def test_a_changed_time_of_day_brings_no_digests_for_the_past() -> None:
    found = due_slots(
        route(["09:00"]), utc("2026-05-04T08:00"), {("2026-05-04", "08:00")}, LONG_AGO, utc("2026-05-04T08:30")
    )
    assert found == []


def test_a_clock_that_was_ahead_does_not_stop_the_days_after_it_is_mended() -> None:
    ahead = {("2027-01-01", "08:00")}       # sent while the clock was wrong; not counted as the last one
    found = due_slots(route(["08:00"]), utc("2026-05-03T08:00"), ahead, LONG_AGO, utc("2026-05-04T08:01"))
    assert [s.id[0] for s in found] == ["2026-05-04"]


def test_the_next_slot_is_the_first_ahead_without_a_digest() -> None:
    settings = route(["08:00"], days="mon-fri")
    assert next_slot(settings, {("2026-05-08", "08:00")}, utc("2026-05-08T07:00")).id == ("2026-05-11", "08:00")
