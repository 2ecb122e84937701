"""Whatever is searched for: SQLite, PostgreSQL, the rules' matcher and a plain evaluation find the same articles."""

from __future__ import annotations

from itertools import product

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archive.engine import reading, writing
from archive.search import search
from archive.tables import Article, Event, EventParty, Mention
from core.query import TOPIC_LEAST, And, Everything, Filter, Not, Or, Term, about_one_event, parse
from core.records import Article as Extracted
from core.text import search_tokens
from pipeline.terms import TermSearch
from tests.factories import article, event

pytestmark = pytest.mark.postgres

WORDS = ["ai", "samsung", "Sam", "5G-chip", "Café", "join", "삼성전자", "삼성", "칩", "칩을", "동맹", "人工智能",
         "人工", "サムスン・グループ", "ﬁn"]
ORGS = ["Samsung Electronics", "Samsung SDS", "Naver", "카카오"]
word = st.sampled_from(WORDS)
text = st.lists(word, max_size=7).map(" ".join)
found_event = st.tuples(
    st.sampled_from(["partnership", "acquisition"]), st.sampled_from(["announced", "denied"]),
    st.lists(st.sampled_from(ORGS), max_size=2, unique=True), st.sampled_from([["ai"], ["chips", "ai"], []]))
stored = st.fixed_dictionaries({
    "title": text, "text": text, "language": st.sampled_from(["en", "ko", None]),
    "topics": st.dictionaries(st.sampled_from(["ai", "chips"]), st.sampled_from([0.1, 0.3, 0.9])),
    "mentions": st.lists(st.sampled_from(ORGS), max_size=2, unique=True), "events": st.lists(found_event, max_size=2),
})

phrase = st.lists(word, min_size=1, max_size=3).map(" ".join)
term = st.one_of(
    word, phrase.map('"{}"'.format), word.map("{}*".format), phrase.map('"{}*"'.format),
    st.builds('"{}"~{}'.format, phrase, st.integers(0, 4)), st.builds('"{}*"~{}'.format, phrase, st.integers(0, 4)),
    st.builds("{}:{}".format, st.sampled_from(["title", "text"]), word),
    st.builds('{}:"{}"'.format, st.sampled_from(["title", "text"]), phrase))
fact = st.sampled_from([
    "*", "lang:ko", "lang:*", "org:samsung", "org:카카오", "org:*", 'org:"samsung sds"', "topic:ai", "topic:chips",
    "topic:*", "event:alliance", "event:acquisition", "event:*", "event:denial", "event:end",
    "status:denied"])
query = st.recursive(st.one_of(term, fact), lambda inner: st.one_of(
    st.lists(inner, min_size=2, max_size=3).map(lambda q: f"({' AND '.join(q)})"),
    st.lists(inner, min_size=2, max_size=3).map(lambda q: f"({' OR '.join(q)})"),
    inner.map("NOT {}".format)), max_leaves=6)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(corpus=st.lists(stored, min_size=1, max_size=5), queries=st.lists(query, min_size=1, max_size=6))
def test_both_databases_and_a_plain_evaluation_agree(sqlite_engine, postgres_engine, corpus, queries):
    ids = [_fill(engine, corpus) for engine in (sqlite_engine, postgres_engine)]
    for asked in queries:
        parsed = parse(asked)
        expected = {number for number, one in enumerate(corpus) if _holds(parsed, one)}
        for engine, numbers in zip((sqlite_engine, postgres_engine), ids, strict=True):
            with reading(engine) as connection:
                page = search(connection, parsed)
            assert {numbers[item.id] for item in page.items} == expected, (engine.dialect.name, asked)
            assert page.total == len(expected)


@settings(max_examples=200, deadline=None)
@given(one=stored, asked=term)
def test_the_matcher_of_rules_finds_the_same_terms(one, asked):
    parsed = parse(asked)
    # A start of a word inside a proximity is not asked for by rules.
    if not isinstance(parsed, Term) or (parsed.prefix and parsed.slop is not None):
        return
    evidence, _ = TermSearch(Extracted("", "", one["title"], one["text"])).find(parsed)
    assert bool(evidence) == _term(parsed, one)


def _fill(engine, corpus):
    """Replace all articles; what a number of the corpus became, by id."""
    with writing(engine) as connection:
        for table in (EventParty, Event, Mention, Article):
            connection.execute(sa.delete(table))
        ids = {}
        for number, one in enumerate(corpus):
            values = {key: value for key, value in one.items() if key != "events"}
            id_ = article(connection, **values)
            for type_, status, parties, topics in one["events"]:
                event(connection, id_, *parties, type_=type_, family="alliance" if type_ == "partnership" else "deal",
                      status=status, topics=topics)
            ids[id_] = number
    return ids


def _holds(asked, one):
    match asked:
        case Everything():
            return True
        case Term():
            return _term(asked, one)
        case Not():
            return not _holds(asked.child, one)
        case Or():
            return any(_holds(child, one) for child in asked.children)
        case And():
            scoped, others = about_one_event(asked)
            return all(_holds(child, one) for child in others) and (
                not scoped or any(all(_of_event(child, found) for child in scoped) for found in one["events"]))
        case Filter("lang", value):
            return one["language"] is not None if value == "*" else one["language"] == value
        case Filter("topic", value):
            return any(salience >= TOPIC_LEAST and value in {"*", name} for name, salience in one["topics"].items())
        case Filter("org", value):
            named = [*one["mentions"], *(name for found in one["events"] for name in found[2])]
            return any(_named(value, name) for name in named)
    return any(_of_event(asked, found) for found in one["events"])


def _of_event(asked, found):
    type_, status, parties, topics = found
    if isinstance(asked, Or):
        return any(_of_event(child, found) for child in asked.children)
    family = "alliance" if type_ == "partnership" else "deal"
    kinds = {"*", type_, family, *(["denial"] if (family, status) == ("alliance", "denied") else [])}
    return {"event": asked.value in kinds, "status": asked.value in {"*", status},
            "topic": asked.value in topics or (asked.value == "*" and bool(topics)),
            "org": any(_named(asked.value, name) for name in parties)}[asked.field]


def _named(value, name):
    return value == "*" or name.lower() == value or name.lower().startswith(value + " ")


def _term(asked, one):
    fields = ["title", "text"] if asked.field == "any" else [asked.field]
    return any(_in_field(asked, search_tokens(one[field])) for field in fields)


def _in_field(asked, tokens):
    last = len(asked.tokens) - 1
    places = [[number for number, token in enumerate(tokens)
               if (token.startswith(wanted) if asked.prefix and at == last else token == wanted)]
              for at, wanted in enumerate(asked.tokens)]
    if asked.slop is None:
        return any(all(first + at in places[at] for at in range(last + 1)) for first in places[0])
    return any(max(chosen) - min(chosen) + 1 - len(chosen) <= asked.slop for chosen in product(*places))

