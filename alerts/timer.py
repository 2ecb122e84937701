"""Time as those who deliver see it. Tests bring one of their own, in which an hour is over at once."""

from __future__ import annotations

import threading
import time
from datetime import datetime

from core import clock


class Timer:
    """The real time; `wait` ends early when the process is to stop."""

    def __init__(self, stop: threading.Event) -> None:
        self._stop = stop

    def now(self) -> datetime:
        """The present instant."""
        return clock.now()

    def elapsed(self) -> float:
        """Seconds that go on whatever is done to the clock."""
        return time.monotonic()

    def wait(self, seconds: float) -> bool:
        """Wait; True when the process is to stop."""
        return self._stop.wait(max(0.0, seconds))

    @property
    def stopped(self) -> bool:
        """Whether the process is to stop."""
        return self._stop.is_set()
