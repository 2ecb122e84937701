"""What the page of the shipped outlets says: which there are, and how the addresses of each are known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from scrapers.catalogue import load_sources
from scrapers.outlets import Outlet, read_outlets
from scrapers.packs import read_packs
from scrapers.source import SourceFile

_MANY = 2  # entry points of a kind that are counted instead of named one by one


def pack_rows(folder: Path) -> list[tuple[str, str, str]]:
    """Each pack, what it is, and how many of the shipped outlets are in it."""
    sources, _ = load_sources([folder / "sources"])
    return [
        (f"`{name}`", pack.title, str(sum(map(pack.holds, sources.values()))))
        for name, pack in read_packs([folder / "packs.yaml"]).items()
    ]


def figures(folder: Path) -> str:
    """How many outlets, countries and languages there are, and how sure the addresses are."""
    sources, _ = load_sources([folder / "sources"])
    outlets = read_outlets(folder)
    sure = Counter(outlet.confidence for outlet in outlets)
    return (
        f"{len(sources)} outlets in {len({s.country for s in sources.values()})} countries and "
        f"{len({s.language for s in sources.values()})} languages; {sum(s.enabled for s in sources.values())} are "
        f"watched from the start, {sum(s.publisher is not None for s in sources.values())} are newsrooms of companies "
        f"and associations. Of the addresses, those of {sure['high']} outlets are known with high confidence, those of "
        f"{sure['medium']} with medium."
    )


def by_country(folder: Path) -> Iterator[tuple[str, list[tuple[str, ...]]]]:
    """The rows of the outlets of each country."""
    sources, _ = load_sources([folder / "sources"])
    known = {outlet.id: outlet for outlet in read_outlets(folder)}

    def land(source: SourceFile) -> str:
        return source.country or "other"

    for country, members in groupby(sorted(sources.values(), key=lambda s: (land(s), s.id)), land):
        yield country, [_row(source, known.get(source.id)) for source in members]


def _row(source: SourceFile, outlet: Outlet | None) -> tuple[str, ...]:
    kinds = Counter(entry.kind for entry in source.entries)
    announced = ", ".join(kind if count < _MANY else f"{count} {kind}s" for kind, count in kinds.items())
    return (
        f"`{source.id}`",
        f"[{source.name}]({source.home})",
        source.language or "",
        ", ".join(source.topics),
        announced + (", nothing else" if source.articles == "feed" else ""),
        ", ".join(outlet.seen_in) if outlet else "",
        outlet.seen_on if outlet else "",
        "yes" if source.enabled else f"no: {source.disabled_because}",
    )
