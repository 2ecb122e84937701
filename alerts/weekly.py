"""The weekly picture of a route as a message: what the picture shows, in words and as the facts to draw it from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from alerts.message import Message, Picture
from alerts.receipt import counted, names
from alerts.slots import instant
from alerts.text import clean, shorten
from archive import alliances
from archive.alliances import Alliance
from archive.digests import Window
from archive.engine import Connection
from core.routes import RouteSettings

WEEKS = 12
_MOST_RANKED, _MOST_PAIRS, _LONGEST = 6, 30, 60


def weekly_message(connection: Connection, window: Window, route: RouteSettings, now: datetime) -> Message:
    """The picture of the seven whole days before a slot's local date."""
    return weekly(week_of(connection, route, date.fromisoformat(window.local_date)), window, route, now)


def weekly(facts: dict[str, Any], window: Window, route: RouteSettings, now: datetime) -> Message:
    """The facts of a week as a message."""
    title = f"The week to {facts['to']}" + (" (late)" if window.late else "")
    said = counted(facts["weeks"][-1]["stories"], "new story", "new stories") or "no new stories"
    if len(facts["weeks"]) > 1:
        said += f" ({facts['weeks'][-2]['stories']} the week before)"
    if facts["organisations"]:
        said += f" · {facts['parties']} organisations"
    if window.late:
        due, made = route.local(window.due_at), route.local(now)
        said += f" · late: due {due:%Y-%m-%d %H:%M}, made {made:%Y-%m-%d %H:%M} {made:%Z}"
    return Message(title, said, (), kind="picture", route=route.name, table=tuple(in_words(facts)),
                   picture=Picture(f"pactwatch-{facts['to']}.png", _alt(facts), facts))


def week_of(connection: Connection, route: RouteSettings, day: date) -> dict[str, Any]:
    """The facts of the week before a local date, ready for JSON."""
    days = [day - timedelta(days=7 * n) for n in range(WEEKS, -1, -1)]
    bounds = [instant(one, time(), route.tz) for one in days]
    numbers = alliances.stories_per_week(connection, route, bounds)
    found = alliances.alliances(connection, route, bounds[-2], bounds[-1])
    return week_facts(day, numbers, found)


def week_facts(day: date, numbers: Sequence[int], found: Sequence[Alliance]) -> dict[str, Any]:
    """The same of the stories of the weeks before a date and the alliances of the last one."""
    weeks = [{"from": (day - timedelta(days=7 * (len(numbers) - at))).isoformat(), "stories": number}
             for at, number in enumerate(numbers)]
    return {"from": weeks[-1]["from"], "to": (day - timedelta(days=1)).isoformat(), "weeks": weeks, **_graph(found)}


def _graph(found: Sequence[Alliance]) -> dict[str, Any]:
    """Who allied with whom: the pairs with the most stories, and the organisations in them by their stories."""
    pairs: Counter[tuple[str, str]] = Counter()
    sure: set[tuple[str, str]] = set()
    stories: Counter[str] = Counter()
    for alliance in found:
        parties = list(dict.fromkeys(shorten(name, _LONGEST) for name in map(clean, alliance.parties) if name))
        stories.update(parties)
        for number, one in enumerate(parties):
            for other in parties[number + 1:]:
                pair = (min(one, other), max(one, other))
                pairs[pair] += 1
                sure |= set() if alliance.rumoured else {pair}
    ranked = sorted(stories, key=lambda name: (-stories[name], name))
    kept = sorted(pairs, key=lambda pair: (-pairs[pair], -stories[pair[0]] - stories[pair[1]], pair))[:_MOST_PAIRS]
    shown = {name for pair in kept for name in pair}
    beside = {name: sorted((b if a == name else a for a, b in pairs if name in {a, b}),
                           key=lambda other: (-stories[other], other)) for name in ranked[:_MOST_RANKED]}
    return {
        "parties": len(ranked),
        "organisations": [{"name": name, "stories": stories[name], "with": beside.get(name, [])}
                          for name in ranked if name in shown],
        "pairs": [{"a": a, "b": b, "stories": pairs[a, b], "rumoured": (a, b) not in sure} for a, b in kept],
        "pairs_left_out": len(pairs) - len(kept),
    }


def in_words(facts: dict[str, Any]) -> list[str]:
    """The most allied organisations, one a line."""
    return [f"{one['name']} · {counted(one['stories'], 'story', 'stories')} · with {names(one['with'][:4])}"
            + (f" and {len(one['with']) - 4} more" if len(one["with"]) > 4 else "")
            for one in facts["organisations"][:_MOST_RANKED]]


def _alt(facts: dict[str, Any]) -> str:
    """The picture for those who do not see it."""
    pairs = ", ".join(f"{pair['a']} and {pair['b']}" for pair in facts["pairs"][:12])
    return shorten(f"Stories per week, the most allied organisations, and the week's alliances: {pairs or 'none'}", 500)
