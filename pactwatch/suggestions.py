"""Changes that readers' verdicts suggest: a threshold, a name, a veto. Only texts of files are made here."""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath

from archive.judged import WrongName
from pipeline.knowledge import Knowledge

FEWEST = 3                               # judged stories from which a threshold can be told
FEWEST_TITLES = 2                        # rejected headlines that have a word in common
MOST_VETOES = 3
VETO = -0.35                             # what the shipped vetoes of headlines cost
_WORD = re.compile(r"[^\W\d_][\w’'-]{2,}")


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A change of one file of the workspace: what to write there, and why."""

    kind: str                            # threshold, alias, name, guard, veto
    file: str                            # in the workspace
    change: str
    why: str
    words: str = ""                      # articles without these words stay as they are; empty: all may change
    pattern: str = ""                    # likewise for headlines
    min_score: float | None = None
    articles: tuple[int, ...] = field(default=())

    @property
    def layer(self) -> PurePath:
        """Where the change stands in a folder of knowledge."""
        return PurePath(self.file).relative_to("knowledge")


def threshold(rule: str, now: float, wanted: Sequence[float], unwanted: Sequence[float]) -> Suggestion | None:
    """The lowest score that sets the wanted stories apart from the others best. The nearest to the present one wins."""
    def mistakes(bound: float) -> int:
        return sum(score < bound for score in wanted) + sum(score >= bound for score in unwanted)

    above = [math.floor(score * 100 + 1) / 100 for score in unwanted]
    candidates = {bound for bound in (*above, *(math.floor(score * 100) / 100 for score in wanted)) if 0 < bound <= 1}
    best = min(candidates, default=now, key=lambda bound: (mistakes(bound), abs(bound - now)))
    if len(wanted) + len(unwanted) < FEWEST or mistakes(best) >= mistakes(now):
        return None
    why = (f"of {len(wanted)} relevant and {len(unwanted)} not relevant stories {mistakes(now)} are on the wrong side "
           f"of {now:g}, and {mistakes(best)} of {best:g}")
    return Suggestion("threshold", f"rules/{rule}.yaml", f"min_score: {best:g}\n", why, min_score=best)


def for_name(wrong: WrongName, instead: str | None, knowledge: Knowledge) -> Suggestion | None:
    """What keeps a name from being taken for an organisation again; None where nothing can be told."""
    said = f"a reader says that “{wrong.surface}” is not {wrong.party}"
    if instead is not None:
        known = instead in knowledge.organisations
        entry = {**({"extends": True} if known else {}), "aliases": [wrong.surface]}
        if not known and instead.casefold() == wrong.surface.casefold():
            entry = {}
        return Suggestion("alias", "knowledge/organisations/feedback.yaml", _entry(instead, entry),
                          f"{said}, but {instead}", words=wrong.surface)
    if wrong.party in knowledge.organisations:
        if not wrong.after:
            return None
        guard = {wrong.surface: {"not_near": [f"{wrong.surface} {wrong.after}"]}}
        return Suggestion("guard", "knowledge/organisations/feedback.yaml",
                          _entry(wrong.party, {"extends": True, "guards": guard}),
                          f"{said} before “{wrong.after}”", words=wrong.surface)
    return Suggestion("name", "knowledge/names.yaml", _entry("never", {"add": [wrong.surface]}),
                      f"a reader says that “{wrong.surface}” is no party, and no list names it", words=wrong.surface)


def vetoes(rejected: Mapping[int, str], kept: Collection[str], names: Collection[str], families: Sequence[str]
           ) -> Iterator[Suggestion]:
    """Words that stand in the headlines of several rejected stories and of no other hit, and are nobody's name."""
    others = set().union(*map(_words, kept)) | {word for name in names for word in _words(name)}
    counted = Counter(word for title in rejected.values() for word in _words(title) - others)
    covered: set[frozenset[int]] = set()
    for word, number in sorted(counted.items(), key=lambda one: (-one[1], -len(one[0]), one[0])):
        articles = frozenset(id_ for id_, title in rejected.items() if word in _words(title))
        if number < FEWEST_TITLES or articles in covered or len(covered) >= MOST_VETOES:
            continue
        covered.add(articles)
        pattern = rf"\b{re.escape(word)}\b"
        entry = {"scope": "title", "score": VETO, "patterns": [pattern],
                 **({"families": list(families)} if families else {})}
        key = "feedback_" + re.sub(r"\W+", "_", word)
        yield Suggestion("veto", "knowledge/vetoes.yaml", _entry(key, entry),
                         f"“{word}” stands in the headlines of {number} stories that are not relevant, and of no other",
                         pattern=pattern)


def _words(text: str) -> set[str]:
    return {word.lower() for word in _WORD.findall(text)}


def _entry(name: str, value: object) -> str:
    """An entry of a YAML file on one line: JSON is YAML, whatever the name holds."""
    return f"{json.dumps(name, ensure_ascii=False)}: {json.dumps(value, ensure_ascii=False)}\n"
