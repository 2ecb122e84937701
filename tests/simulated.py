"""Time that passes only when somebody waits for it, so that an hour of tries is over at once."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

from alerts.timer import Timer


class SimulatedTimer(Timer):
    """Begins at the real time. `waits` adds up what was waited."""

    def __init__(self, begin: datetime | None = None) -> None:
        super().__init__(threading.Event())
        self._begin = begin or datetime.now(UTC)
        self.waited = 0.0

    def now(self) -> datetime:
        return self._begin + timedelta(seconds=self.waited)

    def elapsed(self) -> float:
        return self.waited

    def wait(self, seconds: float) -> bool:
        self.waited += max(0.001, seconds)
        return False
