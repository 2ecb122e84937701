"""What organisations do beside allying: events of their own kind, and never an alert about alliances."""

import pytest

from tests.unit.pipeline.reading import annotated
from tests.unit.pipeline.rule_hits import hit

ENGLISH = {
    "job_move": [
        "Former Google executive joins Anthropic as chief product officer",
        "John Schulman leaves OpenAI for Anthropic",
        "Meta has poached three AI researchers from OpenAI.",
        "IBM hired away two dozen engineers from Google DeepMind.",
        "Mira Murati steps down at OpenAI", "Emily Carter steps down as head of AI at Siemens.",
        "Apple's AI chief joins Meta", "Ilya Sutskever has left OpenAI.", "Ex-Tesla AI director returns to OpenAI",
        "Tim Brooks has moved from OpenAI to Google DeepMind to work on video models.",
        "SAP's chief AI officer resigns", "Former Intel chief Pat Gelsinger joins the board of Gloo.",
    ],
    "product": [
        "Adobe unveils new AI video tool", "Google rolls out Gemini to all Android phones", "Samsung debuts AI fridge",
        "Mistral AI releases a new open model", "Microsoft introduces AI agents for sales teams.",
        "SAP is launching an AI copilot for developers.", "OpenAI's new voice model is now available to developers.",
        "Apple is rolling out a smarter Siri with AI features.", "Nvidia takes the wraps off its next AI chip",
        "Qualcomm presented a new AI processor for cars on Monday.", "Bosch brings an AI oven to market.",
    ],
    "acquisition": [
        "AMD completed the acquisition of Silo AI.", "Apple's acquisition of Darwin AI closed.",
        "Silo AI to be acquired by AMD", "Nvidia strikes deal to buy Arm", "Databricks scoops up MosaicML",
        "Salesforce snaps up AI startup Convergence", "The acquisition of Manus by Meta has been completed.",
        "Meta is purchasing the AI start-up PlayAI.", "Snowflake's purchase of Neeva is complete.",
        "Samsung to take over Rainbow Robotics",
    ],
    "funding": [
        "Cohere raises $500 million", "Anthropic closed a $13 billion funding round.",
        "Wayve gets $1 billion from SoftBank",
        "Helsing picks up 450 million euros in a round led by General Catalyst.",
        "Perplexity nabs fresh funding from Nvidia", "SoftBank leads $500 million round in Skild AI.",
        "Temasek backs Anthropic in new funding round", "Lila Sciences received $200 million in seed funding.",
        "Nvidia will invest $500 million in Wayve.", "Figure AI lands $675 million from Microsoft, OpenAI and Nvidia.",
    ],
    "customer": [
        "BBVA deploys ChatGPT Enterprise from OpenAI to 120,000 employees.",
        "Deutsche Bank switches to Google Cloud for AI",
        "Zalando uses models of OpenAI to write product texts.", "Bosch is a customer of Aleph Alpha.",
        "The bank ING relies on Google Cloud for its AI models.", "Volvo runs its AI on servers of Nvidia.",
        "Lufthansa selects Cohere for its call centres", "Duolingo's new tutor is powered by OpenAI.",
        "Klarna chose OpenAI for its customer service.", "Airbus trains its models on chips of AMD.",
    ],
    "integration": [
        "Notion adds support for models of Mistral AI.", "Zoom now supports OpenAI models",
        "Salesforce connects Slack with Google Drive", "GitLab plugs Claude into its editor",
        "Google's Gemini is now integrated into Samsung's calendar app.", "Vercel is compatible with Anthropic models.",
        "SAP integrates models of Cohere into its software.", "Adobe embeds models of OpenAI.",
        "Spotify's app is now built into Uber.", "Bosch integrates Cerence into its cockpit.",
    ],
    "marketplace": [
        "Cohere's models are now available on AWS Marketplace.", "Mistral AI is listed on the Azure Marketplace",
        "Tarvela Robotics joins the Google Cloud Marketplace", "Quillon Systems launches on Salesforce AppExchange",
        "Writer has published its app in the Microsoft AppSource.", "Tarvela Robotics sells its AI in the App Store.",
    ],
    "lawsuit": [
        "OpenAI is being sued by GEMA over song lyrics.", "Disney sues Midjourney over AI images",
        "Getty Images takes Stability AI to court", "OpenAI faces lawsuit by Ziff Davis",
        "Reddit accuses Anthropic of scraping in a suit.",
    ],
    "rivalry": ["Google challenges OpenAI with new model", "AMD takes on Nvidia in AI chips"],
}
OTHERS = [
    ("de", "acquisition", "SAP schließt die Übernahme von WalkMe ab."),
    ("de", "customer", "Die Commerzbank setzt auf KI von Microsoft."),
    ("de", "job_move", "Ex-Google-Managerin wechselt zu Aleph Alpha"),
    ("fr", "acquisition", "Thales finalise l'acquisition d'Imperva."),
    ("fr", "job_move", "Un ancien dirigeant de Google rejoint Mistral AI comme directeur technique"),
    ("fr", "lawsuit", "Le New York Times attaque OpenAI en justice"),
    ("es", "acquisition", "Telefónica completa la compra de Acens."),
    ("es", "job_move", "Un exdirectivo de Google ficha por Telefónica"),
    ("es", "customer", "BBVA utiliza ChatGPT de OpenAI para sus empleados."),
]
# Words of a near kind in a text that tells of none.
NOT = [
    ("acquisition", "Meta purchased 350,000 graphics chips."),
    ("funding", "Apple gets $2 billion fine from Brussels."),
    ("job_move", "Siemens leaves rivals behind."),
    ("product", "Bosch presented its results for the third quarter."),
    ("lawsuit", "Google took visitors to court number one."),
    ("funding", "Nvidia picked up 20 awards."),
]
TIED = [
    "Nvidia will invest $1 billion in Nokia to jointly develop AI networks.",
    "Nvidia invested $1 billion in Nokia and the two will build AI networks together.",
    "Nvidia invests $5 billion in Intel to co-develop AI chips",
    "Samsung Electronics takes a 5% stake in Naver as part of an AI partnership.",
    "ASML invests 1.3 billion euros in Mistral AI and will work with the startup on AI for lithography.",
]
NOT_TIED = [
    "Nvidia invested $50 million in Mistral AI.",
    "SoftBank invests $40 billion in OpenAI to fund its growth.",
    "Sequoia invested $20 million in Mistral AI together with SoftBank.",
    "Nvidia invests $500 million in Wayve",
]


