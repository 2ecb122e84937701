"""The console as a channel: what is sent is printed. It needs no Slack, and cannot be read back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alerts.blocks import FORM, parts
from alerts.channels.base import Forgetful, Payload, Post, Posted
from alerts.message import Message
from alerts.terminal import render_console

if TYPE_CHECKING:
    from rich.console import Console


class ConsoleChannel(Forgetful):
    """Prints messages as Slack would show them."""

    form = FORM
    pace = 0.0
    timeout = 5.0

    def __init__(self, console: Console | None = None) -> None:
        from rich.console import Console

        self._console = console or Console(highlight=False)

    def render(self, message: Message) -> list[Payload]:
        """The message as Slack's blocks."""
        return parts(message)

    def post(self, post: Post) -> Posted:
        """Print the message."""
        render_console([post.payload], self._console)
        self._console.print()
        self._console.file.flush()
        return Posted(post.key)
