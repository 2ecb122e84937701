"""`search`: ask the archive."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.errors import UserError
from pactwatch.cli import found
from pactwatch.cli.common import emit_json, emit_json_line, open_archive, say, window, workspace

if TYPE_CHECKING:
    from archive.engine import Connection
    from archive.found import Found
    from archive.search import Sort as Order
    from core.query import Query


class Sort(StrEnum):
    """How results are ordered."""

    TIME = "time"
    RELEVANCE = "relevance"
    SCORE = "score"


class Form(StrEnum):
    """How results are printed."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"
    JSONL = "jsonl"
    PARQUET = "parquet"


class Group(StrEnum):
    """What makes one result."""

    STORY = "story"


@dataclass(frozen=True, slots=True)
class _Asked:
    """The search of a call."""

    query: str
    parsed: Query
    sort: Order
    title: str = ""


@dataclass(frozen=True, slots=True)
class _Page:
    """A page of articles, or of stories by their first article."""

    total: int
    items: Sequence[Found]
    cursor: str | None
    exact: bool
    more: dict[int, dict[str, Any]]          # by article: what is told of its story, where stories are asked for


def register(app: typer.Typer) -> None:
    """Add the command to the root."""
    app.command()(search)


def search(
    ctx: typer.Context,
    query: Annotated[
        str | None, typer.Argument(metavar="QUERY", help="What to look for; * for all.", show_default=False)] = None,
    since: Annotated[str | None, typer.Option(metavar="DATE", help="Published from: 2020, 2020-01-09, 7d ago.")] = None,
    until: Annotated[str | None, typer.Option(metavar="DATE", help="Published until the end of this.")] = None,
    sort: Annotated[Sort | None, typer.Option(help="Order of the results; time if left out.")] = None,
    group: Annotated[Group | None, typer.Option(help="One result a story, however many outlets tell it.")] = None,
    facets: Annotated[bool, typer.Option("--facets", help="Counts by organisation, event, source … too.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="Results on a page.")] = 50,
    form: Annotated[Form, typer.Option("--format", help="Form of the output; `export` writes all pages.")] = Form.TABLE,
    cursor: Annotated[str | None, typer.Option(metavar="CURSOR", help="Go on where the last page ended.")] = None,
    saved: Annotated[str | None, typer.Option(metavar="NAME", help="Ask a saved search; QUERY narrows it.")] = None,
    save: Annotated[str | None, typer.Option(metavar="NAME", help="Keep this search under a name.")] = None,
) -> None:
    """Search the archive.

    Words side by side must all be there. Also: "a phrase", start*, "near words"~8, AND OR NOT, brackets, title:,
    org: pair:(a, b) person: topic: event: status: rule: source: country: lang: story:, score:>=0.7,
    published:2020..2021, seen:7d.

    Example: pactwatch search 'event:alliance org:"SK Telecom"' --since 2020
    """
    from archive.engine import reading

    if form is Form.PARQUET and sys.stdout.isatty():
        raise UserError("Parquet is no text for a terminal; write it to a file with >, or use `export --output`")
    window(since, until)                     # checked first, since what is saved holds their words
    asked = _asked(ctx, query, saved, sort)
    if save is not None:
        _save(ctx, save, asked, since, until)
    with reading(open_archive(ctx)) as connection:
        page = _page(ctx, connection, asked, since, until, group, limit, cursor)
        counts = _facets(ctx, connection, asked, since, until) if facets else None
        if form is not Form.TABLE:
            page = replace(page, items=found.with_bands(ctx, connection, page.items))
        if not page.items and cursor is None:
            _hint(ctx, connection, asked)
    _print(page, form, "articles" if group is None else "stories", counts)


def _asked(ctx: typer.Context, query: str | None, saved: str | None, sort: Sort | None) -> _Asked:
    """The search of the words and options of this call."""
    from core.query import parse

    if query is not None:
        parsed = parse(query)                # first by itself, so that a mistake is told at its place
    if saved is None:
        if query is None:
            raise UserError("what is to be looked for? Write a query, * for every article, or --saved NAME")
        return _Asked(query, parsed, sort.value if sort else "time")
    from pipeline.searches import search_named

    kept = search_named(workspace(ctx).home, saved)
    both = kept.query if query is None else f"({kept.query}) ({query})"
    return _Asked(both, parse(both), sort.value if sort else kept.sort, kept.title)


def _save(ctx: typer.Context, name: str, asked: _Asked, since: str | None, until: str | None) -> None:
    from pipeline.searches import SavedSearch, save_search

    query = asked.query
    if since is not None or until is not None:
        query = f"({query}) published:[{since or '*'} TO {until or '*'}]"
    path = save_search(workspace(ctx).home, name, SavedSearch(query=query, title=asked.title, sort=asked.sort))
    say(f"Saved as {name} in {path}. To ask it again: pactwatch search --saved {name}")


def _page(ctx: typer.Context, connection: Connection, asked: _Asked, since: str | None, until: str | None,
          group: Group | None, limit: int, cursor: str | None) -> _Page:
    from archive.search import search as look
    from archive.storysearch import search_stories

    start, end = window(since, until)
    names = found.aliases(ctx, asked.parsed)
    if group is None:
        page = look(connection, asked.parsed, since=start, until=end, sort=asked.sort, limit=limit, cursor=cursor,
                    aliases=names)
        return _Page(page.total, page.items, page.cursor, page.total_is_exact, {})
    stories = search_stories(connection, asked.parsed, since=start, until=end, sort=asked.sort, limit=limit,
                             cursor=cursor, aliases=names)
    more = {one.article.id: {"matches": one.matches, "also": one.also} for one in stories.items}
    return _Page(stories.total, [one.article for one in stories.items], stories.cursor, stories.total_is_exact, more)


def _facets(ctx: typer.Context, connection: Connection, asked: _Asked, since: str | None,
            until: str | None) -> dict[str, Any]:
    from dataclasses import asdict

    from archive.facets import facets

    start, end = window(since, until)
    return asdict(facets(connection, asked.parsed, since=start, until=end, aliases=found.aliases(ctx, asked.parsed)))


def _hint(ctx: typer.Context, connection: Connection, asked: _Asked) -> None:
    from pactwatch.hints import hints

    for line in hints(connection, workspace(ctx), asked.parsed, asked.query):
        say(f"pactwatch: {line}")


def _print(page: _Page, form: Form, kind: str, facets: dict[str, Any] | None) -> None:
    from dataclasses import asdict

    from pactwatch.results import csv_text, write_parquet

    rows = [found.row(item) | {key: [asdict(one) for one in value] if key == "also" else value
                               for key, value in page.more.get(item.id, {}).items()} for item in page.items]
    if form is Form.JSON:
        told = {"total": page.total, "items": rows, "cursor": page.cursor, "total_is_exact": page.exact}
        emit_json(told if facets is None else {**told, "facets": facets})
    elif form is Form.JSONL:
        for row in rows:
            emit_json_line(row)
    elif form is Form.PARQUET:
        write_parquet(sys.stdout.buffer, [rows])
    elif form is Form.CSV:
        names = [*found.columns(), *(["matches"] if kind == "stories" else [])]
        sys.stdout.write(csv_text(names, rows))
    else:
        found.print_table(page.items, {id_: more["matches"] for id_, more in page.more.items()})
        if facets is not None:
            found.print_facets(facets)
        found.print_total(len(page.items), page.total, page.exact, page.cursor, kind)
