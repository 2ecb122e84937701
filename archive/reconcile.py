"""After a restore: messages that stand in a channel, and that the restored archive knows nothing of, become known.

They were sent after the backup. Their stories come in again with the next pass, under other numbers, so a message is
recognised by its key, by what its key says of the story, and by the articles that it links to.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from archive.digests import key_of
from archive.engine import Connection, insert
from archive.outbox import change_in
from archive.tables import Article, Delivery, Digest, DigestEntry, Route, Source
from core.routes import RouteSettings

_OUTLETS = re.compile(r"/outlets\.\d+$")

__all__ = ["Adopted", "Told", "adopt", "newest", "threads", "unknown"]


@dataclass(frozen=True, slots=True)
class Told:
    """A message of ours as it stands in a channel."""

    message_id: str
    key: str
    sent_at: datetime
    links: frozenset[str]
    payload: dict[str, Any]              # its text and blocks

    def change(self, route: str) -> str:
        """What it says of its story, where it is an alert of the route and not only about further outlets."""
        alert = self.key.startswith(f"alert:{route}:") and not _OUTLETS.search(self.key)
        return change_in(self.key, route) if alert else ""

    def of(self, route: str) -> bool:
        """Whether a route sent it."""
        return self.key.startswith((f"alert:{route}:", f"digest:{route}:"))


@dataclass(frozen=True, slots=True)
class Adopted:
    """What became known of a route: messages found that were not known, and what was matched with them."""

    found: int = 0
    digests: int = 0
    entries: int = 0
    deliveries: int = 0


def newest(connection: Connection) -> datetime | None:
    """When the archive last sent something, or began to: the backup was made later. What waits says nothing of that."""
    last = connection.scalar(sa.select(sa.func.max(Delivery.sent_at)))
    return last or connection.scalar(sa.select(sa.func.min(Route.first_seen_at)))


def threads(connection: Connection, channel: str) -> list[str]:
    """The messages in whose threads something waits to be said."""
    head = sa.orm.aliased(Delivery)
    return list(connection.scalars(
        sa.select(head.message_id).distinct().join(Delivery, Delivery.thread_key == head.key)
        .where(head.channel == channel, head.message_id.is_not(None), Delivery.state == "pending")))


def unknown(connection: Connection, channel: str, told: Iterable[Told]) -> list[Told]:
    """Those of a channel's messages that the archive does not know."""
    known = set(connection.scalars(sa.select(Delivery.message_id).where(Delivery.channel == channel)))
    return [one for one in told if one.message_id not in known]


def adopt(connection: Connection, route: RouteSettings, told: Sequence[Told], slots: dict[str, datetime],
          now: datetime) -> Adopted:
    """Note what a route has sent. `slots` are the due times of digests whose keys are among the messages."""
    mine = sorted((one for one in told if one.of(route.name)), key=lambda one: float(one.message_id))
    made, entries = _digests(connection, route, mine, slots)
    return Adopted(len(mine), made, entries, _deliveries(connection, route, mine, now))


def _digests(connection: Connection, route: RouteSettings, told: Sequence[Told],
             slots: dict[str, datetime]) -> tuple[int, int]:
    """Digests that went out exist, and hold what they told. Returns how many were made, and entries put into them."""
    made = entries = 0
    for head in told:
        if head.key not in slots:
            continue
        _, _, rest = head.key.partition(f"digest:{route.name}:")
        day, _, slot = rest.partition("T")
        assert head.key == key_of(route.name, day, slot)
        id_ = connection.execute(insert(connection, Digest).values(
            route=route.name, local_date=day, slot=slot, due_at=slots[head.key], window_start=slots[head.key],
            created_at=head.sent_at, late=False, entry_count=0, receipt={"until": slots[head.key].isoformat()},
        ).on_conflict_do_nothing(index_elements=["route", "local_date", "slot"]).returning(Digest.id)).scalar()
        if id_ is None:
            continue
        made += 1
        parts = [one for one in told if one.key == head.key or one.key.startswith(f"{head.key}/")]
        connection.execute(sa.insert(Delivery), [
            {"key": one.key, "thread_key": head.key if one is not head else None, "route": route.name,
             "channel": route.channel, "kind": "digest" if one is head else "reply", "state": "sent",
             "payload": one.payload, "digest_id": id_, "created_at": one.sent_at, "sent_at": one.sent_at,
             "message_id": one.message_id, "attempts": 1} for one in parts])
        waiting = connection.execute(sa.select(DigestEntry.id, DigestEntry.story_id).where(
            DigestEntry.route == route.name, DigestEntry.digest_id.is_(None))).all()
        links = frozenset[str]().union(*(one.links for one in parts))
        addresses = _addresses(connection, {row.story_id for row in waiting})
        inside = [row.id for row in waiting if addresses.get(row.story_id, set()) & links]
        connection.execute(sa.update(DigestEntry).where(DigestEntry.id.in_(inside)).values(digest_id=id_))
        connection.execute(sa.update(Digest).where(Digest.id == id_).values(entry_count=len(inside)))
        entries += len(inside)
    return made, entries


def _deliveries(connection: Connection, route: RouteSettings, told: Sequence[Told], now: datetime) -> int:
    """Deliveries that never left this archive, but stand in the channel, were sent. Returns how many."""
    waiting = connection.execute(
        sa.select(Delivery.id, Delivery.key, Delivery.kind, Delivery.story_id).where(
            Delivery.route == route.name, Delivery.state == "pending", Delivery.attempts == 0)
        .order_by(Delivery.id)).all()
    addresses = _addresses(connection, {row.story_id for row in waiting if row.story_id})
    outlets = _outlets(connection, {row.story_id for row in waiting if row.story_id})
    left = list(told)
    found = 0
    for row in waiting:
        match = _match(row, route, left, addresses.get(row.story_id, set()))
        if match is None:
            continue
        left.remove(match)
        payload = {**match.payload, "outlets": sorted(outlets.get(row.story_id, ()))}
        connection.execute(sa.update(Delivery).where(Delivery.id == row.id).values(
            state="sent", message_id=match.message_id, sent_at=match.sent_at, payload=payload, next_try_at=None,
            hold_until=None, error=f"found in the channel after a restore, {now:%Y-%m-%d %H:%M} UTC"))
        found += 1
    return found


def _match(row: Any, route: RouteSettings, told: Sequence[Told], addresses: set[str]) -> Told | None:
    same = next((one for one in told if one.key == row.key), None)
    if same is not None or row.kind not in {"alert", "follow"}:
        return same
    change = change_in(row.key, route.name)
    alerts = [one for one in told if one.change(route.name)]
    return (next((one for one in alerts if change and one.change(route.name) == change), None)
            or next((one for one in alerts if one.links & addresses), None))


def _addresses(connection: Connection, stories: set[int]) -> dict[int, set[str]]:
    found: dict[int, set[str]] = {}
    ids = sorted(stories)
    for i in range(0, len(ids), 5000):
        for story, url, canonical in connection.execute(
                sa.select(Article.story_id, Article.url, Article.canonical_url)
                .where(Article.story_id.in_(ids[i : i + 5000]))):
            found.setdefault(story, set()).update({url, canonical or url})
    return found


def _outlets(connection: Connection, stories: set[int]) -> dict[int, set[str]]:
    found: dict[int, set[str]] = {}
    ids = sorted(stories)
    for i in range(0, len(ids), 5000):
        for story, name in connection.execute(
                sa.select(Article.story_id, Source.name).join(Source, Source.id == Article.source_id)
                .where(Article.story_id.in_(ids[i : i + 5000]))):
            found.setdefault(story, set()).add(name)
    return found
