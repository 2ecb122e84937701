"""Whose turn it is at a host: of all processes, one at a time asks it, and the next no sooner than its pace allows.

A turn is a claim like that of a source: it ends by itself after a while, and at once where its process is gone.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from archive.catalogue import LEASE, chunks
from archive.engine import insert
from archive.tables import HostTurn
from core import process

_turns: Any = HostTurn.__table__


def take(connection: Connection, hosts: Collection[str], now: datetime, lease: timedelta = LEASE, pace: float = 0.0
         ) -> set[str]:
    """Take turns at hosts for this process; those that it got, or had already.

    Nobody knows when a process that is gone asked last: its hosts are left alone for the usual `pace`, in seconds.
    """
    if not hosts:
        return set()
    mine = process.identity()
    others = connection.scalars(sa.select(_turns.c.held_by).where(_turns.c.held_by.is_not(None)).distinct())
    if void := [holder for holder in others if holder != mine and process.is_gone(holder)]:
        connection.execute(sa.update(_turns).where(_turns.c.held_by.in_(void)).values(
            held_by=None, held_until=None, free_at=now + timedelta(seconds=pace)))
    statement = insert(connection, _turns)
    given = statement.excluded
    ready = sa.or_(_turns.c.free_at.is_(None), _turns.c.free_at <= now)
    free = sa.or_(_turns.c.held_by.is_(None), _turns.c.held_until <= now)
    statement = statement.on_conflict_do_update(
        index_elements=["host"],
        set_={"held_by": given.held_by, "held_until": given.held_until},
        where=sa.or_(_turns.c.held_by == mine, sa.and_(free, ready)),
    ).returning(_turns.c.host)
    # In one order, so that two processes on PostgreSQL never wait for each other.
    rows = [{"host": host, "held_by": mine, "held_until": now + lease} for host in sorted(hosts)]
    return set(connection.scalars(statement, rows))


def give_back(connection: Connection, free_at: Mapping[str, datetime]) -> None:
    """End this process's turns at hosts, each with the time from which on the next may ask."""
    if free_at:
        connection.execute(
            sa.update(_turns)
            .where(_turns.c.host == sa.bindparam("key"), _turns.c.held_by == process.identity())
            .values(held_by=None, held_until=None, free_at=sa.bindparam("again")),
            [{"key": host, "again": moment} for host, moment in sorted(free_at.items())],
        )


def renew(connection: Connection, now: datetime, lease: timedelta = LEASE) -> None:
    """Extend all turns of this process."""
    connection.execute(
        sa.update(_turns).where(_turns.c.held_by == process.identity()).values(held_until=now + lease)
    )


def waits(connection: Connection, hosts: Collection[str], now: datetime) -> dict[str, tuple[str | None, datetime]]:
    """Hosts at which another process has its turn, or had it just now: the holder, and until when that holds."""
    found: dict[str, tuple[str | None, datetime]] = {}
    for part in chunks(sorted(hosts)):
        for row in connection.execute(sa.select(_turns).where(_turns.c.host.in_(part))):
            if row.held_by and row.held_until > now and row.held_by != process.identity():
                found[row.host] = (row.held_by, row.held_until)
            elif row.free_at and row.free_at > now:
                found[row.host] = (None, row.free_at)
    return found
