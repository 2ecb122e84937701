"""What every channel does: post a message once, and find one of ours again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Rendered:
    """A message in the form that is posted. `thread` is the id of the message that it replies to."""

    text: str
    blocks: list[dict[str, Any]]
    thread: str | None = None


@dataclass(frozen=True, slots=True)
class Posted:
    """A message that is in the channel, by the channel's own id."""

    message_id: str


class Channel(Protocol):
    """A place that takes messages."""

    pace: float                          # seconds from one message to the next, at least
    timeout: float                       # seconds that one call may take

    def post(self, message: Rendered, key: str) -> Posted:
        """Post a message under our key.

        Raises RetryLater when it was surely refused for now, UnclearDelivery when nobody can tell, SkipDocument when
        this message can never be taken, DisableRoute when the channel takes none until somebody mends it.
        """

    def find(self, key: str, thread: str | None, since: datetime) -> Posted | None:
        """The message with our key, written at `since` or later, or None when it is surely not there.

        Raises NoHistoryError when the channel cannot be read, RetryLater when it cannot be read for now.
        """
