"""Deliver what the outbox holds: a lane for each channel, so that a slow one delays no other."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextvars import copy_context
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from alerts import refusals
from alerts.channels.base import Channel
from alerts.channels.opening import open_channel
from alerts.health import ROUTE as HEALTH_ROUTE
from alerts.lane import Lane, Tally
from alerts.timer import Timer
from archive import routes as route_rows
from archive.engine import Engine, reading, writing
from core import channels
from core.errors import DisableRoute, PactwatchError
from core.logs import get_logger
from core.settings import Settings

if TYPE_CHECKING:
    from rich.console import Console

PATIENCE = 15.0  # seconds that one pass waits for a channel; what takes longer is for the next pass
BUDGET = 120.0                           # seconds that one pass may take
_MENDING = timedelta(hours=1)            # a channel that refused for good is tried again after this, and at every start

log = get_logger("alerts")


@dataclass(frozen=True, slots=True)
class DeliveryCounts:
    """What a pass delivered; `pending` is what is left, but for what a route holds back on purpose."""

    sent: int = 0
    pending: int = 0
    failed: int = 0
    possibly_sent: int = 0


class Courier:
    """Delivers for one process. It remembers which channels refused."""

    def __init__(self, engine: Engine, settings: Settings, *, console: Console | None = None,
                 stop: threading.Event | None = None, opener: Callable[[str], Channel] | None = None,
                 patience: float = PATIENCE, budget: float = BUDGET, timer: Timer | None = None) -> None:
        self._engine, self._settings = engine, settings
        self._timer = timer or Timer(stop or threading.Event())
        self._open = opener or (lambda name: open_channel(name, settings, console))
        self._patience, self._budget = patience, budget
        self._refused: dict[str, datetime] = {}          # channel -> when it is tried again
        self._busy: dict[str | None, threading.Lock] = {}

    def _names(self) -> list[str]:
        names = [route.name for route in self._settings.routes]
        names += [HEALTH_ROUTE] if self._settings.health.channel else []
        return names + ([refusals.ROUTE] if self._settings.alerts.fallback else [])

    def waiting(self) -> list[str]:
        """The channels for which something waits, without those that refused here a short while ago."""
        now = self._timer.now()
        with reading(self._engine) as connection:
            names = route_rows.channels_with_work(connection, self._names(), now)
        return [name for name in names if self._refused.get(name, now) <= now]

    def deliver(self, channel: str | None = None) -> DeliveryCounts:
        """Send what is due, to one channel or to all. Waits only for short times; the rest stays for the next pass.

        A second call while one is at work leaves everything to it.
        """
        names = self._names()
        tally = Tally()
        busy = self._busy.setdefault(channel, threading.Lock())
        if busy.acquire(blocking=False):
            try:
                self._go_round(names, tally, channel)
            finally:
                busy.release()
        with reading(self._engine) as connection:
            pending = route_rows.count_unfinished(connection, names, self._timer.now())
        return DeliveryCounts(pending=pending, **tally.counts)

    def _go_round(self, names: list[str], tally: Tally, only: str | None) -> None:
        """Serve all channels. Once more where that itself made a message: that a channel refuses, or works again."""
        end = self._timer.elapsed() + self._budget
        served: set[str] = set()
        for _ in range(2):
            ready = [name for name in self.waiting() if name not in served and only in {None, name}]
            served.update(ready)
            served.discard(self._settings.alerts.fallback or "")
            if len(ready) == 1:
                self._serve(ready[0], names, tally, end)
            else:
                self._serve_side_by_side(ready, names, tally, end)

    def _serve_side_by_side(self, ready: list[str], names: list[str], tally: Tally, end: float) -> None:
        """A thread for each channel; daemons, since a process that is told to stop does not wait for a slow answer."""
        failures: list[PactwatchError] = []

        def serve(name: str) -> None:
            try:
                self._serve(name, names, tally, end)
            except PactwatchError as failure:      # the database is busy, full or damaged: that is for the caller
                failures.append(failure)

        threads = [threading.Thread(target=copy_context().run, args=(serve, name), name="lane", daemon=True)
                   for name in ready]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if failures:
            raise failures[0]

    def _serve(self, name: str, names: list[str], tally: Tally, end: float) -> None:
        try:
            lane = Lane(self._engine, self._settings, name, self._open(name), names, self._timer, tally)
        except DisableRoute as refusal:
            self._refuse(name, refusal)
            return
        lane.run(self._patience, end)
        if lane.refusal is not None:
            self._refuse(name, lane.refusal)

    def _refuse(self, channel: str, refusal: DisableRoute) -> None:
        """Stop a channel with one clear line. Its backlog stays pending."""
        now = self._timer.now()
        self._refused[channel] = now + _MENDING
        with writing(self._engine) as connection:
            stopped = refusals.begin(connection, self._settings, channel, str(refusal), now)
        log.error("route stopped", routes=stopped, channel=channels.shown(channel), reason=str(refusal))
