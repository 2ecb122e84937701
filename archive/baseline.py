"""What is usual for a source, by its own past, and what departs from it. Pure: days in, findings out.

Robust: medians, and the median distance from them, by the day of the week where there are enough of its kind. So a
Monday-to-Friday publisher is not silent on Saturday, and a burst does not become the usual. Nothing is told before
there is a past, and only whole days on which the source was asked count.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median

LEARNING = 14  # days of past before anything is told
_PAST = 28
_MAD = 1.4826  # makes the median distance comparable with a standard deviation
_SILENT_DAYS = 3  # on which articles were to be expected: a long weekend is no silence
_SILENT_WORTH = 6.0  # articles that were to be expected in that time
_RARE = 3  # times its longest pause, for those who publish on no fixed days
_BURST = (10, 50)  # times the usual, and articles a day at least
_CALM = 3  # times the usual: a burst is over
_FEW_PAGES = 10
_SHARE = 0.3  # by which a share has to rise


@dataclass(frozen=True, slots=True)
class Day:
    """A day of a source, see archive.tables.SourceDay."""

    day: date
    polls: int = 0
    articles: int = 0
    pages: int = 0
    unread: int = 0
    length: int | None = None
    undated: int = 0
    untitled: int = 0
    unsigned: int = 0


def usual(past: Sequence[Day], weekday: int) -> tuple[float, float]:
    """The usual number of articles on a day of the week, and how far it strays."""
    alike = [d.articles for d in past if d.day.weekday() == weekday]
    counts = alike if len(alike) >= 3 else [d.articles for d in past]
    if not counts:
        return 0.0, 0.0
    middle = median(counts)
    return middle, _MAD * median(abs(c - middle) for c in counts)


def usual_a_day(days: Sequence[Day], today: date) -> float | None:
    """Articles a day, over the past weeks; None while there is too little of a past."""
    past = _asked(days, today)[-_PAST:]
    return None if len(past) < LEARNING else sum(d.articles for d in past) / len(past)


def _asked(days: Sequence[Day], today: date) -> list[Day]:
    return [d for d in days if d.polls and d.day < today]


def silent(days: Sequence[Day], today: date, rest: Collection[date] = ()) -> tuple[date, str] | None:
    """Since when a source has brought nothing although it should have, and what is usual.

    `rest`: days on which nothing was to be expected, whatever its own past says.
    """
    asked = _asked(days, today)
    if any(d.day == today and d.articles for d in days):
        return None
    quiet: list[Day] = []
    while asked and not asked[-1].articles:
        quiet.append(asked.pop())
    past = [d for d in asked if d.day > today - timedelta(days=_PAST + len(quiet))]
    if not quiet or len(past) < LEARNING:
        return None
    since = quiet[-1].day
    due = [d.day for d in quiet if d.day not in rest]
    expected = [usual(past, day.weekday())[0] for day in due]
    mean = sum(d.articles for d in past) / len(past)
    said = f"nothing for {_days(len(quiet))}; usual: {mean:.0f} a day" if mean >= 1 else (
        f"nothing for {_days(len(quiet))}; usual: {mean * 7:.1f} a week"
    )
    if sum(e >= 1 for e in expected) >= _SILENT_DAYS and sum(expected) >= _SILENT_WORTH:
        return since, said
    pause = _longest_pause(past)
    if len(due) > max(_RARE * pause, 7) and mean * len(due) >= _SILENT_WORTH:
        return since, said
    return None


def _longest_pause(past: Sequence[Day]) -> int:
    longest = present = 0
    for day in past:
        present = 0 if day.articles else present + 1
        longest = max(longest, present)
    return longest


def _days(number: int) -> str:
    return "1 day" if number == 1 else f"{number} days"


def burst(days: Sequence[Day], today: date, *, lasting: bool = False) -> tuple[date, str] | None:
    """A day with many times the usual: a new template, or spam. `lasting`: one was told, and is it still so?"""
    asked = _asked(days, today)
    latest = [d for d in days if d.day >= today - timedelta(days=0 if lasting else 1)]
    past = [d for d in asked if today - timedelta(days=_PAST + 1) <= d.day < today - timedelta(days=1)]
    if len(past) < LEARNING:
        return None
    for day in latest:
        middle, stray = usual(past, day.day.weekday())
        middle = max(middle, median(d.articles for d in past), 1.0)
        times, least = (_CALM, 0) if lasting else _BURST
        if day.articles >= max(times * middle, least) and (lasting or day.articles > middle + 10 * stray):
            return day.day, f"{day.articles:,} articles on {day.day}; usual: {middle:.0f} a day"
    return None


_Share = Callable[[Day], tuple[int, int]]
_SHARES: tuple[tuple[str, _Share], ...] = (
    ("without a text", lambda d: (d.unread, d.pages)),
    ("without a date", lambda d: (d.undated, d.articles)),
    ("without a title", lambda d: (d.untitled, d.articles)),
    ("without an author", lambda d: (d.unsigned, d.articles)),
)


@dataclass(frozen=True, slots=True)
class Expectation:
    """What is usual for a source by its own past, and what it brought lately; None where it brought nothing."""

    what: str
    usual: float
    lately: float | None
    share: bool = False                  # a share of its articles, not a number


def expectations(days: Sequence[Day], today: date) -> list[Expectation]:
    """What to expect of a source's articles; nothing while there is too little of a past."""
    past = [d for d in _asked(days, today - timedelta(days=1)) if d.pages or d.articles][-_PAST:]
    recent = [d for d in days if d.day >= today - timedelta(days=1) and (d.pages or d.articles)]
    if len(past) < LEARNING // 2:
        return []
    lengths, short = ([d.length for d in some if d.length] for some in (past, recent))
    found = [Expectation("articles a day", median(d.articles for d in past),
                         sum(d.articles for d in recent) / len(recent) if recent else None)]
    if lengths:
        found.append(Expectation("letters of a text", median(lengths), median(short) if short else None))
    for name, share in _SHARES:
        shares = [part / whole for part, whole in map(share, past) if whole]
        parts = [one for one in map(share, recent) if one[1]]
        if shares:
            lately = sum(part for part, _ in parts) / sum(whole for _, whole in parts) if parts else None
            found.append(Expectation(name, median(shares), lately, share=True))
    return found


