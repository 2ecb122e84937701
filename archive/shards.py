"""What the ledgers of shards have in common: a row is claimed by one process at a time, until it has ended."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from archive.engine import Connection
from core import process

MOST_ATTEMPTS = 20  # takes in a row that brought nothing: the shard itself may be what ends its workers


def is_free(row: Any, now: datetime, lease: timedelta) -> bool:
    """Whether this process may work on a shard: no other that lives has said so lately."""
    holder = row.claimed_by
    return (not holder or holder == process.identity() or process.is_gone(holder)
            or bool(row.updated_at <= now - lease))


def free(connection: Connection, table: Any, now: datetime, lease: timedelta, *conditions: Any) -> list[int]:
    """The shards that wait for somebody."""
    rows = connection.execute(
        sa.select(table.c.id, table.c.claimed_by, table.c.updated_at)
        .where(table.c.ended_at.is_(None), table.c.problem.is_(None), *conditions).order_by(table.c.id))
    return [row.id for row in rows if is_free(row, now, lease)]


def claim(connection: Connection, table: Any, id_: int, now: datetime, lease: timedelta) -> Any | None:
    """Claim a shard: its row as it was. None where there is nothing to do, or nothing comes of it."""
    row = connection.execute(sa.select(table).where(table.c.id == id_).with_for_update()).one_or_none()
    if row is None or row.ended_at is not None or row.problem is not None or not is_free(row, now, lease):
        return None
    if row.attempts >= MOST_ATTEMPTS:
        fail(connection, table, id_, f"its worker ended {row.attempts} times in a row, and nothing came of it", now)
        return None
    connection.execute(sa.update(table).where(table.c.id == id_).values(
        claimed_by=process.identity(), updated_at=now, attempts=row.attempts + 1))
    return row


def mine(table: Any, id_: int) -> sa.ColumnElement[bool]:
    """The condition that a shard is this process's."""
    return sa.and_(table.c.id == id_, table.c.claimed_by == process.identity(), table.c.ended_at.is_(None))


def renew(connection: Connection, table: Any, id_: int, now: datetime) -> None:
    """Say that this process still works on a shard."""
    connection.execute(sa.update(table).where(mine(table, id_)).values(updated_at=now))


def fail(connection: Connection, table: Any, id_: int, problem: str, now: datetime) -> None:
    """Note why a shard cannot be worked on; it is left alone until it is asked for again."""
    connection.execute(sa.update(table).where(table.c.id == id_).values(
        problem=problem, claimed_by=None, updated_at=now))
