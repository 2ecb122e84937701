"""Whatever is searched for: SQLite, PostgreSQL, the rules' matcher and a plain evaluation find the same articles."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import permutations, product
from types import SimpleNamespace

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archive.engine import reading, writing
from archive.facets import facets
from archive.matching import Total
from archive.search import search
from archive.tables import Article, Event, EventParty, Hit, Organisation, Person
from archive.tables import Mention as MentionRow
from core import records
from core.periods import bounds
from core.query import (
    OF_EVENT,
    TOPIC_LEAST,
    And,
    Everything,
    Filter,
    Not,
    Or,
    Range,
    Term,
    about_one_event,
    pair_of,
    parse,
    walk,
)
from core.records import BY_STATUS, Annotation, EventStatus, Mention, Party, Span
from core.records import Article as Extracted
from core.records import Event as FoundEvent
from core.text import search_tokens
from pipeline.evaluate import Evaluator
from tests.factories import NOW, article, event, hit, organisation, person, source

pytestmark = pytest.mark.postgres

WORDS = ["ai", "samsung", "Sam", "5G-chip", "Café", "join", "삼성전자", "삼성", "칩", "칩을", "동맹", "人工智能",
         "人工", "サムスン・グループ", "ﬁn"]
FAMILIES = {"partnership": "alliance", "acquisition": "deal"}
ORGS = ["Samsung Electronics", "Samsung SDS", "Naver", "카카오"]
word = st.sampled_from(WORDS)
text = st.lists(word, max_size=7).map(" ".join)
PARENTS = {"Samsung SDS": "Samsung Electronics", "카카오": "Naver"}
PEOPLE = ["Sam Altman", "José Sam", "이재용", "Altmann"]
DAYS = [datetime(2020, 1, 9, 23, 59, 59, tzinfo=UTC), datetime(2020, 1, 10, tzinfo=UTC),
        datetime(2021, 12, 31, 12, tzinfo=UTC)]
SOURCES = {"wire": ("Wire", "US"), "aju": ("Aju Daily", "KR")}
found_event = st.tuples(
    st.sampled_from(["partnership", "acquisition"]), st.sampled_from(["announced", "denied", "ended"]),
    st.lists(st.sampled_from(ORGS), max_size=3, unique=True), st.sampled_from([["ai"], ["chips", "ai"], []]),
    st.sampled_from([0.25, 0.5, 0.75]))
stored = st.fixed_dictionaries({
    "source_id": st.sampled_from(list(SOURCES)), "published_at": st.sampled_from(DAYS),
    "people": st.lists(st.sampled_from(PEOPLE), max_size=2),
    "rule": st.sampled_from([None, None, "ai-alliances", "ai-deals"]),
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
    "event:part*", "topic:c*", "org:sam*", "status:denied", "status:*", "org:samsung+", 'org:"samsung electronics"+',
    "org:naver+", "pair:(samsung, naver)", 'pair:("samsung sds", *)', "pair:(samsung+, naver+)", "pair:(*, *)",
    "person:sam", 'person:"sam altman"', "person:altman", "person:alt*", "person:jose", "person:이재용", "person:재용",
    "person:*", "source:aju", 'source:"aju daily"', "source:w*", "country:kr", "country:*", "score:>=0.5",
    "score:[0.3 TO 0.6]", "score:<0.75", "published:2020", "published:2020-01-09", "published:>2020-01-09",
    "published:[2020-01-10 TO 2021]", "published:..2020"])
of_archive = st.sampled_from(["rule:ai-alliances", "rule:ai*", "rule:*", "seen:2026", "seen:<2026"])


def _nested(leaves):
    return st.recursive(leaves, lambda inner: st.one_of(
        st.lists(inner, min_size=2, max_size=3).map(lambda q: f"({' AND '.join(q)})"),
        st.lists(inner, min_size=2, max_size=3).map(lambda q: f"({' OR '.join(q)})"),
        inner.map("NOT {}".format)), max_leaves=6)


query = _nested(st.one_of(term, fact, of_archive))
of_rules = _nested(st.one_of(term, fact))


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
                assert facets(connection, parsed).total == Total(page.total)
            assert {numbers[item.id] for item in page.items} == expected, (engine.dialect.name, asked)
            assert page.total == len(expected)


@settings(max_examples=300, deadline=None)
@given(one=stored, asked=of_rules)
def test_the_matcher_of_rules_decides_as_a_plain_evaluation_does(one, asked):
    parsed = parse(asked)
    one = {**one, "rule": None}              # it decides what is a hit, so there is none yet
    # A start of a word inside a proximity is not asked for by rules.
    if any(isinstance(part, Term) and part.prefix and part.slop is not None for part in walk(parsed)):
        return
    name, country = SOURCES[one["source_id"]]
    given = Extracted("", "", one["title"], one["text"], language=one["language"], published_at=one["published_at"],
                      outlet=name, country=country)
    somewhere = Span("text", 0, 0, "")
    known = Annotation(
        tuple(Mention(organisation, somewhere) for organisation in one["mentions"]), one["topics"],
        tuple(FoundEvent(type_, FAMILIES[type_], EventStatus(status), score, tuple(map(Party, parties)), somewhere,
                         somewhere, tuple(topics)) for type_, status, parties, topics, score in one["events"]),
        tuple(records.Person(person, "", None, somewhere) for person in one["people"]))
    groups = {name: SimpleNamespace(parent=PARENTS.get(name)) for name in ORGS}
    knowledge = SimpleNamespace(organisations=groups, gazetteer=SimpleNamespace(wanted=lambda _name: ()))
    decided = Evaluator(given, known, source_id=one["source_id"], knowledge=knowledge).decide(parsed)
    assert (decided is not None) == _holds(parsed, one)


def _fill(engine, corpus):
    """Replace all articles; what a number of the corpus became, by id."""
    with writing(engine) as connection:
        for table in (Hit, EventParty, Event, MentionRow, Person, Article):
            connection.execute(sa.delete(table))
        for key, (name, country) in SOURCES.items():
            source(connection, key, name=name, country=country)
        for name in ORGS:
            organisation(connection, name)
            belongs = sa.update(Organisation).values(parent=PARENTS.get(name))
            connection.execute(belongs.where(Organisation.name == name))
        ids = {}
        for number, one in enumerate(corpus):
            values = {key: value for key, value in one.items() if key not in {"events", "people", "rule"}}
            id_ = article(connection, **values)
            for type_, status, parties, topics, score in one["events"]:
                event(connection, id_, *parties, type_=type_, family=FAMILIES[type_], status=status, topics=topics,
                      score=score)
            for name in one["people"]:
                person(connection, id_, name)
            if one["rule"]:
                hit(connection, id_, one["rule"], score=0.6)
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
        case Filter(field, value) if field in OF_EVENT:
            return any(_of_event(asked, found) for found in one["events"])
        case Filter(field, value):
            return any(_fact(field, value, actual) for actual in _actual(field, one))
        case Range("score"):
            scores = [0.6] if one["rule"] else [found[4] for found in one["events"]]
            return bool(scores) and _inside(max(scores), asked, float)
        case Range(field):
            low, high = bounds(asked, datetime.now(UTC))
            when = one["published_at"] if field == "published" else NOW
            return (low is None or low <= when) and (high is None or when < high)
    raise AssertionError(asked)


def _actual(field, one):
    """What an article has of a field."""
    return {"lang": [one["language"] or ""], "source": [one["source_id"], SOURCES[one["source_id"]][0]],
            "country": [SOURCES[one["source_id"]][1]], "rule": [one["rule"] or ""], "person": one["people"],
            "topic": [name for name, salience in one["topics"].items() if salience >= TOPIC_LEAST],
            "org": [*one["mentions"], *(name for found in one["events"] for name in found[2])]}[field]


def _fact(field, value, actual):
    if field == "org":
        return _named(value, actual)
    if field == "person":
        words, wanted = search_tokens(actual), search_tokens(value)
        return value == "*" or any(
            words[at : at + len(wanted)] == wanted
            or (value.endswith("*") and len(wanted) == 1 and words[at].startswith(wanted[0]))
            for at in range(len(words)))
    if value.endswith("*"):
        return bool(actual) and actual.lower().startswith(value[:-1].lower())
    return actual.lower() == value.lower()


def _inside(number, asked, kind):
    low, high = (None if end is None else kind(end) for end in (asked.low, asked.high))
    return (low is None or low < number or (asked.include_low and low == number)) and (
        high is None or number < high or (asked.include_high and high == number))


def _of_event(asked, found):
    type_, status, parties, topics, _ = found
    if isinstance(asked, Or):
        return any(_of_event(child, found) for child in asked.children)
    if asked.field == "pair":
        first, second = pair_of(asked)
        return any(_named(first, one) and _named(second, other) for one, other in permutations(parties, 2))
    family = FAMILIES[type_]
    kinds = [type_, family, *(kind for kind, of in BY_STATUS.items() if family == "alliance" and of == status)]
    actual = {"event": kinds, "status": [status], "topic": topics, "org": parties}[asked.field]
    return any(_fact(asked.field, asked.value, one) for one in actual)


def _named(value, name):
    if value.endswith("+"):
        return _named(value[:-1], name) or (name in PARENTS and _named(value, PARENTS[name]))
    if value.endswith("*"):
        return name.lower().startswith(value[:-1])
    return name.lower() == value or name.lower().startswith(value + " ")


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

