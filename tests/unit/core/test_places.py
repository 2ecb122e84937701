"""The places of a query's words in a text as it was written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.places import places
from core.query import Term, parse
from core.text import search_tokens


def found(text, query):
    term = parse(query)
    assert isinstance(term, Term)
    return [text[start:end] for start, end in places(text, term)]


@pytest.mark.parametrize(("text", "query", "expected"), [
    ("AI and ai, but not said", "ai", ["AI", "ai"]),
    ("Join\nforces; join – forces", '"join forces"', ["Join\nforces", "join – forces"]),
    ("rejoin forces", '"join forces"', []),
    ("Samsung's, samsungs, Sam", "sams*", ["Samsung", "samsungs"]),
    ("Café, cafés … CAFÉ ½", "cafe", ["Café", "CAFÉ"]),
    ("SK텔레콤은 SK 텔레콤", '"SK 텔레콤"', ["SK텔레콤", "SK 텔레콤"]),
    ("삼성전자와", "삼성전자", ["삼성전자"]),
    ("가나 나다", "가나다", ["가나 나다"]),
    ("새 칩, 칩을, 반도체칩", "칩", ["칩", "칩을", "칩"]),
    ("join the forces", '"forces join"~1', ["join", "forces"]),
    ("join all the forces", '"forces join"~1', []),
    ("삼성전자가 네이버와 협력", '"협력 삼성전자"~4', ["삼성", "성전", "전자", "협력"]),
])
def test_a_term_is_found_as_it_was_written(text, query, expected):
    assert found(text, query) == expected


TEXT = st.text(alphabet="aZ9 -é½ﬁ삼성전칩人工ア・…", max_size=40)


@given(TEXT, st.text(alphabet="aZ9é삼성전人工", min_size=1, max_size=6))
def test_what_the_index_finds_has_a_place(text, word):
    tokens = tuple(search_tokens(word))
    indexed = f" {' '.join(tokens)} " in f" {' '.join(search_tokens(text))} "
    assert bool(places(text, Term(tokens))) == indexed
