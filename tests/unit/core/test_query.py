"""The query language: what texts mean, and what it says about texts that mean nothing."""

from __future__ import annotations

import pickle
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import QueryError
from core.periods import bounds
from core.query import (
    FIELDS,
    And,
    Everything,
    Filter,
    Not,
    Or,
    Range,
    Term,
    about_one_event,
    parse,
    positive_terms,
    walk,
)

NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)


def word(*tokens, **more):
    return Term(tokens, **more)


@pytest.mark.parametrize(("text", "query"), [
    ("Samsung", word("samsung")),
    ("*", Everything()),
    ("samsung skt", And((word("samsung"), word("skt")))),
    ("samsung AND skt", And((word("samsung"), word("skt")))),
    ("a AND b OR c", Or((And((word("a"), word("b"))), word("c")))),
    ("a b OR c", And((word("a"), Or((word("b"), word("c")))))),
    ("a NOT b", And((word("a"), Not(word("b"))))),
    ("-a", Not(word("a"))),
    ("NOT (a OR b)", Not(Or((word("a"), word("b"))))),
    ('"Join Forces"', word("join", "forces")),
    ('"join forces"~8', word("join", "forces", slop=8)),
    ('"joined"~8', word("joined")),
    ("sams*", word("sams", prefix=True)),
    ('"join for*"', word("join", "for", prefix=True)),
    ("삼성전자", word("삼성", "성전", "전자")),
    ("AI칩", word("ai", "칩", prefix=True)),
    ("title:동맹", word("동맹", field="title")),
    ("text:(a OR b)", Or((word("a", field="text"), word("b", field="text")))),
    ("5G-based", word("5g", "based")),
    ("AT&T", word("at", "t")),
    ("and", word("and")),
    ("a & b - c", And((word("a"), word("b"), word("c")))),
    ("https://example.org/a:b?c=1", word("https", "example", "org", "a", "b", "c", "1")),
    ("at 12:30", And((word("at"), word("12", "30")))),
    ("“smart quotes”", word("smart", "quotes")),
    ("'single' a/b /c/", And((word("single"), word("a", "b"), word("c")))),
    ('org:(samsung OR "SK  Telecom")', Or((Filter("org", "samsung"), Filter("org", "SK Telecom")))),
    ("event:Alliance AND topic:ai", And((Filter("event", "alliance"), Filter("topic", "ai")))),
    ("org:*", Filter("org", "*")),
    ("ORG:x", Filter("org", "x")),
    ("story:12", Filter("story", "12")),
    ("score:>=0.7", Range("score", "0.7", None)),
    ("score:<0.7", Range("score", None, "0.7", include_high=False)),
    ("score:[0.5 TO 1]", Range("score", "0.5", "1")),
    ("score:{0.5 TO *}", Range("score", "0.5", None, include_low=False, include_high=False)),
    ("published:2020..2021", Range("published", "2020", "2021")),
    ("published:2020-01-09", Range("published", "2020-01-09", "2020-01-09")),
    ("published:7d", Range("published", "7d", None)),
    ("seen:..2021", Range("seen", None, "2021")),
    ('seen:>="2020-01-09T12:30+09:00"', Range("seen", "2020-01-09T12:30+09:00", None)),
])
def test_a_text_means_this_query(text, query):
    assert parse(text) == query


