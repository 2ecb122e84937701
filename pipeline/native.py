"""Unknown organisations in scripts without capitals: Korean, Japanese and Chinese."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Protocol

from pipeline.entities import Name
from pipeline.knowledge_files import Names
from pipeline.views import View

OPENING = 800             # characters in which names are taken that only might be organisations
_CJK = re.compile("[\u3040-\u9fff가-힣]")


class Places(Protocol):
    """Places of a text that other names hold."""

    def overlaps(self, start: int, end: int) -> bool:
        """Whether another name holds a part of the place."""


class NativeNames:
    """The patterns of names that their own form or place gives away."""

    def __init__(self, lists: Names) -> None:
        self._sure = [re.compile(pattern) for pattern in lists.native_patterns]
        self._maybe = [re.compile(pattern) for pattern in lists.native_maybe]
        self._never = set(lists.never)

    def find(self, view: View, taken: Places, end: int, beside_known: bool) -> tuple[list[Name], list[Name]]:
        """Names that are organisations, and names that might be because others stand beside them."""
        if not is_native(view.plain):
            return [], []
        sure = self._by_pattern(view, taken, self._sure, end)
        maybe = self._by_pattern(view, taken, self._maybe, OPENING) if beside_known or sure else []
        return sure, maybe

    def _by_pattern(self, view: View, taken: Places, patterns: Iterable[re.Pattern[str]], end: int) -> list[Name]:
        return [
            Name(match.start(1), match.end(1), (match[1],), known=False)
            for pattern in patterns for match in pattern.finditer(view.plain, 0, end)
            if not taken.overlaps(match.start(1), match.end(1)) and match[1] not in self._never
        ]


def is_native(text: str) -> bool:
    """Whether a text has Korean, Japanese or Chinese letters."""
    return bool(_CJK.search(text))
