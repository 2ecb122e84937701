"""Forms of a text keep its length, so that places stay true."""

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
