"""Search tokens: one form of text for every database."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.text import fold, is_lone_cjk, search_form, search_tokens, words


@pytest.mark.parametrize(("text", "tokens"), [
    ("Join Forces", "join forces"),
    ("5G-based AI_chip", "5g based ai chip"),
    ("Café Zürich Ｆｕｌｌ ﬁn", "cafe zurich full fin"),
    ("삼성전자와 SK텔레콤", "삼성 성전 전자 자와 sk 텔레 레콤"),
    ("AI칩", "ai 칩"),
    ("人工智能合作", "人工 工智 智能 能合 合作"),
    ("サムスン・グループ", "サム ムス スン グル ルー ープ"),
    ("ガガ", "ガガ"),
    ("", ""),
    ("… — !", ""),
])
def test_a_text_becomes_these_tokens(text, tokens):
    assert search_tokens(text) == tokens.split()
    assert search_form(text) == tokens


def test_a_run_of_cjk_letters_is_one_word():
    assert list(words("삼성전자와 AI Chips")) == ["삼성전자와", "ai", "chips"]


def test_a_decomposed_text_is_the_same_text():
    text = "Café 삼성전자 ガ"
    assert fold(unicodedata.normalize("NFD", text)) == fold(text)


def test_long_words_and_long_texts_are_cut():
    assert search_tokens("a" * 1200) == ["a" * 500, "a" * 500, "a" * 200]
    form = search_form("word " * 60_000)
    assert 199_900 < len(form) <= 200_000
    assert set(form.split(" ")) == {"word"}


def test_a_lone_cjk_letter_is_known():
    assert is_lone_cjk("칩")
    assert not is_lone_cjk("칩을")
    assert not is_lone_cjk("a")


@given(st.text(max_size=80))
def test_any_text_becomes_tokens_that_a_database_can_hold(text):
    for token in search_tokens(text):
        assert not any(sign.isspace() or sign in "'\"\\:&|!()*<>" for sign in token)
        assert token == fold(token)
        assert 1 <= len(token) <= 500

