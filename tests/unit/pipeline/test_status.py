"""How far a cooperation has come: ended or not, said by the parties or by others."""

import pytest

from core.records import EventStatus
from tests.unit.pipeline.reading import annotated
from tests.unit.pipeline.rule_hits import hit

FIRM = {EventStatus.ANNOUNCED, EventStatus.PLANNED}

ENDED = [
    "Bosch, Continental pull plug on AI driving venture",
    "Renault and Nissan shut down their self-driving joint venture Argo AI.",
    "Mistral AI's collaboration with Siemens on humanoid robots is over.",
    "IBM and SAP have quietly let their AI partnership lapse.",
    "Cohere is leaving its collaboration agreement with Oracle on language models.",
    "Bosch walks away from AI alliance with Continental",
    "Siemens withdraws from AI consortium with SAP and Bosch.",
    "Honda scraps AI chip partnership with IBM",
    "Samsung and SK Telecom unwind their AI joint venture.",
    "AI alliance of Toyota and Uber collapses",
    "AI chip deal between Intel and Bosch falls through",
    "The planned AI partnership between Bosch and Nvidia has been called off.",
    "BMW and Mercedes-Benz are no longer working together on autonomous driving.",
    "Nokia and Nvidia go their separate ways on AI networks after their partnership failed.",
    "The research partnership between Meta and Harvard on AI has come to an end.",
    "Volkswagen and Bosch discontinue their alliance for automated driving.",
    "Cohere has pulled out of its AI partnership with Oracle.",
    "Siemens and SAP close their joint AI lab in Munich.",
    "The AI partnership of Orange and Thales did not survive the winter.",
    "AI tie-up between Nissan and Honda is dead",
    "Nissan and Honda bury plans for an AI alliance.",
    "Sony and Honda put an end to their AI car venture.",
    "OpenAI stops working with Cohere.",
    "Google cuts ties with Scale AI",
]
GOES_ON = [
    "IBM and SAP end months of talks with a deal on their AI partnership.",
    "Siemens and SAP renewed their AI partnership before it ended.",
    "Apple ends delay, signs AI partnership with Baidu",
    "Toyota and Nvidia expand AI partnership as earlier deal expires.",
    "Bosch and Nvidia break new ground with AI partnership",
    "Google and Samsung end feud with AI alliance",
    "SAP and Mistral AI sign end-to-end AI partnership.",
    "Siemens leaves rivals behind with new AI partnership with Nvidia.",
    "Nokia and Nvidia partner on AI networks that shut down idle cells.",
    "Sony and Honda will build AI cars together after talks with Apple collapsed.",
    "Oracle and Cohere announce AI partnership to cut the cost of cancelled orders.",
]
SAID_BY_THEM = [
    "Oracle said on Tuesday it would partner with Cohere on generative AI.",
    "Siemens and SAP said on Tuesday that they would jointly develop an AI model for factories.",
    "Nvidia said it would work with Toyota on self-driving cars.",
    "Bosch announced that it would team up with Nvidia on AI chips.",
    "Microsoft said in a statement that it would expand its AI partnership with SAP.",
    "Nokia would form an AI partnership with Nvidia, the companies said.",
]
SAID_BY_OTHERS = [
    "Sources said Oracle would partner with Cohere on generative AI.",
    "Oracle could partner with Cohere on generative AI.",
    "Oracle is set to partner with Cohere on generative AI, people familiar with the matter said.",
    "Apple would partner with Baidu on AI features, according to a report.",
    "Apple would partner with Baidu on AI features, people close to talks said.",
    "Bloomberg said Apple would partner with Google on AI.",
]


def status(text: str) -> EventStatus:
    """That of the strongest alliance; a line that ends with a full stop is a text, another one a headline."""
    found = annotated(text) if text.endswith(".") else annotated("", text)
    return next(event.status for event in found.events if event.family == "alliance")


def flagged(text: str) -> bool:
    line = hit("en", text=text) if text.endswith(".") else hit("en", title=text)
    return bool(line["flagged"])


@pytest.mark.parametrize("text", ENDED)
def test_an_end_is_read_as_one_and_never_alerts_as_an_alliance(text):
    assert status(text) is EventStatus.ENDED
    assert not flagged(text)


@pytest.mark.parametrize("text", GOES_ON)
def test_words_of_an_end_that_speak_of_something_else_end_nothing(text):
    assert status(text) in FIRM
    assert flagged(text)


@pytest.mark.parametrize("text", SAID_BY_THEM)
def test_what_the_parties_say_that_they_would_do_is_an_announcement(text):
    assert status(text) in FIRM


@pytest.mark.parametrize("text", SAID_BY_OTHERS)
def test_what_others_say_that_they_would_do_is_a_rumour(text):
    assert status(text) is EventStatus.RUMOURED


def test_talks_that_a_party_leaves_are_no_alliance():
    line = hit("en", title="Oracle prepared to walk away from high-stakes talks with Cohere",
               text="Oracle is reportedly prepared to withdraw from ongoing negotiations with Cohere, casting "
                    "uncertainty over one of the most significant alliances in artificial intelligence.")
    assert not line["flagged"]
