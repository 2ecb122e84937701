"""Which organisations a text names."""

import pytest

from pipeline.entities import Gazetteer
from pipeline.knowledge_files import Guard, Organisation
from pipeline.views import View
from tests.unit.pipeline.reading import annotated, knowledge, organisations


def found(text: str, **entries: Organisation) -> list[tuple[str, str]]:
    gazetteer = Gazetteer({name.replace("_", " "): entry for name, entry in entries.items()}, knowledge().names.lists)
    view = View.of("text", text, 10_000)
    return [(name.organisations[0], text[name.start : name.end]) for name in gazetteer.find(view)]


def test_an_alias_is_found_as_a_whole_word_only():
    arm = Organisation(aliases=["Arm"])
    assert found("Arm sells designs. Army and alarm do not count.", Arm_Holdings=arm) == [("Arm Holdings", "Arm")]


def test_a_korean_particle_after_a_latin_name_does_not_hide_it():
    assert found("SKT가 KT와 만났다", SK_Telecom=Organisation(aliases=["SKT"]), KT=Organisation()) == [
        ("SK Telecom", "SKT"),
        ("KT", "KT"),
    ]


def test_a_short_korean_name_is_not_found_inside_a_word():
    kia = Organisation(ko=["기아"])
    assert found("기아가 바이오기아를 만났다", Kia=kia) == [("Kia", "기아")]


def test_the_longest_name_wins():
    entries = {"Google": Organisation(), "Google_Cloud": Organisation()}
    assert found("Google Cloud and Google", **entries) == [("Google Cloud", "Google Cloud"), ("Google", "Google")]


def test_a_name_that_is_cut_by_a_longer_word_still_shows_its_beginning():
    entries = {"Google": Organisation(), "Google_Cloud": Organisation()}
    assert found("Google Cloudy", **entries) == [("Google", "Google")]


def test_a_legal_suffix_belongs_to_the_name():
    assert found("Tarvela Inc. grew", Tarvela=Organisation()) == [("Tarvela", "Tarvela Inc.")]


def test_a_name_in_lower_case_is_a_word():
    assert found("an apple a day", Apple=Organisation()) == []


def test_a_short_name_must_be_written_as_it_is_known():
    assert found("Sap runs from trees; SAP runs firms", SAP=Organisation()) == [("SAP", "SAP")]


def test_a_domain_is_not_the_organisation():
    assert found("see Tarvela.com for more", Tarvela=Organisation()) == []


def test_a_guarded_alias_needs_its_words_nearby():
    line = Organisation(aliases=["Line"], guards={"Line": Guard(near=["messenger", "Naver"])})
    assert found("Line, the messenger, grew", LY_Corporation=line) == [("LY Corporation", "Line")]
    assert found("Line up here please", LY_Corporation=line) == []


def test_a_guarded_alias_is_refused_beside_its_forbidden_words():
    apple = Organisation(guards={"Apple": Guard(not_near=["pie"])})
    assert found("Apple pie", Apple=apple) == []
    assert found("Apple shows a phone", Apple=apple) == [("Apple", "Apple")]


def test_a_ticker_in_brackets_names_its_company():
    assert found("the firm (NASDAQ: TVLA) grew", Tarvela=Organisation(tickers=["TVLA"])) == [("Tarvela", "TVLA")]


def test_a_product_points_to_its_owner():
    assert found("Zephyrine 3 is out", Tarvela=Organisation(products=["Zephyrine 3"])) == [("Tarvela", "Zephyrine 3")]


def test_aliases_in_other_scripts_are_the_same_organisation():
    assert organisations("SKT, SK텔레콤, SK Telecom") == {"SK Telecom"}


def test_a_short_form_that_the_text_introduces_is_resolved():
    annotation = annotated("Quillon Advanced Systems (QAS) grew. QAS hires people.")
    assert [(m.organisation, m.span.text) for m in annotation.mentions] == [
        ("Quillon Advanced Systems", "Quillon Advanced Systems"),
        ("Quillon Advanced Systems", "QAS"),
        ("Quillon Advanced Systems", "QAS"),
    ]


def test_the_first_word_of_an_unknown_name_stands_for_it_later():
    annotation = annotated("Tarvela Robotics grew. Later Tarvela hired people.")
    assert {m.span.text for m in annotation.mentions} == {"Tarvela Robotics", "Tarvela"}
    assert {m.organisation for m in annotation.mentions} == {"Tarvela Robotics"}


@pytest.mark.parametrize(("text", "name"), [
    ("The deal helps Tarvela Inc. in spring.", "Tarvela"),
    ("The news came from Tarvela, a maker of small robots.", "Tarvela"),
    ("Researchers met at the University of Ravensholm.", "University of Ravensholm"),
    ("Robots of Tarvela Robotics are small.", "Tarvela Robotics"),
    ("Tarvela announced a robot.", "Tarvela"),
])
def test_an_unknown_organisation_is_found_by_its_context(text, name):
    mentions = [m for m in annotated(text).mentions if m.organisation == name]
    assert mentions
    assert not mentions[0].known


@pytest.mark.parametrize("text", [
    "On Wednesday the market closed early.",
    "The train to Heidelberg was late.",
    "John Merrow, the president of the club, spoke.",
    "The Zephyrine platform is out.",
])
def test_weekdays_places_people_and_products_are_no_organisations(text):
    assert organisations(text) == set()


def test_a_longer_name_of_another_organisation_hides_the_known_one():
    assert "Samsung Electronics" not in organisations("Doctors at Samsung Ravensholm Hospital met.")


def test_a_users_word_resolves_to_canonical_names():
    assert knowledge().gazetteer.resolve("skt") == {"SK Telecom"}
    assert knowledge().gazetteer.resolve("네이버") == {"Naver"}
    assert knowledge().gazetteer.resolve("nobody knows this") == set()


def test_the_site_of_an_organisation_is_its_own_newsroom():
    assert knowledge().gazetteer.publisher_of("https://openai.com/index/story") == "OpenAI"
    assert knowledge().gazetteer.publisher_of("https://news.example.org/a") is None
