"""The matches of a query as numbers in memory: SQLite counts them one by one far slower than it hands them over.

Each part of a query is a run of an index, in the order of publication or soon brought into it; AND, OR and NOT are
set operations on such runs. What matches is then counted by any part of the time without another question.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np
import numpy.typing as npt
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from archive.conditions import Conditions, is_id
from archive.fulltext import FTS, fts_match, is_text, matches
from archive.searchkey import HIGHEST, LOWEST, SEARCH_KEY, first_key
from archive.tables import Article
from core.periods import bounds
from core.query import And, Everything, Filter, Not, Or, Query, Range, about_one_event

MOST = 5_000_000                             # numbers that one query may fetch: a second of work
Numbers = npt.NDArray[np.int64]

# Kept by triggers (migration 0019): what an article is found by, with its number.
_topics = sa.table("topic_times", sa.column("topic"), sa.column("search_key"))
_organisations = sa.table("organisation_times", sa.column("organisation_id"), sa.column("search_key"))
_events = sa.table("event_times", *map(sa.column, ("search_key", "event_id", "type", "family", "status", "topics")))

# Each language once, by one look into the index for each.
_LANGUAGES = sa.text("""WITH RECURSIVE each (language) AS (
    SELECT min(language) FROM articles
    UNION ALL SELECT (SELECT min(a.language) FROM articles a WHERE a.language > each.language) FROM each
    WHERE each.language IS NOT NULL) SELECT language FROM each""")


class TooMuchError(Exception):
    """The parts of a query have more matches than are worth to fetch."""


@dataclass(frozen=True, slots=True)
class Keys:
    """A set of search_keys in their order; with `outside`, the articles that have none of them."""

    numbers: Numbers
    outside: bool = False

    def __invert__(self) -> Keys:
        return Keys(self.numbers, not self.outside)

    def __and__(self, other: Keys) -> Keys:
        if self.outside and other.outside:
            return Keys(np.union1d(self.numbers, other.numbers), outside=True)
        if self.outside or other.outside:
            kept, taken = (other, self) if self.outside else (self, other)
            return Keys(np.setdiff1d(kept.numbers, taken.numbers, assume_unique=True))
        return Keys(np.intersect1d(self.numbers, other.numbers, assume_unique=True))

    def none_of(self, keys: Sequence[int]) -> list[int]:
        """Those of some keys that are not among the numbers, in their order."""
        left = np.setdiff1d(np.array(keys, np.int64), self.numbers, assume_unique=True)
        return np.sort(left).tolist()  # type: ignore[no-any-return]

    def counts(self, edges: Sequence[int]) -> list[int]:
        """How many of the numbers lie from each edge until before the next one."""
        return np.diff(np.searchsorted(self.numbers, np.array(edges, np.int64))).tolist()  # type: ignore[no-any-return]


class KeyFinder:
    """Finds the keys of a query between two keys, both included. `most`: how many numbers its parts may fetch."""

    def __init__(self, connection: Connection, conditions: Conditions, first: int, last: int, most: int) -> None:
        self._connection, self._conditions = connection, conditions
        self._first, self._last = first, last
        self._left = most

    def of(self, query: Query) -> Keys:
        """The keys of what matches. Raises TooMuchError where the parts have too many."""
        if is_text(query):
            found = matches(fts_match(query), self._first, self._last)
            return self._fetched(sa.select(FTS.c.rowid).where(*found).order_by(FTS.c.rowid))
        match query:
            case Everything():
                return Keys(np.empty(0, np.int64), outside=True)
            case Not():
                return ~self.of(query.child)
            case And():
                scoped, others = about_one_event(query)
                events = [self._of_one_event(scoped)] if scoped else []
                return reduce(Keys.__and__, [*events, *self._parts(And, others)])
            case Or():
                return ~reduce(Keys.__and__, [~part for part in self._parts(Or, query.children)])
            case Range(field="seen"):
                return self._of_articles(self._conditions.of(query), "ix_articles_seen_at_search_key")
            case Range(field="published"):
                return self._of_articles(self._published(query), "ix_articles_key")
            case Filter():
                return self._filtered(query)
        return self._by_ids(query)

    def _filtered(self, query: Filter) -> Keys:
        match query.field:
            case "topic":
                return self._run(_topics.c.search_key, is_id(_topics.c.topic, query.value))
            case "org":
                named = self._conditions.organisations(query.value)
                return self._run(_organisations.c.search_key, _organisations.c.organisation_id.in_(named))
            case "event" | "status" | "pair":
                return self._of_one_event((query,))
            case "lang":
                return self._in_language(query.value)
            case "source" | "country":
                return self._of_articles(self._conditions.of(query), "ix_articles_source_id_search_key")
        return self._by_ids(query)

    def _by_ids(self, query: Query) -> Keys:
        ids = self._conditions.ids(query)
        if ids is None:
            return self._of_articles(self._conditions.of(query), None)
        return self._of_articles(Article.id.in_(ids), "ix_articles_id_search_key")

    def _parts(self, kind: type[And | Or], children: Sequence[Query]) -> Iterable[Keys]:
        """The keys of each child, but of all together that full text can answer."""
        texts = tuple(child for child in children if is_text(child))
        if texts:
            yield self.of(texts[0] if len(texts) == 1 else kind(texts))
        for child in children:
            if child not in texts:
                yield self.of(child)

    def _in_language(self, value: str) -> Keys:
        """The articles in a language; what is written in any is nearly all, and so told by the others."""
        by = "ix_articles_language_search_key"
        if value == "*":
            return ~self._of_articles(sa.or_(Article.language.is_(None), Article.language == ""), by)
        sought, start = value.lower().removesuffix("*"), value.endswith("*")
        meant = [one for one in self._connection.scalars(_LANGUAGES)
                 if one is not None and (one.lower().startswith(sought) if start else one.lower() == sought)]
        return self._of_articles(Article.language.in_(meant), by)

    def _of_one_event(self, children: Sequence[Query]) -> Keys:
        return self._run(_events.c.search_key, *(self._conditions.of_event(child, _events.c) for child in children))

    def _of_articles(self, condition: Any, index: str | None) -> Keys:
        # Neither SEARCH_KEY nor every condition names the table to SQLAlchemy.
        return self._run(SEARCH_KEY, condition, source=Article, index=index)

    def _published(self, query: Range) -> Any:
        low, high = bounds(query, self._conditions.now)
        return SEARCH_KEY.between(LOWEST if low is None else first_key(low),
                                  HIGHEST if high is None else first_key(high) - 1)

    def _run(self, key: Any, *where: Any, source: Any = None, index: str | None = None) -> Keys:
        within = [key.between(self._first, self._last)] if (self._first, self._last) != (LOWEST, HIGHEST) else []
        found = sa.select(key.label("key")).where(*where, *within)
        if source is not None:
            found = found.select_from(source)
        if index is not None:
            found = found.with_hint(source, f"INDEXED BY {index}", "sqlite")
        return self._fetched(found)

    def _fetched(self, select: sa.Select[Any]) -> Keys:
        """The numbers of a query, which come as one text: a third of what as many rows cost."""
        found = select.limit(self._left + 1).subquery()
        text, count = self._connection.execute(
            sa.select(sa.func.group_concat(found.c[0]), sa.func.count()).select_from(found)).one()
        self._left -= count
        if self._left < 0:
            raise TooMuchError
        numbers = np.sort(np.fromstring(text or "", np.int64, sep=","), kind="stable")
        return Keys(numbers[np.diff(numbers, prepend=LOWEST) != 0])
