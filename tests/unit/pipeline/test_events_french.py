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
]


@pytest.mark.parametrize(("text", "type_", "who", "status"), ALLIANCES)
def test_an_alliance_is_found_with_its_kind_parties_and_status(text, type_, who, status):
    assert told(text, "fr") == (type_, set(who.split(", ")), status)


@pytest.mark.parametrize("text", NEAR_MISSES)
def test_what_only_sounds_like_an_alliance_is_none(text):
    assert told(text, "fr") is None
