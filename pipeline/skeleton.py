"""Reduce a sentence to its names and one relation word, so that a shape can be matched on it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipeline.entities import Name
from pipeline.frames import FIRST_NAME, MOST_NAMES, RELATION, Reduction
from pipeline.views import View

_BRACKETS = re.compile(rf"\s?\([^(){RELATION}]{{0,120}}\)|\s?\[[^\[\]{RELATION}]{{0,60}}\]")
_MARKS = re.compile(r'[*_"«»“”„‚‹›™®‘]')


def build(view: View, sentence: tuple[int, int], names: Sequence[Name], relation: tuple[int, int],
          reduction: Reduction) -> str:
    """The sentence in lower case, names and the relation word as placeholders, without what only says what they are.

    The placeholder of names[i] is the private character FIRST_NAME + i.
    """
    start, end = sentence
    pieces: list[str] = []
    place = start
    marks = [
        (name.start, name.end, _mark(name, chr(FIRST_NAME + number))) for number, name in enumerate(names[:MOST_NAMES])
    ]
    for first, last, mark in sorted([*marks, (*relation, RELATION)]):
        pieces += (view.folded[place:first], mark)
        place = last
    pieces.append(view.folded[place:end])
    text = " ".join(_MARKS.sub("", "".join(pieces)).split())
    if "(" in text or "[" in text:
        text = _BRACKETS.sub("", text)
    if reduction.descriptions is not None:
        text = reduction.descriptions.sub(r"\1", text)
    if reduction.asides is not None:
        text = reduction.asides.sub("", text)
    if "," in text or "-" in text or " — " in text:
        for pattern in reduction.appositions:
            text = pattern.sub("", text)
    return text.strip()


def _mark(name: Name, letter: str) -> str:
    """"The two companies" stands where a list of names could stand."""
    return f"{letter}, {letter}" if len(name.organisations) > 1 else letter


def numbers(slot: str) -> list[int]:
    """The numbers of the names in what a slot matched."""
    return [ord(letter) - FIRST_NAME for letter in slot if FIRST_NAME <= ord(letter) < FIRST_NAME + MOST_NAMES]
