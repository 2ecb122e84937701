"""Find thousands of words and phrases in one pass over a text."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator
from typing import Generic, NamedTuple, TypeVar

from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

from pipeline.tongues import LATIN_LANGUAGES, OTHER, speaks
from pipeline.views import View, at_word_boundary, lower, plain

T = TypeVar("T")
FEW = 2_000               # words of a small lexicon
_BRACES = re.compile(r"\{([^{}]*)\}")


class Found(NamedTuple, Generic[T]):
    """A word of a lexicon at a place of a view, with what the lexicon knows about it."""

    start: int
    end: int
    values: tuple[T, ...]


class Lexicon(Generic[T]):
    """Words and phrases with values. The longest one wins; words are never found inside other words.

    Of `names`, those that are known with a capital are not looked at where a text begins them in lower case.
    """

    def __init__(self, entries: Iterable[tuple[str, T]], *, names: bool = False) -> None:
        collected: dict[str, list[T]] = {}
        small = set()
        for word, value in entries:
            for form in expand(word):
                key = lower(plain(form))
                collected.setdefault(key, []).append(value)
                if not names or form[:1].islower():
                    small.add(key)
        collected.pop("", None)
        self.words = list(collected)
        self.values = [tuple(values) for values in collected.values()]
        # The table of a small lexicon is fast; that of a large one would take a hundred megabytes.
        fast = Implementation.DFA if len(self.words) < FEW else None
        self._automaton = (
            AhoCorasick(self.words, matchkind=MatchKind.LeftmostLongest, implementation=fast) if self.words else None
        )
        self._phrases = [" " in word for word in self.words]
        self._small = [word in small for word in self.words]
        self._index = {word: number for number, word in enumerate(self.words)}

    def find(self, view: View, end: int | None = None) -> list[Found[T]]:
        """Every place of a word in the view, from left to right, without overlaps."""
        if self._automaton is None:
            return []
        text = view.folded if end is None else view.folded[:end]
        written, small = view.plain, self._small
        found: list[Found[T]] = []
        for number, start, stop in self._automaton.find_matches_as_indexes(text):
            if not small[number] and "a" <= written[start] <= "z":
                continue
            if at_word_boundary(text, start, stop):
                found.append(Found(start, stop, self.values[number]))
            elif self._phrases[number] and (shorter := self._shorter(text, self.words[number], start)):
                found.append(shorter)
        return found

    def _shorter(self, text: str, word: str, start: int) -> Found[T] | None:
        """A phrase that is cut at its end may begin with a shorter one: `Google Cloudy` still names Google."""
        while " " in word:
            word = word.rsplit(" ", 1)[0]
            number = self._index.get(word)
            if number is not None and at_word_boundary(text, start, start + len(word)):
                return Found(start, start + len(word), self.values[number])
        return None


class LexiconByLanguage(Generic[T]):
    """Words with values, each of a language, found in the texts that it reads.

    Each language has a lexicon of its own, made when its first text comes: a longer word of one language must not
    hide a word of another.
    """

    def __init__(self, entries: Iterable[tuple[str, str | None, T]]) -> None:
        self._entries = list(entries)
        self._lexicons: dict[str | None, Lexicon[T]] = {}

    def find(self, view: View, end: int, language: str | None) -> list[Found[T]]:
        """Every place of a word of the text's language in the first `end` characters of a view."""
        known = language if language is None or language in LATIN_LANGUAGES else OTHER
        if known not in self._lexicons:
            self._lexicons[known] = Lexicon((word, value) for word, own, value in self._entries if speaks(own, known))
        return self._lexicons[known].find(view, end)


def expand(word: str) -> Iterator[str]:
    """The forms of a word written with braces: `partner{,s,ed}` is partner, partners and partnered."""
    if "{" not in word:
        yield word
        return
    parts = _BRACES.split(word)
    choices = [part.split(",") if place % 2 else [part] for place, part in enumerate(parts)]
    for chosen in itertools.product(*choices):
        yield "".join(chosen)
