"""What `search` and `export` share: the archive's rows as people and programs read them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields, replace
from typing import TYPE_CHECKING, Any

import typer

from pactwatch.cli.common import console, printable, workspace

if TYPE_CHECKING:
    from archive.engine import Connection
    from archive.found import Found
    from core.query import Query
    from pactwatch.names import Aliases


def aliases(ctx: typer.Context, query: Query) -> Aliases | None:
    """How `org:` values become canonical names, where the query has one."""
    from core.query import names_organisations

    if not names_organisations(query):
        return None
    from pactwatch.names import Names

    return Names(workspace(ctx))


def with_bands(ctx: typer.Context, connection: Connection, items: Sequence[Found]) -> list[Found]:
    """The articles with the band that the workspace's rules give them."""
    from pactwatch.bands import Bands

    bands = Bands(workspace(ctx)).of_articles(connection, [item.id for item in items]) if items else {}
    return [replace(item, band=bands.get(item.id)) for item in items]


def columns() -> list[str]:
    """The names of what is told of an article, in order."""
    from archive.found import Found

    return [field.name for field in fields(Found)]


def row(item: Found) -> dict[str, Any]:
    """An article as a row."""
    return asdict(item)


def print_table(items: Sequence[Found], matches: Mapping[int, int] | None = None) -> None:
    """A table for people. `matches`: how many articles of the story of each match."""
    from rich.table import Table

    table = Table("id", "published", "source", "score", "article", box=None, pad_edge=False)
    for item in items:
        score = "" if item.score is None else f"{item.score:.2f}"
        table.add_row(str(item.id), item.published_at.strftime("%Y-%m-%d"), item.source, score,
                      _described(item, (matches or {}).get(item.id, 0)))
    if items:
        console().print(table)


def _described(item: Found, matches: int) -> Any:
    """Title, what happened and the snippet, whose marked words are bold on a terminal."""
    from rich.text import Text

    what = ", ".join(item.organisations[:4])
    kind = " ".join(filter(None, (item.event_type, item.status)))
    more = f"{matches} articles of story {item.story}" if matches > 1 else ""
    lines = [item.title, " · ".join(filter(None, (what, kind, more)))]
    text = Text("\n".join(printable(line) for line in lines if line))
    if not item.snippet:
        return text
    text.append("\n")
    if not console().is_terminal:
        return text.append(printable(item.snippet))
    for number, part in enumerate(printable(item.snippet).split("**")):
        text.append(part, "bold" if number % 2 else "")
    return text


def print_facets(facets: Mapping[str, Any]) -> None:
    """The counts of each facet on a line."""
    for name in ("organisations", "event_types", "statuses", "topics", "sources", "languages"):
        counts = ", ".join(f"{one['label']} {one['count']}" for one in facets[name])
        console().print(f"{name.replace('_', ' ')}: {counts or 'none'}", soft_wrap=True)
    months = ", ".join(f"{bar['start']:%Y-%m} {bar['count']}" for bar in facets["months"] if bar["count"])
    console().print(f"months: {months or 'none'}", soft_wrap=True)


def print_total(shown: int, total: int, exact: bool, cursor: str | None, kind: str) -> None:
    """How much there is, and how to see more, on standard error."""
    number = f"{total:,}" if exact else f"{total:,}+"
    of = f"{shown} of {number}" if shown < total or not exact else number if total else "No"
    one = {"articles": "article", "stories": "story"}[kind]
    typer.echo(f"{of} {one if total == 1 else kind}", err=True)
    if cursor:
        typer.echo(f"more: --cursor {cursor}", err=True)
