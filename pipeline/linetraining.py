"""Fit the weights of the line filter to labelled pages, and prove them on sites that were left out."""

from __future__ import annotations

import math
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean

import numpy as np
import numpy.typing as npt

from core.errors import SkipDocument
from core.recipe import Recipe
from pipeline.body import plain
from pipeline.extract import after_title, body_and_signs
from pipeline.extraction_corpus import LabelledPage, sets_of
from pipeline.extraction_scores import Score, grams, mean_score, words_of
from pipeline.htmlpage import html_text, parse
from pipeline.linefilter import FILE, LEAST_SHARE, LineFilter
from pipeline.lines import Features
from pipeline.metadata import read_metadata

FOLDS = 10
HELD = 8.0                # how strongly each weight is held to zero (the ridge of the regression)
_MOST_WORDS = 60          # of a line that count for its importance
_ROUNDS = 30

Matrix = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Example:
    """A page with its lines, what they look like, and whether each belongs; an optional line is neither."""

    page: LabelledPage
    lines: tuple[str, ...]
    looks: tuple[Features, ...]
    right: tuple[bool, ...]
    counts: tuple[float, ...]


def example(page: LabelledPage, judging: LineFilter) -> Example | None:
    """The lines that the extraction finds on a page before any is dropped; None for a page without a text."""
    try:
        tree = parse(html_text(page.html, None))
        found = read_metadata(tree, page.url)
        body, signs = body_and_signs(tree, page.url, found, plain(found.body), Recipe())
    except SkipDocument:
        return None
    lines = body.lines[after_title(body.lines, found.title) :]
    gold = [text for text, optional in page.gold.get("paragraphs", ()) if not optional] or [page.gold.get("text") or ""]
    spare = "\n".join(text for text, optional in page.gold.get("paragraphs", ()) if optional)
    right = [_is_in(line, "\n".join(gold)) for line in lines]
    counts = [0.0 if spare and _is_in(line, spare) else math.sqrt(min(len(words_of(line)), _MOST_WORDS))
              for line in lines]
    return Example(page, tuple(lines), tuple(judging.features(lines, signs)), tuple(right), tuple(counts))


def _is_in(line: str, text: str) -> bool:
    """Whether most of a line's runs of four words stand in a text; of a shorter line, all of it."""
    words = words_of(line)
    if len(words) < 4:
        return f" {' '.join(words)} " in f" {' '.join(words_of(text))} "
    runs, there = grams(words), grams(words_of(text))
    return sum(run in there for run in runs) >= 0.5 * len(runs)


def fit(examples: Sequence[Example], names: Sequence[str]) -> dict[str, float]:
    """The weights under which right lines are most likely: a ridge regression by Newton's method."""
    rows = np.vstack([_matrix(one, names) for one in examples])
    right = np.array([float(line) for one in examples for line in one.right])
    counts = np.array([count for one in examples for count in one.counts])
    ridge = np.array([0.01 if name == "bias" else HELD for name in names])
    weights = np.zeros(len(names))
    for _ in range(_ROUNDS):
        likely = 1 / (1 + np.exp(-(rows @ weights)))
        slope = rows.T @ (counts * (likely - right)) + ridge * weights
        bend = (rows.T * (counts * likely * (1 - likely))) @ rows + np.diag(ridge)
        step = np.linalg.solve(bend, slope)
        weights -= step
        if np.abs(step).max() < 1e-5:
            break
    return {name: round(float(value), 3) for name, value in zip(names, weights, strict=True)}


def _matrix(one: Example, names: Sequence[str]) -> Matrix:
    return np.array([[look.get(name, 0.0) for name in names] for look in one.looks])


def feature_names(examples: Sequence[Example]) -> list[str]:
    """All features that occur, by name."""
    return sorted({name for one in examples for look in one.looks for name in look})


def filtered(one: Example, judging: LineFilter) -> str:
    """The text of a page after the filter, as the extraction makes it."""
    kept = [line for line, look in zip(one.lines, one.looks, strict=True)
            if judging.weigh(look).share >= judging.threshold]
    if sum(map(len, kept)) < LEAST_SHARE * sum(map(len, one.lines)):
        return "\n".join(one.lines)
    return "\n".join(kept)


def cross_validate(examples: Sequence[Example], judging: LineFilter, done: Callable[[int], object]) -> list[str]:
    """The text of each page by weights that were fitted without any page of its site."""
    names = feature_names(examples)
    texts = [""] * len(examples)
    folds = [zlib.crc32(one.page.site.encode()) % FOLDS for one in examples]
    for fold in sorted(set(folds)):
        others = [one for one, number in zip(examples, folds, strict=True) if number != fold]
        if others:
            fitted = LineFilter(judging.threshold, fit(others, names), judging.words)
            for place, number in enumerate(folds):
                if number == fold:
                    texts[place] = filtered(examples[place], fitted)
        done(folds.count(fold))
    return texts


def table(examples: Sequence[Example], texts: Sequence[str]) -> dict[str, Score]:
    """The scores of texts by set, and their mean."""
    found: dict[str, Score] = {}
    for name in sets_of([one.page for one in examples]):
        mine = [(one.page.score(text), text) for one, text in zip(examples, texts, strict=True) if one.page.set == name]
        found[name] = mean_score(name, [score for score, _ in mine], [text for _, text in mine])
    found["mean"] = Score(*(mean(score[part] for score in found.values()) for part in range(3)))
    return found


def write_weights(weights: dict[str, float], path: Path = FILE) -> None:
    """Put fitted weights into the filter's file; what is written by hand stays."""
    head = path.read_text(encoding="utf-8").partition("\nweights:\n")[0]
    lines = [f'  "{name}": {value}' if ":" in name or "<" in name else f"  {name}: {value}"
             for name, value in weights.items()]
    path.write_text(head + "\nweights:\n" + "\n".join(lines) + "\n", encoding="utf-8")
