"""Alliances as German tells them: who, what kind, in which status; and what only sounds like one."""

import pytest

from tests.unit.pipeline.reading import told

ALLIANCES = [
    ("Siemens und SAP schließen sich für industrielle KI zusammen", "partnership", "Siemens, SAP", "announced"),
    ("Die Deutsche Telekom holt Nvidia für ihre KI-Fabrik in München ins Boot.",
     "infrastructure_deal", "Deutsche Telekom, NVIDIA", "announced"),
    ("KI: Siemens und SAP vor Bündnis", "strategic_alliance", "Siemens, SAP", "rumoured"),
    ("Bosch und Mercedes-Benz wollen künftig gemeinsam Software für das autonome Fahren entwickeln.",
     "joint_development", "Bosch, Mercedes-Benz", "announced"),
    ("Volkswagen gründet mit Mobileye ein Gemeinschaftsunternehmen für selbstfahrende Shuttles.",
     "joint_venture", "Volkswagen, Mobileye", "announced"),
    ("Axel Springer und OpenAI vereinbaren Lizenz: Artikel dürfen Sprachmodelle trainieren",
     "content_licensing", "Axel Springer, OpenAI", "announced"),
    ("Das DFKI und SAP haben am Montag eine Absichtserklärung zur Arbeit an künstlicher Intelligenz unterzeichnet.",
     "mou", "DFKI, SAP", "announced"),
    ("Bei KI-Chips arbeitet Infineon künftig mit dem Fraunhofer-Institut für Mikrostruktur zusammen.",
     "partnership", "Infineon, Fraunhofer-Institut für Mikrostruktur", "announced"),
    ("Siemens plant mit Microsoft eine Allianz für KI in Fabriken.",
     "strategic_alliance", "Siemens, Microsoft", "planned"),
    ("Der Softwarekonzern SAP steigt bei der KI-Firma Aleph Alpha ein und vereinbart eine strategische Partnerschaft.",
     "equity_investment", "SAP, Aleph Alpha", "announced"),
    ("BMW setzt beim Sprachassistenten auf Amazon: Beide Konzerne gehen Partnerschaft ein",
     "partnership", "BMW, Amazon", "announced"),
    ("Bayer, Novartis und Roche bündeln ihre Kräfte: Konsortium trainiert KI für die Wirkstoffsuche",
     "consortium", "Bayer, Novartis, Roche", "announced"),
    ("Bundeswehr und Aleph Alpha besiegeln Kooperation bei Sprachmodellen",
     "public_sector", "Bundeswehr, Aleph Alpha", "announced"),
    ("Die Technische Universität Darmstadt und Infineon forschen gemeinsam an maschinellem Lernen für Materialien.",
     "research_collaboration", "Technische Universität Darmstadt, Infineon", "announced"),
    ("Insidern zufolge verhandelt Microsoft mit der Schwarz-Gruppe über eine Partnerschaft bei KI-Rechenzentren.",
     "infrastructure_deal", "Microsoft, Schwarz Group", "rumoured"),
    ("Die Tarvela Robotics GmbH und die Quillon AG tun sich zusammen, um Roboter mit KI auszustatten.",
     "partnership", "Tarvela Robotics, Quillon", "announced"),
    # Who is only named to say what a party is takes no part.
    ("Tarvela, Konkurrent von Google, kooperiert mit SAP bei KI.", "partnership", "Tarvela, SAP", "announced"),
    ("Das Start-up DeepL, das mit Microsoft konkurriert, und Bosch kooperieren bei KI.",
     "partnership", "DeepL, Bosch", "announced"),
    ("Bosch und der OpenAI-Rivale Aleph Alpha kooperieren bei KI.", "partnership", "Bosch, Aleph Alpha", "announced"),
    ("Cariad, die Softwaretochter von Volkswagen, und ZF treiben automatisiertes Fahren voran",
     "joint_development", "Cariad, ZF Friedrichshafen", "announced"),
    ("SAP-Chef Christian Klein und Siemens-Chef Roland Busch verkünden eine KI-Allianz",
     "strategic_alliance", "SAP, Siemens", "announced"),
    # Passives, nominal agents, inflected names, word order.
    ("Eine Absichtserklärung zu KI wurde am Dienstag von Infineon und SAP unterzeichnet.",
     "mou", "Infineon, SAP", "announced"),
    ("Mit der Deutschen Bahn arbeitet Siemens bei KI für Stellwerke zusammen.",
     "partnership", "Deutsche Bahn, Siemens", "announced"),
    ("Zwischen Bosch und SAP ist eine KI-Partnerschaft vereinbart worden.", "partnership", "Bosch, SAP", "announced"),
    ("Uber will mit Momenta ab Herbst Robotaxis in Hamburg testen", "partnership", "Uber, Momenta", "announced"),
    # "Both" stands for those named before.
    ("BMW hat am Montag SAP als Gast begrüßt. Beide wollen gemeinsam generative KI für Fabriken entwickeln.",
     "joint_development", "BMW, SAP", "announced"),
    ("In Berlin trafen sich BMW, SAP und Bosch. Die drei Konzerne gründen ein Konsortium für KI.",
     "consortium", "BMW, SAP, Bosch", "announced"),
    ("Wir arbeiten mit Mistral AI zusammen, um Sprachmodelle zu entwickeln.",
     "partnership", "Mistral AI", "announced"),
    ("Infineon schließt Partnerschaft mit einem deutschen KI-Entwickler",
     "partnership", "Infineon", "announced"),
]

