"""One channel's deliveries, one at a time and in order, each in the channel exactly once.

A post is repeated only where the channel surely refused it. After an answer that nobody can read, or a crash, the
channel's history is asked first. A channel without a history gets a doubtful message again a few times, marked as a
possible repeat, or not at all.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from time import monotonic

from alerts import refusals, rendering
from alerts.channels.base import Channel, Post, Posted
from alerts.timer import Timer
from archive import claims, digests
from archive.claims import Claimed
from archive.engine import Engine, reading, refused, writing
from core import channels, tracing
from core.clock import steady
from core.errors import DisableRoute, NoHistoryError, RetryLater, SkipDocument, UnclearDelivery
from core.logs import bound, get_logger
from core.metrics import POST_SECONDS
from core.settings import Settings

LEASE = timedelta(seconds=45)            # how long a process that is frozen keeps a message from others
RENEWED_S = 15.0
_AGAIN = (20.0, 60.0)                    # first and longest wait after a failure that named no time

log = get_logger("alerts")


class Tally:
    """What was delivered in a pass, counted by lanes side by side."""

    def __init__(self) -> None:
        self.counts = dict.fromkeys(("sent", "failed", "possibly_sent"), 0)
        self._lock = threading.Lock()

    def add(self, state: str) -> None:
        """Count a delivery that ended."""
        if state in self.counts:
            with self._lock:
                self.counts[state] += 1


class Lane:
    """Delivers to one channel for a while."""

    def __init__(self, engine: Engine, settings: Settings, name: str, channel: Channel, routes: list[str],
                 timer: Timer, tally: Tally) -> None:
        self._engine, self._settings, self._name, self._channel = engine, settings, name, channel
        self._routes, self._timer, self._tally = routes, timer, tally
        self.refusal: DisableRoute | None = None

    def run(self, patience: float, end: float) -> None:
        """Work until nothing is due, or what is next takes longer than `patience`; at most until `end`."""
        while not self._timer.stopped and self.refusal is None:
            again = self._deliver()
            if again is None:
                again = self._change()
            if again is None:
                return
            wait = max(0.0, (again - self._timer.now()).total_seconds())
            if wait >= patience or self._timer.elapsed() + wait > end or self._timer.wait(wait):
                return

    def _deliver(self) -> datetime | None:
        """Deal with the next delivery. Returns when to go on; None where nothing is to be sent."""
        now = self._timer.now()
        with writing(self._engine) as connection:
            claimed = claims.claim(connection, self._name, self._routes, now, LEASE)
        if isinstance(claimed, Claimed):
            self._attempt(claimed)
            return self._timer.now()
        return claimed

    def _attempt(self, claimed: Claimed) -> None:
        """Find the message if it may have gone out, post it if not, and write down what became of it."""
        kind = channels.shown(claimed.channel).partition(":")[0]
        began = monotonic()
        with (bound(delivery=claimed.key, route=claimed.route),
              tracing.span("deliver", delivery=claimed.key, route=claimed.route, channel=kind) as traced,
              self._kept(claimed)):
            state = self._settle(claimed)
            tracing.note(traced, state=state)
        POST_SECONDS.labels(kind, state).observe(monotonic() - began)

    @contextmanager
    def _kept(self, claimed: Claimed) -> Iterator[None]:
        """Renew a claim for as long as the channel takes. A process that is frozen stops to."""
        over = threading.Event()

        def renew() -> None:
            while not over.wait(RENEWED_S):
                # Away or busy: then this process loses its claim, as if it were frozen.
                with suppress(RetryLater, refused), writing(self._engine) as connection:
                    claims.renew(connection, claimed, self._timer.now() + LEASE)

        threading.Thread(target=renew, daemon=True, name="claim").start()
        try:
            yield
        finally:
            over.set()

    def _settle(self, claimed: Claimed) -> str:
        """The state in which an attempt leaves a message."""
        # What is posted is written down before: without that, nothing can have gone out.
        looking = claimed.unclear and rendering.is_rendered(claimed)
        try:
            repeat = False
            if looking:
                found, repeat = self._find(claimed)
                if found is not None:
                    return self._record(claimed, "sent", message_id=found.message_id)
            looking = False
            posted = self._post(claimed, repeat)
        except RetryLater as failure:
            wait = (
                min(_AGAIN[0] * 2 ** min(claimed.attempts - 1, 8), _AGAIN[1])
                if failure.after is None
                else failure.after
            )
            return self._record(claimed, "unclear" if looking else "pending", error=failure, wait=wait)
        except UnclearDelivery as failure:
            return self._record(claimed, "unclear", error=failure, wait=failure.after)
        except NoHistoryError as failure:
            why = NoHistoryError(f"{claimed.error}; {failure}") if claimed.error else failure
            return self._record(claimed, "possibly_sent", error=why)
        except SkipDocument as failure:
            return self._record(claimed, "failed", error=failure)
        except DisableRoute as refusal:
            self.refusal = refusal
            return self._record(claimed, "unclear" if looking else "pending", error=refusal)
        return "dropped" if posted is None else self._record(claimed, "sent", message_id=posted.message_id)

    def _find(self, claimed: Claimed) -> tuple[Posted | None, bool]:
        """The message, if it stands in the channel; else whether it is to be posted as a possible repeat."""
        try:
            return self._channel.find(claimed.key, claimed.thread, claimed.created_at), False
        except NoHistoryError:
            if (claimed.payload or {}).get("doubts", 0) >= self._channel.repeats:
                raise
        return None, True

    def _post(self, claimed: Claimed, repeat: bool) -> Posted | None:
        with reading(self._engine) as connection:
            made = rendering.render(connection, self._settings, self._channel, claimed)
        now, began = self._timer.now(), steady()
        payload = made.payload if made is not None else {}
        doubts = payload.get("doubts", 0) + repeat
        if doubts:
            payload = {**payload, "doubts": doubts}
        with writing(self._engine) as connection:
            if made is None:
                claims.drop(connection, claimed)
                return None
            if not claims.renew(connection, claimed, now + LEASE, payload):
                log.warning("claim lost")
                return None
            if made.fresh and claimed.digest_id is not None:
                digests.write_parts(connection, claimed, made.replies, now)
            claims.note_pace(connection, self._name, now + timedelta(seconds=self._channel.pace))
        if steady() - began > LEASE.total_seconds() / 2:
            # This process was frozen meanwhile: another may have looked for the message, and posted it.
            log.warning("claim not trusted", delivery=claimed.key)
            return None
        route = self._settings.route(claimed.route)
        on_top = claimed.kind == "follow" and route is not None and route.on_top
        return self._channel.post(
            Post(payload, claimed.key, claimed.thread, on_top, repeat=doubts > 0, attempt=claimed.attempts))

    def _record(
        self,
        claimed: Claimed,
        state: str,
        *,
        message_id: str | None = None,
        error: Exception | None = None,
        wait: float | None = None,
    ) -> str:
        now = self._timer.now()
        next_try = None if wait is None else now + min(timedelta(seconds=wait), claims.LONGEST_WAIT)
        with writing(self._engine) as connection:
            kept = claims.record(connection, claimed, state, now, message_id=message_id, next_try_at=next_try,
                                 error=None if error is None else str(error))
            if state == "sent":
                refusals.end(connection, self._settings, self._name, now)
        if not kept:
            log.warning("claim lost")
        else:
            self._tally.add(state)
        if error is not None and not isinstance(error, DisableRoute):
            log.warning("not delivered", channel=channels.shown(claimed.channel), state=state, reason=str(error))
        return state

    def _change(self) -> datetime | None:
        """Bring the next message up to date whose story went on. Returns when to go on; None where there is none."""
        now = self._timer.now()
        with writing(self._engine) as connection:
            free = claims.free_at(connection, self._name, now)
            change = None if free > now else claims.next_change(connection, self._name, self._routes, now)
            if change is not None:
                claims.note_pace(connection, self._name, now + timedelta(seconds=self._channel.pace))
        if change is None:
            return free if free > now and self._has_change(now) else None
        payload = None
        try:
            with reading(self._engine) as connection:
                payload = rendering.render_change(connection, self._settings, self._channel, change)
            self._channel.change(change.message_id, Post(payload, change.key))
        except SkipDocument as failure:
            log.info("not changed", delivery=change.key, reason=str(failure))
            payload = None
        except (RetryLater, UnclearDelivery) as failure:
            log.warning("not changed yet", delivery=change.key, reason=str(failure))
            return self._timer.now()
        except DisableRoute as refusal:
            self.refusal = refusal
            return None
        with writing(self._engine) as connection:
            claims.changed(connection, change, payload)
        return self._timer.now()

    def _has_change(self, now: datetime) -> bool:
        with reading(self._engine) as connection:
            return claims.has_change(connection, self._name, self._routes, now)
