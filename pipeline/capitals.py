"""Capitalised sequences of a text, cut to the part that can be a name."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from pipeline.knowledge_files import Names
from pipeline.views import View, lower

REMEMBERED = 20_000       # judgements on capitalised words that are kept
LONGEST_KEPT = 200        # characters; a text of capitals alone is one name to the pattern

LETTERS = "A-Za-z0-9À-ÖØ-öø-ɏ\u0300-\u036fḀ-ỿ"
CAPITAL = rf"[A-ZÀ-ÖØ-Þ](?:[{LETTERS}+™®&-]|\.(?=[{LETTERS}])|'(?=[A-Z]))*"
_TOKEN = rf"(?:{CAPITAL}|[a-z]{{1,4}}[A-Z][{LETTERS}]+|[0-9]+[A-Za-z]*[A-Z][{LETTERS}]*)"
_SEQUENCE = re.compile(rf"{CAPITAL}(?: (?:& |of (?:the )?|for )?{_TOKEN})*")
_BEFORE_CAPITAL = re.compile(rf"(?<![{LETTERS}@#$/.])[a-z0-9]{{1,6}}$")   # iApp, 0xGPU
_SENTENCE_END = frozenset(".!?:;\n\"'*•>([|_-")
_JOINING = frozenset({"of", "for"})
_SCHOOLS = frozenset({"university", "college", "polytechnic"})     # that are called after a place alone
_NO_START = frozenset("@#$/.")
# "AI-powered", "London-based": a hyphen and a word in lower case make an adjective.
_ADJECTIVE = re.compile(r"-[a-z][a-z]+$")
_BASED = re.compile(r"-(?:based|headquartered|listed|backed|born)$")
_TWICE = re.compile(r"(.{4,})\1$")     # pasted pages repeat the name of a link: "NorvaneNorvane"


class Capitals(NamedTuple):
    """A part of a text in capitals that can be a name."""

    start: int
    end: int
    text: str
    shown: bool | None      # its own form or the words cut off show an organisation; False: a person; None: nothing
    opening: bool           # it stands where a sentence begins


class Cutter:
    """Cuts capitalised sequences to names, by the word lists."""

    def __init__(self, lists: Names) -> None:
        self.never = {word.lower() for word in (*lists.never, *lists.places)}
        self._places = {word.lower() for word in lists.places}
        self._place_ends = {word.split(" ")[-1] for word in self._places}
        self._roles = {word.lower() for word in lists.person_roles if word[0].isupper()} - {"partner", "head"}
        self._modifiers = {word.lower() for word in lists.role_modifiers}
        self._honorifics = {word.lower() for word in lists.honorifics}
        self.strip = {word.lower() for word in (*lists.strip, *lists.person_roles, *lists.honorifics)}
        self._soft = {word.lower() for word in lists.soft_strip}
        self._descriptors = {word.lower() for word in lists.descriptors}
        self._generic = {word.lower() for word in lists.generic_plurals}
        self._plain = self.never | self.strip | self._soft | {word.lower() for word in lists.common_words}
        self._nouns = {word.lower().rstrip(".") for word in (*lists.organisation_nouns, *lists.legal_suffixes)}
        self._heads = {word.lower() for word in lists.organisation_heads}
        # Most words of a language come back in every text.
        self._kept = lru_cache(REMEMBERED)(self._cut)

    def sequences(self, view: View, end: int) -> Iterable[Capitals]:
        """The names that capitals may show in the first `end` characters of a text."""
        text = view.plain
        for match in _SEQUENCE.finditer(text, 0, end):
            start = match.start()
            before = text[start - 1] if start else "\n"
            written = match[0]
            if before in _NO_START or before.isalnum():
                lower_case = _BEFORE_CAPITAL.search(text, max(0, start - 8), start)
                if lower_case is None:
                    continue
                start = lower_case.start()
                written, before = text[start : match.end()], text[start - 1] if start else "\n"
            opening = before in _SENTENCE_END or (before == " " and text[start - 2] in _SENTENCE_END)
            cut = self._kept if len(written) <= LONGEST_KEPT else self._cut
            for first, last, name, shown in cut(written, opening):
                yield Capitals(start + first, start + last, name, shown, opening and not first)

    def has_form(self, text: str) -> bool:
        """Whether a name's own words show an organisation: `Tarvela Robotics`, `University of Tarvela`."""
        words = text.lower().split()
        if len(words) < 2:
            return False
        return (words[-1].rstrip(".") in self._nouns and words[0] not in self._nouns | self.strip) or \
            (words[0] in self._heads and words[1] in _JOINING) or \
            any(word in self._heads and words[place + 1] in _JOINING for place, word in enumerate(words[:-1]))

    def is_empty(self, text: str) -> bool:
        """Whether a name holds nothing that could tell it from others: `The Company`, `Holdings Ltd`."""
        words = lower(text).split()
        if words[-1] in _SCHOOLS and any(word in self._places for word in words):
            return False                       # "Ohio State University"
        if words[-1] in self._generic and all(word in self._plain for word in words[:-1]):
            return True
        return " ".join(words) in self.never or all(
            word in self.never or word in self.strip or word.rstrip(".") in self._nouns for word in words)

    def _cut(self, text: str, opening: bool) -> tuple[tuple[int, int, str, bool | None], ...]:
        """The names in a capitalised sequence: start, end, text, and what its form shows."""
        words = text.split(" ")
        starts = [0]
        for word in words:
            starts.append(starts[-1] + len(word) + 1)
        found, first = [], 0
        shown: bool | None = None
        for place in range(len(words) + 1):
            if place < len(words) and (kind := self._cuts(words, place, first)) is None:
                continue
            role = place < len(words) and kind == "role"
            if place > first:
                part = self._part(words[first:place], opening and not first)
                if part and not (role and lower(part[1].split(" ")[-1]) in self._modifiers):
                    cut, name = part
                    start = starts[first] + cut
                    verdict = True if self.has_form(name) or (role and shown is None) else shown
                    if verdict and role and lower(name) in self._places:
                        verdict = None
                    found.append((start, start + len(name), name, verdict))
            if place < len(words):
                shown = {"role": False, "based": True}.get(kind or "")
            first = place + 1
        return tuple(found)

    def _cuts(self, words: list[str], place: int, first: int) -> str | None:
        """Whether a word ends one name and begins another: `Tarvela CEO Someone`, `Oslo-based Tarvela`."""
        word = words[place]
        low = lower(word)
        if (based := _BASED.search(word)) and lower(word[: based.start()]) in self._place_ends:
            return "based"
        if _ADJECTIVE.search(word):
            return "adjective"
        if low in self._roles and (place > first or place + 1 < len(words)) and \
                words[place + 1 : place + 2] not in (["of"], ["for"]):
            return "role"
        if low in self._honorifics:
            return "role"
        if low in self._descriptors and place + 1 < len(words) and place - first < 4 and \
                lower(words[place + 1]) not in self._nouns | _JOINING | {"&"}:
            return "descriptor"
        return None

    def _part(self, words: list[str], opening: bool) -> tuple[int, str] | None:
        """A name without the words around it that are no part of it, and how many letters were cut before it."""
        words, cut = list(words), 0
        joining = {"of", "for", "&", "the"}
        while words and (low := lower(words[0])) and (
            low in self.strip or low in joining
            or (opening and len(words) > 1 and low in self._soft and not self._is_place(words))
        ):
            cut += len(words.pop(0)) + 1
        while words and ((low := lower(words[-1])) in self.strip or low in joining):
            words.pop()
        # "Robots of Tarvela" are two names, "University of Tarvela" is one.
        while place := next((place for place, word in enumerate(words) if word in _JOINING
                             and place and lower(words[place - 1]) not in self._heads), 0):
            place += 2 if words[place + 1 : place + 2] == ["the"] else 1
            cut += sum(len(word) + 1 for word in words[:place])
            words = words[place:]
        name = " ".join(words)
        if twice := _TWICE.fullmatch(name):
            name = twice[1]
        if len(name) < 2 or len(words) > 7 or self.is_empty(name):
            return None
        return cut, name

    def _is_place(self, words: list[str]) -> bool:
        return any(lower(" ".join(words[:size])) in self._places for size in (2, 3))
