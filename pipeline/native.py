"""Unknown organisations in scripts without capitals: Korean, Japanese and Chinese."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Protocol

from pipeline.entities import Name
from pipeline.expressions import any_of
from pipeline.knowledge_files import NATIVE_WORD, Names
from pipeline.views import View, language_by_letters

OPENING = 800             # characters in which names are taken that only might be organisations
_CJK = re.compile("[\u3040-\u9fff가-힣]")
# What follows the name of somebody who acts: a particle, or another name of a list.
_ACTS = re.compile("[은는이가와과도의とはがもの与與和携攜联聯、,·・×-]|, |$")
_HANGUL, _HAN = re.compile("[가-힣]"), re.compile("[\u3041-\u9fff]")
_PIECE = re.compile(r"[^、·・,/×&-]*[^、·・,/×&\s-]")    # of a list of names


class Places(Protocol):
    """Places of a text that other names hold."""

    def overlaps(self, start: int, end: int) -> bool:
        """Whether another name holds a part of the place."""


class NativeNames:
    """The patterns of names that their own form or place gives away."""

    def __init__(self, lists: Names) -> None:
        self._sure, self._maybe = _by_script(lists.native_patterns), _by_script(lists.native_maybe)
        self._pairs = {language: [_expanded(pattern, lists) for pattern in patterns]
                       for language, patterns in lists.native_pairs.items()}
        self._deals = {language: re.compile(lists.native_words[f"{language}deal"]) for language in self._pairs}
        self._common = re.compile(any_of(lists.native_common))
        self._never = set(lists.never)
        surnames = "|".join(name for name in lists.surnames if "가" <= name[0] <= "힣")
        self._person = re.compile(rf"(?:{surnames})[가-힣]{{2}}")

    def find(self, view: View, taken: Places, end: int, beside_known: bool) -> tuple[list[Name], list[Name]]:
        """Names that are organisations, and names that might be because others stand beside them."""
        if not is_native(view.plain):
            return [], []
        language = language_by_letters(view.plain)
        korean = None if language is None else language == "ko"
        sure = self._by_pattern(view, taken, self._sure[korean], end) + self._by_relation(view, taken, language)
        maybe = self._by_pattern(view, taken, self._maybe[korean], OPENING) if beside_known or sure else []
        return sure, maybe

    def _by_pattern(self, view: View, taken: Places, patterns: Iterable[re.Pattern[str]], end: int) -> list[Name]:
        return [
            Name(match.start(1), match.end(1), (match[1],), known=False)
            for pattern in patterns for match in pattern.finditer(view.plain, 0, end)
            if self._may_name(match[1]) and not taken.overlaps(match.start(1), match.end(1))
            and not (match[1].isascii() and self.is_term(view, match.start(1), match.end(1)))
        ]

    def _by_relation(self, view: View, taken: Places, language: str | None) -> list[Name]:
        """Names that nothing shows but their place: before and after a particle, and a relation word behind them.

        One word of the language among them says that the others are none either, so all of them fall; so do people.
        """
        found: list[Name] = []
        if language not in self._pairs or not self._deals[language].search(view.plain, 0, OPENING):
            return found
        for pattern in self._pairs[language]:
            for match in pattern.finditer(view.plain, 0, OPENING):
                places = [(match.start(group) + piece.start(), match.start(group) + piece.end())
                          for group in range(1, len(match.groups()) + 1) if match[group]
                          for piece in _PIECE.finditer(match[group])]
                names = [(start, end) for start, end in places if not taken.overlaps(start, end)]
                written = [view.plain[start:end] for start, end in places]
                if all(map(self._may_name, written)) and not all(map(self._person.fullmatch, written)):
                    found += [Name(start, end, (view.plain[start:end],), known=False) for start, end in names]
        return found

    @staticmethod
    def is_term(view: View, start: int, end: int) -> bool:
        """Whether Latin capitals in a native text are rather a term (`VPP`, `AI NPC`) or the end of a Latin phrase."""
        text = view.plain
        if text[start:end].isupper():
            return not _ACTS.match(text, end)
        return start > 1 and text[start - 1] == " " and "a" <= text[start - 2] <= "z"

    def _may_name(self, text: str) -> bool:
        return text not in self._never and not self._common.search(text)


def _by_script(patterns: list[str]) -> dict[bool | None, list[re.Pattern[str]]]:
    """The patterns that read a Korean text, those that read Japanese and Chinese, and all where the letters are few."""
    compiled = [re.compile(pattern) for pattern in patterns]
    return {
        None: compiled,
        True: [one for one in compiled if _HANGUL.search(one.pattern)],
        False: [one for one in compiled if not _HANGUL.search(one.pattern) or _HAN.search(one.pattern)],
    }


def _expanded(pattern: str, lists: Names) -> re.Pattern[str]:
    return re.compile(NATIVE_WORD.sub(lambda word: lists.native_words[word[1]], pattern))


def is_native(text: str) -> bool:
    """Whether a text has Korean, Japanese or Chinese letters."""
    return not text.isascii() and bool(_CJK.search(text))
