"""The watch list: organisations whose news come first, and that a route may ask for as `@watch`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from archive.engine import Connection, insert
from archive.groups import parents_of
from archive.tables import Watched


def watched(connection: Connection) -> list[dict[str, Any]]:
    """Every organisation of the list: name, since when, by whom."""
    rows = connection.execute(sa.select(Watched.name, Watched.created_at, Watched.author).order_by(Watched.name))
    return [dict(row) for row in rows.mappings()]


def names(connection: Connection) -> frozenset[str]:
    """The names of the list in small letters, as names are compared."""
    return frozenset(name.casefold() for name in connection.scalars(sa.select(Watched.name)))


def add(connection: Connection, name: str, author: str | None, now: datetime) -> bool:
    """Put an organisation on the list. False where it is on it."""
    if name.casefold() in names(connection):
        return False
    connection.execute(insert(connection, Watched).values(name=name, author=author, created_at=now)
                       .on_conflict_do_nothing())
    return True


def remove(connection: Connection, name: str) -> bool:
    """Take an organisation off the list. False where it is not on it."""
    gone = [one for one in connection.scalars(sa.select(Watched.name)) if one.casefold() == name.casefold()]
    connection.execute(sa.delete(Watched).where(Watched.name.in_(gone)))
    return bool(gone)


def watched_among(connection: Connection, parties: Iterable[str]) -> set[str]:
    """Those of the parties that are watched, by themselves or as a unit of a group that is."""
    wanted = names(connection)
    if not wanted:
        return set()
    parties = set(parties)
    parents = parents_of(connection, parties)
    return {party for party in parties if not wanted.isdisjoint(map(str.casefold, with_groups({party}, parents)))}


def with_groups(given: set[str], parents: dict[str, str]) -> set[str]:
    """Names with those of the groups that they belong to."""
    found, above = set(given), set(given)
    while above := {parents[name] for name in above if name in parents} - found:
        found |= above
    return found
