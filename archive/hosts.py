"""What hosts ask of us, for all sources and processes: their robots.txt, and until when they want to be left alone."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from archive.catalogue import chunks
from archive.engine import insert
from archive.tables import Host
from core.fetching import HostState

_hosts: Any = Host.__table__


def read(connection: Connection, origins: Collection[str]) -> dict[str, HostState]:
    """What is known of these hosts."""
    return {
        row.origin: HostState(*row)
        for part in chunks(sorted(origins))
        for row in connection.execute(
            sa.select(*(_hosts.c[name] for name in HostState.__slots__)).where(_hosts.c.origin.in_(part))
        )
    }


def keep(connection: Connection, state: HostState) -> None:
    """Remember what a host said."""
    values = asdict(state)
    change = {name: value for name, value in values.items() if name != "origin"}
    connection.execute(
        insert(connection, _hosts).values(values).on_conflict_do_update(index_elements=["origin"], set_=change)
    )
