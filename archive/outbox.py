"""The outbox: what a hit gives the routes to send is written with the hit itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import chain
from typing import Any

import sqlalchemy as sa

from archive import alerting, mutes, selection
from archive.alerting import MOVED
from archive.engine import Connection, insert
from archive.groups import head_of, parents_of
from archive.selection import NewHit
from archive.tables import Article, Delivery, DigestEntry, Hit
from core.records import Event, EventStatus
from core.routes import RouteSettings, overflow_of

__all__ = ["MOVED", "NEWS", "UNFINISHED", "NewHit", "change_in", "change_of", "change_to", "covers", "enqueue",
           "is_news", "kind_of_news", "parties_in", "words_for"]

UNFINISHED = ("pending", "sending", "unclear")
NEWS = ("alert", "follow")               # the kinds of deliveries that tell news of a story

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


def words_for(change: str, told: Iterable[str]) -> str:
    """What a change adds to what was told, in words for readers: `denied`, or `new party: Arm`."""
    kind = change.partition(":")[0]
    if kind in {"denied", "ended"}:
        return kind
    told = list(told)
    parties = sorted(parties_in([change]) - parties_in(told))
    if parties and any(covers(earlier.partition(":")[0], kind) for earlier in told):
        return f"new {'party' if len(parties) == 1 else 'parties'}: {', '.join(parties)}"
    return {"deal": "confirmed", "rumour": "rumoured"}.get(kind, "news")


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
    routes = [route for route in routes if route.send != "picture"]
    old = _old(connection, [hit.hit_id for hit in hits]) if routes else set()
    # The hit that says most speaks for its story when several of one batch say the same.
    ordered = sorted((hit for hit in hits if hit.hit_id not in old),
                     key=lambda hit: (not hit.change, -hit.score, hit.hit_id))
    taken = selection.taken(connection, ordered, routes)
    muted = mutes.covering(connection, set().union(*taken.values()), now)
    written = 0
    # Alerts come first: what is above their budget is for the digests.
    for route in sorted(routes, key=lambda route: route.send == "digest"):
        fresh = _fresh(connection, route, [hit for hit in ordered if hit.hit_id in taken[route.name]])
        if not fresh:
            continue
        keys = [f"{hit.story_id}{f'.{hit.hit_id}' if after_split else ''}:{hit.change}" for hit in fresh]
        if route.send == "digest":
            rows: list[dict[str, Any]] = [
                {"route": route.name, "key": key, "hit_id": hit.hit_id, "story_id": hit.story_id, "created_at": now}
                for key, hit in zip(keys, fresh, strict=True)]
            written += _insert(connection, DigestEntry, rows)
        else:
            overflow = overflow_of(route, routes)
            rows = alerting.rows(connection, route, list(zip(keys, fresh, strict=True)), now, overflow, muted)
            written += _insert(connection, Delivery, rows)
            if overflow is not None:
                taken[overflow.name] |= {row["hit_id"] for row in rows if row["state"] == MOVED}
    return written


def _fresh(connection: Connection, route: RouteSettings, wanted: Sequence[NewHit]) -> list[NewHit]:
    """Those of the hits that are news to a route."""
    if not wanted:
        return []
    told = _told(connection, route, {hit.story_id for hit in wanted})
    changes = chain((hit.change for hit in wanted), *told.values())
    parents = parents_of(connection, parties_in(changes))
    fresh: list[NewHit] = []
    for hit in wanted:
        earlier = told.setdefault(hit.story_id, set())
        if is_news(hit.change, earlier, parents):
            earlier.add(hit.change)
            fresh.append(hit)
    return fresh


def _insert(connection: Connection, table: Any, rows: Sequence[dict[str, Any]]) -> int:
    # The drivers' count is -1 where they do not keep one for many rows at once.
    result = connection.execute(insert(connection, table).on_conflict_do_nothing(), rows)
    return result.rowcount if result.rowcount >= 0 else len(rows)


def _old(connection: Connection, hit_ids: Sequence[int]) -> set[int]:
    """Those of the hits whose article came from a file of old pages."""
    return {id_ for i in range(0, len(hit_ids), 5000) for id_ in connection.scalars(
        sa.select(Hit.id).join(Article, Article.id == Hit.article_id)
        .where(Hit.id.in_(hit_ids[i : i + 5000]), Article.backfill_id.is_not(None)))}


def _told(connection: Connection, route: RouteSettings, stories: set[int]) -> dict[int, set[str]]:
    """What a route already has of these stories, as changes."""
    table: Any = DigestEntry if route.send == "digest" else Delivery
    only = [] if route.send == "digest" else [Delivery.kind.in_(NEWS)]
    told: dict[int, set[str]] = {}
    ids = sorted(stories)
    for i in range(0, len(ids), 5000):
        for story, key in connection.execute(sa.select(table.story_id, table.key).where(
                table.route == route.name, table.story_id.in_(ids[i : i + 5000]), *only)):
            assert story is not None
            told.setdefault(story, set()).add(change_in(key, route.name))
    return told
