"""Passes over the sources: when each began and ended, and what it did."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from archive.tables import Run
from core import process


def begin(connection: Connection, kind: str, now: datetime) -> int:
    """Record the start of a pass. Passes of processes that are gone are closed as interrupted on the way."""
    open_runs = connection.execute(sa.select(Run.id, Run.process).where(Run.ended_at.is_(None))).all()
    dead = [id_ for id_, holder in open_runs if process.is_gone(holder)]
    if dead:
        connection.execute(sa.update(Run).where(Run.id.in_(dead)).values(ended_at=now, outcome="interrupted"))
    return connection.execute(
        sa.insert(Run).values(kind=kind, process=process.identity(), started_at=now).returning(Run.id)
    ).scalar_one()


def end(connection: Connection, run_id: int, outcome: str, summary: dict[str, Any], now: datetime) -> None:
    """Record how a pass ended: done, failed or interrupted."""
    connection.execute(sa.update(Run).where(Run.id == run_id).values(ended_at=now, outcome=outcome, summary=summary))
