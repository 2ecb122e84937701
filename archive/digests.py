"""Digests in the database: a unique row makes each come once, and what it tells is taken in the same transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from archive import entries, mutes, watchlist
from archive.claims import Claimed
from archive.engine import Connection, insert
from archive.outbox import UNFINISHED
from archive.receipts import receipt
from archive.tables import Delivery, Digest, DigestEntry
from core.clock import as_utc
from core.records import EventStatus

FIRST_WINDOW = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Window:
    """A digest to be: one slot of one local date of a route.

    `until` is the window's end for the receipt. With `everything`, all that waits goes in; else what is as old as that.
    Without `stories` nothing of it does: a picture takes no story from a digest.
    """

    route: str
    local_date: str
    slot: str
    due_at: datetime
    until: datetime
    late: bool = False
    everything: bool = True
    stories: bool = True


@dataclass(frozen=True, slots=True)
class Contents:
    """What a digest tells: new stories by score, then developments of stories told before, and its receipt.

    `notes` come last: alliances of earlier times that a text only calls to mind.
    """

    stories: tuple[entries.Entry, ...]
    developments: tuple[entries.Entry, ...]
    receipt: dict[str, Any]
    notes: tuple[entries.Entry, ...] = ()

    @property
    def count(self) -> int:
        """The number of entries."""
        return len(self.stories) + len(self.developments) + len(self.notes)


@dataclass(frozen=True, slots=True)
class Past:
    """A digest that exists."""

    id: int
    local_date: str
    slot: str
    due_at: datetime
    created_at: datetime
    late: bool
    entry_count: int
    receipt: dict[str, Any]


_PAST = (Digest.id, Digest.local_date, Digest.slot, Digest.due_at, Digest.created_at, Digest.late, Digest.entry_count,
         Digest.receipt)


def past(connection: Connection, route: str, since: datetime) -> list[Past]:
    """The digests of a route that were due from `since` on, the oldest first, and the newest one before."""
    before = sa.select(sa.func.max(Digest.due_at)).where(Digest.route == route, Digest.due_at < since).scalar_subquery()
    rows = connection.execute(sa.select(*_PAST).where(
        Digest.route == route, sa.or_(Digest.due_at >= since, Digest.due_at == before)).order_by(Digest.due_at))
    return [Past(*row) for row in rows]


def unsent(connection: Connection, now: datetime) -> list[tuple[str, datetime]]:
    """Route and time of the digests that are due, and whose message waits in the outbox."""
    rows = connection.execute(
        sa.select(Digest.route, Digest.due_at).join(Delivery, Delivery.digest_id == Digest.id)
        .where(Delivery.state.in_(UNFINISHED), Digest.due_at <= now).distinct())
    return [(route, due_at) for route, due_at in rows]


def of_date(connection: Connection, route: str, local_date: str) -> list[Past]:
    """The digests of a route for a local date, the earliest slot first."""
    rows = connection.execute(sa.select(*_PAST).where(Digest.route == route, Digest.local_date == local_date)
                              .order_by(Digest.due_at))
    return [Past(*row) for row in rows]


def begin(connection: Connection, window: Window, now: datetime) -> tuple[int, Contents] | None:
    """Make the digest's row and take what waits for it. None where the digest exists already, whoever made it."""
    since = _since(connection, window)
    made = connection.execute(insert(connection, Digest).values(
        route=window.route, local_date=window.local_date, slot=window.slot, due_at=window.due_at, window_start=since,
        created_at=now, late=window.late, entry_count=0, receipt={},
    ).on_conflict_do_nothing(index_elements=["route", "local_date", "slot"]).returning(Digest.id)).scalar_one_or_none()
    if made is None:
        return None
    connection.execute(sa.update(DigestEntry).where(*_waiting(window)).values(digest_id=made))
    _note_muted(connection, made, now)
    contents = _contents(connection, [DigestEntry.digest_id == made], since, window.until, now)
    connection.execute(
        sa.update(Digest).where(Digest.id == made).values(entry_count=contents.count, receipt=contents.receipt)
    )
    return made, contents


def _note_muted(connection: Connection, digest_id: int, now: datetime) -> None:
    """Write down which of a digest's entries a mute keeps out of it."""
    hits = connection.scalars(sa.select(DigestEntry.hit_id).where(DigestEntry.digest_id == digest_id)).all()
    for hit, mute in mutes.covering(connection, hits, now).items():
        connection.execute(sa.update(DigestEntry).where(DigestEntry.digest_id == digest_id, DigestEntry.hit_id == hit)
                           .values(muted_by=mute.id))


