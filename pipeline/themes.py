"""Find what deals are about, by the words of all languages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from pipeline.lexicon import Lexicon
from pipeline.views import View


class ThemeBook:
    """What deals can be about, found by the words of all languages."""

    def __init__(self, themes: Mapping[str, Sequence[str]]) -> None:
        self._lexicon = Lexicon((word, theme) for theme, words in themes.items() for word in words)

    def find(self, view: View, end: int) -> Iterator[tuple[int, str]]:
        """The themes in the first `end` characters of a view, each with its place."""
        for place in self._lexicon.find(view, end):
            for theme in place.values:
                yield place.start, theme
