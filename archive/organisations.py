"""One organisation as the archive knows it, and the organisations that a name may mean."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa

from archive.engine import Connection
from archive.tables import EventParty, Mention, Organisation
from core.errors import NotFoundError
from core.text import fold

MOST = 50


def organisation(connection: Connection, name: str) -> dict[str, Any]:
    """The facts of an organisation: type, country, group, units, and how many articles name it. NotFoundError."""
    row = connection.execute(sa.select(Organisation).where(Organisation.name == name)).mappings().first()
    if row is None:
        raise NotFoundError(f"the archive has no organisation {name[:80]!r}")
    units = connection.scalars(sa.select(Organisation.name).where(Organisation.parent == name)
                               .order_by(Organisation.name).limit(MOST))
    named = sa.select(sa.func.count(sa.distinct(Mention.article_id))).where(Mention.organisation_id == row["id"])
    taking = sa.select(sa.func.count(sa.distinct(EventParty.event_id))).where(EventParty.organisation_id == row["id"])
    return {"name": row["name"], "type": row["type"], "country": row["country"], "parent": row["parent"],
            "known": row["known"], "units": list(units), "articles": connection.scalar(named) or 0,
            "events": connection.scalar(taking) or 0}


def named_like(connection: Connection, text: str, meant: Collection[str] = ()) -> list[str]:
    """The organisations of the archive that a text may mean: those of `meant`, then those whose name holds it."""
    sought = fold(text.strip())
    names = list(connection.scalars(sa.select(Organisation.name).order_by(Organisation.name)))
    wanted = set(meant)
    # Compared here and not by lower(), which SQLite knows for ASCII only.
    ranked = [(0 if name in wanted else 1 if fold(name).startswith(sought) else 2, name) for name in names
              if name in wanted or (sought and sought in fold(name))]
    return [name for _, name in sorted(ranked)[:MOST]]
