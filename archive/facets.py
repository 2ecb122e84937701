"""What a query's matches are made of: counts by source, organisation, event, topic, language and month, and a timeline.

A facet that would have to look at more than the newest 5,000 matches looks at those, and says so by `counted`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.engine import Connection

from archive.conditions import Aliases
from archive.matching import Facts, Matches, Total, published_of
from archive.patience import patient
from archive.tables import Event, EventParty, Mention, Organisation, Source
from core.query import TOPIC_LEAST, Query

By = Literal["day", "week", "month", "year"]
MOST_BARS = 1_000
LOOKED_AT = 5_000                            # matches that facets are made of


@dataclass(frozen=True, slots=True)
class Count:
    """A value of a facet, as a query writes it, what to call it, and how many articles have it."""

    value: str
    label: str
    count: int


@dataclass(frozen=True, slots=True)
class Bar:
    """A part of a timeline: from `start` until before `end`, how many articles."""

    start: datetime
    end: datetime
    count: int


@dataclass(frozen=True, slots=True)
class Facets:
    """The facets of a query, each with its most frequent values first; months in their order.

    `total` counts all matches, or says that there are more. All but `months` are made of the newest `counted` matches,
    which are all of them where there are not more than 5,000.
    """

    total: Total
    counted: int
    sources: tuple[Count, ...]
    organisations: tuple[Count, ...]
    event_types: tuple[Count, ...]
    statuses: tuple[Count, ...]
    topics: tuple[Count, ...]
    languages: tuple[Count, ...]
    months: tuple[Bar, ...]


@patient
def facets(connection: Connection, query: Query, *, since: datetime | None = None, until: datetime | None = None,
           aliases: Aliases | None = None, most: int = 10) -> Facets:
    """Counts for what a query matches, published from `since` until before `until`; of each at most `most` values."""
    found = Matches(connection, query, since, until, aliases)
    newest = found.newest_facts(LOOKED_AT)
    ids = id_table(connection, [match.id for match in newest])
    total, months = _counted(found, newest)
    topics = Counter(name for match in newest for name, salience in match.topics.items() if salience >= TOPIC_LEAST)
    return Facets(total, len(newest), _sources(connection, Counter(match.source_id for match in newest), most),
                  _organisations(connection, ids, most), _events(connection, ids, Event.type, most),
                  _events(connection, ids, Event.status, most), _most(topics, most),
                  _most(Counter(match.language for match in newest if match.language), most),
                  months)


@patient
def timeline(connection: Connection, query: Query, *, since: datetime | None = None, until: datetime | None = None,
             aliases: Aliases | None = None, by: By = "month") -> tuple[Bar, ...]:
    """How many matches were published in each day, week, month or year, from the first to the last, gaps included.

    All matches count. Of more than 1,000 bars the last ones are given.
    """
    return _bars(Matches(connection, query, since, until, aliases), by)


def id_table(connection: Connection, ids: Sequence[int]) -> sa.TableValuedAlias:
    """Some ids as a table with the column `id`, to join with."""
    if connection.dialect.name == "sqlite":
        return sa.func.json_each("[" + ",".join(map(str, ids)) + "]").table_valued(
            sa.column("value", sa.BigInteger), name="wanted")
    return sa.func.unnest(sa.cast(list(ids), ARRAY(sa.BigInteger))).table_valued(
        sa.column("value", sa.BigInteger), name="wanted").render_derived()


def _counted(found: Matches, newest: Sequence[Facts]) -> tuple[Total, tuple[Bar, ...]]:
    """How many matches there are, and how many in each month; of those at hand, where that is all."""
    if len(newest) < LOOKED_AT:
        months = _filled(Counter(_start_of(published_of(match.key), "month") for match in newest), "month")
        return Total(len(newest)), months
    months = _bars(found, "month")
    return (Total(sum(bar.count for bar in months)) if len(months) < MOST_BARS else found.total()), months


def _bars(found: Matches, by: By) -> tuple[Bar, ...]:
    """The bars from the first to the last match."""
    if found.keys is None:
        counts: Counter[datetime] = Counter()
        for day, count in found.days():
            counts[_start_of(day, by)] += count
        return _filled(counts, by)
    if (span := found.span()) is None:
        return ()
    edges = _edges(_start_of(span[0], by), span[1], by)
    bars = [Bar(start, end, count) for (start, end), count in zip(pairwise(edges), found.counts(edges), strict=True)]
    filled = [at for at, bar in enumerate(bars) if bar.count]
    return tuple(bars[filled[0] : filled[-1] + 1]) if filled else ()


def _filled(counts: Mapping[datetime, int], by: By) -> tuple[Bar, ...]:
    """The bars of these counts, by where each starts, and those of none between them."""
    if not counts:
        return ()
    return tuple(Bar(start, end, counts.get(start, 0)) for start, end in pairwise(_edges(min(counts), max(counts), by)))


def _edges(first: datetime, last: datetime, by: By) -> list[datetime]:
    """Where the bars start from the first to that of a moment, and where the last one ends."""
    edges = [first]
    while edges[-1] <= last:
        edges.append(_next(edges[-1], by))
    return edges[-MOST_BARS - 1 :]


def _start_of(moment: datetime, by: By) -> datetime:
    day = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    if by == "week":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1 if by in {"month", "year"} else day.day, month=1 if by == "year" else day.month)


def _next(start: datetime, by: By) -> datetime:
    if by == "year":
        return start.replace(year=start.year + 1)
    if by == "month":
        return (start + timedelta(days=31)).replace(day=1)
    return start + timedelta(days=1 if by == "day" else 7)


def _most(counts: Mapping[str, int], most: int) -> tuple[Count, ...]:
    """The most frequent values."""
    ordered = sorted(counts.items(), key=lambda one: (-one[1], one[0]))
    return tuple(Count(value, value, count) for value, count in ordered[:most])


def _sources(connection: Connection, counts: Mapping[str, int], most: int) -> tuple[Count, ...]:
    found = _most(counts, most)
    named = sa.select(Source.id, Source.name).where(Source.id.in_([one.value for one in found]))
    names = {row.id: row.name for row in connection.execute(named)}
    return tuple(replace(one, label=names[one.value]) for one in found)


def _events(connection: Connection, ids: Any, column: Any, most: int) -> tuple[Count, ...]:
    """The kinds or statuses of the events, each by the articles that have one."""
    each = (sa.select(ids.c.value, column.label("of")).distinct()
            .select_from(ids.join(Event, Event.article_id == ids.c.value)).subquery())
    number = sa.func.count().label("number")
    rows = connection.execute(sa.select(each.c.of, number).group_by(each.c.of)
                              .order_by(number.desc(), each.c.of).limit(most))
    return tuple(Count(value, value, count) for value, count in rows)


def _organisations(connection: Connection, ids: Any, most: int) -> tuple[Count, ...]:
    """The organisations that the articles name, or of which they report an event."""
    named = (sa.select(ids.c.value, Mention.organisation_id)
             .select_from(ids.join(Mention, Mention.article_id == ids.c.value)))
    parties = sa.select(ids.c.value, EventParty.organisation_id).select_from(
        ids.join(Event, Event.article_id == ids.c.value).join(EventParty, EventParty.event_id == Event.id))
    each = named.union(parties).subquery()
    number = sa.func.count().label("number")
    counted = (sa.select(each.c.organisation_id, number).group_by(each.c.organisation_id)
               .order_by(number.desc(), each.c.organisation_id).limit(most).subquery())
    rows = connection.execute(sa.select(Organisation.name, Organisation.name.label("label"), counted.c.number)
                              .join(counted, counted.c.organisation_id == Organisation.id)
                              .order_by(counted.c.number.desc(), Organisation.name))
    return tuple(Count(*row) for row in rows)
