"""The console as a channel: what is sent is printed. It needs no Slack, and cannot be read back."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from alerts.channels.base import Posted, Rendered
from alerts.terminal import render_console
from core.errors import NoHistoryError

if TYPE_CHECKING:
    from rich.console import Console


class ConsoleChannel:
    """Prints messages as Slack would show them."""

    pace = 0.0
    timeout = 5.0

    def __init__(self, console: Console) -> None:
        self._console = console

    def post(self, message: Rendered, key: str) -> Posted:
        """Print the message."""
        render_console([{"text": message.text, "blocks": message.blocks}], self._console)
        self._console.print()
        self._console.file.flush()
        return Posted(key)

    def find(self, key: str, thread: str | None, since: datetime) -> Posted | None:  # noqa: ARG002 - every channel's arguments
        """Nobody can tell what stood on a terminal."""
        raise NoHistoryError("the console keeps no history")
