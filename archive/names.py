"""From what people write to the organisations that the archive knows by that name."""

from __future__ import annotations

from collections.abc import Collection
from difflib import get_close_matches

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from archive.groups import line_of
from archive.tables import Organisation
from core.errors import NotFoundError
from core.text import fold


def named(connection: Connection, name: str, aliases: Collection[str] = ()) -> list[str]:
    """The canonical names that a name means, that very name (in any case) before those that `aliases` hold.

    Raises NotFoundError, with what comes near, for one that the archive does not know.
    """
    known = list(connection.scalars(sa.select(Organisation.name).order_by(Organisation.name)))
    found = [one for one in known if one in aliases or fold(one) == fold(name)]
    if not found:
        by_fold = {fold(one): one for one in known}
        near = [by_fold[one] for one in get_close_matches(fold(name), by_fold, 3, 0.75)]
        more = f"; is it {' or '.join(near)}?" if near else ""
        raise NotFoundError(f"the archive knows no organisation {name!r}{more}")
    return sorted(found, key=lambda one: fold(one) != fold(name))


def units_of(connection: Connection, names: Collection[str]) -> list[str]:
    """The organisations below these in their groups."""
    parents = {name: parent for name, parent in connection.execute(
        sa.select(Organisation.name, Organisation.parent).where(Organisation.parent.is_not(None))) if parent}
    return sorted(name for name in parents if not set(line_of(name, parents)[1:]).isdisjoint(names))
