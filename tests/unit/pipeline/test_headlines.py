"""Plain headlines, and an alliance among paragraphs about something else."""

import pytest

from pipeline.match import match
from pipeline.rulebook import load_rules, shipped_rules
from tests.unit.pipeline.reading import alliance, annotated, article, parties

PLAIN = [
    ("Tarvela Robotics and Quillon Systems sign memorandum on AI sensors", {"Tarvela Robotics", "Quillon Systems"}),
    ("Samsung and Naver agree to build AI chips together", {"Samsung Electronics", "Naver"}),
    ("Samsung to train language model jointly with Naver", {"Samsung Electronics", "Naver"}),
    ("Quillon Systems picks Naver to co-design its AI chip", {"Quillon Systems", "Naver"}),
    ("Samsung and Naver form group to set AI standard", {"Samsung Electronics", "Naver"}),
    ("Naver agrees with Samsung to develop AI agents", {"Samsung Electronics", "Naver"}),
    ("Samsung takes $1 billion stake in Naver in AI partnership", {"Samsung Electronics", "Naver"}),
    ("삼성전자-네이버, AI 반도체 함께 만든다", {"Samsung Electronics", "Naver"}),
    ("KT는 네이버와 힘을 합쳐 AI 로봇을 개발한다", {"KT", "Naver"}),
    ("네이버, 모루텍과 AI 칩 업무협약", {"Naver", "모루텍"}),
]
APART = [
    "Samsung and Naver plan to cut jobs as AI grows",
    "Samsung and Naver are developing AI chips of their own",
    "Samsung and Naver phones work together with AI",
    "Quillon Systems joins Naver Inception program for AI startups",
    "삼성전자와 네이버, AI 인재 확보 경쟁",
]
NOISE = [
    "The council voted on Tuesday to repair the bridge before winter. Residents had complained for years.",
    "Ravensholm Foods reported earnings above estimates after the acquisition of a bakery. Its shares rose.",
    "A court heard the lawsuit of a tenant against Belloc Housing. The judge will rule next month.",
    "The coalition government faces a general election in spring, and the opposition leads the polls.",
    "The orchestra of Harvard University and the choir of Yale University sang in the new hall.",
]


def flagged(text, title=""):
    rules, _ = load_rules(shipped_rules())
    rules = [rule for rule in rules if rule.id == "ai-alliances"]
    return match(article(text, title), annotated(text, title), rules)


@pytest.mark.parametrize(("headline", "wanted"), PLAIN)
def test_a_plain_headline_is_enough(headline, wanted):
    assert flagged("", headline)
    assert flagged(headline)
    assert parties("", headline) == parties(headline, "") == wanted


def test_a_state_beside_an_organisation_in_a_headline_is_a_party():
    assert parties("", "Norway and Naver to build language model") == {"Norway", "Naver"}


@pytest.mark.parametrize("headline", APART)
def test_two_names_that_do_not_act_together_are_no_alliance(headline):
    assert not flagged("", headline)
    assert not flagged(headline)


@pytest.mark.parametrize("place", [0, 2, 5])
def test_an_alliance_in_one_paragraph_is_found_among_other_stories(place):
    title = "Samsung and Quillon Systems team up on AI chips"
    noise = NOISE * 4
    text = "\n\n".join([*noise[:place], f"{title}, both companies said.", *noise[place:]])
    hits = flagged(text, title)
    assert hits
    events = annotated(text, title).events
    assert {party.organisation for party in events[hits[0].event].parties} == {"Samsung Electronics", "Quillon Systems"}


def test_paragraphs_about_other_things_make_no_hit():
    assert not flagged("\n\n".join(NOISE * 4), "Council votes on bridge; AI helps to plan works")


def test_the_companies_named_right_after_are_meant():
    text = "Harvard and Yale sang.\n\nThe two companies, Samsung and Naver, are working together on AI."
    assert parties(text) == {"Samsung Electronics", "Naver"}
    assert alliance(text).type == "partnership"
