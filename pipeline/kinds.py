"""Tell what kind of alliance a text reports: the strongest of what headline, sentence, first lines and parties say."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping

from pipeline.knowledge_files import Refinement
from pipeline.tongues import speaks

GENERIC = "partnership"   # the kind that any other makes more precise
_TITLE = 1.0              # what a word counts by its place
_SENTENCE = 0.86
_FRAME = 0.94             # the relation word itself, against other words in its place


class Kinds:
    """The kinds of alliance that the knowledge tells apart, for the texts of one language."""

    def __init__(self, refinements: Mapping[str, Refinement], language: str | None) -> None:
        self._weights = {name: one.weight for name, one in refinements.items()}
        self._parties = [(name, held, one.weight * counts) for name, one in refinements.items()
                         for held, counts in one.party_types.items()]
        patterns = {
            name: "|".join(f"(?:{pattern})" for own, pattern in one.patterns.items()
                           if speaks(None if own == "any" else own, language))
            for name, one in refinements.items()
        }
        self._patterns = {name: re.compile(pattern) for name, pattern in patterns.items() if pattern}
        self._opening = {name: one.opening for name, one in refinements.items() if one.opening}

    def can_tell(self, type_: str) -> bool:
        """Whether a type is a kind of alliance; other relations keep what their frame says."""
        return type_ == GENERIC or type_ in self._weights

    def of_article(self, title: str, opening: str) -> dict[str, float]:
        """What headline and first lines, in lower case, say of each kind."""
        told = self._told(title, _TITLE)
        for name, counts in self._opening.items():
            if name not in told and name in self._patterns and self._patterns[name].search(opening):
                told[name] = self._weights[name] * counts
        return told

    def of_sentence(self, sentence: str) -> dict[str, float]:
        """What a sentence, in lower case, says of each kind."""
        return self._told(sentence, _SENTENCE)

    def _told(self, text: str, counts: float) -> dict[str, float]:
        return {name: self._weights[name] * counts for name, one in self._patterns.items() if one.search(text)}

    def strongest(self, type_: str, *, in_title: bool, told: Iterable[Mapping[str, float]],
                  party_types: Collection[str]) -> str:
        """The kind of a relation whose frame gives `type_`; relations that are no alliances keep theirs."""
        if not self.can_tell(type_):
            return type_
        scores: dict[str, float] = {}
        place = _TITLE if in_title else _SENTENCE
        own = {type_: self._weights[type_] * place * _FRAME} if type_ in self._weights else {}
        parties = ({name: score} for name, held, score in self._parties if held in party_types)
        for one in (own, *parties, *told):
            for name, score in one.items():
                scores[name] = max(score, scores.get(name, 0.0))
        return max(scores, key=lambda name: scores[name], default=type_)
