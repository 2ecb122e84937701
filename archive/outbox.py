"""The outbox: a message is written with the hit itself, claimed by one process, and ends in one named state."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain
from typing import Any

import sqlalchemy as sa

from archive.engine import Connection, insert
from archive.groups import head_of, parents_of
from archive.tables import Article, Delivery, DigestEntry, Hit
from core import process
from core.records import Event, EventStatus
from core.settings import RouteSettings

UNFINISHED = ("pending", "sending", "unclear")
SETTLE = timedelta(seconds=3)            # a request of a process that was killed may still be on its way
LONGEST_WAIT = timedelta(hours=1)        # a longer one was written by a clock that was ahead
GIVES_WAY = (10, timedelta(days=1))      # after so many tries and so long, a delivery lets the later ones pass

# What was told about a story under the first word makes a later report under the other words no news.
_COVERS = {
    "deal": {"deal", "rumour", "background"},
    "rumour": {"rumour", "background"},
    "denied": {"denied", "background"},
    "ended": {"ended", "background"},
    "background": {"background"},
}
_KIND_OF_NEWS = {
    EventStatus.ANNOUNCED: "deal", EventStatus.PLANNED: "deal", EventStatus.RUMOURED: "rumour",
    EventStatus.DENIED: "denied", EventStatus.ENDED: "ended", EventStatus.BACKGROUND: "background",
}


@dataclass(frozen=True, slots=True)
class NewHit:
    """A hit that was just written. `change` is what `change_of` says of its event; empty where no event decided."""

    hit_id: int
    story_id: int
    rule: str
    score: float
    change: str = ""


def change_of(event: Event) -> str:
    """What an event says of its story: the kind of news and the parties, as `deal:SK Telecom|Samsung Electronics`."""
    return change_to(event.status, (party.organisation for party in event.parties))


def change_to(status: EventStatus, parties: Iterable[str]) -> str:
    """The same of a status and the names of the parties."""
    return f"{kind_of_news(status)}:{'|'.join(sorted({name.replace('|', ' ') for name in parties}))}"


def change_in(key: str, route: str) -> str:
    """The change that the key of a digest entry or of an alert holds."""
    return key.removeprefix(f"alert:{route}:").partition(":")[2]


def kind_of_news(status: EventStatus) -> str:
    """What a status makes of an event: a deal, a rumour, a denial, an end, background."""
    return _KIND_OF_NEWS[status]


def covers(told: str, kind: str) -> bool:
    """Whether a kind of news is none any more after another was told of the same story and parties."""
    return kind in _COVERS.get(told, ())


def parties_in(changes: Iterable[str]) -> set[str]:
    """The names of the parties in changes."""
    return {name for change in changes if change for name in change.partition(":")[2].split("|")}


def is_news(change: str, told: Iterable[str], parents: Mapping[str, str]) -> bool:
    """Whether a change adds to what was told of a story: a first report, a new kind of news, a party not yet named.

    A unit is no new party beside its group, nor beside another unit. `parents` tells who belongs to whom.
    """
    told = list(told)
    if not change:
        return not told
    kind = change.partition(":")[0]
    covering = [earlier for earlier in told if covers(earlier.partition(":")[0], kind)]
    known = {head_of(party, parents) for party in parties_in(covering)}
    return not covering or not {head_of(party, parents) for party in parties_in([change])} <= known


def enqueue(connection: Connection, hits: Sequence[NewHit], routes: Sequence[RouteSettings], now: datetime, *,
            after_split: bool = False) -> int:
    """Write what these hits give the routes to send, in the hits' own transaction. Returns the number of rows.

    A copy of a story that a route already has adds nothing; a denial, an end or a new party does. Of an article that
    came from a file of old pages nothing is ever sent. `after_split`: a key of the same story and change may have gone
    to another story, so that the new one needs its own.
    """
    old = _old(connection, [hit.hit_id for hit in hits]) if routes else set()
    hits = [hit for hit in hits if hit.hit_id not in old]
    # The hit that says most speaks for its story when several of one batch say the same.
    ordered = sorted(hits, key=lambda hit: (not hit.change, -hit.score, hit.hit_id))
    written = 0
    for route in routes:
        wanted = [hit for hit in ordered if route.takes(hit.rule, hit.score)]
        if not wanted:
            continue
        told = _told(connection, route, {hit.story_id for hit in wanted})
        changes = chain((hit.change for hit in wanted), *told.values())
        parents = parents_of(connection, parties_in(changes))
        fresh: list[NewHit] = []
        for hit in wanted:
            earlier = told.setdefault(hit.story_id, set())
            if is_news(hit.change, earlier, parents):
                earlier.add(hit.change)
                fresh.append(hit)
        if fresh:
            table, rows = _rows(route, fresh, now, after_split)
            # The drivers' count is -1 where they do not keep one for many rows at once.
            result = connection.execute(insert(connection, table).on_conflict_do_nothing(), rows)
            written += result.rowcount if result.rowcount >= 0 else len(rows)
    return written


def _old(connection: Connection, hit_ids: Sequence[int]) -> set[int]:
    """Those of the hits whose article came from a file of old pages."""
    return {id_ for i in range(0, len(hit_ids), 5000) for id_ in connection.scalars(
        sa.select(Hit.id).join(Article, Article.id == Hit.article_id)
        .where(Hit.id.in_(hit_ids[i : i + 5000]), Article.backfill_id.is_not(None)))}


def _rows(route: RouteSettings, hits: Sequence[NewHit], now: datetime,
          after_split: bool) -> tuple[Any, list[dict[str, Any]]]:
    keys = [f"{hit.story_id}{f'.{hit.hit_id}' if after_split else ''}:{hit.change}" for hit in hits]
    if route.send == "digest":
        return DigestEntry, [{"route": route.name, "key": key, "hit_id": hit.hit_id, "story_id": hit.story_id,
                              "created_at": now} for key, hit in zip(keys, hits, strict=True)]
    return Delivery, [
        {
            "key": f"alert:{route.name}:{key}",
            "route": route.name,
            "channel": route.channel,
            "kind": "alert",
            "state": "pending",
            "hit_id": hit.hit_id,
            "story_id": hit.story_id,
            "created_at": now,
            "attempts": 0,
        }
        for key, hit in zip(keys, hits, strict=True)
    ]


def _told(connection: Connection, route: RouteSettings, stories: set[int]) -> dict[int, set[str]]:
    """What a route already has of these stories, as changes."""
    table = DigestEntry if route.send == "digest" else Delivery
    told: dict[int, set[str]] = {}
    ids = sorted(stories)
    for i in range(0, len(ids), 5000):
        for story, key in connection.execute(sa.select(table.story_id, table.key).where(
                table.route == route.name, table.story_id.in_(ids[i : i + 5000]))):
            assert story is not None
            told.setdefault(story, set()).add(change_in(key, route.name))
    return told


@dataclass(frozen=True, slots=True)
class Claimed:
    """A delivery that this process may send now. Where it is `unclear`, it must be looked up first."""

    id: int
    key: str
    route: str
    channel: str
    kind: str
    hit_id: int | None
    payload: dict[str, Any] | None
    attempts: int
    created_at: datetime
    unclear: bool
    thread: str | None                   # the message that a reply belongs to


def claim(
    connection: Connection, channel: str, routes: Sequence[str], now: datetime, lease: timedelta
) -> Claimed | datetime | None:
    """Take the next delivery of a channel, in order; or the time to look again; or None when there is nothing to send.

    One at a time per channel over all processes. A claim of a dead process, or one that ran out, becomes `unclear`:
    its message may have gone out. `routes` are those in force; the deliveries of others stay where they are.
    """
    if connection.dialect.name == "postgresql":      # SQLite has one writer anyway
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtext(f"pactwatch {channel}"))))
    columns = (Delivery.id, Delivery.key, Delivery.state, Delivery.kind, Delivery.attempts, Delivery.next_try_at,
               Delivery.created_at, Delivery.claimed_by, Delivery.claimed_until)
    waiting = connection.execute(sa.select(*columns).where(
        Delivery.channel == channel, Delivery.state.in_(UNFINISHED), Delivery.route.in_(routes),
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
        ready, thread = _thread(connection, row.key, row.kind)
        if ready:
            return _take(connection, row.id, state == "unclear", thread, now + lease)
    return None


def _thread(connection: Connection, key: str, kind: str) -> tuple[bool, str | None]:
    """Whether a delivery may go now, and the message that it replies to."""
    if kind != "reply":
        return True, None
    parent = connection.execute(sa.select(Delivery.state, Delivery.message_id).where(
        Delivery.key == key.rpartition("/")[0])).first()
    if parent is None:
        return True, None
    return parent.state not in UNFINISHED, parent.message_id


def _take(connection: Connection, id_: int, unclear: bool, thread: str | None, until: datetime) -> Claimed:
    connection.execute(sa.update(Delivery).where(Delivery.id == id_).values(
        state="sending", claimed_by=process.identity(), claimed_until=until, attempts=Delivery.attempts + 1))
    row = connection.execute(sa.select(Delivery).where(Delivery.id == id_)).mappings().one()
    return Claimed(row["id"], row["key"], row["route"], row["channel"], row["kind"], row["hit_id"], row["payload"],
                   row["attempts"], row["created_at"], unclear, thread)


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
