"""Say in words what raised or lowered the score of an event."""

from __future__ import annotations

from dataclasses import dataclass

from core.records import Event
from pipeline.knowledge import Knowledge

_WORDS = {
    "title": "told in the title",
    "lead": "told in the first sentences",
    "body": "told further down",
    "repeated": "told in further sentences",
    "implied_party": "one party is not named in the sentence",
    "unknown_party": "a party that no list names",
    "anonymous_party": '"we" or "seven banks", and nobody says who that is',
    "product_party": "a party is meant by its product",
}


@dataclass(frozen=True, slots=True)
class Contribution:
    """A cue and what it adds to a score."""

    name: str                            # as in the knowledge files: a frame, `shape:…`, a weight, a veto
    weight: float
    words: str


def contributions(event: Event, knowledge: Knowledge) -> list[Contribution]:
    """What the score of an event is made of, in the order in which it was added. Cues that add nothing are left out."""
    vetoes = {veto.id: veto.scope for veto in knowledge.frames.vetoes}
    frames = {frame.id for frame in knowledge.frames.frames}
    return [
        Contribution(name, weight, _words(name, event, vetoes, frames))
        for name, weight in event.contributions if weight
    ]


def _words(name: str, event: Event, vetoes: dict[str, str], frames: set[str]) -> str:
    if name in _WORDS:
        return _WORDS[name]
    if name in vetoes:
        where = {"title": "the title", "sentence": "the sentence"}.get(vetoes[name], "the opening")
        return f"{where} has signs of another kind of text: {name.replace('_', ' ')}"
    if name.startswith("shape:"):
        return f"how names and relation stand together: {name.removeprefix('shape:').replace('_', ' ')}"
    return f'the relation word "{event.relation.text}"' if name in frames else name.replace("_", " ")
