"""Where sentences end."""

from itertools import pairwise

import pytest

from pipeline.sentences import LONGEST, split


def parts(text: str) -> list[str]:
    return [text[start:end].strip() for start, end in split(text, len(text))]


@pytest.mark.parametrize(("text", "count"), [
    ("One is here. Two is there.", 2),
    ("Tarvela Inc. and Quillon Corp. grew in the U.S. market.", 1),
    ("Tarvela Co., Ltd. and Dr. Merrow met.", 1),
    ("It rose 3.5 percent. It fell.", 2),
    ("삼성전자가 밝혔다. SK텔레콤도 밝혔다.", 2),
    ("提携した。発表した。", 2),
    ("合作。宣布！", 2),
    ("A headline\n\nA paragraph that follows", 2),
    ("a line that is\nwrapped in the middle", 1),
    ('He said "yes." Then he left.', 2),
])
def test_a_sentence_ends_at_its_sign_but_not_at_an_abbreviation(text, count):
    assert len(parts(text)) == count


def test_sentences_cover_the_text_without_overlap():
    text = "One. Two!  Three?\n\nFour。五。 six"
    places = split(text, len(text))
    assert all(end <= start for (_, end), (start, _) in pairwise(places))
    assert "".join(text[start:end] for start, end in places).replace(" ", "") == text.replace(" ", "").replace("\n", "")


def test_a_sentence_without_end_is_cut():
    assert max(end - start for start, end in split("word " * 2_000, 10_000)) <= LONGEST
