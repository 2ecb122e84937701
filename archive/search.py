"""Search the archive: a query in, a page of articles out, the same rows on SQLite and PostgreSQL."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from archive.conditions import Aliases, Conditions
from archive.found import Found, found_articles
from archive.fulltext import postgresql_ranks, sqlite_ranks
from archive.tables import Article, Event, Hit
from core.clock import as_utc, now
from core.errors import UserError
from core.query import Query, positive_terms

Sort = Literal["time", "relevance", "score"]


@dataclass(frozen=True, slots=True)
class SearchPage:
    """One page of a search. `total` counts all matches; `cursor` asks for the next page, None after the last."""

    total: int
    items: tuple[Found, ...]
    cursor: str | None


def search(connection: Connection, query: Query, *, since: datetime | None = None, until: datetime | None = None,
           sort: Sort = "time", limit: int = 50, cursor: str | None = None,
           aliases: Aliases | None = None) -> SearchPage:
    """The articles that a query matches, published from `since` until before `until`.

    `sort`: time (newest first), relevance (best text match first; time where the query has no words) or score.
    `aliases` gives the canonical names that an `org:` value means. Raises UserError for a cursor of another search.
    """
    if sort == "relevance" and not any(positive_terms(query)):
        sort = "time"
    matched = _matched(connection, query, since, until, sort, aliases)
    rest = sa.select(matched.c.id, matched.c.key)
    if cursor is not None:
        rest = rest.where(sa.tuple_(matched.c.key, matched.c.id) < sa.tuple_(*_after(cursor, sort, matched.c.key.type)))
    page = rest.order_by(matched.c.key.desc(), matched.c.id.desc()).limit(limit + 1).subquery("page")
    counted = sa.select(sa.func.count().label("total")).select_from(matched).subquery("counted")
    # One statement for both, so that the matches are found once.
    rows = connection.execute(
        sa.select(counted.c.total, page.c.id, page.c.key).select_from(counted.outerjoin(page, sa.true()))
        .order_by(page.c.key.desc(), page.c.id.desc())).all()
    shown = [row for row in rows if row.id is not None][:limit]
    items = found_articles(connection, [row.id for row in shown], query)
    more = len(rows) > limit
    return SearchPage(rows[0].total, items, _cursor(sort, shown[-1].key, shown[-1].id) if more else None)


def _matched(connection: Connection, query: Query, since: datetime | None, until: datetime | None, sort: Sort,
             aliases: Aliases | None) -> sa.CTE:
    """(id, key) of all matches. Materialised: a planner that follows the order instead finds rare words slowly."""
    where = [Conditions(connection, aliases, now()).of(query)]
    if since is not None:
        where.append(Article.published_at >= since)
    if until is not None:
        where.append(Article.published_at < until)
    source: sa.FromClause = Article.__table__
    key: Any = Article.published_at
    if sort == "score":
        key = sa.func.coalesce(_best(Hit.score, Hit.story_id == Article.story_id),
                               _best(Event.score, Event.article_id == Article.id), 0.0)
    elif sort == "relevance":
        terms = list(positive_terms(query))
        ranks = sqlite_ranks(terms) if connection.dialect.name == "sqlite" else postgresql_ranks(terms)
        source = source.outerjoin(ranks, ranks.c.id == Article.id)
        key = sa.func.coalesce(ranks.c.rank, 0.0)
    found = sa.select(Article.id.label("id"), key.label("key")).select_from(source).where(*where)
    return found.cte("matched").prefix_with("MATERIALIZED")


def _best(score: Any, of: Any) -> Any:
    return sa.select(sa.func.max(score)).where(of).correlate(Article).scalar_subquery()


def _cursor(sort: Sort, key: Any, id_: int) -> str:
    value = as_utc(key).isoformat() if isinstance(key, datetime) else key
    return base64.urlsafe_b64encode(json.dumps([sort, value, id_]).encode()).decode().rstrip("=")


def _after(cursor: str, sort: Sort, kind: sa.types.TypeEngine[Any]) -> tuple[Any, Any]:
    try:
        made_for, value, id_ = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        key = datetime.fromisoformat(value) if sort == "time" else float(value)
        id_ = int(id_)
    except (ValueError, TypeError) as failure:
        raise UserError(f"cursor {cursor!r} is not one that a search gave out") from failure
    if made_for != sort:
        raise UserError(f"cursor {cursor!r} belongs to a search sorted by {made_for}, not by {sort}")
    return sa.literal(key, kind), sa.literal(id_, sa.BigInteger)
