"""What is wrong with sources, from begin to end. Each is told once, again after 1, 3 and 7 days, then weekly, and when
it is over. A row of notices is one thing to tell; whoever tells it takes the row in the transaction of his message.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from archive.engine import insert
from archive.tables import Delivery, Notice, Source, Trouble

_REMINDERS = (timedelta(days=1), timedelta(days=3), timedelta(days=7))
_WEEK = timedelta(days=7)


class Kind(StrEnum):
    """What can be wrong."""

    BROKEN = "broken"          # its polls fail
    SILENT = "silent"          # polls go well, and nothing comes that should
    BURST = "burst"            # many times the usual comes
    EXTRACTION = "extraction"  # its pages are not read as they were
    NETWORK = "network"        # all sources fail: it is not they
    HOLIDAY = "holiday"        # most outlets of a country rest at once; nothing for a person to do


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is wrong now. `source_id` None: with all sources."""

    source_id: str | None
    kind: Kind
    since: datetime
    detail: str

    @property
    def key(self) -> str:
        """What it is as long as it lasts."""
        return f"{self.kind}:{self.source_id or ''}"


@dataclass(frozen=True, slots=True)
class Told:
    """A change to tell."""

    id: int
    change: str  # begun, reminder, over
    kind: str
    source: str | None
    name: str | None
    since: datetime
    detail: str
    ended_at: datetime | None

    def as_json(self) -> dict[str, Any]:
        """For the receipt of a digest."""
        return {"change": self.change, "kind": self.kind, "source": self.source, "name": self.name,
                "since": self.since.isoformat(), "detail": self.detail,
                "ended": self.ended_at.isoformat() if self.ended_at else None}


def open_ones(connection: Connection) -> dict[str, Any]:
    """The rows of what is wrong now, by key."""
    rows = connection.execute(sa.select(Trouble.__table__).where(Trouble.key.is_not(None)).order_by(Trouble.since))
    return {row.key: row for row in rows}


def settle(connection: Connection, findings: Sequence[Finding], kept: set[str], now: datetime) -> int:
    """Bring what is known to be wrong up to what is found now; the number of changes to tell.

    `kept`: keys of troubles of which nothing can be said now; they stay as they are, untold.
    """
    known = open_ones(connection)
    found = {finding.key: finding for finding in findings}
    told = 0
    for key, finding in found.items():
        row = known.get(key)
        if row is None:
            told += _begin(connection, finding, now)
        elif now >= row.found_at + _reminder(row.told):
            mine = connection.execute(sa.update(Trouble).where(Trouble.id == row.id, Trouble.told == row.told).values(
                told=_passed(now - row.found_at), detail=finding.detail))
            told += _tell(connection, row.id, "reminder", finding.detail, now) if mine.rowcount else 0
    for key, row in known.items():
        if key not in found and key not in kept:
            ended = connection.execute(
                sa.update(Trouble).where(Trouble.id == row.id, Trouble.key == key).values(key=None, ended_at=now))
            if ended.rowcount:
                told += _tell(connection, row.id, "over", row.detail, now)
    return told


def _reminder(told: int) -> timedelta:
    """How long after it was found a trouble that was told so often is told again."""
    return _REMINDERS[told - 1] if told <= len(_REMINDERS) else _REMINDERS[-1] + _WEEK * (told - len(_REMINDERS))


def _passed(age: timedelta) -> int:
    """How often a trouble of this age is told when none is told late: missed reminders do not come in a row."""
    told = 1
    while _reminder(told) <= age:
        told += 1
    return told


def _begin(connection: Connection, finding: Finding, now: datetime) -> int:
    made = connection.execute(
        insert(connection, Trouble)
        .values(key=finding.key, source_id=finding.source_id, kind=str(finding.kind), since=finding.since,
                found_at=now, detail=finding.detail, told=1)
        .on_conflict_do_nothing(index_elements=["key"])
        .returning(Trouble.id)
    ).scalar_one_or_none()
    return 0 if made is None else _tell(connection, made, "begun", finding.detail, now)


def _tell(connection: Connection, trouble_id: int, change: str, detail: str, now: datetime) -> int:
    connection.execute(
        sa.insert(Notice).values(trouble_id=trouble_id, change=change, detail=detail, created_at=now)
    )
    return 1


def between(connection: Connection, since: datetime, until: datetime) -> list[Told]:
    """The changes of a digest's window: the windows of a route do not overlap, so each is told once there."""
    return _notices(connection, Notice.created_at > since, Notice.created_at <= until)


def untold(connection: Connection, since: datetime) -> list[Told]:
    """The changes that no message of their own has told, as far as they are not too old for one."""
    return _notices(connection, Notice.delivery_key.is_(None), Notice.created_at > since)


def send(
    connection: Connection, told: Sequence[Told], key: str, route: str, channel: str, payload: dict[str, Any],
    now: datetime,
) -> None:
    """Write the message that tells changes to the outbox, and note in which message each is told."""
    connection.execute(sa.insert(Delivery).values(
        key=key, route=route, channel=channel, kind="health", state="pending", payload=payload, created_at=now,
        attempts=0))
    connection.execute(sa.update(Notice).where(Notice.id.in_([t.id for t in told])).values(delivery_key=key))


def _notices(connection: Connection, *conditions: Any) -> list[Told]:
    query = (
        sa.select(Notice.id, Notice.change, Trouble.kind, Trouble.source_id, Source.name, Trouble.since, Notice.detail,
                  Trouble.ended_at)
        .join(Trouble, Trouble.id == Notice.trouble_id)
        .outerjoin(Source, Source.id == Trouble.source_id)
        .where(*conditions)
        .order_by(Notice.id)
    )
    return [Told(*row) for row in connection.execute(query)]