def breakage(days: Sequence[Day], today: date) -> tuple[date, str] | None:
    """Signs that reading an outlet's pages has stopped to work: what its texts lack now and did not before."""
    recent = [d for d in days if d.day >= today - timedelta(days=1) and (d.pages or d.articles)]
    past = [d for d in _asked(days, today - timedelta(days=1)) if d.pages or d.articles][-_PAST:]
    if len(past) < LEARNING // 2 or sum(max(d.pages, d.articles) for d in recent) < _FEW_PAGES:
        return None
    found = [told for name, share in _SHARES if (told := _risen(name, share, recent, past))]
    lengths = [d.length for d in past if d.length]
    short = [d.length for d in recent if d.length]
    if lengths and short:
        before, now = median(lengths), median(short)
        if now < 0.4 * before and now < 0.8 * min(lengths):
            found.append(f"texts of {now:,.0f} letters; usual: {before:,.0f}")
    return (recent[0].day, "; ".join(found)) if found else None


def _risen(name: str, share: _Share, recent: Sequence[Day], past: Sequence[Day]) -> str | None:
    part, whole = (sum(column) for column in zip(*map(share, recent), strict=True))
    shares = [a / b for a, b in map(share, past) if b]
    if not shares or whole < _FEW_PAGES:
        return None
    middle = median(shares)
    stray = _MAD * median(abs(s - middle) for s in shares)
    if part / whole <= middle + max(_SHARE, 4 * stray):
        return None
    return f"{part} of {whole} articles {name}; usual: {middle:.0%}"
