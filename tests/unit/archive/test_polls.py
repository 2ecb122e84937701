"""When sources are due again: by their own rhythm, after failures, and never before a site allows it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from archive import catalogue, days, entry_points, ledger, polls
from archive.engine import reading, writing
from archive.tables import Address, EntryPoint, Source
from core.fetching import Answer, EntryState, FetchOrder, FetchReport, Poll
from core.records import Discovery, Outcome

NOW = datetime(2026, 5, 4, 8, tzinfo=UTC)
FEED, OTHER = "https://daily.example/feed", "https://daily.example/other"


class Outlet:
    """A source with two feeds, polled as the desk does it."""

    def __init__(self, engine: Engine) -> None:
        self.engine, self.now = engine, NOW
        feeds = tuple(SimpleNamespace(kind="feed", url=url) for url in (FEED, OTHER))
        self.sources: Any = {"daily": SimpleNamespace(name="Daily", country=None, language="en", enabled=True,
                                                      interval=None, entries=feeds,
                                                      rests_at=lambda _: False)}
        with writing(engine) as connection:
            catalogue.sync_sources(connection, self.sources, NOW)

    def states(self) -> dict[str, EntryState]:
        with reading(self.engine) as connection:
            return {s.url: s for s in entry_points.states(connection, ["daily"])["daily"]}

    def poll(self, url: str = FEED, *, entries: tuple[str, ...] = (), **answer: Any) -> None:
        found = tuple(Discovery(f"https://daily.example/{e}") for e in entries)
        given = Answer(**{"outcome": Outcome.OK if found else Outcome.UNCHANGED, "at": self.now, **answer})
        entry = self.states()[url]
        every = self.sources["daily"].interval
        with writing(self.engine) as connection:
            ledger.record_polls(connection, [Poll(entry, given, found, every=every)], self.now)
            failed = entry_points.is_failure(given, entry)
            result = polls.SourceResult("daily", given.outcome, given.reason, len(found), failed, given.retry_after)
            polls.finish(connection, [result], self.sources, self.now)

    def fails(self, entry: str) -> None:
        url = f"https://daily.example/{entry}"
        with writing(self.engine) as connection:
            id_ = connection.execute(sa.select(Address.id).where(Address.url == url)).scalar_one()
            report = FetchReport(FetchOrder(id_, "daily", url), Answer(Outcome.TIMEOUT, self.now, "time-out"))
            ledger.record_failures(connection, [report], self.now)

    def row(self) -> Any:
        with reading(self.engine) as connection:
            return connection.execute(sa.select(Source.__table__)).one()

    def due(self, **named: Any) -> bool:
        with reading(self.engine) as connection:
            return bool(catalogue.due_sources(connection, self.sources, self.now, **named))


@pytest.fixture
def outlet(engine: Engine) -> Outlet:
    return Outlet(engine)


def numbers(first: int, last: int) -> tuple[str, ...]:
    return tuple(str(n) for n in range(first, last))


def test_a_site_that_asked_for_patience_is_left_alone_unless_somebody_names_it(outlet: Outlet) -> None:
    outlet.poll(outcome=Outcome.HTTP_ERROR, reason="HTTP 503", retry_after=7200.0)
    outlet.now += timedelta(hours=1, minutes=59)
    assert not outlet.due()
    assert not outlet.due(everything=True)
    assert outlet.due(only=["daily"])
    outlet.now += timedelta(minutes=2)
    assert outlet.due(everything=True)
    outlet.poll()
    assert outlet.row().hold_until is None


def test_a_source_that_fails_is_asked_less_and_less_but_every_day_and_well_again_as_before(outlet: Outlet) -> None:
    outlet.poll(entries=numbers(0, 10))
    outlet.poll(OTHER, outcome=Outcome.DNS_ERROR)
    began = outlet.now
    waits = []
    for _ in range(12):
        outlet.poll(outcome=Outcome.HTTP_ERROR, reason="HTTP 404 Not Found")
        outlet.poll(OTHER, outcome=Outcome.HTTP_ERROR, reason="HTTP 404 Not Found")
        waits.append(outlet.row().next_due_at - outlet.now)
        outlet.now = outlet.row().next_due_at
    assert timedelta(hours=23) < waits[-1] <= timedelta(days=1)
    assert sorted(waits) == waits or waits[-1] == timedelta(days=1)
    assert outlet.row().failing_since == began
    outlet.poll(entries=numbers(5, 12))
    row = outlet.row()
    assert (row.failures, row.failing_since) == (0, None)
    assert row.next_due_at - outlet.now <= timedelta(minutes=30)


def test_a_page_that_failed_does_not_wait_for_a_slow_list(outlet: Outlet) -> None:
    for _ in range(8):  # nothing new, so the list is asked ever less
        outlet.poll(entries=numbers(0, 10))
        outlet.now = outlet.row().next_due_at
    outlet.poll(entries=numbers(1, 11))
    slow = outlet.row().next_due_at - outlet.now
    assert slow > timedelta(minutes=10)
    outlet.fails("10")
    outlet.now += timedelta(seconds=1)
    outlet.poll()
    assert outlet.row().next_due_at - outlet.now == ledger.FIRST_RETRY - timedelta(seconds=1)
    outlet.now += timedelta(minutes=5)  # an older one that is overdue does not bring a poll a second
    outlet.poll()
    assert outlet.row().next_due_at - outlet.now == timedelta(minutes=1)
    outlet.poll(outcome=Outcome.HTTP_ERROR, reason="HTTP 404 Not Found")
    outlet.poll(OTHER, outcome=Outcome.HTTP_ERROR, reason="HTTP 404 Not Found")
    assert outlet.row().next_due_at - outlet.now > timedelta(minutes=2)  # what fails as a whole keeps its distance


def test_an_entry_point_that_fails_waits_while_the_others_keep_their_rhythm(outlet: Outlet) -> None:
    outlet.poll(entries=numbers(0, 10))
    outlet.poll(OTHER, outcome=Outcome.HTTP_ERROR, reason="HTTP 410 Gone")
    outlet.now += timedelta(minutes=16)
    outlet.poll(entries=numbers(5, 15))
    states = outlet.states()
    assert states[OTHER].due_at is not None
    assert states[OTHER].due_at >= NOW + timedelta(hours=1)
    assert outlet.row().next_due_at < NOW + timedelta(hours=1)
    assert outlet.row().failures == 0


def test_a_fixed_interval_is_kept_whatever_is_published(outlet: Outlet) -> None:
    outlet.sources["daily"].interval = timedelta(hours=6)
    for first in (0, 100, 200):
        outlet.poll(entries=numbers(first, first + 20))
        outlet.poll(OTHER)
        assert outlet.row().next_due_at - outlet.now == timedelta(hours=6)
        outlet.now += timedelta(hours=6)


def test_a_list_that_had_entries_and_has_none_failed_and_a_new_one_is_only_empty(outlet: Outlet) -> None:
    outlet.poll(outcome=Outcome.EMPTY, reason="the feed has no entries")
    assert outlet.row().failures == 0
    outlet.poll(entries=numbers(0, 5))
    outlet.poll(outcome=Outcome.EMPTY, reason="the feed has no entries")
    assert outlet.row().failures == 1


def test_what_was_missed_between_polls_is_estimated_and_kept_by_day(outlet: Outlet) -> None:
    outlet.poll(entries=numbers(0, 20))
    for first in (5, 10, 15):
        outlet.now += timedelta(minutes=15)
        outlet.poll(entries=numbers(first, first + 20))
    with reading(outlet.engine) as connection:
        assert days.missed(connection, outlet.now) == {}
    outlet.now += timedelta(hours=3)
    outlet.poll(entries=numbers(90, 110))
    with reading(outlet.engine) as connection:
        [(gaps, missed)] = days.missed(connection, outlet.now).values()
        assert days.missed(connection, outlet.now + timedelta(days=31)) == {}
    assert gaps == 1
    assert 20 <= missed <= 60  # 55 in truth


def test_where_a_feed_moved_is_remembered_until_it_is_back(outlet: Outlet) -> None:
    def moved() -> Any:
        with reading(outlet.engine) as connection:
            return connection.scalar(sa.select(EntryPoint.moved_to).where(EntryPoint.url == FEED))

    outlet.poll(entries=numbers(0, 5), moved_to="https://new.example/feed")
    assert moved() == "https://new.example/feed"
    outlet.poll()
    assert moved() == "https://new.example/feed"
    outlet.poll(entries=numbers(0, 6))
    assert moved() is None


def test_sources_that_begin_together_do_not_stay_together(engine: Engine) -> None:
    feeds = {n: (SimpleNamespace(kind="feed", url=f"https://s{n}.example/feed"),) for n in range(100)}
    sources: Any = {f"s{n}": SimpleNamespace(name=f"S{n}", country=None, language=None, enabled=True, interval=None,
                                             entries=entries, rests_at=lambda _: False) for n, entries in feeds.items()}
    with writing(engine) as connection:
        catalogue.sync_sources(connection, sources, NOW)
        states = entry_points.states(connection, list(sources))
        answer = Answer(Outcome.UNCHANGED, NOW)
        ledger.record_polls(connection, [Poll(s, answer) for known in states.values() for s in known], NOW)
        polls.finish(connection, [polls.SourceResult(id_, Outcome.UNCHANGED) for id_ in sources], sources, NOW)
        parts = [int((at - NOW).total_seconds() // 10) for at in connection.scalars(sa.select(Source.next_due_at))]
    assert max(parts.count(part) for part in set(parts)) < 35
