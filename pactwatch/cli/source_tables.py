"""Tables of sources and packs that stay readable with hundreds of rows and 80 columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console


def show_sources(rows: Sequence[dict[str, Any]], console: Console) -> None:
    """The watched sources with their last poll, the others with the reason, and how many there are of each."""
    from rich.table import Table

    watched = [row for row in rows if row["enabled"]]
    others = [row for row in rows if not row["enabled"]]
    if watched:
        table = Table("source", "from", "articles", "polled (UTC)", "outcome", box=None, pad_edge=False)
        for column in table.columns[:-1]:
            column.no_wrap = True
        table.columns[2].justify = "right"
        for row in watched:
            table.add_row(
                row["id"],
                " ".join(filter(None, (row["country"], row["language"]))),
                str(row["articles"]),
                f"{row['last_polled_at']:%m-%d %H:%M}" if row["last_polled_at"] else "",
                _how_it_goes(row),
            )
        console.print(table)
        console.print()
    if others:
        table = Table("disabled", "from", "because", box=None, pad_edge=False)
        table.columns[0].no_wrap = table.columns[1].no_wrap = True
        for row in others:
            place = " ".join(filter(None, (row["country"], row["language"])))
            table.add_row(row["id"], place, row["disabled_because"] or "switched off here")
        console.print(table)
        console.print()
    missed = sum(row["missed_30_days"] for row in watched)
    if watched:
        console.print(f"Missed between polls: {f'about {missed:,}' if missed else 0} in 30 days.")
    told = "1 source" if len(rows) == 1 else f"{len(rows)} sources"
    console.print(f"{told}: {len(watched)} watched, {len(others)} disabled.")


def _how_it_goes(row: dict[str, Any]) -> str:
    """The outcome of the last poll and its reason; since when it fails, what to do next, where it moved."""
    told = " ".join(filter(None, (row["outcome"] or "not yet polled", row["reason"])))
    if row["failing_since"]:
        told += f"; fails since {row['failing_since']:%m-%d %H:%M}. Next: {row['next_step']}"
    elif row["trouble"]:
        told += f"; {row['trouble']}"
    if row["missed_30_days"]:
        told += f"; about {row['missed_30_days']} missed in 30 days"
    return f"{told}; moved to {row['moved_to']}" if row["moved_to"] else told


def show_packs(rows: Sequence[dict[str, Any]], console: Console) -> None:
    """The packs, how many sources are in each, and how many of them are watched."""
    from rich.table import Table

    table = Table("pack", "sources", "watched", "what it is", box=None, pad_edge=False)
    table.columns[0].no_wrap = True
    table.columns[1].justify = table.columns[2].justify = "right"
    for row in rows:
        table.add_row(row["pack"], str(row["sources"]), str(row["watched"]), row["title"])
    console.print(table)
