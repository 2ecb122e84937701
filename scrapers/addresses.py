"""What a source file says of its articles' addresses: which are wanted, and which parameters name no page."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from fnmatch import translate
from functools import lru_cache
from urllib.parse import urlsplit, urlunsplit

from core.records import Discovery
from scrapers.discovery import Found
from scrapers.source import SourceFile


@lru_cache(maxsize=1024)
def _pattern(glob: str) -> re.Pattern[str]:
    # Every `*` of a translated glob takes the shortest text that fits and keeps it: no pattern can run away.
    return re.compile(translate(glob), re.IGNORECASE)


def matches(url: str, globs: Sequence[str]) -> bool:
    """Whether an address fits one of the patterns; `*` is any text, a pattern without one is looked for anywhere."""
    return any(_pattern(glob if "*" in glob else f"*{glob}*").match(url) for glob in globs)


def stripped(url: str, names: Sequence[str]) -> str:
    """The address without query parameters of these names."""
    parts = urlsplit(url)
    if not parts.query or not names:
        return url
    kept = [pair for pair in parts.query.split("&") if not _named(pair.partition("=")[0], names)]
    return urlunsplit(parts._replace(query="&".join(kept)))


def _named(name: str, names: Sequence[str]) -> bool:
    return any(_pattern(glob).match(name) for glob in names)


def narrowed(source: SourceFile, found: Found) -> Found:
    """What an entry point lists, as far as the source wants it; how many entries were left out is told."""
    if not (source.include or source.exclude or source.strip):
        return found
    kept: dict[str, Discovery] = {}
    for entry in found.discoveries:
        url = stripped(entry.url, source.strip)
        wanted = not source.include or matches(url, source.include)
        if wanted and not matches(url, source.exclude):
            kept.setdefault(url, entry if url == entry.url else replace(entry, url=url))
    unwanted = len({stripped(entry.url, source.strip) for entry in found.discoveries}) - len(kept)
    told = f"{unwanted} left out by the source's patterns" if unwanted else ""
    left_out = "; ".join(filter(None, (found.left_out, told)))
    return replace(found, discoveries=tuple(kept.values()), left_out=left_out)
