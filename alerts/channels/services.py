"""Teams, Discord, Telegram and a hundred others, through Apprise (extra `apprise`), as plain text.

Apprise does not say why a message was refused, nor whether it arrived: this channel is at-least-once.
"""

from __future__ import annotations

import logging
import re
from typing import Any

from alerts.channels.base import Forgetful, Payload, Post, Posted
from alerts.channels.slack_webhook import REPEAT
from alerts.message import Message
from alerts.plain import plain
from alerts.text import shorten
from core.errors import DisableRoute, UnclearDelivery
from core.settings import Settings

_WAIT = 60.0


def open_channel(name: str, settings: Settings) -> AppriseChannel:
    """The service of a route."""
    return AppriseChannel(settings.channel_address(name), settings.channel_timeout(name))


class AppriseChannel(Forgetful):
    """A service that Apprise knows, by its Apprise address."""

    form = "text"
    pace = 1.0
    repeats = 3

    def __init__(self, url: str, timeout: float) -> None:
        try:
            import apprise
        except ImportError as failure:
            raise DisableRoute("apprise: needs the extra `apprise`; pip install 'pactwatch[apprise]'") from failure
        logging.getLogger("apprise").setLevel(logging.CRITICAL)   # it logs addresses, which are secrets
        self.timeout = 2 * timeout
        asset = apprise.AppriseAsset(app_id="Pactwatch", app_desc="Pactwatch", async_mode=False, secure_logging=True,
                                     interpret_escapes=False, interpret_emojis=False, storage_mode="memory")
        self._service: Any = apprise.Apprise(asset=asset)
        extra = f"{'&' if '?' in url else '?'}cto={timeout:.0f}&rto={timeout:.0f}&overflow=split"
        if not self._service.add(url + extra) or len(self._service) != 1:
            raise DisableRoute("Apprise does not know this kind of address; see its list of services")

    def render(self, message: Message) -> list[Payload]:
        """The message as a title and a text."""
        title, text = ("", plain(message)) if not message.title else (message.title, _without_title(message))
        return [{"title": harmless(shorten(title, 200)), "text": harmless(text)}]

    def post(self, post: Post) -> Posted:
        """Hand the message to Apprise."""
        import apprise
        note = f"\n\n{REPEAT}" if post.repeat else ""
        if not self._service.notify(body=post.payload["text"] + note, title=post.payload["title"],
                                    body_format=apprise.NotifyFormat.TEXT):
            raise UnclearDelivery("Apprise could not deliver it, and does not say why", after=_WAIT)
        return Posted(post.key)


def _without_title(message: Message) -> str:
    return plain(message).removeprefix(message.title).lstrip("\n")


def harmless(text: str) -> str:
    """The text without what some service or other takes for a call, a mention or a link with a false name."""
    text = text.replace("<", "‹").replace(">", "›").replace("@", "@\u200b")
    return re.sub(r"\](?=\s*[(\[])", "]\u200b", text)
