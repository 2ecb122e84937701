"""Stories that grow after they were told: the thread hears of further outlets, and the message's counts are changed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from archive import alerting, mutes
from archive.engine import Connection, insert
from archive.tables import Article, Delivery, Source
from core import channels
from core.routes import RouteSettings

PAUSE = timedelta(minutes=10)            # between two messages that only name further outlets of a story


def grow(connection: Connection, story_ids: Iterable[int], routes: Sequence[RouteSettings], now: datetime) -> int:
    """Write what the routes are to hear of stories that got further articles. Returns the number of messages.

    An alert that is not rendered yet needs nothing: it will name every outlet by itself.
    """
    able = {route.name: route for route in routes if route.send == "immediate" and channels.has_edits(route.channel)}
    stories = sorted(set(story_ids))
    if not able or not stories:
        return 0
    heads = alerting.heads_of(connection, list(able), stories)
    rows: list[dict[str, Any]] = []
    told: dict[str, list[Any]] = {}
    for row in connection.execute(
            sa.select(Delivery.key, Delivery.thread_key, Delivery.kind, Delivery.state, Delivery.payload,
                      Delivery.sent_at, Delivery.channel, Delivery.hit_id)
            .where(sa.or_(Delivery.key.in_(heads.values()), Delivery.thread_key.in_(heads.values())))):
        told.setdefault(row.thread_key or row.key, []).append(row)
    outlets = _outlets(connection, stories)
    muted = mutes.covering(connection, {row.hit_id for some in told.values() for row in some if row.hit_id}, now)
    for (route_name, story), key in heads.items():
        thread = told[key]
        head = next(row for row in thread if row.key == key)
        if head.payload is None or not outlets.get(story, set()) - told_in(thread):
            continue
        alerting.refresh(connection, [key], now)
        waits = any(row.kind == "outlets" and row.payload is None for row in thread)
        if channels.has_threads(head.channel) and not waits and head.hit_id not in muted:
            rows.append(_row(able[route_name], story, head, thread, now))
    if rows:
        connection.execute(insert(connection, Delivery).on_conflict_do_nothing(), rows)
    return len(rows)


def told_in(thread: Iterable[Any]) -> set[str]:
    """The outlets that the messages of a thread have named."""
    return {outlet for row in thread for outlet in (row.payload or {}).get("outlets", ())}


def _row(route: RouteSettings, story: int, head: Any, thread: Sequence[Any], now: datetime) -> dict[str, Any]:
    earlier = [row for row in thread if row.kind == "outlets"]
    last = max((row.sent_at for row in earlier if row.sent_at), default=None)
    pause = last + PAUSE if last is not None and now < last + PAUSE else None
    holds = [hold for hold in (pause, route.quiet_until(now)) if hold is not None]
    return {"key": f"{head.key}/outlets.{len(earlier) + 1}", "route": route.name, "channel": head.channel,
            "kind": "outlets", "state": "pending", "hit_id": head.hit_id, "story_id": story, "created_at": now,
            "attempts": 0, "thread_key": head.key, "hold_until": max(holds, default=None)}


def _outlets(connection: Connection, stories: Sequence[int]) -> dict[int, set[str]]:
    """The names of the outlets of each story; articles from files of old pages are no news."""
    found: dict[int, set[str]] = {}
    for i in range(0, len(stories), 5000):
        for story, name in connection.execute(
                sa.select(Article.story_id, Source.name).join(Source, Source.id == Article.source_id)
                .where(Article.story_id.in_(stories[i : i + 5000]), Article.backfill_id.is_(None)).distinct()):
            found.setdefault(story, set()).add(name)
    return found


def thread_of(connection: Connection, key: str) -> list[Any]:
    """The head of a thread and the messages in it, in order."""
    return list(connection.execute(
        sa.select(Delivery.key, Delivery.thread_key, Delivery.kind, Delivery.state, Delivery.payload, Delivery.hit_id)
        .where(sa.or_(Delivery.key == key, Delivery.thread_key == key)).order_by(Delivery.id)))
