"""All frames and vetoes in a form that finds their words in one pass."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from pipeline.frames import CompiledFrame
from pipeline.knowledge_files import Refinement, Veto, Weights
from pipeline.lexicon import Found, LexiconByLanguage
from pipeline.tongues import of_key, speaks
from pipeline.views import View

Cue = Found[CompiledFrame]


@dataclass(frozen=True, slots=True)
class CompiledVeto:
    """A veto ready for search."""

    id: str
    scope: str
    families: frozenset[str]
    spares: frozenset[str]
    score: float
    pattern: re.Pattern[str]
    unless: re.Pattern[str] | None
    language: str | None                 # of the texts that it reads; None for all


class FrameBook:
    """Frames by their words, vetoes by their scope, and the weights of a score."""

    def __init__(
        self,
        frames: Iterable[CompiledFrame],
        vetoes: Mapping[str, Veto],
        refinements: Mapping[str, Refinement],
        weights: Weights,
        descriptions: re.Pattern[str] | None = None,
    ) -> None:
        self.frames = tuple(frames)
        self.weights = weights
        self.descriptions = descriptions
        self.families = {frame.family for frame in self.frames}
        self.types = {frame.type for frame in self.frames} | set(refinements)
        self._lexicon = LexiconByLanguage(
            (word, frame.language, frame) for frame in self.frames for word in frame.words
        )
        self._refined = {type_ for one in refinements.values() for type_ in one.of}
        self._refinements = [
            (one, re.compile(one.pattern) if one.pattern else None, name.rpartition(".")[2])
            for name, one in refinements.items()
        ]
        self.vetoes = [
            CompiledVeto(
                name,
                veto.scope,
                frozenset(veto.families),
                frozenset(veto.spares),
                veto.score,
                re.compile("|".join(veto.patterns)),
                re.compile("|".join(veto.unless)) if veto.unless else None,
                of_key(name),
            )
            for name, veto in vetoes.items()
        ]

    def find(self, view: View, end: int, language: str | None) -> list[Cue]:
        """Every relation word of a text's language in the first `end` characters of a view."""
        return self._lexicon.find(view, end, language)

    def vetoes_for(self, language: str | None) -> list[CompiledVeto]:
        """The vetoes that read texts in a language."""
        return [veto for veto in self.vetoes if speaks(veto.language, language)]

    def refine(self, type_: str, texts: Iterable[str], opening: str, party_types: Collection[str]) -> str:
        """The more precise type of a relation, by sentence, title, opening, and types of parties."""
        if type_ not in self._refined:
            return type_
        texts = tuple(texts)
        for entry, pattern, refined in self._refinements:
            if type_ not in entry.of:
                continue
            read = (*texts, opening) if entry.opening else texts
            if any(held in entry.party_types for held in party_types) or (pattern and any(map(pattern.search, read))):
                return refined
        return type_
