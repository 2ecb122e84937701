"""Search the archive: a query in, a page of articles out, the same rows on SQLite and PostgreSQL."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from archive.conditions import Aliases
from archive.found import Found, found_articles
from archive.fulltext import postgresql_ranks, sqlite_ranks
from archive.matching import Match, Matches
from archive.patience import patient
from archive.searchkey import SEARCH_KEY
from archive.tables import Article, Event, Hit
from core.clock import as_utc
from core.errors import UserError
from core.query import Query, positive_terms

Sort = Literal["time", "relevance", "score"]


@dataclass(frozen=True, slots=True)
class SearchPage:
    """One page of a search. `total` counts all matches; `cursor` asks for the next page, None after the last.

    Where `total_is_exact` is False there are more than `total`: they were not counted to the end.
    """

    total: int
    items: tuple[Found, ...]
    cursor: str | None
    total_is_exact: bool = True


@patient
def search(connection: Connection, query: Query, *, since: datetime | None = None, until: datetime | None = None,
           sort: Sort = "time", limit: int = 50, cursor: str | None = None,
           aliases: Aliases | None = None) -> SearchPage:
    """The articles that a query matches, published from `since` until before `until`.

    `sort`: time (newest first), relevance (best text match first; time where the query has no words) or score.
    `aliases` gives the canonical names that an `org:` value means. Raises UserError for a cursor of another search.
    """
    if sort == "relevance" and not any(positive_terms(query)):
        sort = "time"
    found = Matches(connection, query, since, until, aliases)
    before = None if cursor is None else cursor_after(cursor, sort, connection.dialect.name)
    page = ranked(connection, found, query, sort, limit + 1, before)
    shown, more = page[:limit], len(page) > limit
    items = found_articles(connection, [match.id for match in shown], query)
    if cursor is None and not more:
        return SearchPage(len(items), items, None)
    total = found.total()
    return SearchPage(total.count, items, cursor_of(sort, shown[-1], connection.dialect.name) if more else None,
                      total.exact)


def ranked(connection: Connection, found: Matches, query: Query, sort: Sort, limit: int,
           before: Match | None) -> list[Match]:
    """The first matches in an order, after the last one of the page before where there was one."""
    if sort == "time":
        return found.newest(limit, before)
    matched = _by_score(found) if sort == "score" else _by_relevance(connection, found, query)
    select = sa.select(matched.c.id, matched.c.rank)
    if before is not None:
        after = sa.tuple_(sa.literal(before.key, sa.Double), sa.literal(before.id, sa.BigInteger))
        select = select.where(sa.tuple_(matched.c.rank, matched.c.id) < after)
    rows = connection.execute(select.order_by(matched.c.rank.desc(), matched.c.id.desc()).limit(limit))
    return [Match(*row) for row in rows]


def _by_score(found: Matches) -> sa.CTE:
    """The matches with the score of their story's best hit, else of their own best event."""
    rank = sa.func.coalesce(_best(Hit.score, Hit.story_id == Article.story_id),
                            _best(Event.score, Event.article_id == Article.id), 0.0)
    return found.all(rank.label("rank"))


def _by_relevance(connection: Connection, found: Matches, query: Query) -> sa.CTE:
    terms = list(positive_terms(query))
    ranks = sqlite_ranks(terms) if connection.dialect.name == "sqlite" else postgresql_ranks(terms)
    on = ranks.c.key == SEARCH_KEY if connection.dialect.name == "sqlite" else ranks.c.id == Article.id
    return found.all(sa.func.coalesce(ranks.c.rank, 0.0).label("rank"), joined=(ranks, on))


def _best(score: Any, of: Any) -> Any:
    return sa.select(sa.func.max(score)).where(of).correlate(Article).scalar_subquery()


def walk_found(connection: Connection, query: Query, *, since: datetime | None = None, until: datetime | None = None,
               aliases: Aliases | None = None, chunk: int = 500) -> Iterator[tuple[Found, ...]]:
    """All matches, the newest first, so many at a time: the memory that it takes does not grow with their number."""
    for ids in Matches(connection, query, since, until, aliases).stream(chunk):
        yield found_articles(connection, ids, query)


def cursor_of(sort: Sort, match: Match, dialect: str) -> str:
    """The cursor of what comes after a match."""
    value = as_utc(match.key).isoformat() if isinstance(match.key, datetime) else match.key
    made_for = f"{sort}/{dialect}" if sort == "time" else sort
    return base64.urlsafe_b64encode(json.dumps([made_for, value, match.id]).encode()).decode().rstrip("=")


def cursor_after(cursor: str, sort: Sort, dialect: str) -> Match:
    """The match that a cursor names. Raises UserError for one of another search or another archive."""
    try:
        made_for, value, id_ = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        sort_of, _, base = made_for.partition("/")
        key: Any = float(value) if sort_of != "time" else \
            value if isinstance(value, int) else datetime.fromisoformat(value)
        id_ = int(id_)
    except (ValueError, TypeError, AttributeError) as failure:
        raise UserError(f"cursor {cursor!r} is not one that a search gave out") from failure
    if sort_of != sort:
        raise UserError(f"cursor {cursor!r} belongs to a search sorted by {sort_of}, not by {sort}")
    if sort == "time" and (base != dialect or isinstance(key, int) != (dialect == "sqlite")):
        raise UserError(f"cursor {cursor!r} belongs to another archive; ask again without it")
    return Match(id_, key)
