"""Copies of a story find each other; unrelated articles do not."""

from __future__ import annotations

import random

import pytest

from archive.stories import SAME_TEXT, similarity
from pipeline.dedupe import BANDS, signature

SYLLABLES = ["ka", "lo", "mi", "ter", "san", "vo", "ri", "que", "den", "pau", "shi", "nol"]
HANGUL = list("가나다라마바사아자차카타파하고노도로모보소오조초코토포호구누두루무부수우주추")


def vocabulary(rng: random.Random, korean: bool) -> list[str]:
    letters = HANGUL if korean else SYLLABLES
    return ["".join(rng.choices(letters, k=rng.randint(2, 4))) for _ in range(3_000)]


def article(rng: random.Random, words: list[str]) -> list[list[str]]:
    """Fourteen paragraphs of forty words, the common words far more often than the rare ones."""
    weights = [1 / (rank + 5) for rank in range(len(words))]
    return [rng.choices(words, weights, k=40) for _ in range(14)]


def copy(rng: random.Random, paragraphs: list[list[str]], words: list[str], changed: float) -> list[list[str]]:
    dropped = rng.randrange(len(paragraphs))
    return [[rng.choice(words) if rng.random() < changed else w for w in p]
            for i, p in enumerate(paragraphs) if i != dropped]


def text(paragraphs: list[list[str]]) -> str:
    return "\n".join(" ".join(p) + "." for p in paragraphs)


@pytest.mark.parametrize("korean", [False, True])
@pytest.mark.parametrize(("changed", "floor"), [(0.03, 0.99), (0.06, 0.99)])
def test_copies_are_candidates_and_the_same_story(korean: bool, changed: float, floor: float) -> None:
    rng = random.Random(7)
    words = vocabulary(rng, korean)
    found = 0
    for _ in range(120):
        original = article(rng, words)
        a, b = signature("One", text(original)), signature("Other", text(copy(rng, original, words, changed)))
        found += bool(set(a.bands) & set(b.bands)) and similarity(a.minhash, b.minhash) >= SAME_TEXT
    assert found >= floor * 120


@pytest.mark.parametrize("korean", [False, True])
def test_unrelated_articles_are_never_the_same_story(korean: bool) -> None:
    rng = random.Random(11)
    words = vocabulary(rng, korean)
    signatures = [signature("", text(article(rng, words))) for _ in range(60)]
    for i, a in enumerate(signatures):
        for b in signatures[:i]:
            assert similarity(a.minhash, b.minhash) < SAME_TEXT / 2


def test_the_values_stay_the_same_on_every_machine_and_in_every_process() -> None:
    stored = signature("Two firms join forces", " ".join(f"word{i}" for i in range(60)))
    assert stored.content_hash == "ee93b818e72822982013f46089913751"
    assert stored.minhash[:8].hex() == "7ec03fa1d7265530"
    assert stored.bands[:2] == (7940366231337863157, -4654333506242724572)
    assert len(stored.minhash) == 512
    assert len(stored.bands) == BANDS
    assert all(-(2**63) <= key < 2**63 for key in stored.bands)


def test_the_hash_of_the_content_sees_words_and_not_their_dress() -> None:
    assert signature("Two Firms", "Join — forces!").content_hash == signature("two firms", "join forces").content_hash
    assert signature("Two firms", "join forces").content_hash != signature("Two", "firms join forces").content_hash


@pytest.mark.parametrize("short", ["", "one two three", " ".join(f"w{i}" for i in range(21)), "same words again " * 50])
def test_a_text_with_too_few_shingles_has_no_signature_but_a_hash(short: str) -> None:
    made = signature("Title", short)
    assert (made.minhash, made.bands) == (b"", ())
    assert len(made.content_hash) == 32
    assert similarity(made.minhash, made.minhash) == 0.0


def test_an_article_is_wholly_like_itself() -> None:
    made = signature("", " ".join(f"w{i}" for i in range(200)))
    assert similarity(made.minhash, made.minhash) == 1.0
