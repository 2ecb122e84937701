"""Who allies with whom, in which words."""

import pytest

from core.records import EventStatus
from tests.unit.pipeline.reading import alliance, annotated, parties

PAIR = {"Tarvela Robotics", "Quillon Systems"}


@pytest.mark.parametrize(
    "text",
    [
        "Tarvela Robotics and Quillon Systems have formed a joint venture.",
        "Tarvela Robotics has teamed up with Quillon Systems.",
        "Tarvela Robotics, a maker of robots, today announced a partnership with Quillon Systems, a software firm.",
        "A partnership between Tarvela Robotics and Quillon Systems was announced on Monday.",
        "Tarvela Robotics signed a memorandum of understanding with Quillon Systems.",
        "The robots will be built by Tarvela Robotics in collaboration with Quillon Systems.",
        "Tarvela Robotics (TVR) and Quillon Systems Inc. join forces.",
    ],
)
def test_two_organisations_and_a_relation_word_make_an_alliance(text):
    assert parties(text) == PAIR


def test_a_list_of_parties_is_read_to_its_end():
    assert parties("Samsung Electronics, SK Telecom, Naver and Kakao formed a consortium.") == {
        "Samsung Electronics", "SK Telecom", "Naver", "Kakao"}


def test_a_list_with_appositions_is_read_to_its_end():
    text = "Tarvela Robotics, a maker of robots, and Quillon Systems, a software firm, announced a strategic alliance."
    assert parties(text) == PAIR


def test_a_headline_without_a_verb_is_read():
    assert parties("", "Samsung-SK Telecom AI alliance") == {"Samsung Electronics", "SK Telecom"}


def test_a_title_in_capitals_is_read_by_the_casing_of_the_text():
    text = "Tarvela Robotics, a maker of robots, sells machines. Quillon Systems, a software firm, sells programs."
    assert parties(text, "Tarvela Robotics And Quillon Systems Join Forces To Elevate Assembly Lines") == PAIR


def test_the_two_companies_are_the_last_two_that_were_named():
    text = "Samsung Electronics met SK Telecom in Seoul.\n\nThe two companies will form a joint venture."
    event = alliance(text)
    assert {party.organisation for party in event.parties} == {"Samsung Electronics", "SK Telecom"}


def test_we_is_the_publisher():
    event = alliance("We are teaming up with Tarvela Robotics.", publisher="Quillon Systems")
    assert {(party.organisation, party.role) for party in event.parties} == {
        ("Quillon Systems", "publisher"), ("Tarvela Robotics", "party")}


def test_we_without_a_publisher_counts_but_has_no_name():
    event = alliance("We are teaming up with Tarvela Robotics.")
    assert [party.organisation for party in event.parties] == ["Tarvela Robotics"]
    assert "anonymous_party" in event.reasons


def test_others_in_the_text_are_no_parties():
    text = ("Samsung Electronics and SK Telecom announced a strategic alliance in artificial intelligence. "
            "The news came after Microsoft presented a new product. A researcher at Harvard University welcomed it.")
    assert parties(text) == {"Samsung Electronics", "SK Telecom"}


@pytest.mark.parametrize(("text", "who"), [
    ("삼성전자와 SK텔레콤이 인공지능 동맹을 맺는다.", {"Samsung Electronics", "SK Telecom"}),
    ("KT는 LG전자와 업무협약을 체결했다.", {"KT", "LG Electronics"}),
    ("네이버·카카오, AI 반도체 손잡는다", {"Naver", "Kakao"}),
])
def test_korean_puts_the_relation_after_the_names(text, who):
    assert parties(text) == who


@pytest.mark.parametrize(("text", "type_"), [
    ("Tarvela Robotics and Quillon Systems formed a joint venture.", "joint_venture"),
    ("Tarvela Robotics and Quillon Systems announced a strategic alliance.", "strategic_alliance"),
    ("Tarvela Robotics and Quillon Systems signed a memorandum of understanding.", "mou"),
    ("Tarvela Robotics and Quillon Systems founded a consortium.", "consortium"),
    ("Tarvela Robotics and Quillon Systems will jointly develop a robot.", "joint_development"),
    ("Tarvela Robotics and Quillon Systems agreed on a research collaboration.", "research_collaboration"),
    ("Tarvela Robotics and the Ministry of Science and ICT announced a partnership.", "public_sector"),
    ("Tarvela Robotics and Quillon Systems announced a partnership.", "partnership"),
])
def test_the_words_and_the_parties_tell_the_type(text, type_):
    assert alliance(text).type == type_


