"""Counting in memory on SQLite: the tables that it reads stay in step, and it finds what a search finds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from archive import facets as counted
from archive import keys, matching
from archive.check import check, rebuild_search
from archive.engine import reading, writing
from archive.facets import facets, timeline
from archive.matching import Matches
from archive.meaning import erase
from archive.tables import Article, Event, EventParty, Mention
from core.query import parse
from tests.factories import article, event, hit, source

FIRST = datetime(2021, 3, 1, tzinfo=UTC)


@pytest.fixture
def shelf(sqlite_engine):
    """Twelve articles of twelve months, each of some kind; their ids."""
    with writing(sqlite_engine) as connection:
        source(connection, "aju", country="KR")
        ids = []
        for number in range(12):
            id_ = article(
                connection, f"Naver {number}", "market" if number % 2 else "rain", language=["ko", "en"][number % 2],
                source_id=["wire", "aju"][number % 3 == 0], mentions=["Naver", "Naver", "Kakao"][: number % 4],
                topics={"ai": 0.1 * number, "chips": 0.5}, published_at=FIRST + timedelta(days=31 * number))
            if number % 3 == 0:
                event(connection, id_, "Naver", "Samsung", status=["announced", "denied"][number % 2])
            ids.append(id_)
        hit(connection, ids[3], score=0.9)
    return ids


@pytest.mark.parametrize("query", [
    "*", "market", "NOT market", "market OR lang:ko", "lang:ko NOT market", "NOT (market OR lang:ko)", "lang:*",
    "lang:k*",
    "topic:ai", "topic:*", "topic:a*", "source:aju", "country:KR", "org:naver", "org:naver OR org:kakao",
    "NOT org:naver",
    "event:alliance", "event:denial", "event:alliance topic:ai", "event:alliance org:samsung", "status:denied",
    "pair:(naver, samsung)", "rule:ai-alliances", "score:>=0.5", "published:2021", "published:2021 NOT topic:ai",
    "NOT published:2021 market", "seen:2026", "story:3", "person:kim", "person:*", "NOT person:*", "rule:*", "org:*",
    "dropped:x",
    "market -published:2021 -org:kakao"])
@pytest.mark.parametrize("since", [None, FIRST + timedelta(days=100)])
def test_what_is_counted_is_what_is_found(sqlite_engine, shelf, query, since, monkeypatch):
    monkeypatch.setattr(counted, "LOOKED_AT", 3)
    until = since and since + timedelta(days=150)
    with reading(sqlite_engine) as connection:
        ids = [one for part in Matches(connection, parse(query), since, until).stream(100) for one in part]
        found = facets(connection, parse(query), since=since, until=until)
        bars = timeline(connection, parse(query), since=since, until=until, by="week")
        newest = Matches(connection, parse(query), since, until).newest_facts(3)
    assert found.total.count == len(ids) == sum(bar.count for bar in bars) == sum(bar.count for bar in found.months)
    assert [one.id for one in newest] == ids[:3]
    assert not bars or (bars[0].count and bars[-1].count)


def test_parts_with_too_many_matches_are_not_fetched(sqlite_engine, shelf, monkeypatch):
    with reading(sqlite_engine) as connection:
        whole = facets(connection, parse("topic:ai OR NOT lang:ko"))
        monkeypatch.setattr(keys, "MOST", 5)
        assert Matches(connection, parse("topic:ai OR NOT lang:ko")).keys is None
        assert facets(connection, parse("topic:ai OR NOT lang:ko")) == whole


@pytest.mark.parametrize(("query", "count"), [
    ("lang:ko", 6), ("NOT lang:ko", 6), ("topic:chips market", 6), ("NOT topic:ai published:2021", 3)])
def test_a_total_is_exact_as_long_as_its_numbers_are_worth_to_fetch(sqlite_engine, shelf, query, count, monkeypatch):
    monkeypatch.setattr(matching, "COUNTED", 2)
    with reading(sqlite_engine) as connection:
        ids = [one for part in Matches(connection, parse(query)).stream(100) for one in part]
        assert Matches(connection, parse(query)).total() == matching.Total(len(ids), exact=True)
        assert len(ids) == count
        monkeypatch.setattr(matching, "_IN_MEMORY", 2)
        assert Matches(connection, parse(query)).total() == matching.Total(min(len(ids), 2), exact=len(ids) <= 2)


def change(table, **values):
    return lambda connection, ids: connection.execute(sa.update(table).values(**values))


@pytest.mark.parametrize("work", [
    lambda connection, ids: connection.execute(sa.delete(Article).where(Article.id.in_(ids[:5]))),
    lambda connection, ids: erase(connection, ids[:7]),
    lambda connection, ids: connection.execute(sa.delete(Mention).where(Mention.id % 2 == 0)),
    lambda connection, ids: connection.execute(sa.delete(EventParty).where(EventParty.position == 0)),
    lambda connection, ids: connection.execute(sa.delete(Event).where(Event.article_id == ids[3])),
    change(Article, published_at=FIRST), change(Article, topics={"robots": 0.9}), change(Event, status="ended"),
], ids=["articles", "corrections", "mentions", "parties", "events", "time", "topics", "status"])
def test_the_tables_follow_every_change(sqlite_engine, shelf, work):
    with writing(sqlite_engine) as connection:
        work(connection, shelf)
    assert [problem for problem in check(sqlite_engine) if problem.kind == "search_times"] == []


def test_tables_out_of_step_are_named_and_made_anew(sqlite_engine, shelf):
    with writing(sqlite_engine) as connection:
        connection.exec_driver_sql("DELETE FROM topic_times")
        connection.exec_driver_sql("INSERT INTO organisation_times VALUES (1, 7)")
    (problem,) = check(sqlite_engine)
    assert (problem.kind, problem.count) == ("search_times", 2)
    rebuild_search(sqlite_engine)
    assert check(sqlite_engine) == []
