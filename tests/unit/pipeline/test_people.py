"""People, with their role and their organisation where the text gives it. The names are made up."""

import pytest

from tests.unit.pipeline.reading import annotated


def people(text, title="", **more):
    return [(one.name, one.role, one.organisation) for one in annotated(text, title, **more).people]


@pytest.mark.parametrize(("text", "found"), [
    ("Orla Quendrin, CEO of Samsung, spoke.", ("Orla Quendrin", "CEO", "Samsung Electronics")),
    ("Orla Quendrin, Samsung's chief executive, spoke.", ("Orla Quendrin", "chief executive", "Samsung Electronics")),
    ("“It works,” said Orla Quendrin, Samsung CEO.", ("Orla Quendrin", "CEO", "Samsung Electronics")),
    ("Samsung CEO Orla Quendrin spoke.", ("Orla Quendrin", "CEO", "Samsung Electronics")),
    ("Samsung's chief technology officer Orla J. Quendrin spoke.",
     ("Orla J. Quendrin", "chief technology officer", "Samsung Electronics")),
    ("Orla Quendrin, co-founder and CEO of Tarvela Robotics, spoke.",
     ("Orla Quendrin", "co-founder", "Tarvela Robotics")),
    ("said Orla Quendrin, vice president of Partnerships at Naver.", ("Orla Quendrin", "vice president", "Naver")),
    ("The president of Naver, Orla Quendrin, spoke.", ("Orla Quendrin", "president", "Naver")),
    ("The news reached CEO Orla Quendrin on Monday.", ("Orla Quendrin", "CEO", None)),
    ("SAP-Chef Christian Quendrin sprach.", ("Christian Quendrin", "Chef", "SAP")),
    ("Orla Quendrin, Vorstandsvorsitzende der Deutschen Telekom, sprach.",
     ("Orla Quendrin", "Vorstandsvorsitzende", "Deutsche Telekom")),
    ("Orla Quendrin, directrice générale d'Orange Business, a parlé.",
     ("Orla Quendrin", "directrice générale", "Orange")),
    ("Orla Quendrin, cofondatrice de Mistral AI, a parlé.", ("Orla Quendrin", "cofondatrice", "Mistral AI")),
    ("Orla Quendrin, consejera delegada de Indra, habló.", ("Orla Quendrin", "consejera delegada", "Indra")),
    ("네이버 대표 곽하늬는 말했다.", ("곽하늬", "대표", "Naver")),
    ("곽하늬 네이버 대표는 말했다.", ("곽하늬", "대표", "Naver")),
    ("トヨタの樫村遥社長は語った。", ("樫村遥", "社長", "Toyota Motor")),
])
def test_a_person_is_found_with_role_and_organisation(text, found):
    assert found in people(text)


def test_a_german_genitive_names_the_organisation_of_a_person():
    found = people("Infineons Vorstandschef Orla Quendrin sprach.", language="de")
    assert found == [("Orla Quendrin", "Vorstandschef", "Infineon")]


def test_our_chief_executive_belongs_to_the_publisher():
    found = people("We grew, said our CEO Orla Quendrin.", publisher="Naver")
    assert found == [("Orla Quendrin", "CEO", "Naver")]


@pytest.mark.parametrize("text", [
    "The CEO spoke on Monday.",
    "Samsung CEO Says Chips Sell.",
    "President of the United States visits South Korea.",
    "The Head Office in New York is closed.",
    "회사 대표는 말했다.",
    "The chairman, Tarvela Robotics said, will stay.",
])
def test_a_role_without_a_name_is_no_person(text):
    assert people(text) == []


def test_each_person_is_found_once_with_the_place_that_tells_the_organisation():
    text = "CEO Orla Quendrin spoke. Later Orla Quendrin, CEO of Naver, left."
    (person,) = annotated(text).people
    assert person.organisation == "Naver"
    assert text[person.span.start : person.span.end] == person.span.text == "Orla Quendrin"


def test_a_person_is_no_organisation():
    annotation = annotated("Orla Quendrin, CEO of Naver, spoke. Quendrin announced a robot.")
    assert {mention.organisation for mention in annotation.mentions} == {"Naver"}


@pytest.mark.parametrize(("text", "language", "name", "organisation"), [
    ("젠슨 황 엔비디아 CEO가 방한했다.", "ko", "젠슨 황", "NVIDIA"),
    ("百度董事长李彦宏与英伟达创始人黄仁勋会面。", "zh", "李彦宏", "Baidu"),
    ("百度董事长李彦宏与英伟达创始人黄仁勋会面。", "zh", "黄仁勋", "NVIDIA"),
])
def test_people_of_firms_are_found_in_korean_and_chinese(text, language, name, organisation):
    people = {person.name: person.organisation for person in annotated(text, language=language).people}
    assert people[name] == organisation
