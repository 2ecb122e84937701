"""The ledger of addresses: every one that was ever discovered, each in exactly one named state.

All functions work on batches inside the caller's transaction: nothing costs a statement for each row.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from archive import entry_points
from archive.catalogue import chunks
from archive.engine import insert
from archive.tables import Address, Article, Fetch
from core.fetching import Answer, FetchOrder, FetchReport, Gap, Poll, Recorded
from core.records import AddressState, Discovery, Outcome

FIRST_RETRY = timedelta(minutes=2)  # most that fail are well again soon; then four times as long each time
LONGEST_RETRY = timedelta(days=1)
WEEKLY_AFTER = 8  # failures in a row; from then on one try a week
WEEK = timedelta(days=7)
CORRECTIONS_FOR = timedelta(days=14)  # after the last fetch, a changed entry does not bring an article in again
MOST_VERSIONS = 10

_addresses: Any = Address.__table__
_articles: Any = Article.__table__
_waits = _addresses.c.state.in_([str(AddressState.DISCOVERED), str(AddressState.FAILED)])


def record_polls(
    connection: Connection, polls: Sequence[Poll], now: datetime, *, run_id: int | None = None
) -> list[Recorded]:
    """Write what polls discovered and how they ended; for each poll the addresses that are to be fetched now.

    Those are new ones, ones left from before, failed ones whose time has come, and stored ones that the feed says
    were changed. The validators of an entry point are written in the same transaction as its discoveries, and not
    at all while some of these wait for the next poll: whatever happens, an entry is listed again until it is known.
    """
    known = _known(connection, {d.url for poll in polls for d in poll.discoveries})
    fresh: list[dict[str, Any]] = []
    held: list[bool] = []
    wanted = [_wanted(poll, known) for poll in polls]
    for poll, entries in zip(polls, wanted, strict=True):
        unknown = [d for d in entries if d.url not in known]
        taken = unknown[: poll.limit]
        held.append(len(unknown) > len(taken))
        fresh += [_row(poll.entry.source_id, d, now) for d in taken]
    inserted = _insert(connection, fresh)
    changed: list[dict[str, Any]] = []
    orders = [_orders(poll, entries, known, inserted, changed, now)
              for poll, entries in zip(polls, wanted, strict=True)]
    _reopen(connection, changed)
    known_since = {url: row.discovered_at for url, row in known.items()}
    own = [(poll, some_wait) for poll, some_wait in zip(polls, held, strict=True) if poll.gap is None]
    ids, gaps = entry_points.write(connection, [poll for poll, _ in own], [some for _, some in own], known_since, now)
    _write_fetches(connection, polls, ids, run_id)
    left_open = iter(gaps)
    recorded = []
    for poll, ordered in zip(polls, orders, strict=True):
        new = sum(d.url in inserted for d in poll.discoveries)
        overlap = poll.gap is not None and _overlaps(poll.discoveries, known, poll.gap) is not None
        gap = poll.gap or next(left_open, None)
        recorded.append(Recorded(tuple(ordered), new, len(poll.discoveries), gap, overlap))
        if poll.gap:
            entry_points.close_gap(connection, poll.entry.source_id, poll.gap, new, whole=overlap)
    return recorded


def _overlaps(entries: Sequence[Discovery], known: Mapping[str, Any], gap: Gap) -> int | None:
    """The place of the first entry that was known before the gap; None where there is none."""
    return next(
        (i for i, d in enumerate(entries) if d.url in known and known[d.url].discovered_at <= gap.since), None
    )


def _wanted(poll: Poll, known: Mapping[str, Any]) -> Sequence[Discovery]:
    """What a poll brings in: all that it lists. Of a look back, only what fell into the gap.

    That is told by an entry's date, which may be no more than a day; without one, it stands before all that was known.
    """
    if poll.gap is None:
        return poll.discoveries
    since, last = poll.gap.since, _overlaps(poll.discoveries, known, poll.gap)
    undated = poll.discoveries[:last]
    return [
        d for i, d in enumerate(poll.discoveries)
        if (i < len(undated) if d.published_at is None else d.published_at >= since or _is_day(d.published_at, since))
    ]


def _is_day(moment: datetime, since: datetime) -> bool:
    """Whether a date without a time is of that day or later."""
    return moment.time() == time() and moment.date() >= since.date()


def _known(connection: Connection, urls: Collection[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    columns = (
        _addresses.c.id,
        _addresses.c.url,
        _addresses.c.source_id,
        _addresses.c.state,
        _addresses.c.discovered_at,
        _addresses.c.next_try_at,
        _addresses.c.fetched_at,
        _addresses.c.title_hint,
        _addresses.c.published_hint,
        _addresses.c.updated_hint,
        _addresses.c.etag,
        _addresses.c.last_modified,
        _articles.c.title.label("article_title"),
        _articles.c.version,
    )
    for part in chunks(sorted(urls)):
        query = (
            sa.select(*columns)
            .outerjoin(_articles, _articles.c.id == _addresses.c.article_id)
            .where(_addresses.c.url.in_(part))
        )
        found |= {row.url: row for row in connection.execute(query)}
    return found


def _row(source_id: str, discovery: Discovery, now: datetime) -> dict[str, Any]:
    return {
        "url": discovery.url,
        "source_id": source_id,
        "state": str(AddressState.DISCOVERED),
        "discovered_at": now,
        "attempts": 0,
        "title_hint": discovery.title,
        "published_hint": discovery.published_at,
        "updated_hint": discovery.updated_at,
    }


def _insert(connection: Connection, rows: list[dict[str, Any]]) -> dict[str, int]:
    """Insert addresses; ids by address of those that were not there. What another process wrote first is its own."""
    unique = list({row["url"]: row for row in rows}.values())
    if not unique:
        return {}
    statement = (
        insert(connection, _addresses)
        .on_conflict_do_nothing(index_elements=["url"])
        .returning(_addresses.c.id, _addresses.c.url)
    )
    return {row.url: row.id for row in connection.execute(statement, unique)}


def _orders(
    poll: Poll,
    entries: Sequence[Discovery],
    known: Mapping[str, Any],
    inserted: Mapping[str, int],
    changed: list[dict[str, Any]],
    now: datetime,
) -> list[FetchOrder]:
    source_id, orders = poll.entry.source_id, []
    for entry in entries:
        if entry.url in inserted:
            orders.append(
                FetchOrder(
                    inserted[entry.url], source_id, entry.url, title_hint=entry.title, published_hint=entry.published_at
                )
            )
            continue
        row = known.get(entry.url)
        if row is None or row.source_id != source_id:
            continue
        waits = row.state in {AddressState.DISCOVERED, AddressState.FAILED} and (
            row.next_try_at is None or row.next_try_at <= now
        )
        corrected = not waits and _is_changed(row, entry, poll, now)
        if corrected:
            changed.append(
                {"key": row.id, "title": entry.title or row.title_hint, "updated": entry.updated_at or row.updated_hint}
            )
        if waits or corrected:
            orders.append(_order(row, entry.title))
    return orders


def _is_changed(row: Any, entry: Discovery, poll: Poll, now: datetime) -> bool:
    """Whether a feed says that a stored article was changed since it was fetched.

    Only feeds are believed: a listing's titles are shortened at will. Where a feed gives dates of changes they
    decide; a title counts only where it differs from the article's own too, for two feeds may word it differently.
    """
    if row.state != AddressState.STORED or poll.entry.kind not in {"feed", "json"}:
        return False
    if row.fetched_at is None or row.fetched_at < now - CORRECTIONS_FOR or (row.version or 1) >= MOST_VERSIONS:
        return False
    if entry.updated_at is not None and (row.updated_hint is not None or entry.updated_at > row.fetched_at):
        return bool(entry.updated_at > (row.updated_hint or row.fetched_at))
    return bool(entry.title and row.title_hint and entry.title not in {row.title_hint, row.article_title})


def _order(row: Any, title: str | None = None) -> FetchOrder:
    return FetchOrder(
        row.id, row.source_id, row.url, row.etag, row.last_modified, title or row.title_hint, row.published_hint
    )


def _reopen(connection: Connection, changed: list[dict[str, Any]]) -> None:
    """Put changed articles back to `discovered`, so that they are fetched again even if this process dies now."""
    if changed:
        connection.execute(
            sa.update(_addresses)
            .where(_addresses.c.id == sa.bindparam("key"))
            .values(
                state=str(AddressState.DISCOVERED),
                next_try_at=None,
                attempts=0,
                title_hint=sa.bindparam("title"),
                updated_hint=sa.bindparam("updated"),
            ),
            list({c["key"]: c for c in changed}.values()),
        )


def _write_fetches(
    connection: Connection, polls: Sequence[Poll], ids: Mapping[tuple[str, str], int], run_id: int | None
) -> None:
    if polls:
        connection.execute(
            sa.insert(Fetch),
            [
                {
                    "run_id": run_id,
                    "source_id": p.entry.source_id,
                    "entry_point_id": ids.get((p.entry.source_id, p.entry.url)),
                    "address_id": None,
                    "url": p.entry.url,
                    **_answered(p.answer),
                }
                for p in polls
            ],
        )


def _answered(answer: Answer) -> dict[str, Any]:
    return {
        "outcome": str(answer.outcome),
        "reason": answer.reason or None,
        "status": answer.status,
        "size": answer.size,
        "duration_ms": answer.duration_ms,
        "fetched_at": answer.at,
    }


def left_over(
    connection: Connection, source_ids: Collection[str], now: datetime, *, limit: int = 500
) -> dict[str, list[FetchOrder]]:
    """Addresses that wait from an earlier run, by source: never fetched, or failed and due; at most `limit` of each."""
    found: dict[str, list[FetchOrder]] = {}
    for part in chunks(sorted(source_ids)):
        place = (
            sa.func.row_number()
            .over(partition_by=_addresses.c.source_id, order_by=_addresses.c.id.desc())
            .label("place")
        )
        waiting = (
            sa.select(_addresses, place)
            .where(
                _addresses.c.source_id.in_(part),
                _waits,
                sa.or_(_addresses.c.next_try_at.is_(None), _addresses.c.next_try_at <= now),
            )
            .subquery()
        )
        for row in connection.execute(sa.select(waiting).where(waiting.c.place <= limit).order_by(waiting.c.id)):
            found.setdefault(row.source_id, []).append(_order(row))
    return found


def waiting(connection: Connection, ids: Collection[int]) -> set[int]:
    """Which of these addresses wait to be fetched."""
    return {
        id_
        for part in chunks(sorted(ids))
        for id_ in connection.scalars(sa.select(_addresses.c.id).where(_addresses.c.id.in_(part), _waits))
    }


def record_failures(
    connection: Connection, reports: Sequence[FetchReport], now: datetime, *, run_id: int | None = None
) -> None:
    """Settle fetches that brought no page: unchanged, skipped for good, or failed with the time of the next try."""
    latest = {r.order.address_id: r for r in reports}
    if not latest:
        return
    attempts = {
        row.id: row
        for part in chunks(sorted(latest))
        for row in connection.execute(
            sa.select(_addresses.c.id, _addresses.c.attempts, _addresses.c.article_id).where(_addresses.c.id.in_(part))
        )
    }
    rows = []
    for id_, report in latest.items():
        answer, row = report.answer, attempts.get(id_)
        if row is None:
            continue
        unchanged = answer.outcome is Outcome.UNCHANGED
        tried = 0 if unchanged else row.attempts + 1
        # An article that was read before stays in the archive, whatever a later fetch of it brings.
        stored = unchanged or (row.article_id is not None and (answer.final or tried >= WEEKLY_AFTER))
        state = AddressState.STORED if stored else AddressState.SKIPPED if answer.final else AddressState.FAILED
        rows.append(
            {
                "key": id_,
                "to": str(state),
                "how": str(answer.outcome),
                "why": answer.reason or None,
                "at": answer.at,
                "tried": tried,
                "again": next_try(tried, now, answer.retry_after) if state is AddressState.FAILED else None,
            }
        )
    connection.execute(
        sa.update(_addresses)
        .where(_addresses.c.id == sa.bindparam("key"))
        .values(
            state=sa.bindparam("to"),
            outcome=sa.bindparam("how"),
            reason=sa.bindparam("why"),
            fetched_at=sa.bindparam("at"),
            attempts=sa.bindparam("tried"),
            next_try_at=sa.bindparam("again"),
        ),
        rows,
    )
    connection.execute(
        sa.insert(Fetch),
        [
            {
                "run_id": run_id,
                "source_id": r.order.source_id,
                "entry_point_id": None,
                "address_id": r.order.address_id,
                "url": r.order.url,
                **_answered(r.answer),
            }
            for r in reports
        ],
    )


def next_try(attempts: int, now: datetime, retry_after: float | None = None) -> datetime:
    """When an address that failed `attempts` times in a row is tried again. A site may ask for a day at most."""
    if attempts > WEEKLY_AFTER:
        return now + WEEK
    wait = min(LONGEST_RETRY, FIRST_RETRY * (1 << 2 * max(0, attempts - 1)))
    asked = timedelta(seconds=retry_after or 0)
    return now + min(LONGEST_RETRY, max(wait, asked))


def record_aliases(connection: Connection, aliases: Sequence[tuple[str, int]], now: datetime) -> None:
    """Note where addresses led, so that it is not fetched for itself: (final address, id of the one asked for)."""
    rows = {
        row.id: row
        for part in chunks(sorted({id_ for _, id_ in aliases}))
        for row in connection.execute(
            sa.select(_addresses.c.id, _addresses.c.source_id, _addresses.c.url, _addresses.c.article_id).where(
                _addresses.c.id.in_(part)
            )
        )
    }
    new = [
        {
            "url": url,
            "source_id": rows[id_].source_id,
            "state": str(AddressState.KNOWN),
            "outcome": str(Outcome.OK),
            "discovered_at": now,
            "reason": f"{rows[id_].url} leads here",
            "attempts": 0,
            "article_id": rows[id_].article_id,
        }
        for url, id_ in dict(aliases).items()
        if id_ in rows
    ]
    if new:
        connection.execute(insert(connection, _addresses).on_conflict_do_nothing(index_elements=["url"]), new)
