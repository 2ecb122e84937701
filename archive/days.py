"""The days of sources: counted from what the archive holds, kept as the past that the present is compared with."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from statistics import median
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from archive.baseline import Day
from archive.engine import insert
from archive.tables import Article, Fetch, SourceDay

REACH = timedelta(days=35)  # 28 days of past, and the present that is compared with them
_GOOD = ("ok", "unchanged")
_ARTICLE = ("ok", "duplicate")
_NO_ARTICLE = ("empty", "extraction_failed", "too_slow", "too_much_memory", "crashed", "soft_404", "consent_page",
               "login_page", "bot_wall", "needs_javascript")
_table: Any = SourceDay.__table__


def bring_up_to_date(connection: Connection, now: datetime) -> None:
    """Count today and the days that were not counted to their end. A day is counted in full each time."""
    last = connection.scalar(sa.select(sa.func.max(SourceDay.day)).where(SourceDay.polls > 0))
    first = max(last or date.min, (now - REACH).date())
    day = first
    while day <= now.date():
        _write(connection, day)
        day += timedelta(days=1)


def _write(connection: Connection, day: date) -> None:
    start = datetime.combine(day, time(), UTC)
    end = start + timedelta(days=1)
    rows: dict[str, dict[str, Any]] = defaultdict(
        lambda: dict.fromkeys(("polls", "articles", "pages", "unread", "undated", "untitled", "unsigned"), 0)
    )
    _count_fetches(connection, start, end, rows)
    _count_articles(connection, start, end, rows)
    values = [{"source_id": id_, "day": day, "length": None, **row} for id_, row in rows.items()]
    if values:
        statement = insert(connection, _table)
        kept = [name for name in values[0] if name not in {"source_id", "day"}]
        connection.execute(
            statement.on_conflict_do_update(
                index_elements=["source_id", "day"], set_={name: statement.excluded[name] for name in kept}
            ),
            [{"gaps": 0, "missed": 0, **value} for value in values],
        )


def _count_fetches(connection: Connection, start: datetime, end: datetime, rows: dict[str, dict[str, Any]]) -> None:
    page = Fetch.address_id.is_not(None)
    query = (
        sa.select(
            Fetch.source_id,
            sa.func.sum(sa.case((sa.and_(~page, Fetch.outcome.in_(_GOOD)), 1), else_=0)),
            sa.func.sum(sa.case((sa.and_(page, Fetch.outcome.in_((*_ARTICLE, *_NO_ARTICLE))), 1), else_=0)),
            sa.func.sum(sa.case((sa.and_(page, Fetch.outcome.in_(_NO_ARTICLE)), 1), else_=0)),
        )
        .where(Fetch.fetched_at >= start, Fetch.fetched_at < end)
        .group_by(Fetch.source_id)
    )
    for id_, polls, pages, unread in connection.execute(query):
        rows[id_].update(polls=int(polls), pages=int(pages), unread=int(unread))


def _count_articles(connection: Connection, start: datetime, end: datetime, rows: dict[str, dict[str, Any]]) -> None:
    lengths: dict[str, list[int]] = defaultdict(list)
    query = sa.select(
        Article.source_id, sa.func.length(Article.text), Article.published_at == Article.seen_at, Article.title == "",
        Article.authors,
    ).where(Article.seen_at >= start, Article.seen_at < end, Article.backfill_id.is_(None))
    for id_, length, undated, untitled, authors in connection.execute(query):
        row = rows[id_]
        lengths[id_].append(length)
        row["articles"] += 1
        row["undated"] += bool(undated)
        row["untitled"] += bool(untitled)
        row["unsigned"] += not authors
    for id_, found in lengths.items():
        rows[id_]["length"] = int(median(found))


def load(connection: Connection, now: datetime) -> dict[str, list[Day]]:
    """The days of every source, the oldest first; days without a row are not there."""
    found: dict[str, list[Day]] = defaultdict(list)
    columns = (_table.c.day, _table.c.polls, _table.c.articles, _table.c.pages, _table.c.unread, _table.c.length,
               _table.c.undated, _table.c.untitled, _table.c.unsigned)
    query = (
        sa.select(_table.c.source_id, *columns).where(_table.c.day >= (now - REACH).date()).order_by(_table.c.day)
    )
    for id_, *values in connection.execute(query):
        found[id_].append(Day(*values))
    return found


def missed(connection: Connection, now: datetime, days: int = 30, ids: Iterable[str] | None = None) -> dict[str, Any]:
    """What was missed between polls, by source: (polls without a known entry, entries missed in these, estimated)."""
    query = (
        sa.select(SourceDay.source_id, sa.func.sum(SourceDay.gaps), sa.func.sum(SourceDay.missed))
        .where(SourceDay.day > (now - timedelta(days=days)).date())
        .group_by(SourceDay.source_id)
    )
    wanted = None if ids is None else set(ids)
    return {
        id_: (int(gaps), int(number))
        for id_, gaps, number in connection.execute(query)
        if wanted is None or id_ in wanted
    }
