"""How long the claims of this process hold: whoever was held up for longer has lost them to another process."""

from __future__ import annotations

from datetime import timedelta

from core.clock import steady
from core.errors import ClaimLostError

_MARGIN = 0.9  # of a lease: what is begun just before its end is still going on after it


class Lease:
    """The time that claims last, and until when they do as far as this process knows.

    A process that was frozen finds out by itself, before it asks a host or changes the archive again.
    """

    def __init__(self, length: timedelta) -> None:
        self.length = length
        self._until = 0.0
        self.renewed(steady())

    def renewed(self, at: float) -> None:
        """Note that claims were taken or renewed by a change that began `at` this time of the steady clock."""
        self._until = at + self.length.total_seconds() * _MARGIN

    @property
    def over(self) -> bool:
        """Whether another process may have taken over."""
        return steady() > self._until

    def check(self) -> None:
        """Raise ClaimLostError where another process may have taken over."""
        if self.over:
            raise ClaimLostError
