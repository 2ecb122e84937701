"""Mark what in a text does not belong to the news: bylines, datelines, notes, descriptions of the firm."""

from __future__ import annotations

import re

from pipeline.expressions import any_of
from pipeline.knowledge_files import Boilerplate
from pipeline.views import View

_LATE = 0.4               # from this part of a text on, a section of boilerplate runs to the end
_OPENING = 1_500          # characters in which datelines are looked for
_WORD = re.compile(r"<([a-z]+)>")
_LINE = re.compile(r"[^\n]+")
_PARAGRAPH = re.compile(r"\s*[^\n]*")


class Preparation:
    """The patterns of boilerplate, ready for search."""

    def __init__(self, patterns: Boilerplate) -> None:
        self._line = re.compile(
            rf"[^\w\n]{{0,6}}(?:(?P<section>{any_of(patterns.sections)})|(?:{any_of(patterns.lines)}))"
        )
        # One by one: a pattern that begins with letters of its own is found many times faster than an alternation.
        self._passages = [re.compile(pattern, re.MULTILINE) for pattern in patterns.passages]
        self.dateline = re.compile("(?m)^(?:" + any_of(expanded(patterns)) + ")")

    def marked(self, view: View) -> list[tuple[int, int]]:
        """The places of a text that no event or topic is read from, in order and without overlaps."""
        text = view.folded
        places = [match.span() for passage in self._passages for match in passage.finditer(text)]
        places += [dateline.span() for dateline in self.dateline.finditer(view.plain, 0, _OPENING)]
        return _joined(places + self._lines(text))

    def _lines(self, text: str) -> list[tuple[int, int]]:
        """The lines that are boilerplate, and the sections that some of them open."""
        places: list[tuple[int, int]] = []
        for line in _LINE.finditer(text):
            match = self._line.match(text, *line.span())
            if match is None:
                continue
            if match["section"] is None:
                places.append(line.span())
            elif match.start() > _LATE * len(text):
                places.append((match.start(), len(text)))
                break
            else:
                following = _PARAGRAPH.match(text, line.end())
                places.append((match.start(), following.end() if following else line.end()))
        return places


def expanded(patterns: Boilerplate) -> list[str]:
    """The datelines with their word groups filled in."""
    groups = {name: "(?:" + "|".join(words) + ")" for name, words in patterns.words.items()}
    return [_WORD.sub(lambda match: groups.get(match[1], match[0]), pattern) for pattern in patterns.datelines]


def _joined(places: list[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for start, end in sorted(places):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        elif end > start:
            joined.append((start, end))
    return joined