@pytest.mark.parametrize(("text", "column", "words"), [
    ("", None, "write * for every article"),
    ("&", None, "nothing to search for"),
    ("a (b", 3, "bracket is not closed"),
    ("a) b", 2, "closes none"),
    ('a "b', 3, "quote is not closed"),
    ("x organisation:y", 3, "did you mean org:?"),
    ("titel:y", 1, "did you mean title:?"),
    ("foo:y", 1, "fields: title, text, dropped, org"),
    ("org:(title:a)", 6, "stands inside org:(…)"),
    ("a AND", 6, "ends where a word is expected"),
    ("AND a", 1, "'AND' does not fit here"),
    ("status:open", 8, "announced, planned"),
    ("published:soon", 11, "'soon' is not a date"),
    ("published:2020-13", 11, "is not a date"),
    ("score:high", 7, "between 0 and 1"),
    ("title:[a TO b]", 7, "title: takes no range"),
    (">5", 1, "needs a field"),
    ("story:x", 7, "not a number"),
    ("f*o", 1, "only at the end"),
    ("a~", 1, "after a phrase"),
    ("a^2", 1, "leave it out"),
    ('"a b"~9999', 1, "at most"),
    ("(" * 100 + "a" + ")" * 100, 61, "nested too deeply"),
    ("NOT " * 100 + "a", None, "nested too deeply"),
    ("a" * 9000, None, "longer than"),
])
def test_a_mistake_is_one_line_with_its_column_and_what_to_write(text, column, words):
    with pytest.raises(QueryError) as caught:
        parse(text)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)
    if column is not None:
        assert caught.value.column == column


SIGNS = st.sampled_from([
    *"()[]{}\"'~^*:\\/<>=+-!&|.#@", " ", "AND", "OR", "NOT", "TO", "삼성전자", "人", "a", "7d", "2020", "..", "İ", "\n",
    *[f"{f}:" for f in FIELDS], '"x y"', "~8", "\x00", "\ud800", "1.2.3", "99999999999999999999",
])


@given(st.one_of(st.text(max_size=60), st.lists(SIGNS, max_size=20).map("".join)))
def test_any_text_is_a_query_or_a_query_error(text):
    try:
        query = parse(text)
    except QueryError:
        pass
    else:
        assert pickle.loads(pickle.dumps(query)) == query
        assert hash(query) == hash(pickle.loads(pickle.dumps(query)))


@pytest.mark.parametrize(("text", "low", "high"), [
    ("published:2020", "2020-01-01", "2021-01-01"),
    ("published:2020-02", "2020-02-01", "2020-03-01"),
    ("published:2020-12-31", "2020-12-31", "2021-01-01"),
    ("published:2020..2021-06", "2020-01-01", "2021-07-01"),
    ("published:>2020", "2021-01-01", None),
    ("published:<=2020", None, "2021-01-01"),
    ("published:<2020", None, "2020-01-01"),
    ("published:7d", "2026-03-08T12:00", None),
    ("published:..7d", None, "2026-03-08T12:00"),
    ("published:4w..1w", "2026-02-15T12:00", "2026-03-08T12:00"),
    ("published:2020-01-09T12:30", "2020-01-09T12:30", "2020-01-09T12:31"),
    ("published:9999y", "0001-01-01", None),
    ('published:>"2020-01-09T12:30:05+09:00"', "2020-01-09T03:30:06", None),
])
def test_dates_are_the_whole_period_that_they_name(text, low, high):
    query = parse(text)
    assert isinstance(query, Range)

    def moment(value):
        return None if value is None else datetime.fromisoformat(value).replace(tzinfo=UTC)

    assert bounds(query, NOW) == (moment(low), moment(high))


def test_filters_beside_an_event_speak_of_that_event():
    query = parse("event:alliance status:denied topic:ai org:(a OR b) samsung NOT status:ended")
    assert isinstance(query, And)
    scoped, others = about_one_event(query)
    assert scoped == (Filter("event", "alliance"), Filter("status", "denied"), Filter("topic", "ai"),
                      Or((Filter("org", "a"), Filter("org", "b"))))
    assert others == (word("samsung"), Not(Filter("status", "ended")))


def test_without_an_event_filter_topic_and_organisation_are_the_articles():
    query = parse("topic:ai org:samsung")
    assert isinstance(query, And)
    assert about_one_event(query) == ((), query.children)


def test_terms_under_a_not_are_not_marked():
    query = parse('samsung OR ("join forces" AND NOT rumour)')
    assert list(positive_terms(query)) == [word("samsung"), word("join", "forces")]
    assert word("rumour") in list(walk(query))
