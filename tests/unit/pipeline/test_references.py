"""Words that stand for organisations named before."""

import pytest

from pipeline.views import View
from tests.unit.pipeline.reading import knowledge, parties


@pytest.mark.parametrize(("text", "wanted"), [
    ("Samsung and Toyota met. The Seoul-based chipmaker will partner with Naver on AI.",
     {"Samsung Electronics", "Naver"}),
    ("Samsung met Toyota. The Japanese carmaker will partner with Naver on AI.", {"Toyota Motor", "Naver"}),
    ("KAIST hired people, Samsung said. The university will partner with Naver on AI.", {"KAIST", "Naver"}),
    ("Samsung spoke to Naver. The two companies will join forces in AI.", {"Samsung Electronics", "Naver"}),
])
def test_a_description_stands_for_the_last_organisation_that_fits(text, wanted):
    assert parties(text) == wanted


@pytest.mark.parametrize("text", [
    "Toyota grew. The Seoul-based firm spoke.",
    "Samsung grew. The university spoke.",
    "Samsung, the Korean chipmaker, spoke.",
    "The Korean firm spoke. Samsung grew.",
])
def test_a_description_that_fits_nobody_before_it_stands_for_nobody(text):
    view = View.of("text", text, 1_000)
    names = knowledge().gazetteer.find(view)
    assert list(knowledge().references.described(view, names, knowledge().organisations)) == []
