"""The articles that a query matches: how many, the newest of them, and all, each without reading more than it must.

SQLite keeps full text in the order of publication (`search_key`, migration 0015), so that the newest matches come
first and a part of the time is a part of the index. PostgreSQL finds all matches first and then orders them: a
planner that follows the order of dates instead takes seconds to find a rare word.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from archive.conditions import Aliases, Condition, Conditions, IdSelect
from archive.fulltext import FTS, fts_match, is_text, matches
from archive.searchkey import HIGHEST, IDS, LOWEST, SEARCH_KEY, first_key, moment_of
from archive.tables import Article
from core.clock import as_utc, now
from core.periods import bounds
from core.query import And, Everything, Query, Range

if TYPE_CHECKING:
    from archive.keys import Keys

COUNTED = 10_000                             # matches that are counted one by one; more are "10,000+"
_IN_MEMORY = 1_000_000                       # numbers that are worth to fetch for a total: a fifth of a second
_DAY, _DAYS_BEFORE = 86_400, 800_000
_FEW = 2_000                                 # articles of a filter that are looked at one by one


@dataclass(frozen=True, slots=True)
class Total:
    """How many articles match; where `exact` is False there are more than `count`."""

    count: int
    exact: bool = True


@dataclass(frozen=True, slots=True)
class Match:
    """An article of the answer, and its place in the order of time."""

    id: int
    key: Any


class Facts(NamedTuple):
    """What facets need of an article."""

    id: int
    key: Any
    source_id: str
    language: str | None
    topics: Mapping[str, float]


class Matches:
    """The matches of one query, published from `since` until before `until`, on either database."""

    def __init__(self, connection: Connection, query: Query, since: datetime | None = None,
                 until: datetime | None = None, aliases: Aliases | None = None) -> None:
        self._connection = connection
        self._sqlite = connection.dialect.name == "sqlite"
        self._conditions = Conditions(connection, aliases, now())
        self._query = query
        self._since, self._until = since, until

    def total(self) -> Total:
        """How many there are, counted to the end where that is fast."""
        if self._sqlite and not self._filters:
            if self._text is not None:
                return Total(self._scalar(sa.select(sa.func.count()).select_from(FTS).where(*self._found())))
            return Total(self._scalar(sa.select(sa.func.count()).select_from(Article).where(*self._between())))
        if not self._sqlite or self._few is not None:
            return Total(self._scalar(sa.select(sa.func.count()).select_from(self.all())))
        if (keys := self._keys_of(_IN_MEMORY)) is not None:
            if not keys.outside:
                return Total(keys.numbers.size)
            every = self._scalar(sa.select(sa.func.count()).select_from(Article).where(*self._between()))
            return Total(every - keys.numbers.size)
        # One filter alone that is too much to fetch has so many articles that the first thousands are found at once.
        by_set = self._text is None and self._smallest is not None and self._smallest[2]
        select = self._of_set(sa.literal(1)) if by_set else self._ordered(sa.literal(1))
        some = select.limit(COUNTED + 1).subquery()
        count = self._scalar(sa.select(sa.func.count()).select_from(some))
        return Total(min(count, COUNTED), count <= COUNTED)

    def newest(self, limit: int, before: Match | None = None) -> list[Match]:
        """The newest matches, after the last one of the page before where there was one."""
        if not self._sqlite:
            found = self.all()
            select: sa.Select[Any] = sa.select(found.c.id, found.c.key)
            if before is not None:
                after = sa.tuple_(sa.literal(before.key, found.c.key.type), sa.literal(before.id, sa.BigInteger))
                select = select.where(sa.tuple_(found.c.key, found.c.id) < after)
            select = select.order_by(found.c.key.desc(), found.c.id.desc())
        elif self._few is not None:
            select = self._of_set(Article.id, SEARCH_KEY).order_by(SEARCH_KEY.desc())
            select = select if before is None else select.where(before.key > SEARCH_KEY)
        else:
            key = SEARCH_KEY if self._text is None else FTS.c.rowid
            select = self._ordered(Article.id, key)
            select = select if before is None else select.where(key < before.key)
        return [Match(*row) for row in self._connection.execute(select.limit(limit))]

    def newest_facts(self, limit: int) -> Sequence[Facts]:
        """What facets need of the newest matches; SQLite has it in its index."""
        if self.keys is not None:
            return self._facts_of(self._newest_keys(limit))
        columns = (Article.source_id, Article.language, Article.topics)
        if not self._sqlite:
            found = self.all(*columns)
            select: sa.Select[Any] = sa.select(found).order_by(found.c.key.desc(), found.c.id.desc())
        elif self._few is not None:
            select = self._of_set(Article.id, SEARCH_KEY.label("key"), *columns).order_by(SEARCH_KEY.desc())
        else:
            key = SEARCH_KEY if self._text is None else FTS.c.rowid
            select = self._ordered(Article.id, key.label("key"), *columns)
        return [Facts(*row) for row in self._connection.execute(select.limit(limit))]

    def stream(self, chunk: int) -> Iterator[list[int]]:
        """The ids of all matches, the newest first, so many at a time; the database keeps the place."""
        if self._sqlite:
            select = self._ordered(Article.id)
        else:
            found = self.all()
            select = sa.select(found.c.id).order_by(found.c.key.desc(), found.c.id.desc())
        rows = self._connection.execute(select, execution_options={"yield_per": chunk})
        for part in rows.partitions():
            yield [row[0] for row in part]

    def all(self, *columns: Any, joined: tuple[sa.FromClause, Any] | None = None) -> sa.CTE:
        """(id, key) of all matches in no order, with more columns of `articles` or of what is joined to it."""
        return self._every(*columns, joined=joined).cte("matched").prefix_with("MATERIALIZED")

    def _every(self, *columns: Any, joined: tuple[sa.FromClause, Any] | None = None) -> sa.Select[Any]:
        source: sa.FromClause = Article.__table__
        if joined is not None:
            source = source.outerjoin(*joined)
        key: Any = SEARCH_KEY if self._sqlite else Article.published_at
        chosen = (Article.id.label("id"), key.label("key"), *columns)
        if self._sqlite and self._smallest is not None and (self._few is not None or self._text is None):
            return self._of_set(*chosen, source=source)
        if self._sqlite and self._text is not None:
            return sa.select(*chosen).select_from(
                FTS.join(source, FTS.c.rowid == SEARCH_KEY)).where(*self._found(), *self._rest)
        return sa.select(*chosen).select_from(source).where(*self._whole())

    def oldest(self) -> Match | None:
        """The first match in the order of time."""
        if self._sqlite and (self._text is not None or self._smallest is None):
            key = SEARCH_KEY if self._text is None else FTS.c.rowid
            select = self._ordered(Article.id, key, newest=False)
        else:
            found = self.all()
            select = sa.select(found.c.id, found.c.key).order_by(found.c.key, found.c.id)
        row = self._connection.execute(select.limit(1)).one_or_none()
        return None if row is None else Match(*row)

    def days(self) -> list[tuple[datetime, int]]:
        """How many matches each day in UTC has that has any."""
        key: Any = (self._every().subquery() if self._sqlite else self.all()).c.key
        # Counted from long ago, so that no day has a negative number, which the two databases would round apart.
        day: Any = (key + _DAYS_BEFORE * _DAY * IDS) // (_DAY * IDS) if self._sqlite else \
            sa.func.floor(sa.extract("epoch", key) / _DAY) + _DAYS_BEFORE
        rows = self._connection.execute(sa.select(day.label("day"), sa.func.count()).group_by(sa.text("day")))
        return [(datetime.fromtimestamp((int(number) - _DAYS_BEFORE) * _DAY, UTC), count) for number, count in rows]

    # ---- SQLite: counting in memory

    @cached_property
    def keys(self) -> Keys | None:
        """All matches as numbers in memory; None on PostgreSQL, and where they are too many to fetch."""
        if not self._sqlite:
            return None
        from archive.keys import MOST  # NumPy is for those alone who count

        return self._keys_of(MOST)

    def _keys_of(self, most: int) -> Keys | None:
        from archive.keys import KeyFinder, TooMuchError

        try:
            return KeyFinder(self._connection, self._conditions, *self._keys, most).of(self._query)
        except TooMuchError:
            return None

    def span(self) -> tuple[datetime, datetime] | None:
        """When the first and the last of `keys` were published; of those of NOT, the first and the last of all."""
        assert self.keys is not None
        if self.keys.outside:
            ends = sa.select(sa.func.min(SEARCH_KEY)), sa.select(sa.func.max(SEARCH_KEY))
            found = [self._connection.scalar(end.select_from(Article).where(*self._between())) for end in ends]
        else:
            found = self.keys.numbers[[0, -1]].tolist() if self.keys.numbers.size else [None, None]
        first, last = found
        return None if first is None or last is None else (moment_of(first), moment_of(last))

    def counts(self, edges: Sequence[datetime]) -> list[int]:
        """How many of `keys` were published from each of these moments until before the next."""
        assert self.keys is not None
        low, high = self._keys
        numbers = [min(max(first_key(edge), low), min(high, HIGHEST - 1) + 1) for edge in edges]
        counts = self.keys.counts(numbers)
        if not self.keys.outside:
            return counts
        parts = sa.func.json_each(json.dumps(list(pairwise(numbers)))).table_valued("key", "value", name="parts")
        start, end = (sa.func.json_extract(parts.c.value, place) for place in ("$[0]", "$[1]"))
        every = (sa.select(sa.func.count()).select_from(Article)
                 .with_hint(Article, "INDEXED BY ix_articles_key", "sqlite")
                 .where(start <= SEARCH_KEY, end > SEARCH_KEY).scalar_subquery())
        rows = self._connection.execute(sa.select(every).select_from(parts).order_by(parts.c.key)).scalars()
        return [all_of - count for all_of, count in zip(rows, counts, strict=True)]

    def _newest_keys(self, limit: int) -> list[int]:
        """The highest of `keys`, the lowest of them first."""
        assert self.keys is not None
        if not self.keys.outside:
            return [int(key) for key in self.keys.numbers[-limit:]]
        look = limit
        while True:                              # among the newest of all, until enough of them are none of the others
            newest = (sa.select(SEARCH_KEY.label("key")).select_from(Article).where(*self._between())
                      .order_by(SEARCH_KEY.desc()).limit(look).subquery())
            every = json.loads(self._connection.scalar(sa.select(sa.func.json_group_array(newest.c.key))) or "[]")
            found = self.keys.none_of(every)
            if len(found) >= limit or len(every) < look:
                return found[-limit:]
            look *= 4

    def _facts_of(self, numbers: Sequence[int]) -> Sequence[Facts]:
        """Those of some keys, the newest first. They come as one text, which is read far faster than rows."""
        wanted = sa.func.json_each(json.dumps(numbers)).table_valued(sa.column("value", sa.BigInteger), name="wanted")
        fact = sa.func.json_array(Article.id, SEARCH_KEY, Article.source_id, Article.language,
                                  sa.func.json(sa.cast(Article.topics, sa.Text)))
        select = (sa.select(sa.func.json_group_array(sa.func.json(fact)))
                  .select_from(wanted.join(Article.__table__, wanted.c.value == SEARCH_KEY))
                  .with_hint(Article, "INDEXED BY ix_articles_search_key", "sqlite"))
        return sorted((Facts(*one) for one in json.loads(self._connection.scalar(select) or "[]")),
                      key=lambda one: one.key, reverse=True)

    # ---- SQLite: the parts of a query

    @cached_property
    def _parts(self) -> tuple[list[Query], list[Range], list[Query]]:
        """What full text answers, what the order of time answers, and all else."""
        children = self._query.children if isinstance(self._query, And) else (self._query,)
        texts = [child for child in children if is_text(child)]
        dates = [child for child in children if isinstance(child, Range) and child.field == "published"]
        taken = {*texts, *dates}
        return texts, dates, [c for c in children if c not in taken and not isinstance(c, Everything)]

    @property
    def _filters(self) -> list[Query]:
        return self._parts[2]

    @cached_property
    def _text(self) -> str | None:
        texts = self._parts[0]
        if not texts:
            return None
        return fts_match(texts[0] if len(texts) == 1 else And(tuple(texts)))

    @cached_property
    def _keys(self) -> tuple[int, int]:
        """The first and the last search_key that may match."""
        lows, highs = [self._since], [self._until]
        for asked in self._parts[1]:
            low, high = bounds(asked, self._conditions.now)
            lows.append(low)
            highs.append(high)
        return (max((first_key(low) for low in lows if low is not None), default=LOWEST),
                min((first_key(high) - 1 for high in highs if high is not None), default=HIGHEST))

    def _found(self) -> list[Condition]:
        return matches(self._text or "", *self._keys)

    def _between(self) -> list[Condition]:
        low, high = self._keys
        bounded = self._since or self._until or self._parts[1]
        return [SEARCH_KEY.between(low, high)] if bounded else []

    @cached_property
    def _rest(self) -> list[Condition]:
        return self._all_of(self._filters)

    def _all_of(self, filters: Sequence[Query]) -> list[Condition]:
        if not filters:
            return []
        return [self._conditions.of(filters[0] if len(filters) == 1 else And(tuple(filters)))]

    def _ordered(self, *columns: Any, newest: bool = True) -> sa.Select[Any]:
        """The matches, the newest first or last; the index is followed only as far as somebody reads."""
        if self._text is None:
            select = sa.select(*columns).select_from(Article).where(*self._between(), *self._rest)
            return select.order_by(SEARCH_KEY.desc() if newest else SEARCH_KEY)
        source = FTS.join(Article.__table__, FTS.c.rowid == SEARCH_KEY)
        select = sa.select(*columns).select_from(source).where(*self._found(), *self._rest)
        return select.order_by(FTS.c.rowid.desc() if newest else FTS.c.rowid)

    @cached_property
    def _smallest(self) -> tuple[int, IdSelect, list[Query]] | None:
        """Of the filters that can name their articles the one with the fewest: their number up to a limit, their ids.

        And the other filters, that are asked of each of them.
        """
        sizes = []
        for ids, others in self._conditions.sets(self._filters):
            some = sa.select(ids.subquery().c[0]).limit(_FEW + 1).subquery()
            sizes.append((self._scalar(sa.select(sa.func.count()).select_from(some)), ids, others))
        return min(sizes, key=lambda one: one[0], default=None)

    @property
    def _few(self) -> IdSelect | None:
        """The ids of that filter, where they are so few that they are best looked at first."""
        return self._smallest[1] if self._smallest is not None and self._smallest[0] <= _FEW else None

    def _of_set(self, *columns: Any, source: sa.FromClause | None = None) -> sa.Select[Any]:
        """The matches, found by looking at all articles of the smallest filter."""
        assert self._smallest is not None
        _, ids, others = self._smallest
        return (sa.select(*columns).select_from(Article if source is None else source)
                .with_hint(Article, "INDEXED BY ix_articles_id_search_key", "sqlite")
                .where(Article.id.in_(ids), *self._between(), *self._in_text(), *self._all_of(others)))

    def _whole(self) -> list[Condition]:
        """The conditions on `articles` by themselves."""
        if not self._sqlite:
            published = [*([Article.published_at >= self._since] if self._since else []),
                         *([Article.published_at < self._until] if self._until else [])]
            return [self._conditions.of(self._query), *published]
        return [*self._between(), *self._in_text(), *self._rest]

    def _in_text(self) -> list[Condition]:
        return [] if self._text is None else [SEARCH_KEY.in_(sa.select(FTS.c.rowid).where(*self._found()))]

    def _scalar(self, select: sa.Select[Any]) -> int:
        return int(self._connection.execute(select).scalar_one())


def published_of(key: Any) -> datetime:
    """The time of publication of a match's key."""
    return moment_of(key) if isinstance(key, int) else as_utc(key)
