"""Find a query's words in a text and cut out the piece around them. By search tokens, so it works in every script."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import core.places
from core.places import Place
from core.query import Term

MARKS = ("**", "**")
_LONGEST = 40_000                             # letters of a text that are looked through


def places(text: str, terms: Iterable[Term]) -> list[list[Place]]:
    """For each term the places (start, end) in the text where it stands, in order."""
    return [core.places.places(text[:_LONGEST], term) for term in terms]


def snippet(text: str, found: Sequence[Sequence[Place]], width: int = 240) -> str:
    """About `width` letters of the text on one line, where the most different terms stand together, each marked."""
    every = _joined(place for places_ in found for place in places_)
    start = _best_start(found, width) if every else 0
    begin = max(0, start - width // 4) if start > width // 2 else 0
    end = min(len(text), begin + width)
    begin, end = _whole_words(text, begin, end)
    out, at = ["… " if begin else ""], begin
    for first, last in every:
        if first >= begin and last <= end:
            out += [text[at:first], MARKS[0], text[first:last], MARKS[1]]
            at = last
    out += [text[at:end], " …" if end < len(text) else ""]
    return " ".join("".join(out).split())


def _joined(found: Iterable[Place]) -> list[Place]:
    """The places in order, those that overlap made one."""
    out: list[Place] = []
    for start, end in sorted(found):
        if out and start < out[-1][1]:
            out[-1] = (out[-1][0], max(end, out[-1][1]))
        else:
            out.append((start, end))
    return out


def _best_start(found: Sequence[Sequence[Place]], width: int) -> int:
    near = width * 3 // 4
    starts = sorted({place[0] for places_ in found for place in places_[:200]})

    def terms_from(start: int) -> int:
        return sum(any(start <= place[0] and place[1] <= start + near for place in places_) for places_ in found)

    return max(starts[:200], key=lambda start: (terms_from(start), -start))


def _whole_words(text: str, begin: int, end: int) -> Place:
    """The cut moved to the nearest space within 20 letters, where there is one."""
    if begin:
        space = text.find(" ", begin, begin + 20)
        begin = space + 1 if space >= 0 else begin
    if end < len(text):
        space = text.rfind(" ", max(begin, end - 20), end)
        end = space if space >= 0 else end
    return begin, end
