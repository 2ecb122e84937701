"""All frames and vetoes in a form that finds their words in one pass."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pipeline.expressions import any_of
from pipeline.frames import CompiledFrame, Reduction
from pipeline.kinds import Kinds
from pipeline.knowledge_files import Refinement, Veto, Weights
from pipeline.lexicon import Found, LexiconByLanguage
from pipeline.party_roles import RoleBook
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
        reductions: Mapping[str, Reduction] | None = None,
        roles: RoleBook | None = None,
    ) -> None:
        self.frames = tuple(frames)
        self.weights = weights
        self.reductions = dict(reductions or {})        # by language
        self.roles = roles or RoleBook(())
        self.families = {frame.family for frame in self.frames}
        self.types = {frame.type for frame in self.frames} | set(refinements)
        self._lexicon = LexiconByLanguage(
            (word, frame.language, frame) for frame in self.frames for word in frame.words
        )
        self._refinements = refinements
        self._kinds: dict[str | None, Kinds] = {}
        self.vetoes = [
            CompiledVeto(
                name,
                veto.scope,
                frozenset(veto.families),
                frozenset(veto.spares),
                veto.score,
                re.compile(any_of(veto.patterns)),
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

    def of_makers(self, event_type: str) -> tuple[str, frozenset[str]] | None:
        """The role of who makes the AI, and who else counts as that: a publisher licenses to a maker of models."""
        refinement = self._refinements.get(event_type)
        return (refinement.maker_role, frozenset(refinement.makers)) if refinement and refinement.maker_role else None

    def kinds_for(self, language: str | None) -> Kinds:
        """The kinds of alliance as texts in a language tell them."""
        if language not in self._kinds:
            self._kinds[language] = Kinds(self._refinements, language)
        return self._kinds[language]
