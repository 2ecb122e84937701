"""The state of sources in the database: which are due, who polls them, how their last poll ended."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from archive.engine import insert
from archive.tables import EntryPoint, Source
from core import process
from core.fetching import SourceSettings

LEASE = timedelta(minutes=15)  # renewed while the poll goes on; short enough for another host to take over

_T = TypeVar("_T")
_sources: Any = Source.__table__
_entries: Any = EntryPoint.__table__


def sync_sources(connection: Connection, sources: Mapping[str, SourceSettings], now: datetime) -> None:
    """Bring the rows of sources and entry points up to the files. Rows of files that are gone stay, switched off."""
    known = {
        row.id: row
        for row in connection.execute(
            sa.select(_sources.c.id, _sources.c.name, _sources.c.country, _sources.c.language, _sources.c.enabled)
        )
    }
    wanted = {
        id_: {"name": s.name, "country": s.country, "language": s.language, "enabled": s.enabled}
        for id_, s in sources.items()
    }
    new = [{"id": id_, "added_at": now, "failures": 0, **values} for id_, values in wanted.items() if id_ not in known]
    changed = [
        {"key": id_, **values}
        for id_, values in wanted.items()
        if id_ in known and any(getattr(known[id_], k) != v for k, v in values.items())
    ]
    gone = [{"key": id_} for id_, row in known.items() if id_ not in wanted and row.enabled]
    if new:
        connection.execute(insert(connection, _sources).on_conflict_do_nothing(), new)
    if changed:
        connection.execute(
            sa.update(_sources)
            .where(_sources.c.id == sa.bindparam("key"))
            .values(
                name=sa.bindparam("name"),
                country=sa.bindparam("country"),
                language=sa.bindparam("language"),
                enabled=sa.bindparam("enabled"),
            ),
            changed,
        )
    if gone:
        connection.execute(sa.update(_sources).where(_sources.c.id == sa.bindparam("key")).values(enabled=False), gone)
    there = {(row.source_id, row.url) for row in connection.execute(sa.select(_entries.c.source_id, _entries.c.url))}
    points = [
        {"source_id": id_, "kind": e.kind, "url": e.url, "failures": 0}
        for id_, s in sources.items()
        for e in s.entries
        if (id_, e.url) not in there
    ]
    if points:
        connection.execute(insert(connection, _entries).on_conflict_do_nothing(), points)


def due_sources(
    connection: Connection,
    sources: Mapping[str, SourceSettings],
    now: datetime,
    *,
    everything: bool = False,
    only: Collection[str] | None = None,
    ahead: timedelta = timedelta(),
) -> list[str]:
    """Ids of enabled sources that are to be polled now, or are due so soon that no later look would be in time.

    The longest waiting come first.

    `everything` ignores due times, but not that a site asked for patience (Retry-After). `only` names the sources
    that may be polled, whatever the time. Sources that a living process polls are left out, and those in their quiet
    hours, unless they are named.
    """
    query = sa.select(
        _sources.c.id, _sources.c.hold_until, _sources.c.claimed_by, _sources.c.claimed_until
    ).order_by(_sources.c.next_due_at.asc().nulls_first(), _sources.c.id)
    if not everything and only is None:
        query = query.where(sa.or_(_sources.c.next_due_at.is_(None), _sources.c.next_due_at <= now + ahead))
    rows = connection.execute(query).all()
    void = _void(row.claimed_by for row in rows)
    return [
        row.id
        for row in rows
        if row.id in sources
        and (sources[row.id].enabled if only is None else row.id in only)
        and (only is not None or row.hold_until is None or row.hold_until <= now)
        and (only is not None or not sources[row.id].rests_at(now))
        and (row.claimed_by is None or row.claimed_by in void or row.claimed_until is None or row.claimed_until <= now)
    ]


def held(connection: Connection, now: datetime) -> tuple[dict[str, datetime], dict[str, str]]:
    """Until when sites asked to be left alone, and which other living processes poll sources; both by source."""
    query = sa.select(_sources.c.id, _sources.c.hold_until, _sources.c.claimed_by, _sources.c.claimed_until)
    rows = connection.execute(query).all()
    void = _void(row.claimed_by for row in rows) | {process.identity()}
    asked = {row.id: row.hold_until for row in rows if row.hold_until and row.hold_until > now}
    polled = {
        row.id: row.claimed_by
        for row in rows
        if row.claimed_by and row.claimed_by not in void and row.claimed_until and row.claimed_until > now
    }
    return asked, polled


def _void(holders: Iterable[str | None]) -> set[str]:
    """The claims that hold no longer because their process is gone."""
    return {h for h in {h for h in holders if h} if h != process.identity() and process.is_gone(h)}


def claim(connection: Connection, ids: Collection[str], now: datetime, lease: timedelta = LEASE) -> set[str]:
    """Claim sources for this process; the ids that it got. Two processes never get the same one."""
    mine, wanted = process.identity(), sorted(ids)
    void = _void(
        connection.scalars(sa.select(_sources.c.claimed_by).where(_sources.c.claimed_by.is_not(None)).distinct())
    )
    got: set[str] = set()
    for part in chunks(wanted):
        free = sa.or_(
            _sources.c.claimed_by.is_(None),
            _sources.c.claimed_by.in_([mine, *void]),
            _sources.c.claimed_until.is_(None),
            _sources.c.claimed_until <= now,
        )
        got.update(
            connection.scalars(
                sa.update(_sources)
                .where(_sources.c.id.in_(part), free)
                .values(claimed_by=mine, claimed_until=now + lease)
                .returning(_sources.c.id)
            )
        )
    return got


def renew(connection: Connection, now: datetime, lease: timedelta = LEASE) -> None:
    """Extend all claims of this process; to be called at least once in half a lease."""
    connection.execute(
        sa.update(_sources).where(_sources.c.claimed_by == process.identity()).values(claimed_until=now + lease)
    )


def release(connection: Connection, ids: Collection[str]) -> None:
    """Give up this process's claims on these sources."""
    for part in chunks(sorted(ids)):
        connection.execute(
            sa.update(_sources)
            .where(_sources.c.id.in_(part), _sources.c.claimed_by == process.identity())
            .values(claimed_by=None, claimed_until=None)
        )


def chunks(items: Sequence[_T], size: int = 500) -> Iterable[Sequence[_T]]:
    """The items in parts that fit into one statement's parameters."""
    for start in range(0, len(items), size):
        yield items[start : start + size]