def families(text: str, language: str = "en") -> set[str]:
    found = annotated(text, language=language) if text.endswith(".") else annotated("", text, language=language)
    return {event.family for event in found.events if event.score >= 0.5}


def flagged(text: str, language: str = "en") -> bool:
    line = hit(language, text=text) if text.endswith(".") else hit(language, title=text)
    return bool(line["flagged"])


@pytest.mark.parametrize(("family", "text"), [(family, text) for family, texts in ENGLISH.items() for text in texts])
def test_english_tells_a_near_kind_in_many_words(family, text):
    assert family in families(text)
    assert not flagged(text)


@pytest.mark.parametrize(("language", "family", "text"), OTHERS)
def test_other_languages_tell_near_kinds_too(language, family, text):
    assert family in families(text, language)
    assert not flagged(text, language)


@pytest.mark.parametrize(("family", "text"), NOT)
def test_the_words_alone_make_no_event(family, text):
    assert family not in families(text)


@pytest.mark.parametrize("text", TIED)
def test_money_tied_to_a_joint_undertaking_is_an_alliance(text):
    found = annotated(text) if text.endswith(".") else annotated("", text)
    event = next(event for event in found.events if event.family == "alliance")
    assert event.type == "equity_investment"
    assert flagged(text)


@pytest.mark.parametrize("text", NOT_TIED)
def test_money_alone_is_funding(text):
    assert "funding" in families(text)
    assert not flagged(text)


def test_who_leaves_for_another_firm_ends_no_job_move():
    event = annotated("", "John Schulman leaves OpenAI for Anthropic").events[0]
    assert event.status == "announced"
