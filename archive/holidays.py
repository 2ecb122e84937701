"""Days on which an outlet rests because most of its kind in its country do: holidays, told as one note.

Pure. A holiday is to those who rest at weekends what a weekend is; who publishes every day is compared with others that
do. Where too few outlets of a country are watched, nothing is known of its holidays.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from archive.baseline import LEARNING, Day, usual

_FEWEST = 3  # outlets that rest at once
_MOST = 0.6  # of those that should have brought something
_BACK = 21  # days that are looked at


@dataclass(frozen=True, slots=True)
class Rest:
    """The days on which the outlets of a group rested."""

    country: str
    days: frozenset[date]
    resting: int = 0  # outlets that rested on the latest of these days, of those that were expected
    expected: int = 0
    lasts: bool = False  # whether the latest day on which something was due is one of them


def rests(
    past: Mapping[str, Sequence[Day]], countries: Mapping[str, str | None], ids: Iterable[str], today: date
) -> dict[str, Rest]:
    """What is known of the rest of the groups that these sources belong to, by source."""
    groups: dict[tuple[str, bool], list[str]] = defaultdict(list)
    kind_of: dict[str, tuple[str, bool]] = {}
    wanted = {country for id_ in ids if (country := countries.get(id_))}
    for id_, days in past.items():
        asked = [d for d in days if d.polls and d.day < today]
        country = countries.get(id_)
        if country in wanted and country and len(asked) >= LEARNING:
            kind_of[id_] = country, _at_weekends(asked)
            groups[kind_of[id_]].append(id_)
    found = {kind: _rest(kind[0], [past[id_] for id_ in members], today) for kind, members in groups.items()}
    return {id_: found[kind_of[id_]] for id_ in ids if id_ in kind_of}


def _at_weekends(asked: Sequence[Day]) -> bool:
    return any(usual(asked, weekday)[0] >= 1 for weekday in (5, 6))


def _rest(country: str, members: Sequence[Sequence[Day]], today: date) -> Rest:
    free: set[date] = set()
    resting = expected = 0
    latest: date | None = None  # on which something was due
    asked = [[d for d in member if d.polls and d.day < today] for member in members]
    usually = [[usual(days, weekday)[0] for weekday in range(7)] for days in asked]
    counts = [{d.day: d.articles for d in days} for days in asked]
    for back in range(_BACK, 0, -1):
        day = today - timedelta(days=back)
        due = [n for n, count in enumerate(counts) if day in count and usually[n][day.weekday()] >= 1]
        quiet = sum(not counts[n][day] for n in due)
        if len(due) >= _FEWEST:
            latest = day
        if quiet >= _FEWEST and quiet >= _MOST * len(due):
            free.add(day)
            resting, expected = quiet, len(due)
    return Rest(country, frozenset(free), resting, expected, lasts=latest in free)
