"""What a text, and an event in it, is about."""

import pytest

from tests.unit.pipeline.reading import alliance, annotated


@pytest.mark.parametrize(
    "text",
    ["AI반도체를 만든다", "AI日报", "artificial intelligence", "인공지능", "人工知能", "人工智能", "(AI)", "ＡＩ"],
)
def test_artificial_intelligence_is_found_in_any_script(text):
    assert annotated(text).topics["ai"] > 0


@pytest.mark.parametrize(
    "text",
    [
        "The main air aid",
        "l'ai vu",
        "Datavault AI is a firm. Datavault AI grew.",
        "see x.ai or newsworthy.ai",
        "A.I.G. insures",
    ],
)
def test_letters_in_words_names_and_domains_are_no_topic(text):
    assert "ai" not in annotated(text).topics or annotated(text).topics["ai"] < 0.3


def test_the_title_weighs_more_than_the_lead_and_the_lead_more_than_the_body():
    filler = " ".join(f"This is sentence number {number}." for number in range(10))
    title = annotated(filler, "On artificial intelligence").topics["ai"]
    lead = annotated("On artificial intelligence. " + filler).topics["ai"]
    body = annotated(filler + " On artificial intelligence.").topics["ai"]
    assert title > lead > body > 0


def test_a_word_that_only_adorns_counts_little():
    adorned = annotated("An AI-powered platform for hotels.").topics["ai"]
    meant = annotated("Research on AI for hotels.").topics["ai"]
    assert adorned < meant / 2


def test_an_event_is_about_the_topic_of_its_sentence():
    assert alliance("Samsung and SK Telecom formed a partnership in artificial intelligence.").topics == ("ai",)
    assert alliance("Samsung and SK Telecom formed a partnership in shipping.").topics == ()


def test_a_firm_named_after_a_topic_does_not_make_an_event_of_it():
    event = alliance("Ravensholm AI and Quillon Systems announced a partnership on hotel beds.")
    assert "ai" not in event.topics


def test_a_maker_of_the_topic_does():
    assert "ai" in alliance("OpenAI and Condé Nast announced a partnership.").topics


def test_in_a_digest_each_item_is_judged_alone():
    text = "Samsung and SK Telecom formed a partnership on ships.\n\nNew models of artificial intelligence are out."
    assert "ai" not in alliance(text, "The week: news briefing").topics


@pytest.mark.parametrize("text", [
    "Tarvela Robotics, a platform driven by artificial intelligence, announced a partnership with Quillon Systems.",
    "Tarvela Robotics today announced a partnership with Quillon Systems, the leading AI-first platform for hotels.",
    "Samsung and SK Telecom formed a partnership on hotel beds for the age of AI.",
    "Samsung and SK Telecom formed a partnership on hotel beds amid the AI boom.",
    "Samsung and SK Telecom formed a partnership on hotel beds. #AI #Beds",
    "삼성전자와 SK텔레콤이 AI 시대를 맞아 호텔 사업 제휴를 맺었다.",
    "삼성전자와 SK텔레콤이 고병원성 조류인플루엔자(AI) 방역 업무협약을 체결했다.",
    "Samsung and SK Telecom formed a partnership against avian influenza (AI).",
])
def test_what_describes_a_firm_or_the_times_is_not_what_a_partnership_is_about(text):
    assert "ai" not in alliance(text).topics


@pytest.mark.parametrize("text", [
    "Tarvela Robotics, a hotel chain, announced a partnership with Quillon Systems to build AI-powered beds.",
    "Tarvela Robotics, an artificial intelligence company, announced a partnership with Quillon Systems.",
    "Tarvela Robotics, a maker of beds, and Quillon Systems announced a partnership in artificial intelligence.",
    "Samsung and SK Telecom formed a partnership. The partnership covers artificial intelligence.",
    "삼성전자와 SK텔레콤이 AI 반도체 업무협약을 체결했다.",
])
def test_what_a_partnership_builds_and_what_a_party_makes_is(text):
    assert "ai" in alliance(text).topics
