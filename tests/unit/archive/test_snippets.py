"""Snippets: the piece of a text around what was searched for, marked."""

from __future__ import annotations

import pytest

from archive.snippets import places, snippet
from core.query import parse, positive_terms


def marked(text, query, width=240):
    return snippet(text, places(text, positive_terms(parse(query))), width)


@pytest.mark.parametrize(("text", "query", "expected"), [
    ("Samsung joins forces with SKT.", "samsung", "**Samsung** joins forces with SKT."),
    ("They join\n  forces. Join us.", '"join forces"', "They **join forces**. Join us."),
    ("They will join the forces.", '"forces join"~2', "They will **join** the **forces**."),
    ("A Café opens.", "cafe", "A **Café** opens."),
    ("삼성전자와 SK텔레콤의 동맹", "삼성전자", "**삼성전자**와 SK텔레콤의 동맹"),
    ("삼성전자와 SK텔레콤의 동맹", "텔레콤 OR 동맹", "삼성전자와 SK**텔레콤**의 **동맹**"),
    ("새 AI칩을 만든다", "AI칩", "새 **AI칩을** 만든다"),
    ("双方将在人工智能领域合作。", "人工智能", "双方将在**人工智能**领域合作。"),
    ("Samsung's plan", "sams*", "**Samsung**'s plan"),
    ("a b a b", '"a b" OR b', "**a b** **a b**"),
    ("nothing here", "samsung", "nothing here"),
    ("", "samsung", ""),
])
def test_the_match_is_marked(text, query, expected):
    assert marked(text, query) == expected


def test_a_long_text_is_cut_around_the_place_with_most_words():
    text = "samsung " + "filler words " * 100 + "samsung and naver meet here " + "more words " * 100
    found = marked(text, "samsung naver", 120)
    assert "**samsung** and **naver** meet here" in found
    assert found.startswith("… ")
    assert found.endswith(" …")
    assert len(found) < 150


def test_a_text_without_spaces_is_cut_too():
    found = marked("가나다라" * 200 + "삼성전자" + "마바사아" * 200, "삼성전자", 100)
    assert "**삼성전자**" in found
    assert len(found) < 120
