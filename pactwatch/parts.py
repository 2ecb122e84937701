"""Parts of the catalogue: what one crawl job looks after. All sources of a host are in the same part."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit
from zlib import crc32

from scrapers.source import SourceFile

PARTS = 16  # jobs that one look makes at most: few, for each costs as much as several polls with nothing new
MOST = 50  # sources that one job takes; what is left is in the next


@dataclass(frozen=True, slots=True)
class Part:
    """A share of all hosts, by their names."""

    number: int = 0
    of: int = 1

    def among(self, due: Iterable[str], sources: Mapping[str, SourceFile]) -> list[str]:
        """The sources of these that are in this part; not more than one job takes, unless it is the whole."""
        if self.of == 1:
            return list(due)
        return [id_ for id_ in due if part_of(sources[id_], self.of) == self][:MOST]


WHOLE = Part()


def part_of(source: SourceFile, of: int = PARTS) -> Part:
    """The part that a source is in."""
    host = urlsplit(source.entries[0].url).hostname or ""
    return Part(crc32(host.encode()) % of, of)


def chosen(parts: Collection[Part], due: Collection[str], sources: Mapping[str, SourceFile]) -> list[str]:
    """The due sources of several parts, in their order."""
    if WHOLE in parts:
        return list(due)
    among = {id_ for part in parts for id_ in part.among(due, sources)}
    return [id_ for id_ in due if id_ in among]
