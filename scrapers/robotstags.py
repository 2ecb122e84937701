"""What a page itself asks of robots: `X-Robots-Tag` and `<meta name="robots">`, for all or for us by name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

from core import clock
from scrapers.discovery.dates import read_date
from scrapers.robotstxt import AGENT

_HEAD = 100_000  # bytes of a page in which most heads end
_LONG_HEAD = 1_000_000  # where styles come before the body
_META = re.compile(
    rb"""<meta\s[^>]{0,1000}?(?<![\w-])name\s*=\s*["']?\s*(robots|pactwatch)\b[^>]{0,1000}>""", re.IGNORECASE
)
_NO_TAGS = re.compile(rb"<!--.*?-->|<(script|style|title|textarea|template)\b.*?</\1\s*>", re.IGNORECASE | re.DOTALL)
_NAMED = (b"robots", AGENT.lower().encode())
_LONGEST = 1_100  # bytes from the beginning of a tag to the name in it
_CONTENT = re.compile(rb"""(?<![\w-])content\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+))""", re.IGNORECASE)
_BODY = re.compile(rb"<body\b", re.IGNORECASE)
# The time may hold a comma; further directives follow it only where they begin with a letter after one.
_UNTIL = re.compile(r"unavailable_after\s*:\s*((?:mon|tue|wed|thu|fri|sat|sun)?[a-z]*,?[^,;]*)([,;]|$)")
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
    if len(body) > _HEAD and not _BODY.search(head):
        head = body[:_LONG_HEAD].replace(b"\0", b"")
    metas = list(_metas(head))
    if metas and _NO_TAGS.search(head):  # what stands in a comment or a script is none; few pages come to this
        metas = list(_metas(_NO_TAGS.sub(b" ", head)))
    for meta in metas:
        if content := _CONTENT.search(meta[0]):
            text = unescape(next(part for part in content.groups() if part is not None).decode("latin-1"))
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
    return next((word for word in ("noindex", "none", "unavailable_after") if word in said), None)


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
    """The directives of a list. `unavailable_after` is one where its time is over."""
    text, over = text.lower(), False
    if until := _UNTIL.search(text):
        over = _is_over(until[1])
        text = text[: until.start()] + (text[until.end() :] if until[2] else "")
    words = {word.strip() for word in re.split(r"[,;]", text)} - {""}
    return words | {"unavailable_after"} if over else words


def _is_over(date: str) -> bool:
    """Whether a time has passed. One that cannot be read asks for nothing."""
    moment = read_date(date.strip(" ,;"))
    return moment is not None and moment < clock.now()
