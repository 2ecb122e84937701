"""How the archive stands now, in figures for programs that watch: each query reads an index, or a small table."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from archive.claims import not_held
from archive.outbox import UNFINISHED
from archive.tables import Address, Article, Backfill, Delivery, DigestEntry, Route, Run, Source, Trouble
from core.records import AddressState

OVERDUE = timedelta(minutes=10)          # a source that is due for longer has nobody who asks it
DOUBTFUL = ("failed", "possibly_sent")   # messages that ended so, and that a person may try again


@dataclass
class Standing:
    """Numbers and moments. `jobs` is None where there is no queue of jobs in the database."""

    sources: Counter[str] = field(default_factory=Counter)                # well, failing, new
    overdue: int = 0
    troubles: Counter[str] = field(default_factory=Counter)               # by kind
    fetch_queue: Counter[str] = field(default_factory=Counter)            # first, again
    outbox: Counter[tuple[str, str]] = field(default_factory=Counter)     # (route, state)
    held: int = 0
    oldest_waiting: datetime | None = None
    for_digest: Counter[str] = field(default_factory=Counter)             # by route
    stopped: dict[str, bool] = field(default_factory=dict)                # by route
    backfills: int = 0
    last_pass: datetime | None = None
    last_poll: datetime | None = None
    last_article: datetime | None = None
    size: int = 0
    jobs: Counter[tuple[str, str]] | None = None                          # (queue, status)


def standing(connection: Connection, now: datetime) -> Standing:
    """How everything stands."""
    found = Standing()
    _sources(connection, now, found)
    _queues(connection, now, found)
    _outbox(connection, now, found)
    found.last_pass = connection.scalar(
        sa.select(Run.ended_at).where(Run.outcome == "done").order_by(Run.id.desc()).limit(1))
    found.last_article = connection.scalar(sa.select(sa.func.max(Article.seen_at)))
    found.size = _size(connection)
    _jobs(connection, found)
    return found


def _sources(connection: Connection, now: datetime, found: Standing) -> None:
    columns = (Source.failures, Source.last_polled_at, Source.next_due_at, Source.claimed_until)
    for failures, polled, due, claimed in connection.execute(sa.select(*columns).where(Source.enabled)):
        found.sources["new" if polled is None else "failing" if failures else "well"] += 1
        found.overdue += due is not None and due < now - OVERDUE and (claimed is None or claimed < now)
        found.last_poll = max(filter(None, (found.last_poll, polled)), default=None)
    for kind, number in connection.execute(
            sa.select(Trouble.kind, sa.func.count()).where(Trouble.key.is_not(None)).group_by(Trouble.kind)):
        found.troubles[kind] = number


def _queues(connection: Connection, now: datetime, found: Standing) -> None:
    found.fetch_queue["first"] = _waiting(connection, Address.state == str(AddressState.DISCOVERED))
    found.fetch_queue["again"] = _waiting(
        connection, Address.state == str(AddressState.FAILED), Address.next_try_at <= now)
    found.backfills = connection.scalar(
        sa.select(sa.func.count()).select_from(Backfill).where(Backfill.ended_at.is_(None))) or 0


def _waiting(connection: Connection, *conditions: sa.ColumnElement[bool]) -> int:
    """Addresses, counted source by source: only so does SQLite read of the index what it needs, and not all of it."""
    own = sa.select(sa.func.count()).select_from(Address).where(Address.source_id == Source.id, *conditions)
    return int(connection.scalar(sa.select(sa.func.sum(own.scalar_subquery())).select_from(Source)) or 0)


def _outbox(connection: Connection, now: datetime, found: Standing) -> None:
    for route, state, number in connection.execute(
            sa.select(Delivery.route, Delivery.state, sa.func.count())
            .where(Delivery.state.in_((*UNFINISHED, *DOUBTFUL))).group_by(Delivery.route, Delivery.state)):
        found.outbox[route, state] = number
    waiting = (sa.select(sa.func.count(), sa.func.min(Delivery.created_at)).select_from(Delivery)
               .where(Delivery.state.in_(UNFINISHED)))
    everything = connection.execute(waiting).one()[0]
    free, found.oldest_waiting = connection.execute(waiting.where(not_held(now))).one()
    found.held = everything - free
    for route, number in connection.execute(
            sa.select(DigestEntry.route, sa.func.count()).where(DigestEntry.digest_id.is_(None))
            .group_by(DigestEntry.route)):
        found.for_digest[route] = number
    found.stopped = {name: stopped is not None for name, stopped in connection.execute(
        sa.select(Route.name, Route.stopped_at))}


def doubtful(connection: Connection, since: datetime) -> list[tuple[str, str, int]]:
    """Messages that ended in doubt, by route and state."""
    rows = connection.execute(
        sa.select(Delivery.route, Delivery.state, sa.func.count())
        .where(Delivery.state.in_(DOUBTFUL), Delivery.created_at >= since)
        .group_by(Delivery.route, Delivery.state).order_by(Delivery.route, Delivery.state))
    return [(route, state, number) for route, state, number in rows]


def _size(connection: Connection) -> int:
    """Bytes of the database: those of its files with SQLite."""
    if connection.dialect.name == "postgresql":
        return int(connection.scalar(sa.text("SELECT pg_database_size(current_database())")) or 0)
    file = connection.engine.url.database or ""
    return sum(path.stat().st_size for path in (Path(file), Path(f"{file}-wal")) if file and path.is_file())


def _jobs(connection: Connection, found: Standing) -> None:
    """The queue of jobs, where workers use one: its tables are in a schema of their own, and none of ours."""
    if connection.dialect.name != "postgresql":
        return
    schema = connection.scalar(sa.text(
        "SELECT n.nspname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
        "WHERE c.relname = 'procrastinate_jobs' AND c.relkind IN ('r', 'p') LIMIT 1"))
    if schema is None:
        return
    quoted = connection.dialect.identifier_preparer.quote(schema)
    # The words stand in the statement, so that the partial indexes serve. The name is of the catalogue, and quoted.
    query = f"SELECT queue_name, status::text, count(*) FROM {quoted}.procrastinate_jobs"  # noqa: S608
    rows = connection.exec_driver_sql(f"{query} WHERE status IN ('todo', 'doing', 'failed') GROUP BY 1, 2")
    found.jobs = Counter({(queue, state): number for queue, state, number in rows})
