"""What every channel does: give a message its form, post it once, and find or change one of ours again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from alerts.message import Message
from core.errors import NoHistoryError, SkipDocument

Payload = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Post:
    """A message in the form that is posted, under our key.

    `thread` is the channel's id of the message that it replies to; `on_top`: the reply shows in the channel, too.
    `repeat`: an earlier try may have arrived. `attempt` counts the tries.
    """

    payload: Payload
    key: str
    thread: str | None = None
    on_top: bool = False
    repeat: bool = False
    attempt: int = 1


@dataclass(frozen=True, slots=True)
class Posted:
    """A message that is in the channel, by the channel's own id."""

    message_id: str


class Channel(Protocol):
    """A place that takes messages."""

    form: str                            # name of the form that `render` gives; channels of one form share it
    pace: float                          # seconds from one message to the next, at least
    timeout: float                       # seconds that one call may take
    repeats: int                         # how often a message is posted again that may have arrived, marked as such

    def render(self, message: Message) -> list[Payload]:
        """The message in this channel's form: the first part, and others that reply to it where one is too small."""

    def post(self, post: Post) -> Posted:
        """Post a message.

        Raises RetryLater when it was surely refused for now, UnclearDelivery when nobody can tell, SkipDocument when
        this message can never be taken, DisableRoute when the channel takes none until somebody mends it.
        """

    def find(self, key: str, thread: str | None, since: datetime) -> Posted | None:
        """The message with our key, written at `since` or later, or None when it is surely not there.

        Raises NoHistoryError when the channel cannot be read, RetryLater when it cannot be read for now.
        """

    def change(self, message_id: str, post: Post) -> None:
        """Put a new form in the place of a message. Raises SkipDocument where the message cannot be changed (any more).

        The other errors are those of `post`; a change that was done twice does no harm.
        """


class Forgetful:
    """What channels have in common that keep nothing that we could read or change."""

    repeats = 0

    def find(self, key: str, thread: str | None, since: datetime) -> Posted | None:  # noqa: ARG002 - every channel's arguments
        """Nobody can tell."""
        raise NoHistoryError("this channel keeps no history that can be read")

    def change(self, message_id: str, post: Post) -> None:  # noqa: ARG002 - every channel's arguments
        """What was sent stays as it is."""
        raise SkipDocument("this channel cannot change a message")
