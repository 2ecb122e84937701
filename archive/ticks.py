"""Recurring looks, each once over any number of schedulers."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from archive.engine import Connection, insert
from archive.tables import Tick

_ticks: Any = Tick.__table__


def take(connection: Connection, name: str, every: float, now: datetime) -> bool:
    """Whether this process has the look of the present period; the first that asks has it.

    A turn that lies ahead was written by a clock that was wrong, and counts as none.
    """
    turn = int(now.timestamp() // every)
    statement = insert(connection, _ticks).values(name=name, turn=turn)
    moved = statement.on_conflict_do_update(
        index_elements=["name"], set_={"turn": statement.excluded.turn},
        where=sa.or_(_ticks.c.turn < turn, _ticks.c.turn > turn + 1)).returning(_ticks.c.name)
    return connection.scalar(moved) is not None
