"""What is new since a client last asked, in the order of storing, such that no client ever misses an article.

An article gets its number before its transaction is committed: one with a lower number may come to be seen later than
one with a higher. SQLite has one writer at a time, so there the order of numbers is that of commits. On PostgreSQL each
article knows its transaction, and a client is shown those alone before which nothing can come any more: whose
transaction is older than all that are still open.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from archive.conditions import Aliases, Conditions
from archive.facets import id_table
from archive.found import Found, found_articles
from archive.patience import patient
from archive.tables import Article
from core.clock import now
from core.errors import UserError
from core.query import Query

_ORDER = sa.table("article_order", sa.column("position", sa.BigInteger), sa.column("article_id", sa.BigInteger))
_STORED_BY: sa.ColumnClause[int] = sa.literal_column("articles.stored_by", sa.BigInteger)
# The first transaction that is not yet begun, and the first of this database that may not yet be ended: of those that
# are open, those are left out that are known to work in another database of the server.
_HORIZON = sa.text("""SELECT pg_snapshot_xmax(s)::text::bigint AS coming, coalesce((
    SELECT min(x::text::bigint) FROM pg_snapshot_xip(s) AS x WHERE NOT EXISTS (
        SELECT 1 FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid JOIN pg_database d ON d.oid = a.datid
        WHERE l.locktype = 'transactionid' AND l.mode = 'ExclusiveLock' AND l.granted
        AND d.datname <> current_database()
        AND l.transactionid::text::bigint = (x::text::bigint & 4294967295))),
    pg_snapshot_xmax(s)::text::bigint) AS first_open FROM (SELECT pg_current_snapshot() AS s) AS snapshot""")
_LOOKED_AT = 10_000                          # articles that one call looks at, at most


Place = tuple[int, int]                      # transaction and number; on SQLite 0 and the place in article_order


@dataclass(frozen=True, slots=True)
class Arrivals:
    """What was stored since a cursor, the first first. `cursor` asks for what comes next; there always is one.

    Where `more` is True, ask again at once: the answer was cut, or the query matched little of what was looked at.
    """

    items: tuple[Found, ...]
    cursor: str
    more: bool


@patient
def new_since(connection: Connection, query: Query, cursor: str | None = None, limit: int = 100, *,
              aliases: Aliases | None = None) -> Arrivals:
    """The articles that a query matches and that were stored after the cursor; without one, from the first.

    Raises UserError for a cursor that was not given out by this function.
    """
    after = (0, 0) if cursor is None else _read(cursor)
    arrived = _sqlite(connection, after) if connection.dialect.name == "sqlite" else _postgresql(connection, after)
    wanted = id_table(connection, [id_ for id_, _ in arrived])
    matched = set(connection.scalars(
        sa.select(Article.id).select_from(wanted.join(Article.__table__, Article.id == wanted.c.value))
        .where(Conditions(connection, aliases, now()).of(query))))
    found = [(id_, place) for id_, place in arrived if id_ in matched]
    shown = found[:limit]
    more = len(found) > limit or len(arrived) == _LOOKED_AT
    last = shown[-1][1] if len(found) > limit else arrived[-1][1] if arrived else after
    return Arrivals(found_articles(connection, [id_ for id_, _ in shown], query), _write(last), more)


def now_cursor(connection: Connection) -> str:
    """The cursor of a client that wants to hear of nothing that is stored already."""
    if connection.dialect.name == "sqlite":
        return _write((0, connection.scalar(sa.select(sa.func.max(_ORDER.c.position))) or 0))
    horizon = connection.execute(_HORIZON).one()
    row = connection.execute(sa.select(_STORED_BY, Article.id).select_from(Article)
                             .where(horizon.first_open > _STORED_BY)
                             .order_by(_STORED_BY.desc(), Article.id.desc()).limit(1)).one_or_none()
    return _write((0, 0) if row is None else (row[0], row[1]))


def _sqlite(connection: Connection, after: Place) -> list[tuple[int, Place]]:
    rows = connection.execute(sa.select(_ORDER.c.article_id, _ORDER.c.position).where(_ORDER.c.position > after[1])
                              .order_by(_ORDER.c.position).limit(_LOOKED_AT))
    return [(id_, (0, position)) for id_, position in rows]


def _postgresql(connection: Connection, after: Place) -> list[tuple[int, Place]]:
    """What other servers stored, whose transactions are not those of this one, comes first, as transaction 0."""
    coming, first_open = connection.execute(_HORIZON).one()
    if after[0] >= coming:
        after = (0, 0)                       # the cursor is from another server, too
    found: list[tuple[int, Place]] = []
    of_articles = sa.select(Article.id, _STORED_BY).select_from(Article)
    if after[0] == 0:
        rows = connection.execute(of_articles.where(coming <= _STORED_BY, Article.id > after[1])
                                  .order_by(Article.id).limit(_LOOKED_AT))
        found = [(id_, (0, id_)) for id_, _ in rows]
    if len(found) < _LOOKED_AT:
        place = sa.tuple_(sa.literal(after[0], sa.BigInteger), sa.literal(after[1], sa.BigInteger))
        rows = connection.execute(
            of_articles.where(sa.tuple_(_STORED_BY, Article.id) > place, first_open > _STORED_BY)
            .order_by(_STORED_BY, Article.id).limit(_LOOKED_AT - len(found)))
        found += [(id_, (transaction, id_)) for id_, transaction in rows]
    return found


def _write(place: Place) -> str:
    return base64.urlsafe_b64encode(json.dumps(["new", *place]).encode()).decode().rstrip("=")


def _read(cursor: str) -> Place:
    try:
        made_for, transaction, position = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        place = int(transaction), int(position)
    except (ValueError, TypeError) as failure:
        raise UserError(f"cursor {cursor!r} is not one that was given out for what is new") from failure
    if made_for != "new" or not all(0 <= number < 2**63 for number in place):
        raise UserError(f"cursor {cursor!r} is not one that was given out for what is new")
    return place
