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
    ("it", "Leonardo, che compete con Thales, si allea con Nvidia sull'intelligenza artificiale.",
     "partnership", "Leonardo, NVIDIA", "announced"),
    ("it", "Un accordo di collaborazione sull'IA è stato firmato martedì da Eni e Microsoft.",
     "partnership", "Eni, Microsoft", "announced"),
    ("it", "Collaboriamo con Google per portare l'intelligenza artificiale nelle imprese.",
     "partnership", "Google", "announced"),
    ("it", "Enel tratta con Nvidia un'alleanza sull'IA, secondo fonti vicine al dossier.",
     "strategic_alliance", "Enel, NVIDIA", "rumoured"),
    ("pt", "Petrobras e Nvidia firmam parceria em inteligência artificial.",
     "partnership", "Petrobras, NVIDIA", "announced"),
    ("pt", "Mistral AI, rival da OpenAI, alia-se à Embraer em inteligência artificial.",
     "partnership", "Mistral AI, Embraer", "announced"),
    ("pt", "Um acordo de cooperação em IA foi assinado na terça-feira por Petrobras e Microsoft.",
     "partnership", "Petrobras, Microsoft", "announced"),
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
    ("it", "L'IA cresce.\nLeggi anche: Eni e Nvidia si alleano sull'intelligenza artificiale"),
    ("pt", "A IA avança.\nLeia também: Petrobras e Nvidia se unem em inteligência artificial"),
    ("pt", "Mistral AI, rival da OpenAI, lança novo modelo de inteligência artificial."),
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
