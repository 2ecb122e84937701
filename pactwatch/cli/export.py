"""`export`: all that a query matches, row by row, for programs and spreadsheets."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.errors import UserError
from pactwatch.cli import found
from pactwatch.cli.common import json_line, open_archive, say, window

if TYPE_CHECKING:
    from archive.engine import Connection
    from core.query import Query

_CHUNK = 500


class Form(StrEnum):
    """How rows are written."""

    CSV = "csv"
    JSONL = "jsonl"
    PARQUET = "parquet"


def register(app: typer.Typer) -> None:
    """Add the command to the root."""
    app.command()(export)


def export(
    ctx: typer.Context,
    query: Annotated[str, typer.Argument(metavar="QUERY", help="Which articles; * for all.")] = "*",
    form: Annotated[Form, typer.Option("--format", help="Form of the rows.")] = Form.JSONL,
    output: Annotated[
        Path | None, typer.Option("--output", metavar="FILE", help="Where to; standard output if left out.")] = None,
    since: Annotated[str | None, typer.Option(metavar="DATE", help="Published from: 2020, 2020-01-09, 7d ago.")] = None,
    until: Annotated[str | None, typer.Option(metavar="DATE", help="Published until the end of this.")] = None,
    text: Annotated[bool, typer.Option("--text", help="The articles' texts, too.")] = False,
) -> None:
    """Write every article that a query matches, the newest first, with the keys of `search --format json`.

    Any number of rows: the memory that it takes does not grow. Parquet needs the extra `parquet`.

    Example: pactwatch export 'event:alliance' --format csv --output alliances.csv
    """
    from archive.engine import reading
    from core.query import parse

    asked = parse(query)
    if form is Form.PARQUET and output is None and sys.stdout.isatty():
        raise UserError("Parquet is no text for a terminal; name a file with --output")
    with reading(open_archive(ctx)) as connection:
        number = _write(_parts(ctx, connection, asked, since, until, text), form, output, text)
    if output is not None:
        say(f"{number:,} articles written to {output}")


def _parts(ctx: typer.Context, connection: Connection, asked: Query, since: str | None, until: str | None,
           text: bool) -> Iterator[list[dict[str, Any]]]:
    from archive.search import walk_found
    from archive.show import texts_of

    start, end = window(since, until)
    for items in walk_found(connection, asked, since=start, until=end, aliases=found.aliases(ctx, asked), chunk=_CHUNK):
        rows = [found.row(item) for item in found.with_bands(ctx, connection, items)]
        if text:
            texts = texts_of(connection, [item.id for item in items])
            rows = [{**row, "text": texts[row["id"]]} for row in rows]
        yield rows


def _write(parts: Iterator[list[dict[str, Any]]], form: Form, output: Path | None, text: bool) -> int:
    from pactwatch.results import csv_text, write_parquet

    if form is Form.PARQUET:
        return write_parquet(sys.stdout.buffer if output is None else output, parts, text=text)
    names = [*found.columns(), *(["text"] if text else [])]
    if output is None:
        return _write_text(sys.stdout.write, parts, form, names, csv_text)
    with output.open("w", encoding="utf-8", newline="") as file:
        return _write_text(file.write, parts, form, names, csv_text)


def _write_text(write: Any, parts: Iterator[list[dict[str, Any]]], form: Form, names: list[str], as_csv: Any) -> int:
    number = 0
    if form is Form.CSV:
        write(as_csv(names, ()))
    for rows in parts:
        number += len(rows)
        if form is Form.CSV:
            write(as_csv(names, rows, head=False))
        else:
            for row in rows:
                write(json_line(row))
    return number
