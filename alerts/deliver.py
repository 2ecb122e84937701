"""Deliver what the outbox holds: one message at a time in order per channel, each in the channel exactly once.

A post is repeated only where the channel surely refused it. After an answer that nobody can read, or a crash, the
channel's history is asked first.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from alerts.blocks import parts
from alerts.channels.base import Channel, Posted, Rendered
from alerts.health import ROUTE as HEALTH_ROUTE
from alerts.message import alert_message
from archive import entries, outbox
from archive import routes as route_rows
from archive.engine import Engine, reading, writing
from core import clock
from core.errors import DisableRoute, NoHistoryError, RetryLater, SettingsError, SkipDocument, UnclearDelivery
from core.logs import get_logger
from core.settings import Settings

if TYPE_CHECKING:
    from rich.console import Console

PATIENCE = 15.0  # seconds that one pass waits for a channel; what takes longer is for the next pass
BUDGET = 120.0                           # seconds that one pass may take
_AGAIN = (20.0, 60.0)                    # first and longest wait after a failure that named no time
_MENDING = timedelta(hours=1)            # a channel that refused for good is tried again after this, and at every start

log = get_logger("alerts")


@dataclass(frozen=True, slots=True)
class DeliveryCounts:
    """What a pass delivered; `pending` is what is left, whatever holds it back."""

    sent: int = 0
    pending: int = 0
    failed: int = 0
    possibly_sent: int = 0


def open_channel(name: str, settings: Settings, console: Console | None = None) -> Channel:
    """The channel of a route. Raises DisableRoute where the settings lack what it needs."""
    if name == "console":
        from rich.console import Console

        from alerts.channels.console import ConsoleChannel
        return ConsoleChannel(console or Console(highlight=False))
    from alerts.channels.slack import SlackChannel
    try:
        token = settings.slack_token()
    except SettingsError as failure:
        raise DisableRoute(str(failure)) from failure
    return SlackChannel(name.removeprefix("slack:"), token, settings.slack.api_url, settings.slack.timeout)


class Courier:
    """Delivers for one process. It remembers the pace of each channel and which ones refused."""

    def __init__(self, engine: Engine, settings: Settings, *, console: Console | None = None,
                 stop: threading.Event | None = None, opener: Callable[[str], Channel] | None = None,
                 patience: float = PATIENCE, budget: float = BUDGET) -> None:
        self._engine, self._settings = engine, settings
        self._stop = stop or threading.Event()
        self._open = opener or (lambda name: open_channel(name, settings, console))
        self._patience, self._budget = patience, budget
        self._refused: dict[str, datetime] = {}          # channel -> when it is tried again
        self._next: dict[str, float] = {}                # channel -> monotonic time of the next post
        self._counts = dict.fromkeys(("sent", "failed", "possibly_sent"), 0)
        self._busy = threading.Lock()

    def deliver(self) -> DeliveryCounts:
        """Send what is due. Waits only for short times; the rest stays for the next pass.

        A second call while one is at work leaves everything to it.
        """
        names = [route.name for route in self._settings.routes]
        names += [HEALTH_ROUTE] if self._settings.health.channel else []
        counts = dict.fromkeys(self._counts, 0)
        if self._busy.acquire(blocking=False):
            try:
                self._counts = counts
                self._go_round(names)
            finally:
                self._busy.release()
        with reading(self._engine) as connection:
            return DeliveryCounts(pending=route_rows.count_unfinished(connection, names), **counts)

    def _go_round(self, names: list[str]) -> None:
        """Serve the channels in turn until each has nothing left or has to wait too long."""
        with reading(self._engine) as connection:
            waiting = route_rows.channels_with_work(connection, names)
        end = time.monotonic() + self._budget
        ready = {
            name: self._next.get(name, 0.0) for name in waiting if self._refused.get(name, clock.now()) <= clock.now()
        }
        lanes: dict[str, Channel] = {}
        while ready and not self._stop.is_set():
            name = min(ready, key=ready.__getitem__)
            wait = max(0.0, ready[name] - time.monotonic())
            if wait >= self._patience or time.monotonic() + wait > end:
                del ready[name]
                continue
            if self._stop.wait(wait):
                break
            again = self._step(name, lanes, names)
            if again is None:
                del ready[name]
            else:
                ready[name] = again

    def _step(self, name: str, lanes: dict[str, Channel], routes: list[str]) -> float | None:
        """Deal with the next delivery of a channel. Returns the monotonic time to go on; None for not in this pass."""
        try:
            lane = lanes.get(name) or lanes.setdefault(name, self._open(name))
        except DisableRoute as refusal:
            self._refuse(name, refusal)
            return None
        now = clock.now()
        lease = timedelta(seconds=2 * lane.timeout + 30)
        with writing(self._engine) as connection:
            claimed = outbox.claim(connection, name, routes, now, lease)
        if claimed is None:
            return None
        if isinstance(claimed, datetime):
            return time.monotonic() + (claimed - now).total_seconds()
        self._attempt(lane, claimed, lease)
        if name in self._refused:
            return None
        return self._next.get(name, 0.0)

    def _attempt(self, lane: Channel, claimed: outbox.Claimed, lease: timedelta) -> None:
        """Find the message if it may have gone out, post it if not, and write down what became of it."""
        looking = claimed.unclear
        try:
            if looking and (found := lane.find(claimed.key, claimed.thread, claimed.created_at)):
                self._record(claimed, "sent", message_id=found.message_id)
                return
            looking = False
            posted = self._post(lane, claimed, lease)
        except RetryLater as failure:
            wait = (
                min(_AGAIN[0] * 2 ** min(claimed.attempts - 1, 8), _AGAIN[1])
                if failure.after is None
                else failure.after
            )
            self._record(claimed, "unclear" if looking else "pending", error=failure, wait=wait)
        except UnclearDelivery as failure:
            self._record(claimed, "unclear", error=failure, wait=failure.after)
        except NoHistoryError as failure:
            self._record(claimed, "possibly_sent", error=failure)
        except SkipDocument as failure:
            self._record(claimed, "failed", error=failure)
        except DisableRoute as refusal:
            self._record(claimed, "unclear" if looking else "pending", error=refusal)
            self._refuse(claimed.channel, refusal)
        else:
            if posted is not None:
                self._record(claimed, "sent", message_id=posted.message_id)

    def _post(self, lane: Channel, claimed: outbox.Claimed, lease: timedelta) -> Posted | None:
        payload = claimed.payload or self._render(claimed)
        with writing(self._engine) as connection:
            if not outbox.renew(connection, claimed, clock.now() + lease, payload):
                log.warning("claim lost", delivery=claimed.key)
                return None
        self._next[claimed.channel] = time.monotonic() + lane.pace
        return lane.post(Rendered(payload["text"], payload["blocks"], claimed.thread), claimed.key)

    def _render(self, claimed: outbox.Claimed) -> dict[str, Any]:
        route = self._settings.route(claimed.route)
        with reading(self._engine) as connection:
            entry = entries.load(connection, [claimed.hit_id] if claimed.hit_id is not None else []).get(
                claimed.hit_id or 0
            )
        if entry is None or route is None:
            raise SkipDocument("its hit is no longer in the archive", outcome="gone")
        return parts(alert_message(entry, route))[0]

    def _record(
        self,
        claimed: outbox.Claimed,
        state: str,
        *,
        message_id: str | None = None,
        error: Exception | None = None,
        wait: float | None = None,
    ) -> None:
        now = clock.now()
        next_try = None if wait is None else now + min(timedelta(seconds=wait), outbox.LONGEST_WAIT)
        with writing(self._engine) as connection:
            kept = outbox.record(connection, claimed, state, now, message_id=message_id, next_try_at=next_try,
                                 error=None if error is None else str(error))
            if state == "sent":
                route_rows.resume(connection, claimed.channel)
        if not kept:
            log.warning("claim lost", delivery=claimed.key)
        elif state in self._counts:
            self._counts[state] += 1
        if error is not None and not isinstance(error, DisableRoute):
            log.warning("not delivered", delivery=claimed.key, channel=claimed.channel, state=state, reason=str(error))

    def _refuse(self, channel: str, refusal: DisableRoute) -> None:
        """Stop a channel with one clear line. Its backlog stays pending."""
        now = clock.now()
        self._refused[channel] = now + _MENDING
        with writing(self._engine) as connection:
            stopped = route_rows.stop(connection, channel, str(refusal), now)
        log.error("route stopped", routes=stopped, channel=channel, reason=str(refusal))
