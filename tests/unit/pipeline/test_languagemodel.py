"""The language model that is read from its file says what the library's own says, in a seventh of the memory."""

from __future__ import annotations

import os

import pytest
from py3langid.langid import MODEL_FILE, LanguageIdentifier

from core.process import resident
from pipeline import languagemodel

TEXTS = [
    "The two companies signed a memorandum of understanding in Seoul.", "Die beiden Firmen arbeiten zusammen.",
    "Les deux entreprises ont signé un accord.", "Los dos grupos firman un acuerdo.", "Обе компании подписали договор",
    "두 회사는 서울에서 양해각서를 체결했다.", "青空電機とみどり通信は提携すると発表した。", "远山科技和清河通信合作",
    "Įmonės sutarė kartu kurti dirbtinio intelekto laboratoriją.", "UGigaba akabanjwanga emva kokutyelela i-IDAC",
    "Sveinn og Jón undirrituðu samning í gær.", "", "1234 567", "\ud800 \x00 broken", "שתי החברות חתמו על הסכם",
]


@pytest.fixture(scope="module")
def library() -> LanguageIdentifier:
    """The library's own model; it takes seconds to load."""
    return LanguageIdentifier.from_model_file(MODEL_FILE)


def test_it_says_what_the_library_says_and_stays_small(monkeypatch: pytest.MonkeyPatch,
                                                       library: LanguageIdentifier) -> None:
    before = resident(os.getpid())
    mapped = languagemodel.identifier()
    answers = [mapped.classify(text) for text in TEXTS]
    grown = resident(os.getpid()) - before
    assert answers == [library.classify(text) for text in TEXTS]
    assert grown < 30_000_000
    monkeypatch.setattr(languagemodel, "_MOST_ROWS", 100)
    assert [mapped.classify(text) for text in TEXTS] == answers, "also when it has to forget what it has read"


def test_a_system_that_cannot_read_at_a_place_loads_all_of_it(monkeypatch: pytest.MonkeyPatch,
                                                             library: LanguageIdentifier) -> None:
    monkeypatch.delattr(os, "pread")
    assert languagemodel.identifier().classify(TEXTS[0]) == library.classify(TEXTS[0])
