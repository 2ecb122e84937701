"""Forms of a text keep its length, so that places stay true."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.views import View, at_word_boundary, lower, plain, script_of


@given(st.text())
def test_every_form_is_as_long_as_the_text(text):
    assert len(plain(text)) == len(lower(text)) == len(text)


@given(st.text())
def test_a_form_can_be_handed_to_other_programs_and_holds_no_placeholder(text):
    plain(text + "\ud800\ue000").encode("utf-8")
    assert not any("\ue000" <= letter <= "\uf8ff" for letter in plain(text + "\ue000"))


def test_compatibility_forms_are_unified():
    view = View.of("text", "ＡＩ\u00a0“x”", 100)
    assert view.plain == 'AI "x"'
    assert view.span(0, 2).text == "ＡＩ"


@pytest.mark.parametrize(("written", "meant"), [
    ("Ｓａｍｓｕｎｇ", "Samsung"),
    ("ｻﾑｽﾝ", "サムスン"),
    ("ｸﾞｰｸﾞﾙ", "グーグル"),
    ("\u30cf\u309a\u30ca\u30bd\u30cb\u30c3\u30af", "パナソニック"),
    ("\u1109\u1161\u11b7\u1109\u1165\u11bc", "삼성"),
    ("Soci\u0065\u0301te\u0301", "Société"),
    ("con\ufb01dent", "confident"),
    ("Sam\u00adsung", "Samsung"),
    ("Sam\u200bsung\ufeff", "Samsung"),
    ("\u202aSamsung\u202c", "Samsung"),
    ("𝗦𝗮𝗺𝘀𝘂𝗻𝗴", "Samsung"),
])
def test_a_name_is_seen_however_it_is_encoded_and_its_place_is_that_of_the_text(written, meant):
    view = View.of("text", f"At {written} today", 100)
    start = view.plain.index(meant)
    span = view.span(start, start + len(meant))
    assert (span.text, span.start) == (written.strip("\u202a\u202c\ufeff"), 3 + written.startswith("\u202a"))


@given(st.text(alphabet=st.one_of(st.characters(), st.sampled_from("e\u0301ﬁｶﾞ\u1112\u1161\u11ab\u200b\xad Aa"))),
       st.integers(0, 30), st.integers(0, 30))
def test_every_place_of_a_form_is_a_place_of_the_text(text, first, second):
    view = View.of("text", text, 1_000)
    assert len(view.plain) == len(view.folded)
    start, end = sorted(min(place, len(view.plain)) for place in (first, second))
    for span in (view.span(start, end), view.part(start, end).span(0, end - start)):
        assert text[span.start : span.end] == span.text


def test_a_letter_that_would_grow_stays_as_it_is():
    assert lower("İA") == "İa"


def test_hangul_beside_latin_letters_is_a_boundary():
    assert at_word_boundary("AI반도체", 0, 2)
    assert not at_word_boundary("main", 1, 3)


def test_the_script_tells_the_language():
    assert [script_of(text) for text in ("삼성전자가", "提携した", "合作", "partner", "123")] == [
        "ko",
        "ja",
        "zh",
        "en",
        None,
    ]
