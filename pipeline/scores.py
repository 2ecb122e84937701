"""Measures of a rule on labelled texts: precision, recall, F1 with intervals, parties, status, type, evidence."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from statistics import median
from typing import Any

from pipeline.labelled import Judged
from pipeline.samenames import SameNames

_Z = 1.96                 # standard deviations of a 95 % interval

Share = tuple[int, int]   # so many of so many


@dataclass(frozen=True, slots=True)
class Counts:
    """How often a rule was right and wrong."""

    right: int = 0                       # flagged, and wanted
    false: int = 0                       # flagged, not wanted
    missed: int = 0                      # wanted, not flagged
    silent: int = 0                      # neither

    @property
    def texts(self) -> int:
        """All texts."""
        return self.right + self.false + self.missed + self.silent

    @property
    def precision(self) -> float:
        """The share of the flagged that are wanted."""
        return self.right / max(1, self.right + self.false)

    @property
    def recall(self) -> float:
        """The share of the wanted that are flagged."""
        return self.right / max(1, self.right + self.missed)

    @property
    def f1(self) -> float:
        """The harmonic mean of both."""
        return 2 * self.right / max(1, 2 * self.right + self.false + self.missed)

    def as_json(self) -> dict[str, Any]:
        """The figures by name."""
        return {"precision": round(self.precision, 4), "recall": round(self.recall, 4), "f1": round(self.f1, 4),
                "right": self.right, "false": self.false, "missed": self.missed, "texts": self.texts}


def count(judged: Iterable[Judged]) -> Counts:
    """The counts of some texts."""
    cells = {(True, True): 0, (False, True): 0, (True, False): 0, (False, False): 0}
    for one in judged:
        cells[one.label.wanted, one.flagged] += 1
    return Counts(cells[True, True], cells[False, True], cells[True, False], cells[False, False])


def intervals(counts: Counts) -> dict[str, tuple[float, float]]:
    """95 % intervals of precision, recall and F1, after Wilson: few texts, or texts all judged right, prove little.

    F1 is 2J / (1 + J) of the share J of the right in all that is flagged or wanted; so are the ends of its interval.
    """
    right = counts.right
    low, high = wilson(right, right + counts.false + counts.missed)
    return {
        "precision": _rounded(wilson(right, right + counts.false)),
        "recall": _rounded(wilson(right, right + counts.missed)),
        "f1": _rounded((2 * low / (1 + low), 2 * high / (1 + high))),
    }


def wilson(some: int, total: int) -> tuple[float, float]:
    """The 95 % interval of a share; all that is possible where nothing was counted."""
    if not total:
        return 0.0, 1.0
    share, spread = some / total, _Z * _Z / total
    middle = (share + spread / 2) / (1 + spread)
    half = _Z * math.sqrt(share * (1 - share) / total + spread / (4 * total)) / (1 + spread)
    return max(0.0, middle - half), min(1.0, middle + half)


def _rounded(interval: tuple[float, float]) -> tuple[float, float]:
    return round(interval[0], 4), round(interval[1], 4)


def report(judged: Sequence[Judged], names: SameNames, strata: Mapping[str, int] | None = None) -> dict[str, Any]:
    """All measures of a rule, by name, as `rules eval --json` prints them."""
    sure = [one for one in judged if not one.label.unsure]
    wanted = [one for one in judged if one.label.wanted]
    right = [one for one in wanted if one.flagged]
    organisations, pairs = parties(wanted, names)
    return {
        "all": _with_intervals(judged),
        "sure": _with_intervals(sure),
        "by_language": _by(judged, lambda one: one.article.language or "unknown"),
        "by_subset": _by(judged, lambda one: one.label.group("subset")),
        "recall_by_type": _shares(wanted, lambda one: one.label.event_type),
        "recall_by_status": _shares(wanted, lambda one: one.label.status),
        "false_alarms_by_kind": _shares((one for one in judged if not one.label.wanted), lambda one: one.label.kind),
        "organisations": organisations.as_json(),
        "pairs": pairs.as_json(),
        "type": _right_of(right, lambda one: one.event.type if one.event else None, lambda one: one.label.event_type),
        "status": _right_of(right, lambda one: str(one.event.status) if one.event else None,
                            lambda one: one.label.status),
        "evidence": verbatim(judged),
        "stream": stream(judged, strata) if strata else None,
        "milliseconds": {"median": round(1e3 * median(one.seconds for one in judged), 2),
                         "worst": round(1e3 * max(one.seconds for one in judged), 2)} if judged else None,
    }


def _with_intervals(judged: Sequence[Judged]) -> dict[str, Any]:
    counts = count(judged)
    return {**counts.as_json(), "intervals": intervals(counts)}


def _by(judged: Iterable[Judged], key: Callable[[Judged], str]) -> dict[str, Any]:
    return {name: count(some).as_json() for name, some in grouped(judged, key).items() if name}


def grouped(judged: Iterable[Judged], key: Callable[[Judged], str]) -> dict[str, list[Judged]]:
    """The texts by a key, in its order."""
    groups: dict[str, list[Judged]] = {}
    for one in judged:
        groups.setdefault(key(one), []).append(one)
    return dict(sorted(groups.items()))


def _shares(judged: Iterable[Judged], key: Callable[[Judged], str]) -> dict[str, Share]:
    """How many of each kind are flagged."""
    return {name: (sum(one.flagged for one in some), len(some)) for name, some in grouped(judged, key).items() if name}


def _right_of(
    hits: Iterable[Judged], found: Callable[[Judged], str | None], wanted: Callable[[Judged], str]
) -> Share:
    """How often the rule's word is the label's, over the hits where both have one."""
    both = [(found(one), wanted(one)) for one in hits if found(one) and wanted(one)]
    return sum(a == b for a, b in both), len(both)


def parties(wanted: Iterable[Judged], names: SameNames) -> tuple[Counts, Counts]:
    """How many organisations, and pairs of them, are found; a text that is missed names none."""
    totals = [[0, 0, 0], [0, 0, 0]]
    for one in wanted:
        labelled = names.distinct(one.label.organisations)
        found = names.distinct([party.organisation for party in one.event.parties]) if one.event else []
        if not labelled:
            continue
        counted = [(names.hits(labelled, found), len(found), len(labelled))]
        if len(labelled) > 1:
            some = (len(list(combinations(found, 2))), len(list(combinations(labelled, 2))))
            counted.append((names.pair_hits(labelled, found), *some))
        for total, (held, told, asked) in zip(totals, counted, strict=False):
            total[0] += held
            total[1] += told - held
            total[2] += asked - held
    return Counts(*totals[0]), Counts(*totals[1])


def verbatim(judged: Iterable[Judged]) -> Share:
    """How many spans of evidence are the article's own words at their place."""
    right = total = 0
    for one in judged:
        for evidence in one.hit.evidence if one.hit else ():
            span = evidence.span
            text = one.article.title if span.field == "title" else one.article.text
            total += 1
            right += text[span.start : span.end] == span.text
    return right, total


def stream(judged: Iterable[Judged], strata: Mapping[str, int]) -> dict[str, Any] | None:
    """What a natural stream would bring: texts drawn at random, weighted by the sizes of their strata."""
    drawn: dict[str, list[Judged]] = {}
    for one in judged:
        kind, _, stratum = one.label.sample.partition(":")
        if kind == "random" and stratum in strata:
            drawn.setdefault(stratum, []).append(one)
    if not drawn:
        return None
    whole = sum(strata[name] for name in drawn)
    flagged = wanted = right = 0.0
    for name, some in drawn.items():
        weight = strata[name] / len(some) / whole
        flagged += weight * sum(one.flagged for one in some)
        wanted += weight * sum(one.label.wanted for one in some)
        right += weight * sum(one.flagged and one.label.wanted for one in some)
    return {"texts": sum(map(len, drawn.values())), "alerts_per_1000": round(1000 * flagged, 2),
            "precision": round(right / flagged, 4) if flagged else None,
            "recall": round(right / wanted, 4) if wanted else None}