NEAR_MISSES = [
    "Siemens übernimmt das KI-Start-up Tarvela für 300 Millionen Euro.",
    "BMW und Nvidia beenden ihre Zusammenarbeit beim autonomen Fahren.",
    "SAP dementiert Gespräche mit Aleph Alpha über eine KI-Partnerschaft.",
    "Wie die Sparkasse Bremen mit einem Chatbot von Aleph Alpha ihre Kunden berät",
    "Die Berliner Tarvela GmbH sammelt 40 Millionen Euro für ihre KI ein, Earlybird führt die Runde an.",
    "Frühere KI-Chefin von Bosch wechselt zu Siemens.",
    "Axel Springer verklagt OpenAI wegen der Nutzung von Artikeln für Sprachmodelle.",
    "Rennen um die beste KI: Google und OpenAI liefern sich einen Wettlauf mit Meta",
    "Die Deutsche Bahn und Siemens haben einen Vertrag über 90 neue Züge unterzeichnet.",
    "Union und SPD einigen sich auf Koalition und versprechen ein Ministerium für künstliche Intelligenz.",
    "DeepL, Konkurrent von Google, stellt einen neuen KI-Übersetzer vor.",
    "Bosch und ZF streichen Stellen beim automatisierten Fahren",
    "Bosch und ZF treiben die Preise für KI-Chips voran",
    "Zahl der Kooperationen bei KI-Unternehmen steigt",
    "EU-Kommission prüft die KI-Partnerschaft von Amazon und Anthropic",
    "Nach dem Ende der Partnerschaft mit OpenAI setzt Figure AI auf eigene KI-Modelle.",
    "OpenAI und Microsoft verhandeln über Anteile",
    "Bosch hat am Montag SAP begrüßt. Beide Modelle der KI kamen gut an.",
    "Die KI-Nachfrage wächst.\nLesen Sie auch: Bosch und SAP kooperieren bei KI",
]


@pytest.mark.parametrize(("text", "type_", "who", "status"), ALLIANCES)
def test_an_alliance_is_found_with_its_kind_parties_and_status(text, type_, who, status):
    assert told(text, "de") == (type_, set(who.split(", ")), status)


@pytest.mark.parametrize("text", NEAR_MISSES)
def test_what_only_sounds_like_an_alliance_is_none(text):
    assert told(text, "de") is None
