"""Alliances as Italian and Portuguese tell them; and what only sounds like one."""

import pytest

from tests.unit.pipeline.reading import told

ALLIANCES = [
    ("it", "Eni e Leonardo uniscono le forze nell'intelligenza artificiale.",
     "partnership", "Eni, Leonardo", "announced"),
    ("it", "TIM sigla una partnership con Google per portare l'intelligenza artificiale nelle imprese.",
     "partnership", "TIM, Google", "announced"),
    ("it", "L'Università di Bologna e Ferrari firmano un protocollo d'intesa sull'intelligenza artificiale.",
     "mou", "Università di Bologna, Ferrari", "announced"),
    ("it", "Enel tratta con Nvidia un'alleanza sull'IA, secondo fonti vicine al dossier.",
     "strategic_alliance", "Enel, NVIDIA", "rumoured"),
    ("pt", "Petrobras e Nvidia firmam parceria em inteligência artificial.",
     "partnership", "Petrobras, NVIDIA", "announced"),
    ("pt", "O Itaú se une à Microsoft para criar assistentes de IA.", "partnership", "Itaú, Microsoft", "announced"),
    ("pt", "Universidade de São Paulo e IBM assinam memorando de entendimento sobre inteligência artificial.",
     "mou", "Universidade de São Paulo, IBM", "announced"),
    ("pt", "Vale negocia com a Google uma aliança em IA, dizem fontes.",
     "strategic_alliance", "Vale, Google", "rumoured"),
]

NEAR_MISSES = [
    ("it", "Leonardo acquisisce la start-up di intelligenza artificiale Tarvela."),
    ("it", "Enel e Nvidia interrompono la collaborazione sull'intelligenza artificiale."),
    ("it", "TIM e Enel siglano un accordo sulla fibra."),
    ("pt", "Petrobras compra startup de inteligência artificial Tarvela."),
    ("pt", "Itaú e IBM encerram parceria em inteligência artificial."),
    ("pt", "Petrobras nega parceria com a Nvidia em IA."),
]


@pytest.mark.parametrize(("language", "text", "type_", "who", "status"), ALLIANCES)
def test_an_alliance_is_found_with_its_kind_parties_and_status(language, text, type_, who, status):
    assert told(text, language) == (type_, set(who.split(", ")), status)


@pytest.mark.parametrize(("language", "text"), NEAR_MISSES)
def test_what_only_sounds_like_an_alliance_is_none(language, text):
    assert told(text, language) is None
