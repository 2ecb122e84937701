"""Text of strangers made safe to show: no control characters, no broadcast, no link that poses as another."""

from __future__ import annotations

import html
import re
import unicodedata
from urllib.parse import urlsplit

# Marks that turn the direction of what follows, invisible fillers, and halves of characters that no encoding takes.
_UNWANTED = re.compile(
    "[\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\uffff\ud800-\udfff\U000e0000-\U000e007f]"
)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_ENTITY = re.compile(r"&(?:amp|lt|gt|quot|apos|nbsp|#39|#x27|#160|#8217|#8220|#8221|#8211);", re.IGNORECASE)
_HOST = re.compile(r"(?:https?:/*)?((?:[\w-]+\.)+[^\W\d_]{2,})", re.IGNORECASE)
_MOST_MARKS = 4


def clean(text: str) -> str:
    """One line of plain text: entities resolved, control and direction characters gone, piled-up accents cut."""
    # Feeds escape twice and more; what is left after the last round is what the writer meant.
    while (resolved := _ENTITY.sub(lambda entity: html.unescape(entity[0]), text)) != text:
        text = resolved
    text = _CONTROL.sub(" ", _UNWANTED.sub("", text))
    if not text.isascii():
        text = _without_piles(text)
    return " ".join(text.split())


def _without_piles(text: str) -> str:
    kept: list[str] = []
    marks = 0
    for character in text:
        marks = marks + 1 if unicodedata.category(character) in {"Mn", "Me"} else 0
        if marks <= _MOST_MARKS:
            kept.append(character)
    return "".join(kept)


def shorten(text: str, limit: int) -> str:
    """The text, cut at a word where that is near, with … when it is longer than `limit`."""
    if len(text) <= limit:
        return text
    cut = text[: limit - 1]
    space = cut.rfind(" ", limit * 3 // 4)
    return (cut[:space] if space > 0 else cut).rstrip() + "…"


def escape(text: str) -> str:
    """The text for Slack's mrkdwn, where only these three characters start anything that does something."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def safe_link(url: str) -> str | None:
    """The address, if it is one of the web that Slack takes; None otherwise."""
    url = _CONTROL.sub("", _UNWANTED.sub("", url)).strip()
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or not host or parts.username is not None or len(url) > 2000:
        return None
    for character, code in ((" ", "%20"), ("<", "%3C"), (">", "%3E"), ("|", "%7C"), ('"', "%22"), ("\\", "%5C")):
        url = url.replace(character, code)
    # Escaped once more for Slack, what looks like an entity would look escaped twice.
    return re.sub(r"&(amp|lt|gt);", r"&\1%3B", url)


def host_of(url: str) -> str:
    """The host of an address, without www."""
    return (urlsplit(url).hostname or "").removeprefix("www.")


def names_other_host(label: str, url: str) -> bool:
    """Whether a label holds what looks like the name of another host than the link's own."""
    own = host_of(url)
    named = (found.lower().removeprefix("www.") for found in _HOST.findall(label))
    return any(name != own and not own.endswith("." + name) for name in named)
