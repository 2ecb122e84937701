"""What a query's matches are made of: counts by source, organisation, event, topic, language and month, and a timeline.

A facet that would have to look at more than the newest 10,000 matches looks at those, and says so by `counted`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.engine import Connection

from archive.conditions import Aliases
from archive.fulltext import SEARCH_KEY
from archive.matching import COUNTED, Match, Matches, Total, published_of
from archive.tables import Article, Event, EventParty, Mention, Organisation, Source
from core.query import TOPIC_LEAST, Query

By = Literal["day", "week", "month", "year"]
MOST_BARS = 1_000


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
    which are all of them where there are not more than 10,000.
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


def facets(connection: Connection, query: Query, *, since: datetime | None = None, until: datetime | None = None,
           aliases: Aliases | None = None, most: int = 10) -> Facets:
    """Counts for what a query matches, published from `since` until before `until`; of each at most `most` values."""
    found = Matches(connection, query, since, until, aliases)
    newest = found.newest(COUNTED)
    ids = id_table(connection, [match.id for match in newest])
    total = Total(len(newest)) if len(newest) < COUNTED else found.total()
    oldest = newest[-1] if newest and total.count == len(newest) else found.oldest()
    months = _bars(found, "month", _published(oldest), _published(newest[0] if newest else None))
    return Facets(total, len(newest), _sources(connection, newest, most), _organisations(connection, ids, most),
                  _events(connection, ids, Event.type, most), _events(connection, ids, Event.status, most),
                  _topics(connection, newest, most), _languages(connection, newest, most), months)


def timeline(connection: Connection, query: Query, *, since: datetime | None = None, until: datetime | None = None,
             aliases: Aliases | None = None, by: By = "month") -> tuple[Bar, ...]:
    """How many matches were published in each day, week, month or year, from the first to the last, gaps included.

    All matches count. Of more than 1,000 bars the last ones are given.
    """
    found = Matches(connection, query, since, until, aliases)
    newest = next(iter(found.newest(1)), None)
    return _bars(found, by, _published(found.oldest()), _published(newest))


def id_table(connection: Connection, ids: Sequence[int]) -> sa.TableValuedAlias:
    """Some ids as a table with the column `id`, to join with."""
    if connection.dialect.name == "sqlite":
        return sa.func.json_each("[" + ",".join(map(str, ids)) + "]").table_valued(
            sa.column("value", sa.BigInteger), name="wanted")
    return sa.func.unnest(sa.cast(list(ids), ARRAY(sa.BigInteger))).table_valued(
        sa.column("value", sa.BigInteger), name="wanted").render_derived()


def _bars(found: Matches, by: By, first: datetime | None, last: datetime | None) -> tuple[Bar, ...]:
    """The bars from the first to the last match."""
    if first is None or last is None:
        return ()
    edges = [_start_of(first, by)]
    while edges[-1] <= last:
        edges.append(_next(edges[-1], by))
    edges = edges[-MOST_BARS - 1 :]
    counts = found.count_between(edges)
    return tuple(Bar(start, end, count) for (start, end), count in zip(pairwise(edges), counts, strict=True))


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


def _published(match: Match | None) -> datetime | None:
    return None if match is None else published_of(match.key)


def _narrow(connection: Connection, newest: Sequence[Match]) -> Any:
    """The matches joined with their articles, on SQLite by an index that holds all that a facet needs of them."""
    sqlite = connection.dialect.name == "sqlite"
    table = id_table(connection, [match.key if sqlite else match.id for match in newest])
    return table.join(Article.__table__, (SEARCH_KEY if sqlite else Article.id) == table.c.value)


def _sources(connection: Connection, newest: Sequence[Match], most: int) -> tuple[Count, ...]:
    number = sa.func.count().label("number")
    counted = (sa.select(Article.source_id.label("value"), number).select_from(_narrow(connection, newest))
               .group_by(Article.source_id).order_by(number.desc(), Article.source_id).limit(most).subquery())
    rows = connection.execute(sa.select(counted.c.value, Source.name, counted.c.number)
                              .join(Source, Source.id == counted.c.value)
                              .order_by(counted.c.number.desc(), counted.c.value))
    return tuple(Count(*row) for row in rows)


def _languages(connection: Connection, newest: Sequence[Match], most: int) -> tuple[Count, ...]:
    number = sa.func.count().label("number")
    rows = connection.execute(sa.select(Article.language, number).select_from(_narrow(connection, newest))
                              .where(Article.language.is_not(None)).group_by(Article.language)
                              .order_by(number.desc(), Article.language).limit(most))
    return tuple(Count(value, value, count) for value, count in rows if value)


def _topics(connection: Connection, newest: Sequence[Match], most: int) -> tuple[Count, ...]:
    """The topics of the articles, a JSON object of name and salience, as `topic:` finds them."""
    sqlite = connection.dialect.name == "sqlite"
    unnest = sa.func.json_each if sqlite else sa.func.jsonb_each
    topics = unnest(Article.topics).table_valued("key", "value", name="topics")
    topics = topics if sqlite else topics.render_derived()
    salience = topics.c.value if sqlite else sa.cast(topics.c.value, sa.Double)
    number = sa.func.count().label("number")
    rows = connection.execute(
        sa.select(topics.c.key, number).select_from(_narrow(connection, newest).join(topics, sa.true()))
        .where(salience >= TOPIC_LEAST).group_by(topics.c.key).order_by(number.desc(), topics.c.key).limit(most))
    return tuple(Count(value, value, count) for value, count in rows)


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
