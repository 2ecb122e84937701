"""Rules on annotated articles: one event decides, evidence is verbatim, words work too."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from core.records import EventStatus, Person, Span
from pipeline.annotate import annotate
from pipeline.explain import explain
from pipeline.match import check_examples, match, match_line
from pipeline.rulebook import Rule, RuleExample, load_rules, shipped_rules
from tests.unit.pipeline.reading import article, knowledge

DEAL = "Samsung Electronics and SK Telecom announced a strategic alliance in artificial intelligence."
TWO = (
    "Samsung Electronics and SK Telecom announced a strategic alliance on ships.\n\n"
    "The weather was fine and nobody saw rain.\n\n"
    "Naver and Kakao announced a joint venture in artificial intelligence."
)


def rule(query: str, **more) -> Rule:
    return Rule(id="mine", title="Mine", query=query, **more)


ALTMAN = Person("Sam Altman", "chief executive", None, Span("text", 0, 3, "Sam"))


def hits(query, text=DEAL, title="", source=None, when=None, **more):
    given = replace(article(text, title), published_at=when, outlet="Daily News", country="KR")
    known = replace(annotate(given, knowledge()), people=(ALTMAN,))
    return match(given, known, [rule(query, **more)], source_id=source, knowledge=knowledge())


@pytest.mark.parametrize(
    "query",
    [
        "event:alliance",
        "event:strategic_alliance",
        "event:*",
        "event:alliance AND topic:ai",
        "event:alliance AND org:samsung",
        "org:skt",
        'org:"SK Telecom"',
        "org:SK텔레콤",
        "event:alliance AND org:(samsung OR naver)",
        "topic:ai",
        "status:announced",
        "*",
        "alliance",
        '"strategic alliance"',
        '"artificial announced"~5',
        "strat*",
        "text:alliance",
        "NOT title:alliance",
        "NOT event:lawsuit",
        "source:daily",
        "lang:en",
        "country:kr",
        "score:[0.5 TO 1]",
        "published:2020-01",
        "(event:acquisition OR event:alliance) AND topic:ai",
        "alliance OR ship",
    ],
)
def test_a_condition_that_holds_makes_a_hit(query):
    assert hits(query, source="daily", when=datetime(2020, 1, 9, tzinfo=UTC))


@pytest.mark.parametrize(
    "query",
    [
        "event:acquisition",
        "event:alliance AND topic:mobility",
        "event:alliance AND org:naver",
        "org:naver",
        "topic:mobility",
        "status:ended",
        "ship",
        '"alliance strategic"',
        '"artificial announced"~1',
        "title:alliance",
        "NOT event:alliance",
        "source:other",
        "lang:ko",
        "country:de",
        "org:naver+",
        "pair:(samsung, naver)",
        "pair:(samsung, skt) AND status:denied",
        "person:alt",
        "person:musk",
        "score:[0.9 TO 1]",
        "published:2021",
        "alliance AND ship",
    ],
)
def test_a_condition_that_does_not_hold_makes_none(query):
    assert not hits(query, source="daily", when=datetime(2020, 1, 9, tzinfo=UTC))


def test_one_single_event_must_meet_all_conditions():
    assert hits("event:alliance AND topic:ai AND org:naver", TWO)
    assert not hits("event:strategic_alliance AND topic:ai", TWO)
    assert not hits("event:joint_venture AND org:samsung", TWO)


def test_status_and_score_of_the_rule_are_those_of_the_deciding_event():
    denied = "Samsung denied a partnership with SK Telecom."
    assert hits("event:alliance", denied)
    assert not hits("event:alliance", denied, status=[EventStatus.ANNOUNCED])
    assert not hits("event:alliance", DEAL, min_score=0.99)


def test_the_evidence_of_an_event_is_its_spans():
    (hit,) = hits("event:alliance AND topic:ai")
    assert [(one.role, one.span.text) for one in hit.evidence] == [
        ("sentence", DEAL),
        ("party", "Samsung Electronics"),
        ("party", "SK Telecom"),
        ("relation", "strategic alliance"),
        ("topic", "artificial intelligence"),
    ]
    assert hit.event == 0


def test_the_evidence_of_words_is_the_sentence_and_the_words():
    text = "It rains. The high bandwidth memory of Samsung is fast. It snows."
    (hit,) = hits('"high bandwidth memory" AND org:samsung', text)
    assert [(one.role, one.span.text) for one in hit.evidence] == [
        ("sentence", "The high bandwidth memory of Samsung is fast."),
        ("term", "high bandwidth memory"),
        ("party", "Samsung"),
    ]
    assert hit.event is None
    assert all(text[one.span.start : one.span.end] == one.span.text for one in hit.evidence)


def test_words_in_korean_are_found_inside_longer_ones():
    text = "오늘은 비가 온다. 초거대인공지능을 만든다."
    (hit,) = hits("인공지능", text)
    assert [one.span.text for one in hit.evidence] == ["초거대인공지능을 만든다.", "인공지능"]


def test_words_higher_up_score_higher():
    (title,), (lead,), (body,) = (
        hits("ship", "", "A ship"),
        hits("ship", "A ship"),
        hits("ship", "x " * 1_000 + "A ship"),
    )
    assert title.score > lead.score > body.score >= 0.5


def test_hits_come_strongest_first():
    given = article(DEAL)
    found = match(given, annotate(given, knowledge()), [rule("event:alliance"), Rule(id="all", title="All", query="*")])
    assert [hit.rule for hit in found] == ["all", "mine"]


def test_a_line_of_the_match_command_is_answered():
    rules, _ = load_rules(shipped_rules())
    answer = match_line({"id": 7, "title": "Samsung and SK Telecom join forces in AI", "text": ""}, knowledge(), rules)
    assert (answer["id"], answer["flagged"], answer["organisations"], answer["status"]) == (
        7,
        True,
        ["Samsung Electronics", "SK Telecom"],
        "announced",
    )
    assert answer["evidence"][0] == {
        "text": "Samsung and SK Telecom join forces in AI",
        "start": 0,
        "end": 40,
        "role": "sentence",
        "field": "title",
    }
    assert answer["hits"][0]["rule"] == "ai-alliances"


@pytest.mark.parametrize(
    "item",
    [{"id": "a"}, {"id": "a", "title": None, "text": None}, {"id": "a", "title": "", "text": "", "language": "ko"}],
)
def test_a_line_without_title_and_text_is_not_flagged(item):
    assert match_line(item, knowledge(), load_rules(shipped_rules())[0]) == {
        "id": "a",
        "flagged": False,
        "organisations": [],
        "event_type": None,
        "status": None,
        "score": 0.0,
        "band": None,
        "evidence": [],
        "hits": [],
    }


def test_we_on_an_organisations_own_site_is_named():
    rules, _ = load_rules(shipped_rules())
    answer = match_line(
        {
            "id": 1,
            "title": "",
            "text": "We are partnering with Condé Nast on ChatGPT.",
            "url": "https://openai.com/index/x",
        },
        knowledge(),
        rules,
    )
    assert set(answer["organisations"]) == {"OpenAI", "Condé Nast"}


def test_an_example_that_is_judged_otherwise_is_reported():
    wrong = rule(
        "ship", examples=(RuleExample(match="no vessel"), RuleExample(no_match="A ship"), RuleExample(match="A ship"))
    )
    assert [str(failure) for failure in check_examples(wrong, knowledge())] == [
        "not flagged, must match: no vessel", "flagged with score 0.90, must not match: A ship"]


def explained(text, **more):
    given = article(text)
    found = explain(
        given,
        annotate(given, knowledge()),
        rule("event:alliance AND topic:ai", status=["announced"], min_score=0.5, **more),
        knowledge(),
    )
    return {one.condition: (one.held, one.detail) for one in found.conditions}


def test_an_explanation_says_which_conditions_held():
    assert all(held for held, _ in explained(DEAL).values())


def test_an_explanation_says_what_failed_and_by_how_little():
    filler = " ".join(f"This is sentence number {number}." for number in range(20))
    low = explained(filler + " " + DEAL)
    held, detail = low["score is at least 0.50"]
    assert not held or "too low" not in detail
    denied = explained("Samsung denied a partnership with SK Telecom in shipping.")
    assert denied["topic:ai"][0] is False
    assert denied["status is announced"] == (False, 'denied, by "denied"')
    assert explained("It rains.")["event:alliance"] == (False, "no event was found")


@pytest.mark.parametrize(("min_score", "alert_score", "band"), [
    (0.3, 0.4, "alert"), (0.3, 0.99, "digest"), (0.99, None, "archive"), (0.3, None, "alert"), (0.9, 0.2, "archive"),
])
def test_the_band_tells_what_a_score_is_good_for(min_score, alert_score, band):
    mine = rule("event:alliance", min_score=min_score, alert_score=alert_score)
    answer = match_line({"text": DEAL}, knowledge(), [mine])
    assert answer["band"] == band
    assert answer["flagged"] is (band != "archive")
    assert [one["band"] for one in answer["hits"]] == ([] if band == "archive" else [band])


def test_a_text_that_meets_no_condition_has_no_band():
    assert match_line({"text": "It rains."}, knowledge(), [rule("event:alliance")])["band"] is None


def test_a_query_for_an_organisation_finds_what_it_was_before():
    gazetteer = knowledge().gazetteer
    assert {"Meta", "Facebook"} <= gazetteer.wanted("meta")
    assert gazetteer.wanted("facebook") == {"Facebook"}
    assert gazetteer.resolve("meta") == {"Meta"}
