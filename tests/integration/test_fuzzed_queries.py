"""Whatever is typed: an answer, or one line that says what is wrong and where; never a traceback.

PACTWATCH_FUZZ=10000 tries that many strings on each database.
"""

from __future__ import annotations

import os
from time import process_time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archive.arrivals import new_since
from archive.engine import reading, writing
from archive.facets import facets, timeline
from archive.search import search
from archive.storysearch import search_stories
from core.errors import QueryError
from core.query import FIELDS, parse
from pipeline.explain import describe
from tests.factories import article, event, hit, person

TRIES = int(os.environ.get("PACTWATCH_FUZZ", "0"))
PIECES = [
    *(f"{field}:" for field in FIELDS), "AND", "OR", "NOT", "(", ")", '"', "*", "~", "~3", "[", "]", "TO", "..", "7d",
    "2020", ">=", "<", "0.5", "samsung", "삼성", "칩", "인공 지능", "+", "-", "^2", "\\", "/", ":", ",", "{", "}", "'",
    "“", "http://x.example/?q=1&b", "10:30", "%", "_", ";", "--", "\x00", "\ud800", "𝒳", "ﬁ", "\u202e", "&&", "||", "!"]
typed = st.one_of(st.text(max_size=60),
                  st.lists(st.one_of(st.sampled_from(PIECES), st.sampled_from([" ", "  ", "a", "news"])), max_size=25)
                  .map("".join),
                  st.lists(st.sampled_from(PIECES), max_size=12).map(" ".join))
FOUND = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


def fill(engine):
    with writing(engine) as connection:
        for number in range(5):
            id_ = article(connection, f"Samsung {number}", "삼성전자 and Naver build AI chips.", topics={"ai": 0.5},
                          mentions=["Samsung Electronics"])
            event(connection, id_, "Samsung Electronics", "Naver")
            person(connection, id_, "Sam Altman")
        hit(connection, id_)


def read(text):
    """The query of a text, or the mistake in it."""
    try:
        return parse(text)
    except QueryError as mistake:
        return mistake


def is_told(mistake, text):
    """Whether a mistake is one line, with a place in the text."""
    column = mistake.column
    return bool(str(mistake)) and "\n" not in str(mistake) and (column is None or 1 <= column <= len(text) + 1)


def ask(engine, text):
    """Every question that takes a query, for one text: the seconds that they took, or the mistake."""
    began = process_time()
    query = read(text)
    if isinstance(query, QueryError):
        return query
    describe(query)
    try:
        answered(engine, query)
    except QueryError as refusal:                # a query that is right and asks for too much, as `a*` does
        return refusal
    return process_time() - began


def answered(engine, query):
    """Ask every question, whose answers must agree."""
    with reading(engine) as connection:
        found = search(connection, query, limit=2)
        assert len(found.items) <= found.total
        for sort in ("relevance", "score"):
            assert search(connection, query, sort=sort).total == found.total
        assert search_stories(connection, query).total <= found.total
        assert facets(connection, query).total.count == found.total
        assert sum(bar.count for bar in timeline(connection, query)) == found.total
        assert len(new_since(connection, query).items) == found.total


def is_answered(asked, text):
    """Whether a text was answered soon, or its mistake told."""
    return is_told(asked, text) if isinstance(asked, QueryError) else asked < 5


@settings(FOUND, max_examples=TRIES or 150)
@given(text=typed)
def test_sqlite_answers_or_says_what_is_wrong(sqlite_engine, text):
    with reading(sqlite_engine) as connection:
        empty = search(connection, parse("*")).total == 0
    if empty:
        fill(sqlite_engine)
    assert is_answered(ask(sqlite_engine, text), text)


@pytest.mark.postgres
@settings(FOUND, max_examples=TRIES or 40)
@given(text=typed)
def test_postgresql_answers_or_says_what_is_wrong(postgres_engine, text):
    with reading(postgres_engine) as connection:
        empty = search(connection, parse("*")).total == 0
    if empty:
        fill(postgres_engine)
    assert is_answered(ask(postgres_engine, text), text)


@settings(FOUND, max_examples=TRIES or 1_000)
@given(text=typed)
def test_a_text_is_a_query_or_a_mistake_of_one_line(text):
    query = read(text)
    assert is_told(query, text) if isinstance(query, QueryError) else describe(query)
