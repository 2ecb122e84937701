"""Which knowledge reads a text: that of its own language, not that of one with the same letters."""

import pytest

from pipeline.tongues import latin_language, of_key, speaks
from tests.unit.pipeline.reading import annotated


@pytest.mark.parametrize(("text", "language"), [
    ("Tarvela and Quillon join forces on AI", "en"),
    ("Tarvela", "en"),
    ("Siemens und Tarvela planen KI-Bündnis", "de"),
    ("Orange et Tarvela main dans la main pour l'IA", "fr"),
    ("Telefónica y Tarvela sellan una alianza", "es"),
    ("Tarvela e Quillon insieme per l'intelligenza artificiale della fabbrica", "it"),
    ("Tarvela e Quillon assinam acordo de cooperação em inteligência artificial", "pt"),
])
def test_small_words_tell_the_language_of_a_headline(text, language):
    assert latin_language(text) == language


def test_knowledge_of_one_latin_language_does_not_read_another():
    readers = [("de", "de"), ("de", None), (None, "en"), ("de", "en"), ("en", "de"), ("ko", "de")]
    assert [speaks(own, language) for own, language in readers] == [True, True, True, False, False, False]


def test_texts_in_other_scripts_are_read_with_english_knowledge_too():
    readers = [("ko", "ko"), ("ja", "ko"), ("en", "ko"), ("de", "ko")]
    assert [speaks(own, language) for own, language in readers] == [True, True, True, False]


def test_a_language_without_knowledge_of_its_own_is_read_in_english():
    assert speaks("en", "nl")
    assert not speaks("fr", "nl")


def test_the_key_of_an_entry_names_its_language():
    assert [of_key(key) for key in ("de.ended", "metaphor", "mul.denied")] == ["de", None, None]


def test_a_german_word_for_wanting_says_nothing_in_an_english_text():
    text = "Samsung Electronics will form a joint venture with SK Telecom."
    assert annotated(text).events[0].status == "announced"
