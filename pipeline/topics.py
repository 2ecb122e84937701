"""Find topic words, and judge how much a text, or an event in it, is about a topic."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

from pipeline.knowledge_files import Topic
from pipeline.lexicon import Lexicon
from pipeline.views import View, is_word_letter, lower

Role = Literal["subject", "maker", "adorns", "describes", "aside"]
# What a word counts that says what a firm makes, adorns a thing (`AI-powered`), describes a firm, or says nothing.
COUNTS: dict[Role, float] = {"subject": 1.0, "maker": 0.55, "adorns": 0.35, "describes": 0.35, "aside": 0.2}

MOST_PLACES = 1_000       # topic words of a field; nobody writes more
_AROUND = 25              # characters beside a word that can make less of it


class TopicPlace(NamedTuple):
    """A topic word at a place of a view."""

    topic: str
    start: int
    end: int
    weight: float
    role: Role = "subject"

    @property
    def counted(self) -> float:
        """What the word counts there."""
        return self.weight * COUNTS[self.role]


@dataclass(frozen=True, slots=True)
class _Term:
    topic: str
    weight: float
    exact: str | None
    languages: frozenset[str]
    not_languages: frozenset[str]
    unless: tuple[str, ...]


class TopicBook:
    """The topics of the knowledge, ready for search."""

    def __init__(self, topics: Mapping[str, Topic]) -> None:
        self.topics = dict(topics)
        self._makers = {maker for entry in topics.values() for maker in entry.makers}
        self._lexicon = Lexicon(
            (
                word,
                _Term(
                    topic,
                    group.weight,
                    word if group.exact else None,
                    frozenset(group.languages),
                    frozenset(group.not_languages),
                    tuple(map(lower, group.unless)),
                ),
            )
            for topic, entry in topics.items()
            for group in entry.terms
            for word in group.words
        )
        self.others, self.elsewhere = (
            {topic: re.compile("|".join(patterns)) for topic, entry in topics.items()
             if (patterns := getattr(entry, kind))} for kind in ("others", "elsewhere"))
        self._asides = {topic: re.compile("|".join(entry.asides)) for topic, entry in topics.items() if entry.asides}
        self._decoration = {
            topic: re.compile("|".join(entry.decoration)) for topic, entry in topics.items() if entry.decoration
        }

    def makes(self, organisation: str) -> bool:
        """Whether an organisation makes what a topic is about."""
        return organisation in self._makers

    def find(self, view: View, language: str | None, skip: Iterable[tuple[int, int]]) -> list[TopicPlace]:
        """The topic words of a view, outside the places to skip: names, domains, boilerplate."""
        found: list[TopicPlace] = []
        skipped = sorted(skip)
        number = 0
        means_other: dict[tuple[str, ...], bool] = {(): False}
        for place in self._lexicon.find(view):
            if len(found) >= MOST_PLACES:
                break
            while number < len(skipped) and skipped[number][1] <= place.start:
                number += 1
            if view.plain[place.end - 1] == "." and is_word_letter(view.plain[place.end : place.end + 1] or " "):
                continue                   # A.I.G.
            if any(start < place.end and place.start < end for start, end in skipped[number : number + 3]):
                continue
            for term in place.values:
                if term.unless not in means_other:
                    means_other[term.unless] = any(word in view.folded for word in term.unless)
                if not means_other[term.unless] and _fits(term, view.plain[place.start : place.end], language):
                    role = self._role(term.topic, view, place.start, place.end)
                    found.append(TopicPlace(term.topic, place.start, place.end, term.weight, role))
        return found

    def _role(self, topic: str, view: View, start: int, end: int) -> Role:
        """What a word does there by the words that it forms an expression with."""
        if _part_of(self._asides.get(topic), view, start, end):
            return "aside"
        return "adorns" if _part_of(self._decoration.get(topic), view, start, end) else "subject"


def _part_of(pattern: re.Pattern[str] | None, view: View, start: int, end: int) -> bool:
    """Whether a word is part of an expression."""
    if pattern is None:
        return False
    around = pattern.finditer(view.folded, max(0, start - _AROUND), end + _AROUND)
    return any(match.start() <= start and end <= match.end() for match in around)


def _fits(term: _Term, written: str, language: str | None) -> bool:
    if term.exact is not None and term.exact != written:
        return False
    if term.languages and language not in term.languages:
        return False
    return not (term.not_languages and (language is None or language in term.not_languages))


def salience(title: Iterable[TopicPlace], text: Iterable[TopicPlace], lead_end: int) -> dict[str, float]:
    """How much a text is about each topic, between 0 and 1. The title weighs most, then the lead, then the body."""
    sums: dict[str, list[float]] = {}
    for place in title:
        sums.setdefault(place.topic, [0.0, 0.0, 0.0])[0] += place.counted
    for place in text:
        sums.setdefault(place.topic, [0.0, 0.0, 0.0])[1 if place.start < lead_end else 2] += place.counted
    return {
        topic: round(1 - math.exp(-(3 * min(1.0, head) + 2 * min(1.0, lead / 1.5) + math.log1p(body)) / 3), 3)
        for topic, (head, lead, body) in sums.items()
    }