def key_of(route: str, local_date: str, slot: str) -> str:
    """The key of a digest's delivery."""
    return f"digest:{route}:{local_date}T{slot}"


def finish(connection: Connection, digest_id: int, window: Window, channel: str, payload: dict[str, Any],
           now: datetime) -> None:
    """Write the digest's message to the outbox. Where a channel needs several messages for it, sending makes them."""
    connection.execute(sa.insert(Delivery).values(
        key=key_of(window.route, window.local_date, window.slot), route=window.route, channel=channel, kind="digest",
        state="pending", payload=payload, digest_id=digest_id, created_at=now, attempts=0))


def write_parts(connection: Connection, head: Claimed, parts: Sequence[dict[str, Any]], now: datetime) -> None:
    """Write the later parts of a digest as replies to its first message, when that is about to be sent."""
    connection.execute(sa.delete(Delivery).where(Delivery.thread_key == head.key, Delivery.kind == "reply",
                                                 Delivery.state == "pending", Delivery.attempts == 0))
    if parts:
        connection.execute(insert(connection, Delivery).on_conflict_do_nothing(), [
            {"key": f"{head.key}/{number}", "thread_key": head.key, "route": head.route, "channel": head.channel,
             "kind": "reply", "state": "pending", "payload": part, "digest_id": head.digest_id, "created_at": now,
             "attempts": 0} for number, part in enumerate(parts, 1)])


def peek(connection: Connection, window: Window, now: datetime) -> Contents:
    """What the digest would tell now. Marks nothing."""
    return _contents(connection, _waiting(window), _since(connection, window), window.until, now)


def payloads(connection: Connection, digest_id: int) -> list[dict[str, Any]]:
    """The parts of a digest's message as the outbox holds them, in order."""
    return [payload or {} for payload in connection.scalars(
        sa.select(Delivery.payload).where(Delivery.digest_id == digest_id).order_by(Delivery.id))]


def _waiting(window: Window) -> list[Any]:
    if not window.stories:
        return [sa.false()]
    conditions: list[Any] = [DigestEntry.route == window.route, DigestEntry.digest_id.is_(None)]
    return conditions if window.everything else [*conditions, DigestEntry.created_at <= window.until]


def _since(connection: Connection, window: Window) -> datetime:
    """Where the window starts: at the end of the one before."""
    before = connection.execute(sa.select(Digest.due_at, Digest.receipt).where(
        Digest.route == window.route, Digest.due_at < window.due_at).order_by(Digest.due_at.desc()).limit(1)).first()
    if before is None:
        return window.until - FIRST_WINDOW
    end = before.receipt.get("until")
    return min(as_utc(datetime.fromisoformat(end)) if end else before.due_at, window.until)


def _contents(connection: Connection, conditions: Sequence[Any], since: datetime, until: datetime,
              now: datetime) -> Contents:
    earlier = sa.orm.aliased(DigestEntry)
    told_before = sa.exists().where(earlier.route == DigestEntry.route, earlier.story_id == DigestEntry.story_id,
                                    earlier.id < DigestEntry.id, earlier.muted_by.is_(None))
    rows = connection.execute(
        sa.select(DigestEntry.hit_id, told_before).where(*conditions).order_by(DigestEntry.id)
    ).all()
    muted = mutes.covering(connection, [hit_id for hit_id, _ in rows], now)
    rows = [row for row in rows if row.hit_id not in muted]
    loaded = entries.load(connection, [hit_id for hit_id, _ in rows])
    watched = watchlist.watched_among(connection, {party for entry in loaded.values() for party in entry.parties})

    def ranked(kind: str) -> tuple[entries.Entry, ...]:
        found = [loaded[hit_id] for hit_id, told in rows if _kind(loaded[hit_id], told) == kind]
        return tuple(sorted(found, key=lambda e: (watched.isdisjoint(e.parties), -e.score, e.first_seen_at, e.hit_id)))

    return Contents(ranked("story"), ranked("development"), receipt(connection, since, until), ranked("note"))


def _kind(entry: entries.Entry, told_before: bool) -> str:
    if entry.status == EventStatus.BACKGROUND:
        return "note"
    return "development" if told_before else "story"
