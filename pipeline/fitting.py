"""Fit the readable weights of a score to labelled texts: a logistic regression held to the present values."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from core.errors import UserError
from core.records import Event
from pipeline.knowledge import Knowledge
from pipeline.labelled import Judged, Labelled, judge
from pipeline.match import match
from pipeline.rulebook import Rule
from pipeline.scores import Counts, count

Values = dict[str, float]                # by the name of a weight or a veto

WEIGHTS = ("title", "lead", "body", "repeated", "implied_party", "unknown_party", "anonymous_party",
           "product_party")
FOLDS = 5
HELD = 0.02                              # how far a weight moves easily: the standard deviation of the prior
_STEEP = 12.0                            # 0.1 of score more makes a hit 3.3 times as likely
_ROUNDS = 20


@dataclass(frozen=True, slots=True)
class Option:
    """An event that could make its text a hit: how often each weight counts in its score, and the rest of it."""

    fixed: float                         # of frame and shape, which are not fitted
    counts: Mapping[str, float]

    def score(self, values: Mapping[str, float]) -> float:
        """The event's score under some weights, not cut off at 0 and 1."""
        return self.fixed + sum(times * values[name] for name, times in self.counts.items())


@dataclass(frozen=True, slots=True)
class Example:
    """A labelled text and the events that meet the rule's conditions, whatever their score."""

    wanted: bool
    unsure: bool
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class Fold:
    """What the weights of the other folds come to on the texts that were left out."""

    groups: tuple[str, ...]
    present: Counts
    fitted: Counts


@dataclass(frozen=True, slots=True)
class CrossValidation:
    """The sum over all folds: each text is judged by weights that were fitted without its group."""

    by: str
    folds: tuple[Fold, ...]

    @property
    def present(self) -> Counts:
        """The counts with the present weights."""
        return _sum(fold.present for fold in self.folds)

    @property
    def fitted(self) -> Counts:
        """The counts with fitted weights."""
        return _sum(fold.fitted for fold in self.folds)

    def as_json(self) -> dict[str, Any]:
        """The figures by name."""
        return {"by": self.by, "present": self.present.as_json(), "fitted": self.fitted.as_json(),
                "folds": [{"groups": fold.groups, "present": fold.present.as_json(), "fitted": fold.fitted.as_json()}
                          for fold in self.folds]}


def present_values(knowledge: Knowledge) -> Values:
    """The weights and the scores of vetoes as they are."""
    weights = {name: float(getattr(knowledge.frames.weights, name)) for name in WEIGHTS}
    return weights | {veto.id: veto.score for veto in knowledge.frames.vetoes}


def reweighted(knowledge: Knowledge, values: Mapping[str, float]) -> Knowledge:
    """The knowledge with other weights."""
    frames = copy.copy(knowledge.frames)
    frames.weights = frames.weights.model_copy(update={name: values[name] for name in WEIGHTS})
    frames.vetoes = [replace(veto, score=values[veto.id]) for veto in frames.vetoes]
    return replace(knowledge, frames=frames)


def example(judged: Judged, rule: Rule, knowledge: Knowledge) -> Example:
    """What the weights decide about a text."""
    values = present_values(knowledge)
    options = [
        _option(event, values) for event in judged.annotation.events
        if match(judged.article, replace(judged.annotation, events=(event,)), [rule], knowledge=knowledge, least=0.0)
    ]
    return Example(judged.label.wanted, judged.label.unsure, tuple(options))


def _option(event: Event, values: Mapping[str, float]) -> Option:
    counts: dict[str, float] = {}
    fixed = 0.0
    for name, added in event.contributions:
        if values.get(name):
            counts[name] = counts.get(name, 0.0) + added / values[name]
        else:
            fixed += added
    return Option(fixed, counts)


def fit(examples: Iterable[Example], present: Mapping[str, float], threshold: float, *, held: float = HELD) -> Values:
    """The weights under which the wanted texts are likeliest hits, rounded to what a reader can remember.

    A text that no weight can make a hit says nothing, and one whose label is unsure is left out. Weights that no text
    shows stay as they are.
    """
    decided = [one for one in examples if one.options and not one.unsure]
    if not decided:
        return dict(present)
    names = sorted({name for one in decided for option in one.options for name in option.counts})
    start = np.array([present[name] for name in names])
    sign = np.array([1.0 if one.wanted else -1.0 for one in decided])
    values, chosen = dict(present), None
    for _ in range(_ROUNDS):
        best = [max(one.options, key=lambda option: option.score(values)) for one in decided]
        if best == chosen:
            break
        chosen = best
        found = _solve(best, names, sign, start, threshold, held)
        values = dict(present) | dict(zip(names, map(float, found), strict=True))
    return {name: round(value, 2) if name in names else value for name, value in values.items()}


def _solve(best: Sequence[Option], names: Sequence[str], sign: Any, start: Any, threshold: float, held: float) -> Any:
    """Newton's steps to the largest posterior; it has one peak."""
    table = np.array([[option.counts.get(name, 0.0) for name in names] for option in best])
    fixed = np.array([option.fixed for option in best]) - threshold
    weights = start.copy()
    for _ in range(_ROUNDS):
        surprise = 1.0 / (1.0 + np.exp(np.clip(sign * _STEEP * (fixed + table @ weights), -500, 500)))
        slope = _STEEP * table.T @ (sign * surprise) - (weights - start) / held**2
        bend = _STEEP**2 * (table.T * (surprise * (1 - surprise))) @ table + np.eye(len(names)) / held**2
        step = np.linalg.solve(bend, slope)
        weights = weights + step
        if np.abs(step).max(initial=0.0) < 1e-6:
            break
    return weights


def folds(labels: Sequence[Labelled], key: str, many: int = FOLDS) -> list[tuple[str, ...]]:
    """The groups of the texts, as evenly as possible in `many` folds: no group is in two of them."""
    sizes: dict[str, int] = {}
    for label in labels:
        sizes[label.group(key)] = sizes.get(label.group(key), 0) + 1 + 4 * label.wanted
    if len(sizes) < 2:
        raise UserError(f"all texts have the same {key!r}, so none can be left out; name another field")
    kept: list[list[str]] = [[] for _ in range(min(many, len(sizes)))]
    load = [0] * len(kept)
    for name in sorted(sizes, key=lambda one: (-sizes[one], one)):
        place = load.index(min(load))
        kept[place].append(name)
        load[place] += sizes[name]
    return [tuple(sorted(fold)) for fold in kept]


def cross_validate(judged: Sequence[Judged], rule: Rule, knowledge: Knowledge, key: str, *,
                   done: Callable[[int], None] = lambda _: None) -> CrossValidation:
    """Judge each fold by weights that were fitted on the others, through the whole detection."""
    present = present_values(knowledge)
    examples = [example(one, rule, knowledge) for one in judged]
    results = []
    for groups in folds([one.label for one in judged], key):
        left_out = [one for one in judged if one.label.group(key) in groups]
        rest = [kept for one, kept in zip(judged, examples, strict=True) if one.label.group(key) not in groups]
        fitted = reweighted(knowledge, fit(rest, present, rule.min_score))
        results.append(Fold(groups, count(left_out), count(judge(one.label, rule, fitted) for one in left_out)))
        done(len(left_out))
    return CrossValidation(key, tuple(results))


def _sum(counts: Iterable[Counts]) -> Counts:
    every = list(counts)
    return Counts(*(sum(getattr(one, name) for one in every) for name in ("right", "false", "missed", "silent")))
