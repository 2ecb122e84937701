"""What trying a rule on the archive comes to: the difference to its present hits, and a forecast of its volume."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from math import inf
from statistics import mean
from typing import Any

from archive import replay as stored
from archive.engine import Engine, reading
from core.records import Band
from pactwatch.replay import Seen, Tried, Window
from pipeline.rulebook import Rule

SHOWN = 20                # stories that are listed on each side of a difference
EXAMPLES = 5
ALWAYS = 0.9              # a rule that flags this share of the articles, or more, tells nothing


def difference(engine: Engine, rule: Rule, tried: Tried, window: Window) -> dict[str, Any]:
    """Which stories a rule would flag that it does not now, and the other way round; of these, the confirmed ones.

    Only articles that were judged count, so an interrupted try tells nothing wrong.
    """
    with reading(engine) as connection:
        hits = stored.present_hits(connection, rule.id, window.since, window.until)
        judged = sorted((first, last) for first, last, _ in tried.read)
        present = _best((story, score, id_) for id_, (story, score) in hits.items() if _within(id_, judged))
        found = _best((one.story_id, one.score, one.article_id) for one in tried.seen if one.band is not Band.ARCHIVE)
        below = _best((one.story_id, one.score, one.article_id) for one in tried.seen if one.band is Band.ARCHIVE)
        good = stored.confirmed(connection, rule.id, present.keys())
        sides = {"added": found.keys() - present.keys(), "removed": present.keys() - found.keys()}
        listed = {}
        for name, stories in sides.items():
            side = found if name == "added" else present
            top = sorted(stories, key=lambda story: (story not in good, -side[story][0], story))[:SHOWN]
            told = stored.titles(connection, [side[story][1] for story in top])
            listed[name] = [
                {**told[side[story][1]], "was": present.get(story, (None,))[0],
                 "score": found.get(story, below.get(story, (None,)))[0], "confirmed": story in good}
                for story in top
            ]
    counts = {**{name: len(some) for name, some in sides.items()}, "unchanged": len(found.keys() & present.keys())}
    return {
        "rule": rule.id, "articles": tried.articles, "of": tried.total, "interrupted": tried.interrupted,
        "stories": counts,
        "confirmed": {"kept": len(good & found.keys()), "lost": len(good - found.keys())}, **listed,
    }


def _best(scored: Iterable[tuple[int, float, int]]) -> dict[int, tuple[float, int]]:
    """The best score of each story, and its article."""
    best: dict[int, tuple[float, int]] = {}
    for story, score, article in scored:
        best[story] = max(best.get(story, (-1.0, 0)), (score, article), key=lambda one: one[0])
    return best


def _within(article_id: int, judged: Sequence[tuple[float, float]]) -> bool:
    place = bisect_right(judged, (article_id, inf)) - 1
    return place >= 0 and article_id <= judged[place][1]


def forecast(engine: Engine, rule: Rule, tried: Tried, first: date, days: int) -> dict[str, Any]:
    """How many stories a day a rule flags, by band, and examples around its threshold."""
    stories: dict[int, Seen] = {}
    for one in tried.seen:
        known = stories.get(one.story_id)
        stories[one.story_id] = one if known is None or one.score > known.score else known
    day_of: dict[int, date] = {}
    for one in tried.seen:
        day_of[one.story_id] = min(one.day, day_of.get(one.story_id, one.day))
    calendar = [first + timedelta(days=number) for number in range(days)]
    volume = {
        band.value: _per_day(Counter(day_of[id_] for id_, one in stories.items() if one.band is band), calendar)
        for band in Band
    }
    flagged = [one for one in stories.values() if one.band is not Band.ARCHIVE]
    by_score = sorted(flagged, key=lambda one: (-one.score, one.article_id))
    below = sorted((one for one in stories.values() if one.band is Band.ARCHIVE), key=lambda one: -one.score)
    examples = {"best": by_score[:EXAMPLES], "just_above": by_score[-EXAMPLES:][::-1], "just_below": below[:EXAMPLES]}
    with reading(engine) as connection:
        told = stored.titles(connection, [one.article_id for some in examples.values() for one in some])
    hits = sum(one.band is not Band.ARCHIVE for one in tried.seen)
    return {
        "rule": rule.id, "days": days, "from": first, "articles": tried.articles, "of": tried.total,
        "interrupted": tried.interrupted, "hits": hits, "stories": len(flagged), "per_day": volume,
        "warning": firing(hits, tried.articles),
        **{name: [{**told[one.article_id], "score": one.score} for one in some] for name, some in examples.items()},
    }


def firing(hits: int, articles: int) -> str | None:
    """What is odd about a rule that flags so many of so many articles."""
    if not articles:
        return None
    if not hits:
        return "never fires"
    return "fires on nearly every article" if hits >= ALWAYS * articles else None


def _per_day(counts: Mapping[date, int], calendar: list[date]) -> dict[str, Any]:
    """Mean, quietest and busiest day of a calendar."""
    if not calendar:
        return {"mean": 0.0, "quietest": None, "busiest": None}
    quietest, busiest = min(calendar, key=lambda day: counts.get(day, 0)), max(calendar, key=lambda d: counts.get(d, 0))
    return {"mean": round(mean(counts.get(day, 0) for day in calendar), 2),
            "quietest": {"day": quietest, "stories": counts.get(quietest, 0)},
            "busiest": {"day": busiest, "stories": counts.get(busiest, 0)}}
