"""Annotation never fails, ends in bounded time, and every span is verbatim."""

import time
from functools import cache

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.annotate import annotate
from pipeline.match import match
from pipeline.rulebook import Rule, load_rules, shipped_rules
from tests.unit.pipeline.reading import annotated, article, knowledge

PIECES = [
    "Samsung Electronics",
    "SK텔레콤",
    "Tarvela Robotics",
    "we",
    "양사",
    "the two companies",
    " and ",
    ", ",
    "와 ",
    " with ",
    "partnership",
    "동맹",
    "joint venture",
    "提携",
    "合作",
    "AI",
    "人工知能",
    "denied",
    "in talks",
    ". ",
    "。",
    "\n\n",
    "\n",
    "\n• ",
    "\n1. ",
    "\n09:15 ",
    "Weekly newsletter",
    "Samsung and SK Telecom formed a partnership in artificial intelligence. ",
    "삼성전자와 SK텔레콤이 인공지능 동맹을 맺었다. ",
    "ソフトバンクとトヨタがAIで提携した。",
    "ｻﾑｽﾝ",
    "\u1109\u1161\u11b7\u1109\u1165\u11bc",
    "Sam\u00adsung",
    "\u202e",
    "\u0301",
    "About us\n",
    "(SKT)",
    "®",
    "\u200b",
    "\x00",
    "\ud800",
    "\ue000",
    "\uf8ff",
    "İ",
    "ß",
    "ﬁ",
    "Ａ",
    "e\u0301",
    "👩‍🚀",
    "—",
    "SEOUL, June 1 — ",
    "{R}",
    "\\",
    "[",
    "(",
    "**",
    "x" * 50,
]
WILD = st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=8)), max_size=60).map("".join)


@cache
def rules() -> tuple[Rule, ...]:
    """The shipped rules, and one that quotes words."""
    words = Rule(id="words", title="Words", query='partnership OR "artificial intelligence" OR samsung', min_score=0.0)
    return (*load_rules(shipped_rules())[0], words)


def spans_of(annotation):
    for mention in annotation.mentions:
        yield mention.span
    for person in annotation.people:
        yield person.span
    for event in annotation.events:
        yield from (event.sentence, event.relation)
        yield from (party.span for party in event.parties if party.span)
        yield from (span for span in (event.topic_span, event.status_span) if span)


@settings(max_examples=250, deadline=None)
@given(title=WILD, text=WILD, publisher=st.sampled_from([None, "Quillon Systems"]))
def test_any_text_is_annotated_and_every_span_is_verbatim(title, text, publisher):
    given_article = article(text, title, None)
    annotation = annotate(given_article, knowledge(), publisher=publisher)
    for span in spans_of(annotation):
        assert getattr(given_article, span.field)[span.start : span.end] == span.text
    hits = match(given_article, annotation, rules(), knowledge=knowledge())
    for evidence in (evidence for hit in hits for evidence in hit.evidence):
        span = evidence.span
        assert getattr(given_article, span.field)[span.start : span.end] == span.text
    assert all(0 <= event.score <= 1 for event in annotation.events)
    assert all(0 <= salience <= 1 for salience in annotation.topics.values())


def test_empty_and_binary_texts_say_nothing():
    assert annotated("") == annotated("\x00\x01\x02" * 100)
    assert annotated("").events == ()


def test_huge_texts_end_soon():
    knowledge()
    begun = time.process_time()
    for text in (
        "Samsung, " * 20_000,
        "a" * 1_000_000,
        "partnership " * 20_000,
        "Samsung and SK Telecom partnership " * 5_000,
        "(" * 50_000,
        "A " * 100_000,
        "\n" * 100_000,
        "Samsung, a " * 20_000,
        "협력 " * 50_000,
    ):
        annotated(text, text)
    assert time.process_time() - begun < 20


def test_annotation_is_the_same_each_time():
    text = "Samsung Electronics and SK Telecom announced a strategic alliance in artificial intelligence."
    assert annotated(text) == annotated(text)
