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
