"""From the name of a channel to the channel: each scheme has its module, which is loaded when it is needed."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from alerts.channels.base import Channel
from core import channels
from core.errors import DisableRoute, SettingsError
from core.settings import Settings

if TYPE_CHECKING:
    from rich.console import Console

_MODULES = {
    "slack": "slack",
    "slack-webhook": "slack_webhook",
    "webhook": "webhook",
    "email": "mail",
    "apprise": "services",
    "feed": "feed",
    "console": "console",
}


def open_channel(name: str, settings: Settings, console: Console | None = None) -> Channel:
    """The channel of this name. Raises DisableRoute where the settings lack what it needs."""
    if name == "console":
        from alerts.channels.console import ConsoleChannel

        return ConsoleChannel(console)
    module = import_module(f"alerts.channels.{_MODULES[channels.split(name)[0]]}")
    try:
        channel: Channel = module.open_channel(name, settings)
    except SettingsError as failure:
        raise DisableRoute(str(failure)) from failure
    return channel
