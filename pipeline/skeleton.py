"""Reduce a sentence to its names and one relation word, so that a shape can be matched on it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipeline.entities import Name
from pipeline.frames import FIRST_NAME, MOST_NAMES, NAME, RELATION
from pipeline.views import View

_BRACKETS = re.compile(rf"\s?\([^(){RELATION}]{{0,120}}\)|\s?\[[^\[\]{RELATION}]{{0,60}}\]")
_MARKS = re.compile(r'[*_"«»“”„‚‹›™®‘]')
# "X, the maker of Y, today announced": what stands between the commas says what X is.
_APPOSITION = re.compile(
    r"(?<=[\ue000-\ue03f]),? (?:- )?"
    r"(?:a|an|the|one of|part of|which(?! (?:also )?(?:include|compris|bring|unite|consist|involve))|who|whose|owner of"
    r"|maker of|developer of|formerly|based in|backed by|owned by|led by|founded by|(?:best )?known for|together)\s"
    rf"[^;{RELATION}]{{0,220}}?(?:,| -)"
    rf"(?= (?:{RELATION}|today|to|has|have|had|and|announce[sd]?|said|says|will|is|are|was|were|plans?|also|on|in|this"
    r"|signed|entered|unveiled|joined|proudly|recently|launched|agreed|formed))"
)
# "X, a leader in this, and Y": the last of a list, before "and" and another name.
_BEFORE_AND = re.compile(
    rf"(?<=[\ue000-\ue03f]), (?:a|an|the)\s[^;{RELATION}\ue000-\ue03f]{{0,160}}?,(?= and (?:the )?{NAME})"
)


def build(view: View, sentence: tuple[int, int], names: Sequence[Name], relation: tuple[int, int],
          descriptions: re.Pattern[str] | None = None) -> str:
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
    if descriptions is not None:
        text = descriptions.sub(r"\1", text)
    if "," in text or " - " in text:
        text = _BEFORE_AND.sub("", _APPOSITION.sub("", text))
    return text.strip()


def _mark(name: Name, letter: str) -> str:
    """"The two companies" stands where a list of names could stand."""
    return f"{letter}, {letter}" if len(name.organisations) > 1 else letter


def numbers(slot: str) -> list[int]:
    """The numbers of the names in what a slot matched."""
    return [ord(letter) - FIRST_NAME for letter in slot if FIRST_NAME <= ord(letter) < FIRST_NAME + MOST_NAMES]
