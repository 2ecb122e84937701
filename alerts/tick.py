"""What `run` does at its end and `serve` again and again: build the digests that are due, deliver what waits."""

from __future__ import annotations

from datetime import datetime

from alerts.deliver import Courier, DeliveryCounts
from alerts.digest import build_due_digests
from archive import routes as route_rows
from archive.engine import Engine, reading, writing
from core.settings import Settings


def announce_routes(engine: Engine, settings: Settings, now: datetime) -> None:
    """Give the routes of the settings their rows. The day on which a route is first announced is its first digest's."""
    with reading(engine) as connection:
        if route_rows.in_step(connection, settings.routes):
            return
    with writing(engine) as connection:
        route_rows.sync(connection, settings.routes, now)


def tick(engine: Engine, settings: Settings, now: datetime, courier: Courier | None = None,
         crawled: bool = True) -> DeliveryCounts:
    """Build and deliver once. `serve` keeps one courier, which remembers pace and refusals from tick to tick.

    `crawled` says whether a pass has ended in this process; a route that is new waits for that with its first digest.
    """
    announce_routes(engine, settings, now)
    build_due_digests(engine, settings.routes, now, crawled=crawled)
    return (courier or Courier(engine, settings)).deliver()