@pytest.mark.parametrize(("text", "family"), [
    ("Quillon Systems acquires Tarvela Robotics for $30 million.", "acquisition"),
    ("Tarvela Robotics raised $30 million in a funding round.", "funding"),
    ("Ravensholm Media sues Quillon Systems over its articles.", "lawsuit"),
    ("Quillon Systems competes with Tarvela Robotics.", "rivalry"),
    ("Quillon Systems appointed a new chief technology officer.", "job_move"),
])
def test_other_relations_are_events_of_their_own_family(text, family):
    events = annotated(text).events
    assert events[0].family == family
    assert all(event.score < 0.5 for event in events if event.family == "alliance")


@pytest.mark.parametrize(("text", "status"), [
    ("Samsung and SK Telecom announced a partnership.", EventStatus.ANNOUNCED),
    ("Samsung plans to form a partnership with SK Telecom.", EventStatus.PLANNED),
    ("Samsung and SK Telecom are in talks about a partnership.", EventStatus.RUMOURED),
    ("Samsung denied a partnership with SK Telecom.", EventStatus.DENIED),
    ("Samsung and SK Telecom end their partnership.", EventStatus.ENDED),
    ("Samsung has a longstanding partnership with SK Telecom.", EventStatus.BACKGROUND),
    ("삼성전자가 SK텔레콤과의 제휴를 검토한다.", EventStatus.RUMOURED),
    ("삼성전자가 SK텔레콤과의 제휴설을 부인했다.", EventStatus.DENIED),
    ("삼성전자와 SK텔레콤의 제휴가 종료됐다.", EventStatus.ENDED),
])
def test_words_beside_the_relation_tell_its_status(text, status):
    event = alliance(text)
    assert event.status is status
    assert (event.status_span is None) == (status is EventStatus.ANNOUNCED)


def test_a_denial_in_the_lead_has_the_last_word_on_the_headline():
    event = alliance(
        "Samsung denied that it seeks a partnership with SK Telecom.", "Samsung, SK Telecom partnership in AI?"
    )
    assert event.status is EventStatus.DENIED


def test_the_same_alliance_in_several_sentences_is_one_event_that_scores_higher():
    once = annotated("Samsung and SK Telecom formed a partnership.").events
    twice = annotated(
        "Samsung and SK Telecom formed a partnership. The Samsung and SK Telecom alliance starts today."
    ).events
    assert len(once) == len(twice) == 1
    assert twice[0].score > once[0].score


def test_an_alliance_far_down_in_a_text_scores_lower():
    filler = " ".join(f"This is sentence number {number}." for number in range(20))
    sentence = "Samsung and SK Telecom formed a partnership."
    assert alliance(f"{filler} {sentence}").score < 0.5 < alliance(f"{sentence} {filler}").score


def test_the_evidence_names_sentence_parties_relation_topic_and_status():
    text = "It rains.\n\nSamsung is in talks with SK Telecom on a partnership in artificial intelligence.\n\nIt snows."
    event = alliance(text)
    assert event.sentence.text == "Samsung is in talks with SK Telecom on a partnership in artificial intelligence."
    assert [party.span.text for party in event.parties] == ["Samsung", "SK Telecom"]
    assert (event.relation.text, event.topic_span.text, event.status_span.text) == (
        "partnership",
        "artificial intelligence",
        "in talks",
    )
    for span in (
        event.sentence,
        event.relation,
        event.topic_span,
        event.status_span,
        *(party.span for party in event.parties),
    ):
        assert text[span.start : span.end] == span.text


def test_the_description_of_a_firm_at_the_end_makes_no_event():
    text = (
        "Samsung opened a shop. The shop sells telephones and is open all day. It has three floors and a garden.\n\n"
        "About SK Telecom\nSK Telecom formed a partnership with Naver in artificial intelligence."
    )
    assert alliance(text) is None
