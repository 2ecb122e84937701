"""The hits of a day, as they came, for a dry run of the routes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from archive import regroup
from archive.engine import Connection
from archive.selection import NewHit
from archive.tables import Delivery, DigestEntry, Hit


def forget(connection: Connection, routes: Sequence[str], since: datetime) -> None:
    """Take back what routes were given since a moment. Only for a transaction that is undone."""
    for table in (DigestEntry, Delivery):
        connection.execute(sa.delete(table).where(table.route.in_(routes), table.created_at >= since,
                                                  table.story_id.is_not(None)))


def batches(connection: Connection, since: datetime) -> list[tuple[datetime, list[NewHit]]]:
    """The hits since a moment, in the batches in which they were written."""
    found: dict[datetime, list[int]] = {}
    for id_, moment in connection.execute(
            sa.select(Hit.id, Hit.created_at).where(Hit.created_at >= since).order_by(Hit.created_at, Hit.id)):
        found.setdefault(moment, []).append(id_)
    return [(moment, regroup.new_hits(connection, Hit.id.in_(ids))) for moment, ids in found.items()]


def alerts(connection: Connection, route: str, since: datetime) -> Sequence[Any]:
    """What a route was given to tell since a moment."""
    return connection.execute(
        sa.select(Delivery.key, Delivery.kind, Delivery.state, Delivery.hit_id, Delivery.thread_key,
                  Delivery.hold_until, Delivery.error)
        .where(Delivery.route == route, Delivery.created_at >= since, Delivery.kind.in_(("alert", "follow")))
        .order_by(Delivery.id)).all()
