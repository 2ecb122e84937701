"""What kind of alliance a text tells when headline, sentence and parties differ."""

import pytest

from pipeline.kinds import Kinds
from pipeline.knowledge_files import Refinement
from pipeline.tongues import speaks
from tests.unit.pipeline.rule_hits import hit


@pytest.mark.parametrize(("language", "title", "text", "type_"), [
    ("en", "Tarvela Robotics and Samsung to co-develop AI chips", "The two will supply data centres.",
     "joint_development"),
    ("en", "Samsung and Naver sign memorandum of understanding on AI",
     "Samsung and Naver will jointly develop an AI chip.", "mou"),
    ("en", "Samsung and Naver form joint venture for AI", "Samsung and Naver will build a data centre.",
     "joint_venture"),
    ("ko", "삼성전자·네이버, AI 반도체 공동개발", "삼성전자와 네이버는 업무협약을 맺었다.", "joint_development"),
    ("ko", "과기정통부-네이버, AI 업무협약 체결", "", "mou"),
    ("ja", "NECと富士通、AIデータセンターで提携", "", "infrastructure_deal"),
    ("zh", "华为与腾讯合作，共建智算中心", "", "infrastructure_deal"),
    ("de", "SAP und Siemens kooperieren bei KI-Rechenzentrum", "", "infrastructure_deal"),
])
def test_the_explicit_kind_of_the_headline_holds(language, title, text, type_):
    assert hit(language, title=title, text=text)["event_type"] == type_


def test_a_memorandum_with_a_ministry_is_a_memorandum_and_another_agreement_with_it_is_public():
    parties = "The Ministry of Science and ICT and Naver"
    signed = hit("en", text=f"{parties} signed a memorandum of understanding on artificial intelligence.")
    announced = hit("en", text=f"{parties} announced a partnership on artificial intelligence.")
    assert (signed["event_type"], announced["event_type"]) == ("mou", "public_sector")


KINDS = {
    "mou": Refinement(weight=1.0, opening=0.5, patterns={"en": "memorandum", "de": "absichtserklärung"}),
    "public_sector": Refinement(weight=0.9, party_types={"government": 0.8}),
}


def told(title: str = "", opening: str = "", sentence: str = "", *, type_: str = "partnership", party_types=()) -> str:
    kinds = Kinds(KINDS, "en")
    return kinds.strongest(type_, in_title=False, told=[kinds.of_article(title, opening), kinds.of_sentence(sentence)],
                           party_types=party_types)


def test_the_headline_counts_more_than_the_parties_and_these_more_than_the_first_lines():
    assert told(title="a memorandum", party_types=["government"]) == "mou"
    assert told(opening="a memorandum", party_types=["government"]) == "public_sector"
    assert told(opening="a memorandum") == "mou"
    assert told() == "partnership"


def test_a_relation_that_is_no_alliance_keeps_its_kind():
    assert told(title="a memorandum", type_="acquisition") == "acquisition"


def test_patterns_are_read_in_texts_of_their_language():
    assert told(title="absichtserklärung") == "partnership"
    assert [speaks("eu", language) for language in ("de", "pt", "en", "ko", None)] == [True, True, False, False, True]

