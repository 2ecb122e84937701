"""Names of organisations in languages with Latin letters other than English."""

import pytest

from tests.unit.pipeline.reading import annotated


def named(text: str, language: str) -> set[str]:
    return {mention.organisation for mention in annotated(text, language=language).mentions}


@pytest.mark.parametrize(("language", "text", "organisation"), [
    ("de", "Das Bundesministerium für Bildung und Forschung zahlt.", "Bundesministerium für Bildung und Forschung"),
    ("de", "Die Technische Universität Quellstadt lehrt.", "Technische Universität Quellstadt"),
    ("de", "Die Tarvela Robotics GmbH wächst.", "Tarvela Robotics"),
    ("de", "Der Softwarekonzern Tarvela wächst.", "Tarvela"),
    ("fr", "Le CHU de Quellbourg recrute.", "CHU de Quellbourg"),
    ("fr", "La start-up Tarvela recrute.", "Tarvela"),
    ("es", "El Ministerio de Ciencia e Innovación financia el plan.", "Ministerio de Ciencia e Innovación"),
    ("es", "La empresa Tarvela crece.", "Tarvela"),
    ("it", "Il Politecnico di Quellano cresce.", "Politecnico di Quellano"),
    ("pt", "A Universidade Federal de Tarvela cresce.", "Universidade Federal de Tarvela"),
])
def test_the_form_of_a_name_or_what_stands_before_it_shows_an_organisation(language, text, organisation):
    assert organisation in named(text, language)


@pytest.mark.parametrize(("language", "text"), [
    ("de", "Die Zusammenarbeit der Partner bringt den Kunden neue Roboter und bessere Software."),
    ("fr", "Pendant quatre ans, les Français ont attendu le train à Quellbourg."),
    ("es", "Además, los Reyes llegan en enero a Quellana."),
])
def test_nouns_first_words_and_places_name_nobody(language, text):
    assert named(text, language) == set()


def test_a_name_that_is_a_word_in_english_only_names_the_firm_in_german():
    assert "Continental" in named("Im Sommer hat Continental neue Sensoren gezeigt.", "de")


def test_a_state_that_acts_beside_an_organisation_is_a_party():
    events = annotated("", "España y Telefónica firman un acuerdo de inteligencia artificial", language="es").events
    assert {party.organisation for party in events[0].parties} == {"España", "Telefónica"}
