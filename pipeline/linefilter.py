"""Tell the lines of an article from what stands between and below them, by a logistic regression over their looks."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import NamedTuple

from core import yamlfile
from core.errors import KnowledgeFileError
from pipeline.lines import Features, PageSigns, features

FILE = Path(__file__).parent / "line_filter.yaml"
LEAST_SHARE = 0.25        # of a text that stays, whatever the filter says


class Verdict(NamedTuple):
    """How likely a line belongs to the article, and the features that speak most against it."""

    share: float
    against: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LineFilter:
    """Weights and words; see the comments in line_filter.yaml."""

    threshold: float
    weights: Mapping[str, float]
    words: Mapping[str, Sequence[str]]               # group -> words
    groups: Mapping[str, Sequence[str]] = field(init=False)   # word -> groups

    def __post_init__(self) -> None:
        found: dict[str, list[str]] = {}
        for group, words in self.words.items():
            for word in words:
                found.setdefault(word, []).append(group)
        object.__setattr__(self, "groups", found)

    def features(self, lines: Sequence[str], page: PageSigns) -> list[Features]:
        """The features of each line."""
        return features(lines, page, self.groups)

    def verdicts(self, lines: Sequence[str], page: PageSigns) -> list[Verdict]:
        """What each line looks like."""
        return [self.weigh(one) for one in self.features(lines, page)]

    def weigh(self, one: Features) -> Verdict:
        """The verdict on a line by its features."""
        weigh = self.weights.get
        total = sum(weigh(name, 0.0) * value for name, value in one.items())
        share = 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))
        if share >= self.threshold:
            return Verdict(share, ())
        worst = sorted((weigh(name, 0.0) * value, name) for name, value in one.items())[:3]
        return Verdict(share, tuple(name for weight, name in worst if weight < 0))


@cache
def line_filter() -> LineFilter:
    """The filter that is shipped."""
    return read_filter(FILE)


def read_filter(path: Path) -> LineFilter:
    """The filter of a file. Raises KnowledgeFileError with what is wrong in it."""
    data = yamlfile.load(path, error=KnowledgeFileError)
    try:
        return LineFilter(float(data["threshold"]), {str(k): float(v) for k, v in data["weights"].items()},
                          {str(k): tuple(map(str, v)) for k, v in data["words"].items()})
    except (KeyError, TypeError, ValueError, AttributeError) as mistake:
        raise KnowledgeFileError(f"is no line filter: {mistake}; it needs threshold, weights and words",
                                 file=str(path)) from mistake
