"""Digests that should be there by now: not built, or built and not sent."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from alerts.digest import slots_without_digest
from archive import digests
from archive.engine import Connection
from core.settings import RouteSettings


def overdue_since(connection: Connection, routes: Sequence[RouteSettings], now: datetime) -> dict[str, datetime | None]:
    """For each route that sends at a time: since when its oldest digest is due and not sent; None where none is."""
    found: dict[str, datetime | None] = {route.name: None for route in routes if route.has_slots}
    due = [(route.name, slot.due_at) for route, slot in slots_without_digest(connection, routes, now)]
    for name, since in (*due, *digests.unsent(connection, now)):
        if name in found:
            found[name] = min(filter(None, (found[name], since)))
    return found
