"""The end of a source's poll: its outcome, how long it has been failing, when it is due again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from archive import rhythm, setbacks
from archive.catalogue import LEASE, chunks, release
from archive.tables import Address, EntryPoint, Source
from core.fetching import SourceSettings
from core.records import AddressState, Outcome

GOOD = {Outcome.OK, Outcome.UNCHANGED, Outcome.EMPTY}

_sources: Any = Source.__table__
_entries: Any = EntryPoint.__table__
_addresses: Any = Address.__table__


@dataclass(frozen=True, slots=True)
class SourceResult:
    """How the poll of a source ended. `failed` where every entry point did; `new`: entries never seen before."""

    source_id: str
    outcome: Outcome
    reason: str = ""
    new: int = 0
    failed: bool = False
    retry_after: float | None = None  # seconds, as the site asked
    unfinished: bool = False  # cut short: it is due again at once


def finish(
    connection: Connection, results: Sequence[SourceResult], sources: Mapping[str, SourceSettings], now: datetime
) -> None:
    """Record how polls ended, set when each source is due again, and give up the claims on them.

    A source is due when the first of its entry points is, or when a page that failed is to be tried again; and never
    before the site allows it.
    """
    results = list({r.source_id: r for r in results}.values())
    ids = [r.source_id for r in results]
    columns = (_sources.c.id, _sources.c.failures, _sources.c.failing_since, _sources.c.last_new_at)
    state = {
        row.id: row
        for part in chunks(ids)
        for row in connection.execute(sa.select(*columns).where(_sources.c.id.in_(part)))
    }
    due = _first_due(connection, ids, sources, now)
    retries = _first_retry(connection, ids)
    rows = [
        _row(result, state[result.source_id], due.get(result.source_id), retries.get(result.source_id),
             sources.get(result.source_id), now)
        for result in results
        if result.source_id in state
    ]
    if rows:
        names = [name for name in rows[0] if name != "key"]
        connection.execute(
            sa.update(_sources)
            .where(_sources.c.id == sa.bindparam("key"))
            .values({name.removeprefix("to_"): sa.bindparam(name) for name in names}),
            rows,
        )
    release(connection, ids)


def _first_due(
    connection: Connection, ids: Sequence[str], sources: Mapping[str, SourceSettings], now: datetime
) -> dict[str, tuple[datetime, float | None]]:
    """When the first entry point of each source is due, and its interval.

    Sitemaps of an index count as long as the index lists them.
    """
    found: dict[str, tuple[datetime, float | None]] = {}
    own = {id_: {entry.url for entry in sources[id_].entries} for id_ in ids if id_ in sources}
    columns = (_entries.c.source_id, _entries.c.url, _entries.c.next_due_at, _entries.c.interval_s,
               _entries.c.last_polled_at)
    for part in chunks(ids):
        for row in connection.execute(sa.select(*columns).where(_entries.c.source_id.in_(part))):
            listed = row.url in own.get(row.source_id, ()) or (row.last_polled_at and row.last_polled_at > now - LEASE)
            if row.next_due_at is not None and listed:
                present = found.get(row.source_id)
                if present is None or row.next_due_at < present[0]:
                    found[row.source_id] = (row.next_due_at, row.interval_s)
    return found


def _first_retry(connection: Connection, ids: Sequence[str]) -> dict[str, datetime]:
    """When the first page of each source that failed is to be tried again."""
    found: dict[str, datetime] = {}
    query = (
        sa.select(_addresses.c.source_id, sa.func.min(_addresses.c.next_try_at))
        .where(_addresses.c.state == str(AddressState.FAILED), _addresses.c.next_try_at.is_not(None))
        .group_by(_addresses.c.source_id)
    )
    for part in chunks(ids):
        found |= {row[0]: row[1] for row in connection.execute(query.where(_addresses.c.source_id.in_(part)))}
    return found


def _row(
    result: SourceResult,
    before: Any,
    due: tuple[datetime, float | None] | None,
    retry: datetime | None,
    source: SourceSettings | None,
    now: datetime,
) -> dict[str, Any]:
    failed = result.failed or result.outcome not in GOOD
    failures = before.failures + 1 if failed else 0
    fixed = source.interval if source else None
    interval = fixed or timedelta(seconds=(due and due[1]) or rhythm.FIRST.total_seconds())
    if due is not None:
        again = due[0]
    elif failed:
        again = now + setbacks.wait(setbacks.weight_of(result.outcome, result.reason), failures, interval)
    else:
        again = now + interval
    if retry is not None and not failed and fixed is None:  # a news page is not to wait for a slow list
        again = min(again, max(retry, now + rhythm.SHORTEST))
    hold = now + timedelta(seconds=result.retry_after) if result.retry_after else None
    if result.unfinished:
        again = now
    return {
        "key": result.source_id,
        "to_last_polled_at": now,
        "to_last_new_at": now if result.new else before.last_new_at,
        "to_next_due_at": max(again, hold or again),
        "to_interval_s": int(interval.total_seconds()),
        "to_failures": failures,
        "to_failing_since": (before.failing_since or now) if failed else None,
        "to_hold_until": hold,
        "to_outcome": str(result.outcome),
        "to_reason": result.reason or None,
    }
