"""Facets and timelines: what a query's matches are made of, the same on SQLite and PostgreSQL."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise

import pytest

from archive import facets as counted
from archive.engine import reading, writing
from archive.facets import Bar, Count, facets, timeline
from archive.matching import Total
from core.query import parse
from tests.factories import article, event, source


@pytest.fixture
def shelf(engine):
    """Five articles of three months."""
    with writing(engine) as connection:
        source(connection, "aju", country="KR", name="Aju Daily")

        def put(day, title, **more):
            return article(connection, title, "Samsung builds AI.", published_at=day, **more)

        first = put(datetime(2020, 1, 9, 8, tzinfo=UTC), "One", mentions=["Samsung Electronics", "Samsung Electronics"],
                    topics={"ai": 0.9, "chips": 0.1})
        event(connection, first, "Samsung Electronics", "Naver")
        event(connection, first, "Samsung Electronics", "Naver", score=0.3)
        put(datetime(2020, 1, 31, 23, 59, 59, tzinfo=UTC), "Two", source_id="aju", language="ko", topics={"ai": 0.3})
        third = put(datetime(2020, 3, 1, tzinfo=UTC), "Three", mentions=["Naver"])
        event(connection, third, "Naver", type_="acquisition", family="deal", status="denied")
        article(connection, "Rain", "It rained.", published_at=datetime(2021, 5, 1, tzinfo=UTC))
    return engine


@pytest.mark.parametrize("query", ["samsung", "samsung NOT rain", "source:(wire OR aju) samsung", "lang:* samsung",
                                   "published:2020"])
def test_facets_count_articles_and_not_what_is_in_them_twice(shelf, query):
    with reading(shelf) as connection:
        found = facets(connection, parse(query))
    assert (found.total, found.counted) == (Total(3), 3)
    assert found.sources == (Count("wire", "Wire", 2), Count("aju", "Aju Daily", 1))
    assert found.organisations == (Count("Naver", "Naver", 2), Count("Samsung Electronics", "Samsung Electronics", 1))
    assert [(c.value, c.count) for c in found.event_types] == [("acquisition", 1), ("partnership", 1)]
    assert [(c.value, c.count) for c in found.statuses] == [("announced", 1), ("denied", 1)]
    assert [(c.value, c.count) for c in found.topics] == [("ai", 2)]
    assert [(c.value, c.count) for c in found.languages] == [("en", 2), ("ko", 1)]
    assert [(bar.start.month, bar.count) for bar in found.months] == [(1, 2), (2, 0), (3, 1)]


def test_what_matches_nothing_has_no_facets(shelf):
    with reading(shelf) as connection:
        found = facets(connection, parse("unknown"))
        assert (found.total, found.sources, found.months) == (Total(0), (), ())
        assert timeline(connection, parse("unknown")) == ()


def test_facets_of_many_are_those_of_the_newest_and_say_so(shelf, monkeypatch):
    monkeypatch.setattr(counted, "LOOKED_AT", 2)
    with reading(shelf) as connection:
        found = facets(connection, parse("samsung"), most=1)
    assert (found.total, found.counted) == (Total(3), 2)
    assert found.languages == (Count("en", "en", 1),)
    assert sum(bar.count for bar in found.months) == 3


@pytest.mark.parametrize("query", ["samsung", "org:naver OR samsung", "org:* OR samsung"])
@pytest.mark.parametrize(("by", "expected"), [
    ("year", [("2020-01-01", 3)]),
    ("month", [("2020-01-01", 2), ("2020-02-01", 0), ("2020-03-01", 1)]),
    ("week", [("2020-01-06", 1), ("2020-01-13", 0), ("2020-01-20", 0), ("2020-01-27", 1), ("2020-02-03", 0),
              ("2020-02-10", 0), ("2020-02-17", 0), ("2020-02-24", 1)]),
])
def test_a_timeline_counts_all_parts_of_the_time_also_the_empty_ones(shelf, query, by, expected):
    with reading(shelf) as connection:
        bars = timeline(connection, parse(query), by=by)
    assert [(f"{bar.start:%Y-%m-%d}", bar.count) for bar in bars] == expected
    assert all(first.end == second.start for first, second in pairwise(bars))


def test_a_timeline_by_day_and_its_bounds(shelf):
    with reading(shelf) as connection:
        bars = timeline(connection, parse("samsung"), by="day", since=datetime(2020, 1, 10, tzinfo=UTC),
                        until=datetime(2020, 2, 1, tzinfo=UTC))
    assert bars == (Bar(datetime(2020, 1, 31, tzinfo=UTC), datetime(2020, 2, 1, tzinfo=UTC), 1),)


def test_times_before_1970_are_counted_in_their_year(engine):
    with writing(engine) as connection:
        for year in (1950, 1969, 1970):
            article(connection, f"Of {year}", "words", published_at=datetime(year, 12, 31, 23, tzinfo=UTC))
    for query in ("words", "NOT words OR words"):
        with reading(engine) as connection:
            bars = timeline(connection, parse(query), by="year")
        assert [bar.start.year for bar in bars if bar.count] == [1950, 1969, 1970]
