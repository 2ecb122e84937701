"""Tell whether two ways of writing an organisation mean the same one."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from itertools import combinations

from pipeline.knowledge import Knowledge

_BRACKETS = re.compile(r"\([^)]*\)|<[^>]*>")
_SIGNS = re.compile(r"[^\w+&]+")
_SHORTEST_HEAD = 4        # letters of a short form that may stand for the name that begins with it

Pair = tuple[str, str]


class SameNames:
    """Compares names without regard to case, brackets and legal forms, by the aliases of the knowledge."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._resolve = knowledge.gazetteer.resolve
        legal = sorted(knowledge.names.lists.legal_suffixes, key=len, reverse=True)
        self._legal = re.compile(rf"(?:,?\s+(?:{'|'.join(re.escape(form.lower()) for form in legal)})\.?)+$")
        self._keys: dict[str, frozenset[str]] = {}

    def same(self, one: str, other: str) -> bool:
        """Whether both names share a canonical name, or one is the other's first word or words."""
        first, second = self._known(one), self._known(other)
        return bool(first & second) or any(_is_head(a, b) or _is_head(b, a) for a in first for b in second)

    def hits(self, wanted: Sequence[str], found: Sequence[str]) -> int:
        """How many of the wanted names are among the found ones, each counted once."""
        left, held = list(found), 0
        for name in wanted:
            match = next((one for one in left if self.same(name, one)), None)
            if match is not None:
                left.remove(match)
                held += 1
        return held

    def pair_hits(self, wanted: Sequence[str], found: Sequence[str]) -> int:
        """The same for all pairs of the wanted names."""
        left, held = list(combinations(found, 2)), 0
        for pair in combinations(wanted, 2):
            match = next((one for one in left if self._same_pair(pair, one)), None)
            if match is not None:
                left.remove(match)
                held += 1
        return held

    def distinct(self, names: Sequence[str]) -> list[str]:
        """The names without repetitions."""
        kept: list[str] = []
        for name in names:
            if not any(self._known(name) & self._known(other) for other in kept):
                kept.append(name)
        return kept

    def _same_pair(self, one: Pair, other: Pair) -> bool:
        return (self.same(one[0], other[0]) and self.same(one[1], other[1])) or (
            self.same(one[0], other[1]) and self.same(one[1], other[0])
        )

    def _known(self, name: str) -> frozenset[str]:
        keys = self._keys.get(name)
        if keys is None:
            bare = self._legal.sub("", _BRACKETS.sub(" ", name).strip().lower())
            meant = {canonical for form in (name, bare) for canonical in self._resolve(form)}
            keys = self._keys[name] = frozenset(self._plain(one) for one in (meant or {name}))
        return keys

    def _plain(self, name: str) -> str:
        folded = unicodedata.normalize("NFKC", _BRACKETS.sub(" ", name)).lower().replace("’s", "").replace("'s", "")
        bare = self._legal.sub("", folded.strip().removeprefix("the "))
        return " ".join(_SIGNS.sub(" ", bare).split())


def _is_head(short: str, long: str) -> bool:
    return len(short) >= _SHORTEST_HEAD and long.startswith(short + " ")
