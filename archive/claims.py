"""Who sends what: a delivery is claimed by one process at a time, in order, and ends in one named state."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from archive.alerting import LONGEST_HOLD
from archive.engine import Connection, insert
from archive.outbox import UNFINISHED
from archive.tables import ChannelPace, Delivery
from core import process

SETTLE = timedelta(seconds=3)            # a request of a process that was killed may still be on its way
LONGEST_WAIT = timedelta(hours=1)        # a longer one was written by a clock that was ahead
LONGEST_PACE = timedelta(seconds=60)
GIVES_WAY = (10, timedelta(days=1))      # after so many tries and so long, a delivery lets the later ones pass
CHANGE_AGAIN = timedelta(minutes=5)      # after a change of a message that did not succeed


@dataclass(frozen=True, slots=True)
class Claimed:
    """A delivery that this process may send now. Where it is `unclear`, it must be looked up first."""

    id: int
    key: str
    route: str
    channel: str
    kind: str
    hit_id: int | None
    story_id: int | None
    digest_id: int | None
    payload: dict[str, Any] | None
    attempts: int
    created_at: datetime
    unclear: bool
    thread_key: str | None               # of the delivery that it replies to
    thread: str | None                   # the message that it replies to, by the channel's id
    error: str | None                    # why it was not sent before


def not_held(now: datetime) -> sa.ColumnElement[bool]:
    """The condition that nothing holds a delivery back on purpose. A hold that no setting could give is void."""
    hold = Delivery.hold_until
    return sa.or_(hold.is_(None), hold <= now, hold > now + LONGEST_HOLD + LONGEST_WAIT)


def claim(
    connection: Connection, channel: str, routes: Sequence[str], now: datetime, lease: timedelta
) -> Claimed | datetime | None:
    """Take the next delivery of a channel, in order; or the time to look again; or None when there is nothing to send.

    One at a time per channel over all processes, at the channel's pace. A claim of a dead process, or one that ran
    out, becomes `unclear`: its message may have gone out. `routes` are those in force; the deliveries of others stay
    where they are.
    """
    if connection.dialect.name == "postgresql":      # SQLite has one writer anyway
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtext(f"pactwatch {channel}"))))
    columns = (Delivery.id, Delivery.key, Delivery.state, Delivery.attempts, Delivery.next_try_at, Delivery.created_at,
               Delivery.claimed_by, Delivery.claimed_until, Delivery.thread_key)
    waiting = connection.execute(sa.select(*columns).where(
        Delivery.channel == channel, Delivery.state.in_(UNFINISHED), Delivery.route.in_(routes), not_held(now),
    ).order_by(Delivery.id).limit(200)).all()
    for row in waiting:
        state, next_try = row.state, row.next_try_at
        soon: datetime = now + timedelta(seconds=1)
        if state == "sending":
            if not process.is_gone(row.claimed_by or "") and (row.claimed_until or now) > now:
                return soon
            state, next_try = "unclear", now + SETTLE
            connection.execute(
                sa.update(Delivery)
                .where(Delivery.id == row.id)
                .values(
                    state=state,
                    next_try_at=next_try,
                    claimed_by=None,
                    claimed_until=None,
                    error="its sender was interrupted",
                )
            )
        if next_try is not None and now < next_try <= now + LONGEST_WAIT:
            if row.attempts >= GIVES_WAY[0] and row.created_at < now - GIVES_WAY[1]:
                continue
            later: datetime = max(next_try, soon)
            return later
        if (free := free_at(connection, channel, now)) > now:
            return free
        ready, thread = _thread(connection, row.thread_key, channel)
        if ready:
            return _take(connection, row.id, state == "unclear", thread, now + lease)
    return None


def free_at(connection: Connection, channel: str, now: datetime) -> datetime:
    """When a channel takes the next message, by its pace."""
    next_at = connection.execute(sa.select(ChannelPace.next_at).where(ChannelPace.name == channel)).scalar()
    return next_at if next_at is not None and now < next_at <= now + LONGEST_PACE else now


def note_pace(connection: Connection, channel: str, next_at: datetime) -> None:
    """Write down when a channel takes the next message."""
    connection.execute(insert(connection, ChannelPace).values(name=channel, next_at=next_at).on_conflict_do_update(
        index_elements=["name"], set_={"next_at": next_at}))


def _thread(connection: Connection, thread_key: str | None, channel: str) -> tuple[bool, str | None]:
    """Whether a delivery may go now, and the message of its channel that it replies to."""
    if thread_key is None:
        return True, None
    parent = connection.execute(sa.select(Delivery.state, Delivery.message_id, Delivery.channel).where(
        Delivery.key == thread_key)).first()
    if parent is None:
        return True, None
    return parent.state not in UNFINISHED, parent.message_id if parent.channel == channel else None


def _take(connection: Connection, id_: int, unclear: bool, thread: str | None, until: datetime) -> Claimed:
    connection.execute(sa.update(Delivery).where(Delivery.id == id_).values(
        state="sending", claimed_by=process.identity(), claimed_until=until, attempts=Delivery.attempts + 1))
    row = connection.execute(sa.select(Delivery).where(Delivery.id == id_)).mappings().one()
    return Claimed(row["id"], row["key"], row["route"], row["channel"], row["kind"], row["hit_id"], row["story_id"],
                   row["digest_id"], row["payload"], row["attempts"], row["created_at"], unclear, row["thread_key"],
                   thread, row["error"])


def _mine(claimed: Claimed) -> sa.ColumnElement[bool]:
    return sa.and_(Delivery.id == claimed.id, Delivery.state == "sending", Delivery.claimed_by == process.identity())


def renew(connection: Connection, claimed: Claimed, until: datetime, payload: dict[str, Any] | None = None) -> bool:
    """Prolong a claim right before posting, and keep what will be posted. False where another process took over."""
    values: dict[str, Any] = {"claimed_until": until}
    if payload is not None:
        values["payload"] = payload
    return connection.execute(sa.update(Delivery).where(_mine(claimed)).values(**values)).rowcount == 1


def record(connection: Connection, claimed: Claimed, state: str, now: datetime, *, message_id: str | None = None,
           error: str | None = None, next_try_at: datetime | None = None) -> bool:
    """Write what became of a claimed delivery. False where another process took over."""
    return connection.execute(sa.update(Delivery).where(_mine(claimed)).values(
        state=state, message_id=message_id, error=error, next_try_at=next_try_at, claimed_by=None, claimed_until=None,
        sent_at=now if state == "sent" else None)).rowcount == 1


def drop(connection: Connection, claimed: Claimed) -> None:
    """Take a claimed delivery out of the outbox: there is nothing left to say in it."""
    connection.execute(sa.delete(Delivery).where(_mine(claimed)))


@dataclass(frozen=True, slots=True)
class Change:
    """A message in a channel that is to be brought up to date."""

    id: int
    key: str
    route: str
    hit_id: int
    story_id: int
    message_id: str
    again_at: datetime                   # when it is tried again, unless `changed` is called


def next_change(connection: Connection, channel: str, routes: Sequence[str], now: datetime) -> Change | None:
    """Take the next message of a channel that is to be changed. Done twice, a change does no harm."""
    row = connection.execute(
        sa.select(Delivery.id, Delivery.key, Delivery.route, Delivery.hit_id, Delivery.story_id, Delivery.message_id)
        .where(*_to_change(channel, routes, now)).order_by(Delivery.refresh_at, Delivery.id).limit(1)).first()
    if row is None:
        return None
    again = now + CHANGE_AGAIN
    connection.execute(sa.update(Delivery).where(Delivery.id == row.id).values(refresh_at=again))
    return Change(row.id, row.key, row.route, row.hit_id or 0, row.story_id or 0, row.message_id or "", again)


def has_change(connection: Connection, channel: str, routes: Sequence[str], now: datetime) -> bool:
    """Whether a message of a channel is to be changed."""
    return connection.execute(sa.select(sa.exists().where(*_to_change(channel, routes, now)))).scalar_one()


def _to_change(channel: str, routes: Sequence[str], now: datetime) -> list[Any]:
    return [Delivery.channel == channel, Delivery.route.in_(routes), Delivery.refresh_at <= now,
            Delivery.state == "sent", Delivery.message_id.is_not(None), Delivery.hit_id.is_not(None)]


def changed(connection: Connection, change: Change, payload: dict[str, Any] | None) -> None:
    """Note that a message is up to date, with its new form; or with None that it cannot be changed any more.

    News that came meanwhile has asked for another change, which stays.
    """
    if payload is not None:
        connection.execute(sa.update(Delivery).where(Delivery.id == change.id).values(payload=payload))
    connection.execute(sa.update(Delivery).where(Delivery.id == change.id, Delivery.refresh_at == change.again_at)
                       .values(refresh_at=None))
