"""The figures of an archive: what is new is counted once, whoever wrote it; what stands is read as it stands."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from archive import tail
from archive.engine import reading, writing
from archive.standing import standing
from archive.tables import Address, Delivery, Fetch, Route, Run
from archive.tail import News, Tail
from tests import factories
from tests.factories import NOW

HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def settled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Numbers count as settled at once."""
    monkeypatch.setattr(tail, "SETTLE_S", -1.0)


@pytest.fixture
def following(engine: Engine) -> tuple[Engine, Tail]:
    """An archive with content, and a tail that has looked at it once."""
    with writing(engine) as connection:
        factories.source(connection, added_at=NOW - 24 * HOUR)
        factories.hit(connection, factories.article(connection), "old-rule")
    follower = Tail()
    look(engine, follower)
    return engine, follower


def look(engine: Engine, follower: Tail) -> News:
    with reading(engine) as connection:
        return follower.look(connection)


def test_the_first_look_counts_nothing_and_names_the_rules(engine: Engine) -> None:
    with writing(engine) as connection:
        factories.hit(connection, factories.article(connection), "ai-alliances")
    first = look(engine, Tail())
    assert dict(first.hits) == {"ai-alliances": 0}
    assert first.articles.total() == first.fetches.total() == 0


def test_what_is_new_is_counted_once(following: tuple[Engine, Tail]) -> None:
    engine, follower = following
    with writing(engine) as connection:
        new = factories.article(connection, published_at=NOW - HOUR)
        factories.hit(connection, new, "hbm")
        factories.version(connection, new, "old", "text")
        for entry, outcome in ((None, "ok"), (None, "ok"), (None, "timeout")):
            factories.add(connection, Fetch, source_id="wire", url="https://news.example/", outcome=outcome,
                          entry_point_id=entry, fetched_at=NOW)
    found = look(engine, follower)
    assert (found.articles["new"], found.articles["updated"], dict(found.hits)) == (1, 1, {"hbm": 1})
    assert dict(found.fetches) == {("page", "ok"): 2, ("page", "timeout"): 1}
    assert found.lags == [3600.0]
    again = look(engine, follower)
    assert again.articles.total() == again.fetches.total() == again.hits.total() == 0


def test_an_article_older_than_its_source_or_without_a_date_of_its_own_says_nothing_of_the_delay(
    following: tuple[Engine, Tail],
) -> None:
    engine, follower = following
    with writing(engine) as connection:
        factories.article(connection, published_at=NOW - 48 * HOUR)
        factories.article(connection, published_at=NOW)              # seen at the same moment
    assert look(engine, follower).lags == []


def test_a_message_is_counted_when_it_ends_however_long_that_takes(following: tuple[Engine, Tail]) -> None:
    engine, follower = following
    with writing(engine) as connection:
        hit = factories.hit(connection, factories.article(connection, published_at=NOW - HOUR))
        alert = factories.alert(connection, hit, state="pending")
    assert look(engine, follower).ended == []
    with writing(engine) as connection:
        connection.execute(sa.update(Delivery).where(Delivery.id == alert).values(
            state="sent", hold_until=NOW + HOUR, sent_at=NOW + HOUR + timedelta(seconds=5)))
    [ended] = look(engine, follower).ended
    assert (ended.route, ended.state, ended.waited) == ("now", "sent", 5.0), "what the route held back is no delay"
    assert ended.after_publication == 2 * 3600 + 5
    assert look(engine, follower).ended == []


def test_a_digest_is_late_by_what_lies_between_its_time_and_its_sending(following: tuple[Engine, Tail]) -> None:
    engine, follower = following
    with writing(engine) as connection:
        delivery = factories.digest(connection)
        connection.execute(sa.update(Delivery).where(Delivery.id == delivery).values(
            sent_at=NOW + timedelta(seconds=42)))
    assert [(one.route, one.late, one.waited) for one in look(engine, follower).ended] == [("daily", 42.0, None)]


