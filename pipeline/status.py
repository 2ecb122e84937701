"""Tell the status of a relation from the words around it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from core.records import EventStatus
from pipeline.knowledge_files import StatusCue
from pipeline.lexicon import Found, LexiconByLanguage
from pipeline.tongues import of_key
from pipeline.views import View

# A stronger word hides a weaker one in the same sentence.
_ORDER = [EventStatus.DENIED, EventStatus.ENDED, EventStatus.RUMOURED, EventStatus.PLANNED, EventStatus.BACKGROUND]


@dataclass(frozen=True, slots=True)
class Standing:
    """A status, the cue that told it, and where that stands. Without a cue a relation counts as announced."""

    status: EventStatus = EventStatus.ANNOUNCED
    cue: str | None = None
    start: int = 0
    end: int = 0


class StatusBook:
    """The status cues, ready for search."""

    def __init__(self, cues: Mapping[str, StatusCue]) -> None:
        self._lexicon = LexiconByLanguage(
            (word, of_key(name), (name, cue)) for name, cue in cues.items() for word in cue.words
        )
        self._unless = {name: re.compile("|".join(cue.unless)) for name, cue in cues.items() if cue.unless}

    def find(self, view: View, end: int, language: str | None) -> list[Found[tuple[str, StatusCue]]]:
        """Every status word of a text's language in the first `end` characters of a view."""
        return self._lexicon.find(view, end, language)

    def judge(self, places: Iterable[Found[tuple[str, StatusCue]]], relation: tuple[int, int], view: View) -> Standing:
        """The status of a relation word at `relation`, by the status words of its sentence."""
        told = [
            (cue, Standing(cue.status, name, place.start, place.end))
            for place in places for name, cue in place.values
            if _reaches(cue, place, relation) and not self._of_another(name, place, relation, view)
        ]
        silenced = {name for cue, _ in told for name in cue.silences}
        standings = [one for cue, one in told if cue.status in _ORDER and one.cue not in silenced]
        return min(standings, key=lambda one: _ORDER.index(one.status), default=Standing())

    def _of_another(self, name: str, place: Found[tuple[str, StatusCue]], relation: tuple[int, int],
                    view: View) -> bool:
        """Whether a word speaks of something else than the relation, by what stands between the two."""
        pattern = self._unless.get(name)
        start, end = (place.end, relation[0]) if place.end <= relation[0] else (relation[1], place.start)
        return pattern is not None and start < end and pattern.search(view.folded, start, end) is not None


def _reaches(cue: StatusCue, place: Found[tuple[str, StatusCue]], relation: tuple[int, int]) -> bool:
    if place.end <= relation[0]:
        return cue.side in {"before", "any"} and relation[0] - place.end <= cue.within
    if place.start >= relation[1]:
        return cue.side in {"after", "any"} and place.start - relation[1] <= cue.within
    # "In talks with" is a relation and its status; who "leaves" for another firm changes jobs, and nothing ends.
    within = relation[0] <= place.start and place.end <= relation[1]
    return not (within and cue.status is EventStatus.ENDED)
