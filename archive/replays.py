"""A replay by many workers: its rule, its ranges of articles, and what each range came to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from archive.engine import Connection
from archive.shards import claim, free, mine
from archive.tables import Replay, ReplayShard
from core.errors import StopWork

SHARD = 10_000  # articles of a shard: a minute or so of one process

_replays: Any = Replay.__table__
ledger: Any = ReplayShard.__table__


@dataclass(frozen=True, slots=True)
class Asked:
    """A rule that is to be tried, and on what."""

    rule: str
    text: str
    annotate: bool
    since: datetime | None
    until: datetime | None


def begin(connection: Connection, asked: Asked, ranges: Sequence[tuple[int, int, int]], now: datetime) -> int:
    """Leave a replay to workers. The same that is under way already, or was interrupted, goes on."""
    same = (_replays.c.rule == asked.rule, _replays.c.text == asked.text, _replays.c.annotate == asked.annotate,
            _replays.c.since.is_not_distinct_from(asked.since), _replays.c.until.is_not_distinct_from(asked.until))
    is_open = sa.exists().where(ledger.c.replay_id == _replays.c.id, ledger.c.ended_at.is_(None),
                                ledger.c.problem.is_(None))
    found = connection.scalar(sa.select(_replays.c.id).where(*same, is_open).order_by(_replays.c.id.desc()).limit(1))
    if found is not None:
        return int(found)
    id_ = connection.execute(sa.insert(_replays).values(
        rule=asked.rule, text=asked.text, annotate=asked.annotate, since=asked.since, until=asked.until, created_at=now,
    ).returning(_replays.c.id)).scalar_one()
    if ranges:
        connection.execute(sa.insert(ledger), [
            {"replay_id": id_, "first": first, "last": last, "articles": number, "attempts": 0, "updated_at": now}
            for first, last, number in ranges])
    return int(id_)


def waiting(connection: Connection, now: datetime, lease: timedelta) -> list[int]:
    """The shards that nobody works on."""
    return free(connection, ledger, now, lease)


def take(connection: Connection, id_: int, now: datetime, lease: timedelta) -> tuple[Any, Asked] | None:
    """Claim a shard: its row, and what is asked. None where there is nothing to do."""
    row = claim(connection, ledger, id_, now, lease)
    if row is None:
        return None
    asked = connection.execute(sa.select(_replays).where(_replays.c.id == row.replay_id)).one()
    return row, Asked(asked.rule, asked.text, asked.annotate, asked.since, asked.until)


def settle(connection: Connection, id_: int, found: list[Any], now: datetime) -> None:
    """Write what a shard came to. Raises StopWork where another process has taken it over."""
    done = connection.execute(sa.update(ledger).where(mine(ledger, id_)).values(
        found=found, claimed_by=None, updated_at=now, ended_at=now))
    if done.rowcount != 1:
        raise StopWork("another process has taken over this part of the replay")


def release(connection: Connection, id_: int, now: datetime, *, counts: bool) -> None:
    """Give a shard up for another to take; `counts`: it may be the shard itself that cannot be judged."""
    connection.execute(sa.update(ledger).where(mine(ledger, id_)).values(
        claimed_by=None, updated_at=now, attempts=ledger.c.attempts - (0 if counts else 1)))


def shards(connection: Connection, replay_id: int, *, found: bool = False) -> list[Any]:
    """The shards of a replay in order; with `found` what they came to, too."""
    columns = [column for column in ledger.c if found or column.name != "found"]
    return list(connection.execute(sa.select(*columns).where(ledger.c.replay_id == replay_id).order_by(ledger.c.id)))


def forget(connection: Connection, before: datetime) -> None:
    """Remove replays that are older than anybody asks for."""
    old = sa.select(_replays.c.id).where(_replays.c.created_at < before)
    connection.execute(sa.delete(ledger).where(ledger.c.replay_id.in_(old)))
    connection.execute(sa.delete(_replays).where(_replays.c.created_at < before))
