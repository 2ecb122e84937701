"""What an article mainly reports: its event, the heads of the parties' groups, and marks that languages share."""

from __future__ import annotations

import pytest

from core.records import Article
from pipeline.annotate import annotate
from pipeline.knowledge import load_knowledge, shipped_knowledge
from pipeline.marks import numbers
from pipeline.subject import pair_keys


@pytest.fixture(scope="module")
def known():
    return load_knowledge(shipped_knowledge())


def subject(known, title, text, language="en"):
    return annotate(Article("", "", title, text, language=language), known).subject


def test_two_languages_tell_one_subject_with_the_same_key_and_marks(known):
    english = subject(known, "Samsung and SK Telecom join forces on AI",
                      "Samsung Electronics and SK Telecom will build a data centre in Busan for 2.5 trillion won.")
    korean = subject(known, "삼성전자·SK텔레콤, AI 데이터센터 협력",
                     "삼성전자와 SK텔레콤은 2조5천억원을 들여 AI 데이터센터를 짓기로 협약을 체결했다고 밝혔다.", "ko")
    assert english.keys == korean.keys != ()
    assert {"theme:data centres", "sum:2.5e+12"} <= set(english.marks) & set(korean.marks)


def test_a_subsidiary_stands_for_its_group_in_the_key(known):
    found = subject(known, "Google DeepMind and Samsung Electronics join forces on AI",
                    "Google DeepMind and Samsung Electronics announced a partnership on artificial intelligence.")
    assert "Google DeepMind" in found.parties
    assert "Google DeepMind" not in found.heads
    assert len(set(found.heads)) == 2


@pytest.mark.parametrize(("title", "text"), [
    ("Weather", "It rained on Monday."),
    ("Markets this week", "Shares rose. Bonds fell. Oil was flat. Gold was flat. Silver too. Copper too. " * 3
     + "Samsung Electronics and SK Telecom announced a partnership on AI."),
    ("Two of a kind", "".join(f"{pair} announced a partnership on artificial intelligence. "
                              for pair in ("Samsung Electronics and SK Telecom", "Naver and Kakao"))),
])
def test_a_text_that_is_not_about_one_event_has_no_subject(known, title, text):
    assert subject(known, title, text) is None


@pytest.mark.parametrize(("language", "written", "marks"), [
    ("en", "$1.5 billion, for 1,500,000 users", ["sum:1.5e+09", "sum:1.5e+06"]),
    ("en", "a 900-megawatt site in 2027, on day 12, with 31 partners", ["number:900"]),
    ("en", "£3m and $4bn", ["sum:3.0e+06", "sum:4.0e+09"]),
    ("de", "1,5 Milliarden Euro für 3.000 Schulen", ["sum:1.5e+09", "number:3000"]),
    ("fr", "2 milliards d'euros", ["sum:2.0e+09"]),
    ("ko", "1500억원, 3억4000만 달러, 2조5천억", ["sum:1.5e+11", "sum:3.4e+08", "sum:2.5e+12"]),
    ("ja", "800億円", ["sum:8.0e+10"]),
    ("zh", "每年节省6000万欧元", ["sum:6.0e+07"]),
])
def test_amounts_are_one_mark_however_a_language_writes_them(language, written, marks):
    assert [mark for _, mark in numbers(written, language)] == marks


def test_a_key_does_not_depend_on_the_order_of_the_parties():
    assert pair_keys("alliance", ["B", "A", "C"]) == pair_keys("alliance", ["C", "B", "A"])
    assert len(pair_keys("alliance", ["A", "B", "C"])) == 3
    assert not set(pair_keys("alliance", ["A", "B"])) & set(pair_keys("acquisition", ["A", "B"]))
