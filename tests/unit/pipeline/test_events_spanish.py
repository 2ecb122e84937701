"""Alliances as Spanish tells them: who, what kind, in which status; and what only sounds like one."""

import pytest

from tests.unit.pipeline.reading import told

ALLIANCES = [
    ("Telefónica se alía con Nvidia para llevar la inteligencia artificial al borde de la red",
     "partnership", "Telefónica, NVIDIA", "announced"),
    ("BBVA y Google suman fuerzas en IA generativa.", "partnership", "BBVA, Google", "announced"),
    ("IA: Indra y Telefónica, de la mano", "partnership", "Indra, Telefónica", "announced"),
    ("Santander y Microsoft crean una empresa conjunta de inteligencia artificial para la banca.",
     "joint_venture", "Santander, Microsoft", "announced"),
    ("El grupo Prisa firma con OpenAI un acuerdo de licencia de contenidos para entrenar ChatGPT.",
     "content_licensing", "Prisa, OpenAI", "announced"),
    ("La Universidad de Granada e Indra firman un convenio para investigar en aprendizaje automático.",
     "mou", "Universidad de Granada, Indra", "announced"),
    ("El Gobierno de España e IBM sellan un acuerdo para crear modelos de lenguaje en español.",
     "public_sector", "Gobierno de España, IBM", "announced"),
    ("Repsol negocia con Nvidia una alianza estratégica en inteligencia artificial, según fuentes del sector.",
     "strategic_alliance", "Repsol, NVIDIA", "rumoured"),
    ("Iberdrola y Amazon Web Services acuerdan construir juntas centros de datos para IA.",
     "infrastructure_deal", "Iberdrola, Amazon Web Services", "announced"),
    ("Acciona, Ferrovial y la Universidad Politécnica de Madrid constituyen un consorcio de inteligencia artificial.",
     "consortium", "Acciona, Ferrovial, Universidad Politécnica de Madrid", "announced"),
    ("La empresa Tarvela y la startup Quillon desarrollarán conjuntamente un asistente de IA.",
     "joint_development", "Tarvela, Quillon", "announced"),
    ("Cabify une fuerzas con Waymo para ofrecer coches autónomos en Madrid.",
     "partnership", "Cabify, Waymo", "announced"),
    ("Inditex y Mistral AI planean una alianza en inteligencia artificial.",
     "strategic_alliance", "Inditex, Mistral AI", "planned"),
    ("El acuerdo entre Mapfre y Salesforce prevé desplegar agentes de IA en ocho países.",
     "partnership", "Mapfre, Salesforce", "announced"),
    ("El Barcelona Supercomputing Center investigará junto a Intel chips para inteligencia artificial.",
     "research_collaboration", "Barcelona Supercomputing Center, Intel", "announced"),
    # Who is only named to say what a party is takes no part.
    ("Mistral AI, rival de Google, se alía con Repsol en inteligencia artificial.",
     "partnership", "Mistral AI, Repsol", "announced"),
    ("Indra, que compite con Airbus, se alía con Google Cloud en inteligencia artificial.",
     "partnership", "Indra, Google Cloud", "announced"),
    ("Telefónica se asocia con Multiverse Computing, una startup vasca, para comprimir modelos de lenguaje.",
     "partnership", "Telefónica, Multiverse Computing", "announced"),
    # Passives and nominal agents.
    ("Un acuerdo de colaboración en IA fue firmado el jueves por Repsol e IBM.",
     "partnership", "Repsol, IBM", "announced"),
    ("Un memorando de entendimiento sobre IA ha sido suscrito por Indra y Nvidia.",
     "mou", "Indra, NVIDIA", "announced"),
    # "Both" stands for those named before, a verb alone for whoever speaks.
    ("Repsol recibió a Nvidia en Madrid. Ambas compañías desarrollarán juntas agentes de IA.",
     "joint_development", "Repsol, NVIDIA", "announced"),
    ("Colaboramos con Google Cloud en agentes de inteligencia artificial.", "partnership", "Google Cloud", "announced"),
    ("Nos aliamos con Microsoft para llevar la IA a las pymes.", "partnership", "Microsoft", "announced"),
    ("Santander une fuerzas con el creador de ChatGPT en inteligencia artificial",
     "partnership", "Santander, OpenAI", "announced"),
]

NEAR_MISSES = [
    "Indra compra la firma de inteligencia artificial Tarvela por 80 millones de euros.",
    "Telefónica y Nvidia rompen su alianza en inteligencia artificial.",
    "Repsol niega que negocie con Google una alianza en IA.",
    "Cómo usa Mapfre la IA de Microsoft para tramitar siniestros",
    "La startup Tarvela capta 12 millones en una ronda liderada por Seaya para su IA.",
    "La directora de IA de BBVA ficha por Amazon.",
    "El grupo Vocento demanda a OpenAI por usar sus artículos para entrenar su IA.",
    "Iberdrola y Repsol firman un acuerdo para instalar puntos de recarga.",
    "PSOE y Sumar pactan un gobierno de coalición que promete un ministerio de inteligencia artificial.",
    "Google y OpenAI compiten por el liderazgo de la inteligencia artificial.",
    "Mistral AI, rival de OpenAI, lanza un nuevo modelo de lenguaje.",
    "La relación entre Amazon y Anthropic se enfría en la IA",
    "Bruselas investiga la alianza entre Amazon y Anthropic en IA",
    "Tras romper con OpenAI, Figure AI apuesta por su propia IA",
    "OpenAI y Google lanzan nuevos modelos de IA en la misma semana",
    "Indra levanta 100 millones con Santander y HP para su IA",
    "La IA avanza.\nLee también: Telefónica y Nvidia se alían en IA",
    "Indra recibió a Nvidia en Madrid. Ambos modelos de IA mejoran juntos.",
]


@pytest.mark.parametrize(("text", "type_", "who", "status"), ALLIANCES)
def test_an_alliance_is_found_with_its_kind_parties_and_status(text, type_, who, status):
    assert told(text, "es") == (type_, set(who.split(", ")), status)


@pytest.mark.parametrize("text", NEAR_MISSES)
def test_what_only_sounds_like_an_alliance_is_none(text):
    assert told(text, "es") is None
