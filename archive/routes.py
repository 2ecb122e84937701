"""The state of routes, and what waits, went out or failed on each."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from archive.alerting import MOVED
from archive.claims import not_held
from archive.engine import Connection, insert
from archive.mutes import MUTED
from archive.outbox import UNFINISHED
from archive.tables import Delivery, Digest, DigestEntry, Route, Story
from core import channels
from core.routes import RouteSettings


def in_step(connection: Connection, routes: Sequence[RouteSettings]) -> bool:
    """Whether the rows say what the settings say, so that nothing has to be written."""
    rows = {
        row.name: (row.channel, row.send)
        for row in connection.execute(sa.select(Route.name, Route.channel, Route.send))
    }
    return all(rows.get(route.name) == (route.channel, route.send) for route in routes)


def sync(connection: Connection, routes: Sequence[RouteSettings], now: datetime) -> None:
    """Give each route of the settings its row, and move what waits to the channel that the route has now."""
    for route in routes:
        statement = insert(connection, Route).values(
            name=route.name, channel=route.channel, send=route.send, first_seen_at=now
        )
        connection.execute(statement.on_conflict_do_update(
            index_elements=["name"], set_={"channel": route.channel, "send": route.send}))
        # An unclear one stays: it is looked up where it may have arrived. So does the rest of a thread that began.
        heads = sa.select(Delivery.digest_id).where(Delivery.kind == "digest", Delivery.state == "pending")
        connection.execute(sa.update(Delivery).where(
            Delivery.route == route.name, Delivery.state == "pending", Delivery.channel != route.channel,
            sa.or_(Delivery.kind != "reply", Delivery.digest_id.in_(heads)),
        ).values(channel=route.channel, next_try_at=None).execution_options(synchronize_session=False))


def first_seen(connection: Connection) -> dict[str, datetime]:
    """When each route first stood in the settings of a running process."""
    return {row.name: row.first_seen_at for row in connection.execute(sa.select(Route.name, Route.first_seen_at))}


def channels_with_work(connection: Connection, routes: Sequence[str], now: datetime) -> list[str]:
    """The channels that have something to send or to change for these routes, the longest waiting first."""
    due = sa.or_(sa.and_(Delivery.state.in_(UNFINISHED), not_held(now)),
                 sa.and_(Delivery.refresh_at <= now, Delivery.state == "sent"))
    return list(
        connection.scalars(
            sa.select(Delivery.channel)
            .where(due, Delivery.route.in_(routes))
            .group_by(Delivery.channel)
            .order_by(sa.func.min(Delivery.id))
        )
    )


def stop(connection: Connection, channel: str, reason: str, now: datetime) -> tuple[list[str], bool]:
    """Note that a channel refuses for good. Returns its routes, and whether this is new."""
    rows = connection.execute(sa.select(Route.name, Route.stopped_at).where(Route.channel == channel)).all()
    names = [row.name for row in rows]
    connection.execute(sa.update(Route).where(Route.name.in_(names)).values(
        stopped_at=sa.func.coalesce(Route.stopped_at, now), stopped_reason=reason))
    return names, any(row.stopped_at is None for row in rows)


def resume(connection: Connection, channel: str) -> list[str]:
    """Note that a channel takes messages again. Returns the routes that were stopped."""
    stopped = list(connection.scalars(sa.select(Route.name).where(
        Route.channel == channel, Route.stopped_at.is_not(None))))
    if stopped:
        connection.execute(sa.update(Route).where(Route.name.in_(stopped)).values(stopped_at=None, stopped_reason=None))
    return stopped


def stopped_routes(connection: Connection) -> list[tuple[str, str]]:
    """The routes whose channel refuses for good, each with its reason."""
    rows = connection.execute(sa.select(Route.name, Route.stopped_reason).where(Route.stopped_at.is_not(None))
                              .order_by(Route.name))
    return [(name, reason or "it does not say why") for name, reason in rows]


def waiting_elsewhere(connection: Connection, names: Collection[str]) -> list[tuple[str, int]]:
    """Routes by other names than these for which messages wait, and how many: nobody sends them."""
    rows = connection.execute(
        sa.select(Delivery.route, sa.func.count()).where(Delivery.state.in_(UNFINISHED), Delivery.route.not_in(names))
        .group_by(Delivery.route).order_by(Delivery.route))
    return [(name, number) for name, number in rows]


def waiting_on(connection: Connection, channel: str) -> int:
    """The deliveries of a channel that have not ended."""
    return connection.execute(sa.select(sa.func.count()).select_from(Delivery).where(
        Delivery.state.in_(UNFINISHED), Delivery.channel == channel)).scalar_one()


def count_unfinished(connection: Connection, routes: Sequence[str], now: datetime) -> int:
    """Deliveries of these routes that have not ended, and that nothing holds back on purpose."""
    return connection.execute(sa.select(sa.func.count()).select_from(Delivery).where(
        Delivery.state.in_(UNFINISHED), Delivery.route.in_(routes), not_held(now))).scalar_one()


def overview(connection: Connection, now: datetime) -> list[dict[str, Any]]:
    """Every route with its counts by state: what `alerts status` shows first. `held` are among the pending."""
    counts: dict[str, dict[str, int]] = {}
    for route, state, number in connection.execute(
            sa.select(Delivery.route, Delivery.state, sa.func.count()).group_by(Delivery.route, Delivery.state)):
        counts.setdefault(route, {})[state] = number
    waiting = _by_route(connection, sa.select(DigestEntry.route, sa.func.count())
                        .where(DigestEntry.digest_id.is_(None)).group_by(DigestEntry.route))
    last = _by_route(connection, sa.select(Delivery.route, sa.func.max(Delivery.sent_at)).group_by(Delivery.route))
    held = _by_route(connection, sa.select(Delivery.route, sa.func.count()).where(
        Delivery.state.in_(UNFINISHED), sa.not_(not_held(now))).group_by(Delivery.route))
    states = (*UNFINISHED, "sent", "failed", "possibly_sent", MOVED, MUTED)
    return [
        {"route": name, "channel": channels.shown(channel), "send": send, "stopped_at": stopped_at,
         "stopped_reason": reason, "last_sent_at": last.get(name), "waiting_for_digest": waiting.get(name, 0),
         "held": held.get(name, 0), **{state: counts.get(name, {}).get(state, 0) for state in states}}
        for name, channel, send, stopped_at, reason in connection.execute(sa.select(
            Route.name, Route.channel, Route.send, Route.stopped_at, Route.stopped_reason).order_by(Route.name))
    ]


def _by_route(connection: Connection, query: Any) -> dict[str, Any]:
    return {row[0]: row[1] for row in connection.execute(query)}


def open_deliveries(connection: Connection, limit: int = 50) -> list[dict[str, Any]]:
    """Deliveries that did not end as sent, the oldest first."""
    columns = (
        Delivery.id,
        Delivery.route,
        Delivery.channel,
        Delivery.kind,
        Delivery.key,
        Delivery.state,
        Delivery.attempts,
        Delivery.created_at,
        Delivery.next_try_at,
        Delivery.hold_until,
        Delivery.error,
    )
    rows = connection.execute(sa.select(*columns).where(Delivery.state.not_in(("sent", MOVED, MUTED)))
                              .order_by(Delivery.id).limit(limit))
    return [{**row, "channel": channels.shown(row["channel"])} for row in rows.mappings()]


def sent_deliveries(connection: Connection, limit: int = 50) -> list[dict[str, Any]]:
    """Deliveries that have ended: sent, told by a digest instead, or held back by a mute; the latest first."""
    columns = (Delivery.id, Delivery.route, Delivery.kind, Delivery.state, Delivery.created_at, Delivery.sent_at,
               Delivery.error, Delivery.story_id.label("story"), Story.title, Digest.local_date,
               Digest.entry_count.label("entries"))
    rows = connection.execute(
        sa.select(*columns).outerjoin(Story, Story.id == Delivery.story_id)
        .outerjoin(Digest, Digest.id == Delivery.digest_id)
        .where(Delivery.state.in_(("sent", MOVED, MUTED))).order_by(Delivery.id.desc()).limit(limit))
    return [dict(row) for row in rows.mappings()]


def retry(connection: Connection, ids: Sequence[int] | None) -> tuple[int, list[int]]:
    """Make deliveries due at once: the named ones, else all that failed or wait. Returns (how many, ids not found).

    One that is possibly sent is sent again only when it is named, since that may repeat it; and only by its name is one
    sent before its time that a route holds back.
    """
    wanted = Delivery.state.in_(("failed", "pending", "unclear")) if ids is None else sa.and_(
        Delivery.id.in_(ids), Delivery.state.in_(("failed", "pending", "unclear", "possibly_sent")))
    found = list(connection.execute(sa.select(Delivery.id, Delivery.state).where(wanted)))
    if found:
        again = [id_ for id_, state in found if state in {"failed", "possibly_sent"}]
        connection.execute(sa.update(Delivery).where(Delivery.id.in_(again)).values(state="pending", attempts=0))
        named = {} if ids is None else {"hold_until": None}
        connection.execute(
            sa.update(Delivery).where(Delivery.id.in_([id_ for id_, _ in found])).values(next_try_at=None, **named)
        )
    return len(found), sorted(set(ids or ()) - {id_ for id_, _ in found})
