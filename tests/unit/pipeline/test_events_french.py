"""Alliances as French tells them: who, what kind, in which status; and what only sounds like one."""

import pytest

from tests.unit.pipeline.reading import told

ALLIANCES = [
    ("Intelligence artificielle : Orange s'allie à Mistral AI pour ses centres d'appels",
     "partnership", "Orange, Mistral AI", "announced"),
    ("Renault et Nvidia unissent leurs forces autour de la voiture autonome.",
     "partnership", "Renault, NVIDIA", "announced"),
    ("IA : Thales et Airbus main dans la main", "partnership", "Thales, Airbus", "announced"),
    ("Capgemini et Dassault Systèmes créent une coentreprise consacrée à l'IA industrielle.",
     "joint_venture", "Capgemini, Dassault Systèmes", "announced"),
    ("Le groupe Le Monde signe avec OpenAI un accord de licence qui ouvre ses articles à ChatGPT.",
     "content_licensing", "Le Monde, OpenAI", "announced"),
    ("L'Inria et le CNRS lancent avec Sanofi un laboratoire commun sur l'apprentissage automatique.",
     "research_collaboration", "Inria, CNRS, Sanofi", "announced"),
    ("Un protocole d'accord a été signé entre la Région Bretagne et Tarvela SA sur l'intelligence artificielle.",
     "mou", "Région Bretagne, Tarvela", "announced"),
    ("Stellantis négocie avec Qualcomm une alliance dans l'assistant vocal, selon des sources proches du dossier.",
     "strategic_alliance", "Stellantis, Qualcomm", "rumoured"),
    ("Le ministère des Armées s'associe à Mistral AI pour développer ensemble des modèles de langage.",
     "public_sector", "ministère des Armées, Mistral AI", "announced"),
    ("Airbus, Safran et Thales forment un consortium pour bâtir une IA de confiance.",
     "consortium", "Airbus, Safran, Thales", "announced"),
    ("La start-up Tarvela noue un partenariat stratégique avec Atos dans les agents d'IA.",
     "partnership", "Tarvela, Atos", "announced"),
    ("TotalEnergies entre au capital de Mistral AI et scelle avec elle un partenariat industriel.",
     "equity_investment", "TotalEnergies, Mistral AI", "announced"),
    ("Bouygues Telecom mise avec Nvidia sur un centre de données commun pour l'IA.",
     "infrastructure_deal", "Bouygues Telecom, NVIDIA", "announced"),
    ("Sanofi et l'Université Paris-Saclay vont développer conjointement des algorithmes d'apprentissage profond.",
     "joint_development", "Sanofi, Université Paris-Saclay", "announced"),
    ("En partenariat avec Google Cloud, Carrefour développe un assistant d'IA générative pour ses magasins.",
     "partnership", "Google Cloud, Carrefour", "announced"),
    # Who is only named to say what a party is takes no part.
    ("Mistral AI, concurrent de Google, s'allie à Renault dans l'IA embarquée.",
     "partnership", "Mistral AI, Renault", "announced"),
    ("LightOn, la rivale française d'OpenAI, s'associe à Thales autour de l'IA.",
     "partnership", "LightOn, Thales", "announced"),
    ("LightOn, qui concurrence OpenAI, et Thales s'allient dans l'IA.", "partnership", "LightOn, Thales", "announced"),
    ("Owkin, une jeune pousse parisienne spécialisée dans l'IA, et Sanofi nouent un partenariat.",
     "partnership", "Owkin, Sanofi", "announced"),
    # Passives and nominal agents.
    ("Un accord de partenariat dans l'IA a été signé mardi par Renault et Google Cloud.",
     "partnership", "Renault, Google Cloud", "announced"),
    ("Un protocole d'accord sur l'IA a été conclu jeudi à Lyon par Orange et Mistral AI.",
     "mou", "Orange, Mistral AI", "announced"),
    # "Both" stands for those named before, "we" for whoever speaks.
    ("Thales et Valeo se sont retrouvés mardi à Paris. Les deux groupes vont développer ensemble une IA.",
     "joint_development", "Thales, Valeo", "announced"),
    ("Airbus a reçu Helsing à Toulouse. Le duo veut concevoir ensemble une IA pour les drones.",
     "partnership", "Airbus, Helsing", "announced"),
    ("Nous nous associons à Mistral AI pour développer des modèles de langage.",
     "partnership", "Mistral AI", "announced"),
    ("Nous collaborons avec Thales sur des agents d'IA.", "partnership", "Thales", "announced"),
    ("Renault a choisi l'IA de Thales et collabore avec Orange.", "partnership", "Thales, Orange", "announced"),
]

NEAR_MISSES = [
    "Capgemini rachète la start-up d'IA Tarvela pour 200 millions d'euros.",
    "Orange et Mistral AI mettent fin à leur partenariat dans l'intelligence artificielle.",
    "Renault dément toute discussion avec Huawei sur une alliance dans l'IA embarquée.",
    "Comment la MAIF utilise l'IA de Mistral AI pour trier les sinistres",
    "Tarvela lève 30 millions d'euros auprès de Bpifrance pour son IA juridique.",
    "L'ancienne directrice de l'IA de Meta rejoint Mistral AI.",
    "Le Monde attaque OpenAI en justice pour l'usage de ses articles par son IA.",
    "Orange et SFR signent un accord de partage de pylônes dans les campagnes.",
    "La gauche et les centristes scellent une alliance électorale et promettent un ministère de l'IA.",
    "Google et Mistral AI se livrent une bataille féroce dans l'IA.",
    "Mistral AI, concurrent d'OpenAI, lance un nouveau modèle de langage.",
    "Bruxelles enquête sur l'alliance entre Amazon et Anthropic dans l'IA",
    "La relation entre Amazon et Anthropic se refroidit dans l'IA",
    "Après la fin de son alliance avec OpenAI, Figure AI mise sur sa propre IA",
    "Capgemini nomme une directrice de l'IA, ancienne responsable de l'alliance avec Google.",
    "L'IA progresse.\nÀ lire aussi : Orange et Google Cloud s'allient dans l'IA",
    "Orange et Thales se disputent le marché de l'IA",
]


@pytest.mark.parametrize(("text", "type_", "who", "status"), ALLIANCES)
def test_an_alliance_is_found_with_its_kind_parties_and_status(text, type_, who, status):
    assert told(text, "fr") == (type_, set(who.split(", ")), status)


@pytest.mark.parametrize("text", NEAR_MISSES)
def test_what_only_sounds_like_an_alliance_is_none(text):
    assert told(text, "fr") is None
