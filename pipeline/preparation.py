"""Mark what in a text does not belong to the news: bylines, datelines, notes, descriptions of the firm."""

from __future__ import annotations

import re

from pipeline.knowledge_files import Boilerplate
from pipeline.views import View

_LATE = 0.4               # from this part of a text on, a section of boilerplate runs to the end
_OPENING = 1_500          # characters in which datelines are looked for
_DATELINE = re.compile(
    r"(?m)^(?:[A-Z][\w .,'/&()-]{2,80}?\([^)\n]{2,40}\)[^—\n]{0,80}?(?:—|--|-)\s"  # CITY (WIRE) date —
    r"|[A-Z][A-Za-z .,'-]{2,60}?,? (?:\w{3,9}\.? \d{1,2},? \d{4}|\d{1,2} \w{3,9},? \d{4})\s?"
    r"(?:\([^)\n]{2,40}\)\s?)?(?:/[\w. ]+/\s?)?(?:—|--|-)\s"
    r"|[A-Z][A-Z .,-]{2,40}(?:, [A-Z]{2,8})? ?(?:—|--|-)\s)"
)


class Preparation:
    """The patterns of boilerplate, ready for search."""

    def __init__(self, patterns: Boilerplate) -> None:
        self._section = re.compile("(?m)^(?:" + "|".join(patterns.sections) + ")")
        # One by one: a pattern that begins with letters of its own is found many times faster than an alternation.
        self._passages = [re.compile(pattern, re.MULTILINE) for pattern in patterns.passages]
        self._digest = re.compile("|".join(patterns.digests))

    def marked(self, view: View) -> list[tuple[int, int]]:
        """The places of a text that no event or topic is read from, in order and without overlaps."""
        text = view.folded
        places = [match.span() for passage in self._passages for match in passage.finditer(text)]
        places += [dateline.span() for dateline in _DATELINE.finditer(view.plain, 0, _OPENING)]
        for match in self._section.finditer(text):
            if match.start() > _LATE * len(text):
                places.append((match.start(), len(text)))
                break
            end = text.find("\n", match.end() + 1)
            places.append((match.start(), end if end > 0 else len(text)))
        return _joined(places)

    def is_digest(self, title: View) -> bool:
        """Whether a title announces a collection of unrelated items."""
        return bool(self._digest.search(title.folded))


def _joined(places: list[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for start, end in sorted(places):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        elif end > start:
            joined.append((start, end))
    return joined
