"""Split a page that collects unrelated news into its items, each to be read alone: round-ups, briefings, live blogs."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable
from itertools import pairwise

from core.text import fold
from pipeline import sentences
from pipeline.entities import Name
from pipeline.expressions import any_of
from pipeline.knowledge_files import Digests
from pipeline.views import View

MOST_ITEMS = 80           # of one page; what follows stays in the last one
_FEWEST_UNANNOUNCED = 4   # items that show a collection where the title does not say so
_LONGEST_HEAD = 120
_OPENING = 400            # characters of a text that may announce a collection
_LINE = re.compile(r"[^\n]+")
_SENTENCE_END = re.compile(r"[.!?](?:\s|$)|[。！？]")
_HEAD_END = re.compile(r"[.!?:;,。、，：…\"'”」』)\]]$")
_BOLD = re.compile(r"\*\*([^*\n]{4,160})\*\*")
_TITLE_PARTS = re.compile(r"[;；|｜]")

Item = tuple[View, View]  # title and text; either may be empty


class ItemRules:
    """What tells a collection, and where its items begin."""

    def __init__(self, digests: Digests, dateline: re.Pattern[str]) -> None:
        self._titles = re.compile(any_of(digests.titles))
        self._openings = re.compile(any_of(digests.openings))
        self._continues = re.compile(digests.continues)
        self._marks = {kind: re.compile(pattern) for kind, pattern in digests.marks.items()} | {"dateline": dateline}

    def is_announced(self, title: str) -> bool:
        """Whether a title says that its page collects several items."""
        return self._titles.search(fold(title)) is not None

    def split(self, title: View, text: View, find: Callable[[View], list[Name]]) -> list[Item]:
        """The items of a page; an ordinary article is one. `find` gives the known organisations of a view."""
        announced = self._titles.search(title.folded)
        starts = self._starts(text)
        if announced or self._openings.search(text.folded, 0, _OPENING):
            before = self._paragraphs(text.part(0, starts[0] if len(starts) > 1 else len(text.plain)))
            blocks = self._blocks(text, starts) if len(starts) > 1 else []
            return [*_titles(title, announced.span() if announced else (0, 0)), *before, *blocks][:MOST_ITEMS]
        if len(starts) >= _FEWEST_UNANNOUNCED:
            blocks = self._blocks(text, starts)[:MOST_ITEMS]
            if _unrelated(find(title), _by_block(find(text), starts)):
                return [(title, text.part(0, starts[0])), *blocks]
        return [(title, text)]

    def _starts(self, text: View) -> list[int]:
        """Where items begin, by the kind of mark that most of them carry."""
        lines = _lines(text)
        found: dict[str, list[int]] = {kind: [] for kind in (*self._marks, "head")}
        for number, (start, end) in enumerate(lines):
            for kind, mark in self._marks.items():
                if mark.match(text.plain, start, end):
                    found[kind].append(start)
            following = lines[number + 1] if number + 1 < len(lines) else (0, 0)
            if _is_head(text.plain[start:end].strip(), text.plain[slice(*following)].strip()):
                found["head"].append(start)
        return max(found.values(), key=len)[:MOST_ITEMS]

    def _blocks(self, text: View, starts: list[int]) -> list[Item]:
        return [self._item(text.part(start, end)) for start, end in pairwise([*starts, len(text.plain)])]

    def _item(self, block: View) -> Item:
        """A block with its headline: the bold words or the first line, where that is no sentence."""
        mark = next((found for one in self._marks.values() if (found := one.match(block.plain))), None)
        start = mark.end() if mark else 0
        bold = _BOLD.match(block.plain, start)
        if bold:
            return block.part(*bold.span(1)), block.part(bold.end(), len(block.plain))
        first, last = next((line for line in _lines(block) if line[1] > start), (0, 0))
        first = max(first, start)
        if first < last <= first + _LONGEST_HEAD and not _SENTENCE_END.search(block.plain, first, last):
            return block.part(first, last), block.part(last, len(block.plain))
        return block.part(0, 0), block.part(start, len(block.plain))

    def _paragraphs(self, text: View) -> list[Item]:
        """The paragraphs of a collection without marks, or its sentences where it has one paragraph only."""
        places: list[tuple[int, int]] = []
        for start, end in _lines(text):
            if places and self._continues.match(text.folded, start, end):
                places[-1] = (places[-1][0], end)
            else:
                places.append((start, end))
        if len(places) == 1:
            places = sentences.split(text.plain, len(text.plain))
        return [(text.part(0, 0), text.part(start, end)) for start, end in places]


def _lines(view: View) -> list[tuple[int, int]]:
    return [match.span() for match in _LINE.finditer(view.plain) if not match[0].isspace()]


def _is_head(line: str, following: str) -> bool:
    """Whether a line is the headline of the next one."""
    return (
        4 <= len(line) <= _LONGEST_HEAD
        and not _HEAD_END.search(line)
        and (line[0].isupper() or line[0] > "\u1100" or line[0] in "*#\"'")
        and len(following) > len(line)
        and bool(_SENTENCE_END.search(following))
    )


def _titles(title: View, announced: tuple[int, int]) -> list[Item]:
    """The headlines that the title of a collection lists, without the words that announce it."""
    places, start = [], 0
    cuts = [announced, *(match.span() for match in _TITLE_PARTS.finditer(title.plain))]
    for first, last in sorted(cuts):
        places.append((start, first))
        start = max(start, last)
    places.append((start, len(title.plain)))
    return [(title.part(first, last), title.part(0, 0)) for first, last in places if title.plain[first:last].strip()]


def _by_block(names: list[Name], starts: list[int]) -> list[list[Name]]:
    """The names of a text, by the block that they stand in."""
    found: list[list[Name]] = [[] for _ in starts]
    for name in names:
        if number := bisect_right(starts, name.start):
            found[number - 1].append(name)
    return found


def _unrelated(title: list[Name], blocks: list[list[Name]]) -> bool:
    """Whether most blocks name organisations, and hardly one the same as another or as the title."""
    named = [{name.organisations[0] for name in names} for names in blocks if names]
    counts = Counter(organisation for one in named for organisation in one)
    return (
        len(named) >= max(_FEWEST_UNANNOUNCED - 1, 0.6 * len(blocks))
        and max(counts.values()) <= max(1, len(named) // 3)
        and sum(counts[organisation] for organisation in {name.organisations[0] for name in title}) <= 1
    )
