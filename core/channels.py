"""The names of channels: `slack:C0123456789`, `email:desk@example.org`, … and what can be told of one by its name."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

_NAME = r"[a-z0-9][a-z0-9_-]*"           # of a section [channels.NAME], which holds an address that is a secret
_URL = r"https?://[^\s/]+\S*"
_FORMS = {
    "slack": r"#[^\s]+|[A-Z0-9]{6,}",
    "slack-webhook": f"{_URL}|{_NAME}",
    "webhook": f"{_URL}|{_NAME}",
    "email": r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+",
    "apprise": rf"[a-z0-9+.-]+://\S+|{_NAME}",
    "feed": r"[^\s:][^\n\r\0:]*",
}
FORMS = ("slack:ID, slack:#name, slack-webhook:NAME-or-URL, webhook:NAME-or-URL, email:ADDRESS, apprise:NAME-or-URL, "
         "feed:PATH or console")
_SLACK_HOOK = re.compile(r"https?://(?:hooks\.slack(?:-gov)?\.com/|[^/\s]+/services/T\w+/B\w+/)")


def checked(text: str) -> str:
    """The name of a channel as it is; ValueError where it is none."""
    scheme, _, address = text.partition(":")
    if text != "console" and not re.fullmatch(_FORMS.get(scheme, r"(?!)"), address):
        msg = f"is not {FORMS}"
        raise ValueError(msg)
    return text


def split(channel: str) -> tuple[str, str]:
    """Scheme and address. An incoming webhook of Slack is one whichever way it is written."""
    scheme, _, address = channel.partition(":")
    return "slack-webhook" if scheme == "webhook" and _SLACK_HOOK.match(address) else scheme, address


def named(channel: str) -> str | None:
    """The NAME of `[channels.NAME]` that a channel refers to, if it does."""
    scheme, address = split(channel)
    return address if scheme in {"slack-webhook", "webhook", "apprise"} and re.fullmatch(_NAME, address) else None


def has_threads(channel: str) -> bool:
    """Whether a message can be answered in its own thread, and be changed later."""
    return split(channel)[0] == "slack"


def has_edits(channel: str) -> bool:
    """Whether a message can be changed later."""
    return split(channel)[0] in {"slack", "feed"}


def shown(channel: str) -> str:
    """The name without what is secret in it: an address of a webhook is all that one needs to post there."""
    scheme, address = split(channel)
    if scheme not in {"slack-webhook", "webhook", "apprise"} or named(channel):
        return channel
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        return f"{scheme}:…"
    return f"{scheme}:{parts.scheme}://…" if scheme == "apprise" else f"{scheme}:{parts.scheme}://{host}/…"
