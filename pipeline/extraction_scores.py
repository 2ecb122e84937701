"""How close an extracted article is to what a person took from the page: F1 of the body, and the fields."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from statistics import mean
from typing import Any, NamedTuple

_WORD = re.compile(r"\w+")
# Han and kana are written without spaces: each counts as a word.
_UNIT = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]"
                   r"|[^\W\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+")
_GRAM = 4
_SAME_TIME = timedelta(minutes=5)
# The sets whose publishers measure the longest common subsequence; others are measured by runs of four words.
_BY_SEQUENCE = ("fundus",)


class Score(NamedTuple):
    """Precision, recall and F1."""

    precision: float
    recall: float
    f1: float


def by_sequence(set_name: str) -> bool:
    """Whether a set is measured by the longest common subsequence of words."""
    return set_name.startswith(_BY_SEQUENCE)


def grams(words: Sequence[str]) -> Counter[tuple[str, ...]]:
    """The runs of four words of a text, with how often they stand; a shorter text is one run."""
    runs = (tuple(words[at : at + _GRAM]) for at in range(max(1, len(words) - _GRAM + 1)))
    return Counter(run for run in runs if run)


def words_of(text: str) -> list[str]:
    """The words of a text as the runs of four count them."""
    return _WORD.findall(text)


def run_score(wanted: str, found: str) -> Score:
    """How much of two texts are the same runs of four words."""
    left, right = grams(words_of(wanted)), grams(words_of(found))
    same = sum((left & right).values())
    return _score(same, sum(right.values()), sum(left.values()))


def sequence_score(wanted: str, found: str) -> Score:
    """How much of two texts is their longest common subsequence of words."""
    left, right = (_UNIT.findall(text.lower()) for text in (wanted, found))
    return _score(_common(left, right), len(right), len(left))


def _score(same: int, found: int, wanted: int) -> Score:
    precision = same / found if found else float(not wanted)
    recall = same / wanted if wanted else float(not found)
    return Score(precision, recall, 2 * precision * recall / (precision + recall) if same else float(found == wanted))


def _common(left: Sequence[str], right: Sequence[str]) -> int:
    """The length of the longest common subsequence, a bit for each word of the left one (Hyyrö 2004)."""
    places: dict[str, int] = {}
    for number, word in enumerate(left):
        places[word] = places.get(word, 0) | 1 << number
    every = (1 << len(left)) - 1
    row = every
    for word in right:
        hit = row & places.get(word, 0)
        row = (row + hit | row - hit) & every
    return len(left) - row.bit_count()


def mean_score(set_name: str, scores: Sequence[Score], found: Sequence[str]) -> Score:
    """The score of a set: the mean of the pages; runs of four count precision only where there is a text."""
    if by_sequence(set_name):
        return Score(*(mean(one[part] for one in scores) for part in range(3)))
    precision = mean([one.precision for one, text in zip(scores, found, strict=True) if words_of(text)] or [0.0])
    recall = mean(one.recall for one in scores)
    return Score(precision, recall, 2 * precision * recall / (precision + recall) if precision and recall else 0.0)


def field_scores(gold: Mapping[str, Any], found: Mapping[str, Any]) -> dict[str, bool]:
    """For each field that the gold has, whether it was found."""
    scores: dict[str, bool] = {}
    if gold.get("title"):
        scores["title"] = plain_form(gold["title"]) == plain_form(found.get("title") or "")
    when = _moment(found.get("published_at"))
    exact = _moment(gold.get("datetime"))
    if gold.get("date"):
        days = {gold["date"], *_days(exact, when)}
        scores["date"] = bool(days & {when.date().isoformat(), *_days(when, None)}) if when else False
    if exact is not None and exact.tzinfo and (exact.hour or exact.minute or exact.second):
        scores["time"] = when is not None and when.tzinfo is not None and abs(when - exact) <= _SAME_TIME
    if gold.get("authors"):
        scores["authors"] = _names(gold["authors"]) == _names(found.get("authors") or ())
    if gold.get("language"):
        scores["language"] = (found.get("language") or "")[:2] == gold["language"]
    return scores


def plain_form(text: str) -> str:
    """A title or name without case, punctuation and surplus spaces."""
    return " ".join(_WORD.findall(unicodedata.normalize("NFKC", text).casefold().replace("’", "").replace("'", "")))


def _names(names: Iterable[str]) -> set[str]:
    return {plain_form(name) for name in names} - {""}


def _days(moment: datetime | None, other: datetime | None) -> set[str]:
    """The days on which a moment is, in its own zone, in UTC, and in the zone of another."""
    if moment is None:
        return set()
    zones = [UTC, *([other.tzinfo] if other and other.tzinfo else [])] if moment.tzinfo else []
    return {moment.date().isoformat(), *(moment.astimezone(zone).date().isoformat() for zone in zones)}


def _moment(value: object) -> datetime | None:
    if isinstance(value, datetime):
        return value
    try:
        return datetime.fromisoformat(str(value).strip())
    except ValueError:
        return None
