"""What each party does in an event, where the text says so."""

import pytest

from core.records import ROLES, Party
from pipeline.party_roles import cast
from tests.unit.pipeline.reading import annotated, knowledge

CASES = [
    ("en", "equity_investment", "Nvidia will invest $1 billion in Nokia to jointly develop AI networks.",
     {"NVIDIA": "investor", "Nokia": "target"}),
    ("en", "content_licensing", "Axel Springer licenses its articles to OpenAI to train AI models.",
     {"Axel Springer": "licensor", "OpenAI": "licensee"}),
    ("en", "content_licensing", "Mistral AI licenses the archive of Le Monde for its chatbot.",
     {"Le Monde": "licensor", "Mistral AI": "licensee"}),
    ("en", "content_licensing", "OpenAI and News Corp signed a content licensing deal on AI.",
     {"News Corp": "licensor", "OpenAI": "licensee"}),
    ("en", "infrastructure_deal", "OpenAI is to rent gigawatts of data-centre capacity from Oracle.",
     {"OpenAI": "customer", "Oracle": "supplier"}),
    ("en", "infrastructure_deal", "SK hynix will supply AI memory chips to Nvidia.",
     {"SK hynix": "supplier", "NVIDIA": "customer"}),
    ("en", "infrastructure_deal", "AMD signs AI chip supply deal with OpenAI.",
     {"AMD": "supplier", "OpenAI": "customer"}),
    ("en", "consortium", "A consortium led by Fraunhofer, which includes Aleph Alpha, builds an open language model.",
     {"Fraunhofer": "lead", "Aleph Alpha": "member"}),
    ("en", "consortium", "Siemens leads an AI consortium with SAP and Bosch.",
     {"Siemens": "lead", "SAP": "member", "Bosch": "member"}),
    ("en", "consortium", "Qualcomm joins IBM-led group for open AI accelerators.",
     {"Qualcomm": "member", "IBM": "lead"}),
    ("en", "lawsuit", "OpenAI is being sued by GEMA over song lyrics.", {"OpenAI": "target", "GEMA": "actor"}),
    ("en", "acquisition", "Arm will be bought by Nvidia for $40 billion.", {"Arm": "target", "NVIDIA": "actor"}),
    ("en", "acquisition", "AMD completed the acquisition of Silo AI.", {"AMD": "actor", "Silo AI": "target"}),
    ("en", "job_move", "Meta has poached three AI researchers from OpenAI.", {"Meta": "actor", "OpenAI": "target"}),
    ("en", "job_move", "John Schulman leaves OpenAI for Anthropic.", {"Anthropic": "actor", "OpenAI": "target"}),
    ("en", "partnership", "Siemens and SAP announced an AI partnership.", {"Siemens": "party", "SAP": "party"}),
    ("de", "lawsuit", "OpenAI wird von der GEMA verklagt.", {"OpenAI": "target", "GEMA": "actor"}),
    ("de", "equity_investment", "Nvidia steigt bei Nokia ein, gemeinsam entwickeln sie KI-Netze.",
     {"NVIDIA": "investor", "Nokia": "target"}),
    ("fr", "content_licensing",
     "Le Monde et OpenAI signent un accord de licence pour entraîner l'intelligence artificielle.",
     {"Le Monde": "licensor", "OpenAI": "licensee"}),
    ("ko", "equity_investment", "엔비디아가 네이버에 10억 달러를 투자하고 AI 반도체를 공동 개발한다.",
     {"NVIDIA": "investor", "Naver": "target"}),
    ("ko", "infrastructure_deal", "SK하이닉스가 엔비디아에 AI 메모리를 공급하는 계약을 맺었다.",
     {"SK hynix": "supplier", "NVIDIA": "customer"}),
    ("ja", "equity_investment", "ソフトバンクがOpenAIに出資し、生成AIを共同開発する。",
     {"SoftBank Group": "investor", "OpenAI": "target"}),
    ("zh", "equity_investment", "阿里巴巴战略投资月之暗面，双方将合作开发人工智能。",
     {"Alibaba": "investor", "Moonshot AI": "target"}),
]


@pytest.mark.parametrize(("language", "type_", "text", "wanted"), CASES)
def test_the_sentence_tells_who_plays_which_part(language, type_, text, wanted):
    event = next(event for event in annotated(text, language=language).events if event.type == type_)
    assert {party.organisation: party.role for party in event.parties} == wanted


def test_a_role_told_in_another_sentence_counts_for_the_event():
    event = annotated("OpenAI and Oracle signed a data-centre deal for AI on Monday with each other.\n\n"
                      "OpenAI will rent AI data-centre capacity from Oracle.").events[0]
    assert {party.organisation: party.role for party in event.parties} == {"OpenAI": "customer", "Oracle": "supplier"}


def test_the_other_of_two_parties_has_the_other_part():
    given = [Party("Quillon Systems"), Party("Tarvela Robotics")]
    assert [party.role for party in cast(given, {"Quillon Systems": "supplier"})] == ["supplier", "customer"]


def test_of_several_other_parties_only_members_are_told():
    given = [Party("Quillon Systems"), Party("Tarvela Robotics"), Party("Belloc Telecom")]
    assert [party.role for party in cast(given, {"Quillon Systems": "investor"})] == ["investor", "party", "party"]
    assert [party.role for party in cast(given, {"Quillon Systems": "lead"})] == ["lead", "member", "member"]


def test_every_role_that_the_knowledge_gives_is_documented():
    given = {role for frame in knowledge().frames.frames for shape in frame.shapes for role in shape.roles.values()}
    assert given <= set(ROLES)
