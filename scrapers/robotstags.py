"""What a page itself asks of robots: `X-Robots-Tag` and `<meta name="robots">`, for all or for us by name."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scrapers.robotstxt import AGENT

_HEAD = 100_000  # bytes of a page in which its head ends
_META = re.compile(rb"""<meta\s[^>]{0,1000}?\bname\s*=\s*["']?\s*(robots|pactwatch)\b[^>]{0,1000}>""", re.IGNORECASE)
_NAMED = (b"robots", AGENT.lower().encode())
_LONGEST = 1_100  # bytes from the beginning of a tag to the name in it
_CONTENT = re.compile(rb"""\bcontent\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+))""", re.IGNORECASE)
_WITH_VALUE = {"unavailable_after", "max-snippet", "max-image-preview", "max-video-preview"}


def directives(headers: list[bytes], body: bytes = b"") -> frozenset[str]:
    """The directives that hold for us, in small letters. Where some are addressed to us by name, only those hold."""
    general: set[str] = set()
    ours: set[str] = set()
    for header in headers:
        agent, words = _addressed(header.decode("latin-1"))
        if agent in {"", AGENT.lower()}:
            (ours if agent else general).update(words)
    head = body[:_HEAD].replace(b"\0", b"")  # so that UTF-16 is read, too
    for meta in _metas(head):
        if content := _CONTENT.search(meta[0]):
            text = next(part for part in content.groups() if part is not None).decode("latin-1")
            (general if meta[1].lower() == b"robots" else ours).update(_words(text))
    return frozenset(ours or general)


def _metas(head: bytes) -> Iterator[re.Match[bytes]]:
    """The tags that name us or all robots. They are looked for by the name: few pages have more than one."""
    low = head.lower()
    for name in _NAMED:
        at, last = low.find(name), -1
        while at >= 0:
            start = low.rfind(b"<meta", max(0, at - _LONGEST), at)
            if start > last and (meta := _META.match(head, start)):
                yield meta
            at, last = low.find(name, at + len(name)), max(last, start)


def forbids_keeping(said: frozenset[str]) -> str | None:
    """The directive by which a page asks that its text is not kept."""
    return next((word for word in ("noindex", "none") if word in said), None)


def forbids_following(said: frozenset[str]) -> str | None:
    """The directive by which a listing asks that its links are not followed."""
    return next((word for word in ("nofollow", "none") if word in said), None)


def _addressed(text: str) -> tuple[str, set[str]]:
    """The user agent that a header names, and its directives."""
    agent, colon, rest = text.partition(":")
    name = agent.strip().lower()
    if colon and "," not in name and name not in _WITH_VALUE:
        return name, _words(rest)
    return "", _words(text)


def _words(text: str) -> set[str]:
    return {word.strip().lower() for word in text.split(",")} - {""}
