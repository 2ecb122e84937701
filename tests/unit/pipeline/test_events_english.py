"""Alliances as English headlines and releases tell them, and their near misses."""

from typing import Any

import pytest

from tests.unit.pipeline.rule_hits import hit

ALLIANCES = [
    ("Nvidia, Uber to build fleet of 50,000 robotaxis", {"NVIDIA", "Uber"}),
    ("Naver, Kakao and Samsung pool strengths for a Korean language model", {"Naver", "Kakao", "Samsung Electronics"}),
    ("Microsoft, OpenAI and teachers' unions start AI academy", {"Microsoft", "OpenAI"}),
    ("Anthropic, Palantir and AWS bring Claude to public agencies", {"Anthropic", "Palantir", "Amazon Web Services"}),
    ("Qualcomm joins IBM-led group for open AI accelerators", {"Qualcomm", "IBM"}),
    ("Apple in talks to use Google's Gemini in Siri", {"Apple", "Google"}),
    ("Bosch taps Microsoft to build AI for driving software", {"Bosch", "Microsoft"}),
    ("OpenAI to rent gigawatts of data-centre capacity from Oracle", {"OpenAI", "Oracle"}),
    ("Health Catalyst becomes member of Partnership on AI", {"Health Catalyst", "Partnership on AI"}),
    ("Siemens and SAP agree to train a factory AI model", {"Siemens", "SAP"}),
    ("Toyota and NTT to spend $3 billion on AI against crashes", {"Toyota Motor", "NTT"}),
    ("Ericsson has set up an AI engineering hub with Telstra in Melbourne.", {"Ericsson", "Telstra"}),
    ("A consortium led by Fraunhofer, which includes Aleph Alpha, will build an open language model.",
     {"Fraunhofer", "Aleph Alpha"}),
    ("The project brings Siemens together with SAP and Bosch on industrial artificial intelligence.",
     {"Siemens", "SAP", "Bosch"}),
    ("An AI partnership between the carmaker BMW and the chip designer Qualcomm was announced on Monday.",
     {"BMW", "Qualcomm"}),
    ("Marvell signs deal to develop Amazon's AI chips", {"Marvell", "Amazon"}),
    ("Mistral AI to pay Le Monde to use its archive for training", {"Mistral AI", "Le Monde"}),
    ("Owkin announced a deal in which Sanofi will use Owkin's AI in cancer research.", {"Owkin", "Sanofi"}),
    ("$MSFT is reportedly in talks with Oracle to build an AI data center.", {"Microsoft", "Oracle"}),
    ("Bosch Siemens SAP and Infineon team up on AI chips", {"Bosch", "Siemens", "SAP", "Infineon"}),
    ("AI pact for Siemens and Bosch", {"Siemens", "Bosch"}),
    ("Oracle was named Cohere's strategic partner for AI in banking.", {"Oracle", "Cohere"}),
    ("Aleph Alpha has been chosen by Bosch as its partner for a German language model.", {"Aleph Alpha", "Bosch"}),
    ("A partnership announced on Monday by SAP and Mistral AI covers AI agents.", {"SAP", "Mistral AI"}),
    ("The tie-up that Bosch and Volkswagen unveiled on Tuesday will apply AI to parking.", {"Bosch", "Volkswagen"}),
    ("Naver and Kakao are joining more than 30 companies to create an industry organization for open AI models.",
     {"Naver", "Kakao"}),
    ("Siemens announced a partnership between its Berlin-based software unit, Mendix, and Microsoft on AI agents.",
     {"Mendix", "Microsoft"}),
    ("Bosch and Agility Robotics have agreed to a five-year plan to bring humanoid robots to factories.",
     {"Bosch", "Agility Robotics"}),
    ("Naver will bring ChatGPT to its maps under a strategic partnership.", {"Naver", "OpenAI"}),
    ("Siemens joins the Partnership on AI as a member", {"Siemens", "Partnership on AI"}),
    ("Anthropic, backed by Google, has struck a partnership with Siemens on AI agents.", {"Anthropic", "Siemens"}),
    ("Nvidia-backed Wayve teams up with Nissan on driverless cars", {"Wayve", "Nissan Motor"}),
    ("Together with Bosch, the University of Oxford is training robots that learn by themselves.",
     {"Bosch", "University of Oxford"}),
]
NEAR_MISSES = [
    "Meta joins Microsoft and Google in AI layoffs",
    "DeepSeek joins OpenAI, Google in offering a reasoning model",
    "Google and Apple launch rival AI assistants",
    "Microsoft, Google and Amazon each plan AI data centres in Spain",
    "Watchdog opens inquiry into AI partnership of Google and Anthropic",
    "Claude now works with Asana, Canva and Jira",
    "How Zalando uses ChatGPT Enterprise in its warehouses",
    "Authors ask judge to stop Microsoft and OpenAI partnership",
    "BMW and Mercedes-Benz put self-driving alliance on hold",
    "Oracle and OpenAI unlikely to expand AI data-centre deal",
    "Trump, Xi join forces on AI safety",
    "Talks between Microsoft and Mistral AI on a partnership in artificial intelligence have reached an impasse.",
    "Hilton and Delta announced a partnership on miles. The hotel chain is also investing in artificial intelligence.",
    "Maersk and DHL team up on green shipping, they said on the sidelines of the AI summit.",
    "Nestlé and Danone, both users of artificial intelligence, agreed to cooperate on recycling.",
    "Zendesk launched a new Claude connector that shares tickets with Anthropic's chatbot.",
    "BlackRock, Nvidia-backed group strikes AI data center deal",
    "Mistral AI has more than 40 companies as customers for its AI agents.",
    "UN chief calls for global cooperation on AI rules",
]


def judged(text: str) -> dict[str, Any]:
    """A line that ends with a full stop is a text, another one a headline."""
    title, line_break, body = text.partition("\n")
    if line_break:
        return hit("en", title=title, text=body)
    return hit("en", text=text) if text.endswith(".") else hit("en", title=text)


@pytest.mark.parametrize(("text", "parties"), ALLIANCES)
def test_a_text_tells_an_alliance_and_its_parties(text, parties):
    found = judged(text)
    assert found["flagged"]
    assert set(found["organisations"]) == parties


@pytest.mark.parametrize("text", NEAR_MISSES)
def test_a_near_miss_is_no_alliance(text):
    assert not judged(text)["flagged"]


def test_the_partnership_of_the_lead_is_between_the_organisations_of_the_headline():
    found = judged("Siemens and SAP at the fair\nThe partnership will bring artificial intelligence to factories.")
    assert set(found["organisations"]) == {"Siemens", "SAP"}


def test_a_headline_about_an_alliance_without_named_members_counts():
    found = judged("Giant AI alliance is born in Korea")
    assert found["flagged"]
    assert found["organisations"] == []


def test_a_clause_that_looks_back_counts_where_a_text_says_nothing_else():
    alone = "Siemens and SAP have been working together on artificial intelligence since 2019."
    assert judged(alone)["status"] == "background"
    other_news = "Siemens opens a plant\nIt will employ 300 people. The mayor cut a ribbon. Trains stop nearby. "
    assert not judged(other_news + alone)["flagged"]


def test_organisations_that_a_text_only_counts_can_be_the_other_party():
    found = judged("SK Telecom formed an alliance with seven AI start-ups to build a language model.")
    assert found["flagged"]
    assert found["organisations"] == ["SK Telecom"]


def test_two_states_that_act_in_a_headline_are_its_parties():
    assert set(judged("Britain, Japan sign AI safety agreement")["organisations"]) == {"Britain", "Japan"}
