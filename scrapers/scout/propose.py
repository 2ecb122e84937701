"""The source file that a look at an outlet proposes, with the reasons as comments."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from scrapers.scout.measure import Candidate
from scrapers.scout.words import found_by, measured

_WIDTH = 116
_PLAIN = re.compile(r"[A-Za-z0-9가-힣぀-ヿ一-鿿][\w가-힣぀-ヿ一-鿿 ./+()&-]*")
_RESERVED = {"true", "false", "null", "yes", "no", "on", "off", "y", "n"}
# Second-level names that say nothing of the outlet, and country codes that are sold for their sound.
_GENERIC = {"co", "com", "ac", "go", "gov", "ne", "net", "or", "org", "edu"}
_SUBDOMAINS = {"www", "m", "amp", "rss", "feeds", "news"}
_SOLD = {"ai", "io", "co", "tv", "me", "cc", "fm", "ly", "to", "gg", "sh", "so", "vc", "eu", "la", "ws", "am", "st"}


def id_of(url: str) -> str:
    """An id from an address's host: `example` of https://www.example.co.kr/, `example-tech` of tech.example.com."""
    host = (urlsplit(url).hostname or "").lower()
    labels = host.split(".")
    if labels[-1].isdigit() or len(labels) == 1:
        return re.sub(r"[^a-z0-9]+", "-", host).strip("-") or "outlet"
    rest = labels[:-2] if len(labels) > 2 and labels[-2] in _GENERIC else labels[:-1]
    words = [rest[-1], *(label for label in rest[:-1] if label not in _SUBDOMAINS)]
    return re.sub(r"[^a-z0-9]+", "-", "-".join(words)).strip("-") or "outlet"


def country_of(url: str) -> str | None:
    """The country that a host's last part names, where it is one."""
    last = (urlsplit(url).hostname or "").rpartition(".")[2].lower()
    if len(last) != 2 or not last.isalpha() or last in _SOLD:
        return None
    return "GB" if last == "uk" else last.upper()


def scalar(value: str) -> str:
    """A text as YAML, in quotes where it needs them, without signs that do not print."""
    value = " ".join("".join(letter if letter.isprintable() else " " for letter in value).split())
    plain = _PLAIN.fullmatch(value) and not value.endswith(" ") and value.lower() not in _RESERVED
    digits = re.fullmatch(r"[\d.+-]+", value)
    return value if plain and not digits else json.dumps(value, ensure_ascii=False)


def comment(text: str, indent: str = "") -> str:
    """Comment lines of the project's width. Control characters, which a stranger's page may bring, are taken out."""
    words = "".join(letter if letter.isprintable() else " " for letter in text).split()
    lines, line = [], ""
    for word in words:
        if line and len(indent) + 2 + len(line) + 1 + len(word) > _WIDTH:
            lines.append(line)
            line = ""
        line = f"{line} {word}".strip()
    return "".join(f"{indent}# {part}\n" for part in [*lines, line] if part)


def entry_points(chosen: Sequence[Candidate], selectors: dict[str, dict[str, str]] | None = None) -> str:
    """The block of a file's entry points, each with what was measured above it."""
    text = "entry_points:\n"
    for candidate in chosen:
        text += comment(f"{measured(candidate)}; {found_by(candidate)}", "  ")
        text += f"  - {candidate.kind}: {_address(candidate.url)}\n"
        for name, selector in ((selectors or {}).get(candidate.url) or {}).items():
            text += f"    {name}: {json.dumps(selector, ensure_ascii=False)}\n"
    return text


def _value(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return _address(value) if name == "home" else scalar(str(value))


def _address(url: str) -> str:
    return url if re.fullmatch(r"https?://[\w./?=&%~+:-]+", url) and not url.endswith(":") else json.dumps(url)


def checked(day: date, by: str, found: str) -> str:
    """The block that records a check."""
    return f"checked:\n  day: {day.isoformat()}\n  by: {scalar(by)}\n  found: {json.dumps(found, ensure_ascii=False)}\n"


def new_file(keys: dict[str, Any], points: str, check: str, reasons: Iterable[str]) -> str:
    """A whole source file: reasons, keys that have a value, entry points and the record of the check."""
    text = "".join(comment(reason) for reason in reasons)
    for name, value in keys.items():
        if value is not None:
            text += f"{name}: {_value(name, value)}\n"
    return text + points + check
