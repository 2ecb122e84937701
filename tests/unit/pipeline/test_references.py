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


@pytest.mark.parametrize(("text", "wanted"), [
    ("SAP traf Bosch. Die beiden Unternehmen sprachen.", ["Die beiden Unternehmen"]),
    ("SAP traf Bosch. Beide wollen bauen.", ["Beide"]),
    ("SAP traf Bosch. Beide Modelle sind neu.", []),
    ("Thales et Valeo : les deux entreprises signent.", ["les deux entreprises"]),
    ("Thales et Valeo : les deux vont signer.", ["les deux"]),
    ("Thales et Valeo : les deux voitures roulent.", []),
    ("Indra y Repsol: ambas firmarán.", ["ambas"]),
    ("Indra y Repsol: ambas plantas crecen.", []),
])
def test_both_stands_for_organisations_where_it_names_firms_or_acts(text, wanted):
    view = View.of("text", text, 1_000)
    found = knowledge().references.find(view, None)
    assert [text[name.start : name.end] for name in found] == wanted


@pytest.mark.parametrize(("text", "wanted"), [
    ("Sie sprach mit der Deutschen Telekom.", {"Deutsche Telekom"}),
    ("Der Vorstand Deutscher Bahn und Siemens tagt.", {"Deutsche Bahn", "Siemens"}),
    ("Habló el creador de ChatGPT.", {"OpenAI"}),
    ("ChatGPT habló.", set()),
])
def test_a_name_is_known_in_its_case_and_as_the_maker_of_its_product(text, wanted):
    found = knowledge().gazetteer.find(View.of("text", text, 1_000))
    assert {name.organisations[0] for name in found if name.kind == "name"} == wanted