@pytest.mark.postgres
def test_on_postgresql_a_row_that_is_committed_late_is_not_missed(
    postgres_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [0.0]
    monkeypatch.setattr(tail, "SETTLE_S", 10.0)
    monkeypatch.setattr(tail, "monotonic", lambda: clock[0])
    with writing(postgres_engine) as connection:
        factories.source(connection)
    follower, row = Tail(), {"source_id": "wire", "url": "u", "outcome": "ok", "fetched_at": NOW}
    look(postgres_engine, follower)
    with postgres_engine.connect() as slow:
        factories.add(slow, Fetch, **row)                            # takes its number, and is not committed yet
        with writing(postgres_engine) as quick:
            factories.add(quick, Fetch, **row)
        assert look(postgres_engine, follower).fetches.total() == 0
        slow.commit()
    clock[0] = 11.0
    assert look(postgres_engine, follower).fetches.total() == 2


def test_what_stands_is_told(engine: Engine) -> None:
    with writing(engine) as connection:
        for id_, values in {"well": {"last_polled_at": NOW}, "new": {}, "off": {"enabled": False},
                            "bad": {"last_polled_at": NOW - HOUR, "failures": 3, "next_due_at": NOW - HOUR},
                            "held": {"next_due_at": NOW - HOUR, "claimed_until": NOW + HOUR}}.items():
            factories.source(connection, id_, **values)
        for number, (state, again) in enumerate([("discovered", None), ("failed", NOW - HOUR), ("failed", NOW + HOUR),
                                                 ("skipped", None)]):
            factories.add(connection, Address, url=f"https://a.example/{number}", source_id="well", state=state,
                          discovered_at=NOW, attempts=0, next_try_at=again)
        hit = factories.hit(connection, factories.article(connection))
        factories.alert(connection, hit, key="a", state="pending")
        factories.alert(connection, hit, key="b", state="possibly_sent")
        factories.alert(connection, hit, key="c", state="sent")
        held = factories.alert(connection, hit, key="d", state="pending")
        connection.execute(sa.update(Delivery).where(Delivery.id == held).values(hold_until=NOW + HOUR))
        connection.execute(sa.insert(Route).values(name="now", channel="console", send="immediate", first_seen_at=NOW,
                                                   stopped_at=NOW))
        connection.execute(sa.insert(Run), [
            {"kind": "run", "process": "p", "started_at": NOW, "ended_at": NOW, "outcome": "done"},
            {"kind": "run", "process": "p", "started_at": NOW, "ended_at": NOW + HOUR, "outcome": "failed"}])
    with reading(engine) as connection:
        found = standing(connection, NOW)
    assert dict(found.sources) == {"well": 1, "new": 3, "failing": 1}
    assert found.overdue == 1
    assert dict(found.fetch_queue) == {"first": 1, "again": 1}
    assert dict(found.outbox) == {("now", "pending"): 2, ("now", "possibly_sent"): 1}
    assert (found.held, found.oldest_waiting) == (1, NOW)
    assert found.stopped == {"now": True}
    assert (found.last_pass, found.last_poll, found.last_article) == (NOW, NOW, NOW)
    assert found.size > 100_000
    assert found.jobs is None


@pytest.mark.postgres
def test_jobs_of_workers_are_counted_where_there_is_a_queue_of_them(postgres_engine: Engine) -> None:
    with writing(postgres_engine) as connection:
        connection.exec_driver_sql("""
            CREATE SCHEMA queue;
            CREATE TYPE queue.job_status AS ENUM ('todo', 'doing', 'succeeded', 'failed');
            CREATE TABLE queue.procrastinate_jobs (id bigserial, queue_name text, status queue.job_status);
            INSERT INTO queue.procrastinate_jobs (queue_name, status)
            VALUES ('crawl', 'todo'), ('crawl', 'todo'), ('deliver', 'doing'), ('deliver', 'succeeded')""")
    with reading(postgres_engine) as connection:
        assert standing(connection, NOW).jobs == {("crawl", "todo"): 2, ("deliver", "doing"): 1}


