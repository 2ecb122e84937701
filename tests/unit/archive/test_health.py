"""Troubles of sources over time: each is told once, with reminders, and when it is over."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from alerts.deliver import Courier
from alerts.health import look_after
from archive import health, troubles
from archive.engine import reading, writing
from archive.tables import Delivery, EntryPoint, Fetch, Notice, Source, SourceDay, Trouble
from core.settings import Settings
from tests import factories

NOW = datetime(2026, 5, 4, 8, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


class Watch:
    """The sources of an archive, looked after by a clock that the test moves."""

    def __init__(self, engine: Engine) -> None:
        self.engine, self.now = engine, NOW

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        with writing(self.engine) as connection:
            yield connection

    def fails(self, *ids: str, outcome: str = "http_error", reason: str = "HTTP 404 Not Found", times: int = 5) -> None:
        for id_ in ids:
            with self.writing() as connection:
                factories.source(connection, id_)
                since = sa.func.coalesce(Source.failing_since, self.now)
                connection.execute(sa.update(Source).where(Source.id == id_).values(
                    failures=times, failing_since=since, last_polled_at=self.now, outcome=outcome, reason=reason))

    def works(self, *ids: str) -> None:
        for id_ in ids:
            with self.writing() as connection:
                factories.source(connection, id_)
                connection.execute(sa.update(Source).where(Source.id == id_).values(
                    failures=0, failing_since=None, last_polled_at=self.now, outcome="ok", reason=None))

    def look(self, after: timedelta = timedelta(0)) -> list[tuple[str, str, str | None]]:
        """What is told after so much time."""
        self.now += after
        with self.writing() as connection:
            before = connection.scalar(sa.select(sa.func.max(Notice.id))) or 0
            health.examine(connection, self.now)
            told = troubles.between(connection, self.now - timedelta(days=99), self.now)
        return [(t.change, t.kind, t.source) for t in told if t.id > before]


@pytest.fixture
def watch(engine: Engine) -> Watch:
    return Watch(engine)


def test_a_broken_source_is_told_once_with_reminders_and_when_it_works_again(watch: Watch) -> None:
    watch.fails("post")
    assert watch.look() == []  # it may pass
    watch.works("wire")
    watch.fails("post")
    assert watch.look(2 * HOUR) == [("begun", "broken", "post")]
    told = []
    for hour in range(12, 24 * 23, 12):
        watch.now += 12 * HOUR
        watch.works("wire")
        watch.fails("post")
        told += [(hour / 24, change) for change, _, _ in watch.look()]
    assert told == [(day, "reminder") for day in (1, 3, 7, 14, 21)]
    watch.works("post")
    assert watch.look(HOUR) == [("over", "broken", "post")]
    assert watch.look(HOUR) == []


def test_that_other_entry_points_go_well_is_said_only_where_they_do(watch: Watch) -> None:
    watch.works("wire")
    with watch.writing() as connection:
        values = {"source_id": "wire", "kind": "feed", "outcome": "robots_denied", "reason": "robots.txt",
                  "last_polled_at": watch.now, "failures": 2}
        factories.add(connection, EntryPoint, url="http://a.example/feed", **values)
    assert watch.look() == []
    with watch.writing() as connection:
        factories.add(connection, EntryPoint, url="http://a.example/news", **{
            **values, "outcome": "ok", "failures": 0, "good_at": watch.now})
    assert watch.look() == [("begun", "broken", "wire")]


def test_hiccups_are_not_told(watch: Watch) -> None:
    watch.works("wire")
    watch.fails("post", outcome="timeout", reason="")
    assert watch.look(2 * HOUR) == []
    watch.works("post", "wire")
    assert watch.look(12 * HOUR) == []


def test_when_the_network_is_away_that_is_told_once_instead_of_every_source(watch: Watch) -> None:
    names = [f"s{n}" for n in range(40)]
    watch.works(*names)
    watch.now += HOUR
    watch.fails(*names, outcome="dns_error", reason="the host's name cannot be resolved")
    assert watch.look() == [("begun", "network", None)]
    watch.now += 20 * HOUR
    watch.fails(*names, outcome="dns_error")
    assert watch.look() == []
    watch.works(names[0])
    assert watch.look(timedelta(minutes=5)) == [("over", "network", None)]
    with reading(watch.engine) as connection:
        again = sa.select(sa.func.count()).where(Source.next_due_at == watch.now)
        assert connection.scalar(again) == 39  # asked again at once, not when their long waits end
    watch.fails(*names[1:3], outcome="dns_error")
    assert watch.look(HOUR) == []  # the time of the outage is not theirs
    watch.works(*names)
    assert watch.look(HOUR) == []


def add_days(watch: Watch, id_: str, number: int, country: str = "US", **values: Any) -> None:
    """So many days before the present one, each with these values."""
    with watch.writing() as connection:
        factories.source(connection, id_, country=country)
        connection.execute(sa.insert(SourceDay), [
            {"source_id": id_, "day": (watch.now - n * DAY).date(), "polls": 24, "articles": 20, "pages": 20,
             "length": 2000, **values} for n in range(1, number + 1)])


def poll(watch: Watch, id_: str, articles: int = 0) -> None:
    """A good poll today, and what it brought."""
    with watch.writing() as connection:
        connection.execute(sa.insert(Fetch).values(
            source_id=id_, url="https://news.example/feed", outcome="unchanged", fetched_at=watch.now))
        for _ in range(articles):
            factories.article(connection, source_id=id_, seen_at=watch.now, published_at=watch.now - HOUR)


def test_a_source_that_falls_silent_is_told_and_so_is_that_it_publishes_again(watch: Watch) -> None:
    add_days(watch, "post", 28)
    watch.works("post")
    told = []
    for _ in range(5):
        poll(watch, "post")
        told.append(watch.look())
        watch.now += DAY
        watch.works("post")
    assert [len(t) for t in told] == [0, 0, 0, 1, 1]
    assert told[3] == [("begun", "silent", "post")]
    assert told[4] == [("reminder", "silent", "post")]
    poll(watch, "post", articles=2)
    assert watch.look() == [("over", "silent", "post")]


def test_a_holiday_is_one_note_and_who_stays_silent_after_it_is_told(watch: Watch) -> None:
    korean, others = [f"kr{n}" for n in range(5)], ["post", "wire"]
    for id_ in (*korean, *others):
        add_days(watch, id_, 28, country="KR" if id_ in korean else "US")
    told = {}
    for day in range(13):  # the Koreans rest for a week, all but one of them; one American stops, too
        watch.works(*korean, *others)
        for id_ in (*korean, *others):
            resting = id_ == "post" or (id_ in korean[1:] and day < 7) or (id_ == "kr4" and day < 12)
            poll(watch, id_, articles=0 if resting else 20)
        told[day] = [change for change in watch.look() if change[1] in {"silent", "holiday"}]
        watch.now += DAY
    assert {day: changes for day, changes in told.items() if changes} == {
        3: [("begun", "silent", "post"), ("begun", "holiday", None)],
        4: [("reminder", "silent", "post"), ("reminder", "holiday", None)],
        6: [("reminder", "silent", "post"), ("reminder", "holiday", None)],
        8: [("over", "holiday", None)],
        10: [("begun", "silent", "kr4"), ("reminder", "silent", "post")],
        11: [("reminder", "silent", "kr4")],
        12: [("over", "silent", "kr4")],
    }
    with reading(watch.engine) as connection:
        detail = connection.scalar(sa.select(Trouble.detail).where(Trouble.kind == "holiday"))
    assert detail == "nothing from 4 of 5 outlets of KR: a holiday there?"


def test_a_source_that_fails_keeps_what_was_told_of_its_days(watch: Watch) -> None:
    add_days(watch, "post", 28)
    watch.works("post", "wire")
    poll(watch, "post", articles=250)
    assert ("begun", "burst", "post") in watch.look()
    watch.fails("post", outcome="timeout", reason="")
    assert watch.look(HOUR) == []


def test_the_overview_says_what_is_wrong_and_what_to_do_next(watch: Watch) -> None:
    watch.works("wire")
    watch.fails("post", reason="HTTP 410 Gone")
    watch.look()
    watch.fails("post", reason="HTTP 410 Gone")
    watch.look(2 * HOUR)
    with reading(watch.engine) as connection:
        found = health.overview(connection, watch.now)
    [wrong] = found["troubles"]
    assert (wrong["source"], wrong["kind"], wrong["detail"]) == ("post", "broken", "http error: HTTP 410 Gone")
    assert "given this feed up for good" in wrong["next"]
    assert (found["sources"], found["failing"], found["missed"]["articles"]) == (2, 1, 0)


def test_a_channel_of_its_own_gets_one_message_for_all_that_changed_exactly_once(watch: Watch) -> None:
    settings = Settings.model_validate({"health": {"channel": "console"}})
    watch.works("wire")
    watch.fails("post", "gazette")
    watch.now += 2 * HOUR
    watch.fails("post", "gazette")
    assert look_after(watch.engine, settings, watch.now) == 2
    assert look_after(watch.engine, settings, watch.now + HOUR) == 0
    with reading(watch.engine) as connection:
        [message] = connection.execute(sa.select(Delivery.route, Delivery.kind, Delivery.payload))
    assert message.kind == "health"
    text = message.payload["text"]
    assert text.startswith("Source health\n2 changes")
    assert "Post fails since 2026-05-04: http error: HTTP 404 Not Found → look up the outlet's present feed" in text
    counts = Courier(watch.engine, settings).deliver()
    assert (counts.sent, counts.pending) == (1, 0)
