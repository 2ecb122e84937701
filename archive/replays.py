"""A replay by many workers: its rule, its ranges of articles, and what each range came to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from archive.engine import Connection
from archive.shards import MOST_ATTEMPTS, free, is_free
from archive.tables import Replay, ReplayShard
from core import process
from core.errors import StopWork

SHARD = 10_000  # articles of a shard: a minute or so of one process

_replays: Any = Replay.__table__
_shards: Any = ReplayShard.__table__


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
    mine = (_replays.c.rule == asked.rule, _replays.c.text == asked.text, _replays.c.annotate == asked.annotate,
            _replays.c.since.is_not_distinct_from(asked.since), _replays.c.until.is_not_distinct_from(asked.until))
    is_open = sa.exists().where(_shards.c.replay_id == _replays.c.id, _shards.c.ended_at.is_(None),
                                _shards.c.problem.is_(None))
    found = connection.scalar(sa.select(_replays.c.id).where(*mine, is_open).order_by(_replays.c.id.desc()).limit(1))
    if found is not None:
        return int(found)
    id_ = connection.execute(sa.insert(_replays).values(
        rule=asked.rule, text=asked.text, annotate=asked.annotate, since=asked.since, until=asked.until, created_at=now,
    ).returning(_replays.c.id)).scalar_one()
    if ranges:
        connection.execute(sa.insert(_shards), [
            {"replay_id": id_, "first": first, "last": last, "articles": number, "attempts": 0, "updated_at": now}
            for first, last, number in ranges])
    return int(id_)


def waiting(connection: Connection, now: datetime, lease: timedelta) -> list[int]:
    """The shards that nobody works on."""
    return free(connection, _shards, now, lease)


def take(connection: Connection, id_: int, now: datetime, lease: timedelta) -> tuple[Any, Asked] | None:
    """Claim a shard: its row, and what is asked. None where there is nothing to do."""
    row = connection.execute(sa.select(_shards).where(_shards.c.id == id_).with_for_update()).one_or_none()
    if row is None or row.ended_at is not None or row.problem is not None or not is_free(row, now, lease):
        return None
    if row.attempts >= MOST_ATTEMPTS:
        fail(connection, id_, f"its worker ended {row.attempts} times in a row", now)
        return None
    connection.execute(sa.update(_shards).where(_shards.c.id == id_).values(
        claimed_by=process.identity(), updated_at=now, attempts=row.attempts + 1))
    asked = connection.execute(sa.select(_replays).where(_replays.c.id == row.replay_id)).one()
    return row, Asked(asked.rule, asked.text, asked.annotate, asked.since, asked.until)


def renew(connection: Connection, id_: int, now: datetime) -> None:
    """Say that this process still works on a shard."""
    connection.execute(sa.update(_shards).where(_mine(id_)).values(updated_at=now))


def settle(connection: Connection, id_: int, found: list[Any], now: datetime) -> None:
    """Write what a shard came to. Raises StopWork where another process has taken it over."""
    done = connection.execute(sa.update(_shards).where(_mine(id_)).values(
        found=found, claimed_by=None, updated_at=now, ended_at=now))
    if done.rowcount != 1:
        raise StopWork("another process has taken over this part of the replay")


def release(connection: Connection, id_: int, now: datetime, *, counts: bool) -> None:
    """Give a shard up for another to take; `counts`: it may be the shard itself that cannot be judged."""
    connection.execute(sa.update(_shards).where(_mine(id_)).values(
        claimed_by=None, updated_at=now, attempts=_shards.c.attempts - (0 if counts else 1)))


def fail(connection: Connection, id_: int, problem: str, now: datetime) -> None:
    """Note why a shard cannot be worked on."""
    connection.execute(sa.update(_shards).where(_shards.c.id == id_).values(
        problem=problem, claimed_by=None, updated_at=now))


def shards(connection: Connection, replay_id: int, *, found: bool = False) -> list[Any]:
    """The shards of a replay in order; with `found` what they came to, too."""
    columns = [column for column in _shards.c if found or column.name != "found"]
    return list(connection.execute(sa.select(*columns).where(_shards.c.replay_id == replay_id).order_by(_shards.c.id)))


def forget(connection: Connection, before: datetime) -> None:
    """Remove replays that are older than anybody asks for."""
    old = sa.select(_replays.c.id).where(_replays.c.created_at < before)
    connection.execute(sa.delete(_shards).where(_shards.c.replay_id.in_(old)))
    connection.execute(sa.delete(_replays).where(_replays.c.created_at < before))


def _mine(id_: int) -> sa.ColumnElement[bool]:
    return sa.and_(_shards.c.id == id_, _shards.c.claimed_by == process.identity(), _shards.c.ended_at.is_(None))
