"""Read robots.txt as RFC 9309 says: the groups that name us merged, else those of `*`; the longest rule decides."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from math import isfinite
from urllib.parse import urlsplit

AGENT = "Pactwatch"  # the product token that robots.txt may name
LONGEST_FILE = 500 * 1024  # bytes that are read, as the RFC asks
MOST_SITEMAPS = 10  # that are kept

_LINE = re.compile(r"\r\n|\r|\n")
_TOKEN = re.compile(r"[A-Za-z_-]+|\*")
_UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_ENCODED = re.compile(rb"%([0-9A-Fa-f]{2})|([^\x21-\x7e])")
# Directives with the spellings that other crawlers accept, too: who mistypes a ban still means it.
_NAMES = {
    "user-agent": "agent",
    "useragent": "agent",
    "user agent": "agent",
    "allow": "allow",
    "crawl-delay": "delay",
    "crawldelay": "delay",
    "sitemap": "sitemap",
    **dict.fromkeys(("disallow", "dissallow", "dissalow", "disalow", "diasllow", "disallaw"), "disallow"),
}


@dataclass(frozen=True, slots=True)
class _Rule:
    """A path pattern: its parts between the wildcards, and whether the last one has to be the end."""

    length: int
    allows: bool
    parts: tuple[str, ...]
    anchored: bool

    def fits(self, path: str) -> bool:
        first, *rest = self.parts
        if not path.startswith(first):
            return False
        if not rest:
            return not self.anchored or len(path) == len(first)
        at = len(first)
        for part in rest[:-1]:
            at = path.find(part, at)
            if at < 0:
                return False
            at += len(part)
        if self.anchored:
            return len(path) - len(rest[-1]) >= at and path.endswith(rest[-1])
        return path.find(rest[-1], at) >= 0


@dataclass(frozen=True, slots=True)
class RobotsText:
    """What a robots.txt says to us. `text` is the part that does, in a form that can be read again."""

    rules: tuple[_Rule, ...] = ()  # the longest first, `allow` before `disallow`
    delay: float = 0.0
    text: str = ""
    sitemaps: tuple[str, ...] = ()  # for everybody, wherever they stand in the file

    def allows(self, url: str) -> bool:
        """Whether an address may be fetched."""
        if not self.rules:
            return True
        parts = urlsplit(url)
        if parts.path == "/robots.txt":
            return True
        path = _normal((parts.path or "/") + (f"?{parts.query}" if parts.query else ""))
        path = path.replace("*", "%2A").replace("$", "%24")
        return next((rule.allows for rule in self.rules if rule.fits(path)), True)


def read(body: bytes) -> RobotsText:
    """Read a file as it was sent; what is beyond the limit counts as not there, with the line that it cuts."""
    text = body[:LONGEST_FILE].decode("utf-8-sig", "replace")
    if len(body) > LONGEST_FILE:
        text = text[: max(text.rfind("\n"), text.rfind("\r")) + 1]
    return parse(text)


def parse(text: str) -> RobotsText:
    """The rules of a text. The same text, as each poll brings it, is read once."""
    return _remembered(text) if len(text) < 20_000 else _parse(text)


def _parse(text: str) -> RobotsText:
    groups: dict[str, list[tuple[str, str]]] = {}
    agents: list[str] = []
    open_ = False  # whether another user agent joins the group or begins a new one
    sitemaps: list[str] = []
    for name, value in _directives(text):
        if name == "sitemap":
            sitemaps.append(value)
            continue
        if name == "agent":
            if not open_:
                agents, open_ = [], True
            if found := _TOKEN.match(value):
                agents.append(found[0].lower())
                groups.setdefault(agents[-1], [])
            continue
        open_ = False
        for agent in agents:
            groups[agent].append((name, value))
    lines = groups.get(AGENT.lower(), groups.get("*", []))
    rules = [_rule(value, name == "allow") for name, value in lines if name != "delay" and value]
    rules.sort(key=lambda rule: (-rule.length, not rule.allows))
    delay = max((_seconds(value) for name, value in lines if name == "delay"), default=0.0)
    written = "".join(f"{'crawl-delay' if n == 'delay' else n}: {v}\n" for n, v in lines)
    maps = tuple(dict.fromkeys(m for m in sitemaps if m))[:MOST_SITEMAPS]
    written = (f"user-agent: *\n{written}" if written else "") + "".join(f"sitemap: {m}\n" for m in maps)
    return RobotsText(tuple(rules), delay, written, maps)


_remembered = lru_cache(maxsize=2048)(_parse)


def _directives(text: str) -> list[tuple[str, str]]:
    found = []
    for raw in _LINE.split(text.removeprefix("\ufeff")):
        line = raw.partition("#")[0].strip()
        name, colon, value = line.partition(":")
        if not colon:  # "Disallow /path" is understood, too
            name, _, value = line.partition(" ")
        if known := _NAMES.get(name.strip().lower()):
            found.append((known, value.strip()))
    return found


def _rule(pattern: str, allows: bool) -> _Rule:
    anchored = pattern.endswith("$")
    normal = _normal(pattern.removesuffix("$"))
    parts = re.sub(r"\*+", "*", normal).replace("$", "%24").split("*")
    return _Rule(len(normal) + anchored, allows, tuple(parts), anchored)


def _normal(path: str) -> str:
    """Percent-encoding in one form: letters and digits as they are, everything beyond ASCII encoded."""

    def one(found: re.Match[bytes]) -> bytes:
        octet = int(found[1], 16) if found[1] else found[2][0]
        return bytes([octet]) if octet in _UNRESERVED else b"%%%02X" % octet

    return _ENCODED.sub(one, path.encode("utf-8", "replace")).decode("ascii")


def _seconds(value: str) -> float:
    try:
        number = float(value.partition(" ")[0])
    except ValueError:
        return 0.0
    return number if isfinite(number) and number > 0 else 0.0
