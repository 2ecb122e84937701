"""A cooperation that is denied or has ended is an event that a query can ask for by its kind."""

import pytest

from pipeline.annotate import annotate
from pipeline.explain import explain
from pipeline.match import match, match_line
from pipeline.rulebook import Rule
from pipeline.rulecheck import impossible
from tests.unit.pipeline.reading import article, knowledge
from tests.unit.pipeline.rule_hits import hit

OVER = Rule(id="over", title="AI alliances that end or are denied", query="(event:end OR event:denial) AND topic:ai")
TOLD = [
    ("en", "end", "Siemens and SAP end their partnership in artificial intelligence after two years."),
    ("en", "denial", "Siemens denied that it plans an AI alliance with SAP."),
    ("de", "end", "BMW und Mercedes-Benz beenden ihre Zusammenarbeit beim autonomen Fahren."),
    ("de", "denial", "Siemens dementiert eine KI-Partnerschaft mit SAP."),
    ("fr", "end", "Orange et Thales mettent fin à leur partenariat dans l'intelligence artificielle."),
    ("fr", "denial", "Orange dément tout partenariat avec Mistral AI dans l'intelligence artificielle."),
    ("es", "end", "Telefónica e Indra rompen su alianza en inteligencia artificial."),
    ("es", "denial", "Telefónica niega una alianza con OpenAI en inteligencia artificial."),
    ("it", "end", "Enel e TIM pongono fine alla loro alleanza nell'intelligenza artificiale."),
    ("it", "denial", "Enel smentisce una partnership con OpenAI nell'intelligenza artificiale."),
    ("pt", "end", "Embraer e Petrobras encerram parceria em inteligência artificial."),
    ("pt", "denial", "Embraer nega parceria com a OpenAI em inteligência artificial."),
    ("ko", "end", "카카오와 KT의 인공지능 협력이 종료됐다."),
    ("ko", "denial", "네이버가 오픈AI와의 AI 제휴설을 부인했다."),
    ("ja", "end", "日産とホンダがAI車の協業を解消した。"),
    ("ja", "denial", "ソフトバンクはNTTとの生成AI提携を否定した。"),
    ("zh", "end", "百度与华为终止人工智能合作。"),
    ("zh", "denial", "百度否认与苹果合作开发人工智能。"),
]


def found(query: str, text: str, language: str = "en"):
    given = article(text, language=language)
    rule = Rule(id="mine", title="Mine", query=query)
    return match(given, annotate(given, knowledge()), [rule], knowledge=knowledge())


@pytest.mark.parametrize(("language", "kind", "text"), TOLD)
def test_a_rule_for_ends_and_denials_flags_what_the_rule_for_alliances_leaves(language, kind, text):
    line = match_line({"text": text, "language": language}, knowledge(), [OVER])
    assert line["flagged"]
    assert len(line["organisations"]) == 2
    assert {one["role"] for one in line["evidence"]} >= {"sentence", "party", "relation", "status"}
    assert not hit(language, text=text)["flagged"]
    other = "denial" if kind == "end" else "end"
    assert found(f"event:{kind}", text, language)
    assert not found(f"event:{other}", text, language)


def test_it_stays_an_alliance_with_its_type_and_status():
    text = "Siemens and SAP end their joint venture in artificial intelligence."
    for query in ("event:alliance AND event:end", "event:joint_venture AND status:ended", "event:end AND org:sap"):
        assert found(query, text)
    assert not found("event:end AND topic:mobility", text)


def test_an_alliance_that_goes_on_and_a_denied_purchase_are_neither():
    assert not found("event:end OR event:denial", "Siemens and SAP announced an AI partnership.")
    assert not found("event:denial", "Apple denied that it plans to acquire Mistral AI.")
    assert found("event:acquisition AND status:denied", "Apple denied that it plans to acquire Mistral AI.")


def test_a_rule_may_ask_for_them_and_nothing_near_to_their_names():
    assert impossible(OVER, knowledge()) is None
    assert "did you mean 'denial'" in str(impossible(Rule(id="a", title="A", query="event:denials"), knowledge()))


def test_explain_names_the_kind():
    given = article("Siemens and SAP end their joint venture in artificial intelligence.")
    told = explain(given, annotate(given, knowledge()), OVER, knowledge())
    assert told.flagged
    assert any("joint_venture (alliance, end)" in one.detail for one in told.conditions)
