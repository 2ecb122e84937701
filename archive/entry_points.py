"""Entry points in the database: how each answered, when its own rhythm asks for it again, where it moved."""

from __future__ import annotations

import random
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from archive import rhythm, setbacks
from archive.catalogue import chunks
from archive.engine import insert
from archive.tables import EntryPoint, SourceDay
from core.fetching import Answer, EntryState, Gap, Poll, Rhythm
from core.records import Outcome

READ = {Outcome.OK, Outcome.UNCHANGED, Outcome.EMPTY}

_NOT_MODIFIED = 304
_EARLY = 0.2  # of its interval: so much before its time an entry point is polled along with its source
_entries: Any = EntryPoint.__table__
_KEPT = ("etag", "last_modified", "body_hash", "last_polled_at", "read_at", "outcome", "reason", "next_due_at",
         "good_at", "interval_s", "rate", "peak", "length")


def states(
    connection: Connection, ids: Collection[str], *, everything: bool = False
) -> dict[str, list[EntryState]]:
    """What is known of the entry points of these sources, sitemaps of an index among them.

    With `everything`, none of them waits for a time of its own.
    """
    found: dict[str, list[EntryState]] = {id_: [] for id_ in ids}
    for part in chunks(sorted(ids)):
        for row in connection.execute(sa.select(_entries).where(_entries.c.source_id.in_(part))):
            found[row.source_id].append(
                EntryState(
                    row.source_id,
                    row.kind,
                    row.url,
                    row.etag,
                    row.last_modified,
                    row.body_hash,
                    row.last_polled_at,
                    row.read_at,
                    rhythm=Rhythm(row.good_at, row.interval_s, row.rate, row.peak, row.length),
                    failures=row.failures,
                    due_at=None if everything else _own_time(row),
                )
            )
    return found


def _own_time(row: Any) -> datetime | None:
    if row.next_due_at is None or row.kind == "sitemap":  # an index has no rhythm: its sitemaps have
        return None
    early = 0.0 if row.failures else _EARLY * (row.interval_s or 0.0)
    due: datetime = row.next_due_at - timedelta(seconds=early)
    return due


def is_failure(answer: Answer, state: EntryState) -> bool:
    """Whether a poll failed. A list that had entries and has none now did; one that never had any is just empty."""
    return answer.outcome not in READ or (answer.outcome is Outcome.EMPTY and state.rhythm.length > 0)


def write(
    connection: Connection,
    polls: Sequence[Poll],
    held: Sequence[bool],
    known_since: Mapping[str, datetime],
    now: datetime,
) -> tuple[dict[tuple[str, str], int], list[Gap | None]]:
    """Write how entry points answered: their ids by source and address, and for each poll what it left open.

    Sitemaps of an index get a row of their own. `held`: some entries of the poll wait for the next one.
    `known_since`: when the listed addresses that were known before were discovered.
    """
    rows, gaps = [], []
    for poll, some_wait in zip(polls, held, strict=True):
        learnt, lost = _learn(poll, some_wait, known_since, now)
        rows.append(_row(poll, some_wait, learnt, now))
        since = poll.entry.rhythm.good_at
        gaps.append(Gap(since, now, lost) if lost is not None and since else None)
    if not rows:
        return {}, []
    note_gaps(
        connection,
        [{"source_id": poll.entry.source_id, "day": now.date(), "gaps": 1, "missed": gap.missed}
         for poll, gap in zip(polls, gaps, strict=True) if gap],
    )
    statement = insert(connection, _entries)
    given = statement.excluded
    statement = statement.on_conflict_do_update(
        index_elements=["source_id", "url"],
        # No address at all: what was known still holds. An empty one: it is not elsewhere any more.
        set_={name: given[name] for name in _KEPT}
        | {"failures": sa.case((given.failures == 0, 0), else_=_entries.c.failures + 1)}
        | {"moved_to": sa.func.nullif(sa.func.coalesce(given.moved_to, _entries.c.moved_to), "")},
    ).returning(_entries.c.id, _entries.c.source_id, _entries.c.url)
    unique = list({(row["source_id"], row["url"]): row for row in rows}.values())
    return {(row.source_id, row.url): row.id for row in connection.execute(statement, unique)}, gaps


def _learn(
    poll: Poll, some_wait: bool, known_since: Mapping[str, datetime], now: datetime
) -> tuple[Rhythm, int | None]:
    """The rhythm after a poll, and what was missed before it."""
    present = poll.entry.rhythm
    if is_failure(poll.answer, poll.entry):
        return present, None
    if some_wait:  # the first lists of a large sitemap: not what is published now
        return replace(present, good_at=now, interval=present.interval or rhythm.FIRST.total_seconds()), None
    if not poll.discoveries:
        return rhythm.after(present, rhythm.UNCHANGED, now)
    before = present.good_at
    unseen = sum(1 for d in poll.discoveries if (at := known_since.get(d.url)) is None or before is None or at > before)
    dates = tuple(d.published_at for d in poll.discoveries if d.published_at)
    return rhythm.after(present, rhythm.Listed(len(poll.discoveries), unseen, dates), now)


def _row(poll: Poll, some_wait: bool, learnt: Rhythm, now: datetime) -> dict[str, Any]:
    answer, entry = poll.answer, poll.entry
    # A failed poll says nothing about the list: its old validators still hold.
    proof: Answer | EntryState | None = None if some_wait else answer if answer.outcome in READ else entry
    failures = entry.failures + 1 if is_failure(answer, entry) else 0
    return {
        "source_id": entry.source_id,
        "kind": entry.kind,
        "url": entry.url,
        "etag": proof and proof.etag,
        "last_modified": proof and proof.last_modified,
        "body_hash": proof and proof.body_hash,
        "last_polled_at": answer.at,
        "read_at": answer.at if answer.status != _NOT_MODIFIED and answer.outcome in READ else entry.read_at,
        "outcome": str(answer.outcome),
        "reason": answer.reason or None,
        "failures": failures,
        "next_due_at": now + _wait(poll, learnt, failures),
        "good_at": learnt.good_at,
        "interval_s": learnt.interval,
        "rate": learnt.rate,
        "peak": learnt.peak,
        "length": learnt.length,
        "moved_to": answer.moved_to or ("" if answer.outcome is Outcome.OK else None),
    }


def _wait(poll: Poll, learnt: Rhythm, failures: int) -> timedelta:
    """The time to the next poll. What is not fixed gets some chance, so that a thousand sources do not come at once."""
    asked = timedelta(seconds=poll.answer.retry_after or 0)
    interval = poll.every or timedelta(seconds=learnt.interval or rhythm.FIRST.total_seconds())
    if failures:
        weight = setbacks.weight_of(poll.answer.outcome, poll.answer.reason)
        back_off = setbacks.wait(setbacks.Weight.TEMPORARY if asked else weight, failures, interval)
        return max(asked, min(setbacks.DAY, back_off * _chance(1.0, 1.1)))
    if poll.every:
        return max(asked, interval)
    first = poll.entry.rhythm.good_at is None
    return max(asked, interval * _chance(0.3 if first else 0.85, 1.0))


def _chance(least: float, most: float) -> float:
    return random.uniform(least, most)  # noqa: S311 - nobody has to be unable to guess it


def note_gaps(connection: Connection, gaps: Sequence[dict[str, Any]]) -> None:
    """Add polls without a known entry, and what was missed before them, to the days of their sources."""
    if gaps:
        table: Any = SourceDay.__table__
        statement = insert(connection, table)
        given = statement.excluded
        connection.execute(
            statement.on_conflict_do_update(
                index_elements=["source_id", "day"],
                set_={"gaps": table.c.gaps + given.gaps, "missed": table.c.missed + given.missed},
            ),
            gaps,
        )


def close_gap(connection: Connection, source_id: str, gap: Gap, found: int, *, whole: bool) -> None:
    """Take from a source's day what a look back has brought; `whole`: it has led to what was known, so all is there."""
    table: Any = SourceDay.__table__
    less = gap.missed if whole else min(found, gap.missed)
    changed = {table.c.missed: table.c.missed - less, table.c.gaps: table.c.gaps - int(whole)}
    connection.execute(
        sa.update(table)
        .where(table.c.source_id == source_id, table.c.day == gap.at.date())
        .values({column: sa.case((value > 0, value), else_=0) for column, value in changed.items()})
    )
