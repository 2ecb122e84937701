"""`graph`: who allied with whom."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import asdict
from datetime import timedelta
from enum import StrEnum
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.clock import now
from core.errors import UserError
from pactwatch.cli.common import emit_json, open_archive, window, workspace

if TYPE_CHECKING:
    from archive.engine import Connection
    from archive.graph import Graph

_NEW = timedelta(days=90)


class Form(StrEnum):
    """How the graph is printed."""

    TABLE = "table"
    JSON = "json"
    GRAPHML = "graphml"
    PNG = "png"


class Status(StrEnum):
    """What an alliance may have come to."""

    ANNOUNCED = "announced"
    PLANNED = "planned"
    RUMOURED = "rumoured"
    ENDED = "ended"
    DENIED = "denied"
    BACKGROUND = "background"


class By(StrEnum):
    """Spans of time."""

    YEAR = "year"
    QUARTER = "quarter"


def register(app: typer.Typer) -> None:
    """Add the command to the root."""
    app.command()(graph)


Two = tuple[str, str] | None


def graph(
    ctx: typer.Context,
    organisations: Annotated[list[str] | None, typer.Argument(
        metavar="[ORG]...", help="Around whom, by any name; none: the whole graph.", show_default=False)] = None,
    depth: Annotated[int, typer.Option(min=1, max=9, help="Steps from ORG.")] = 1,
    units: Annotated[bool, typer.Option("--units", help="With all units of the group of ORG.")] = False,
    since: Annotated[str | None, typer.Option(metavar="DATE", help="Reported from: 2020, 2020-01-09, 7d ago.")] = None,
    until: Annotated[str | None, typer.Option(metavar="DATE", help="Reported until the end of this.")] = None,
    topics: Annotated[list[str] | None, typer.Option(
        "--topic", metavar="TOPIC", help="Alliances about this, such as ai; may be repeated.")] = None,
    statuses: Annotated[list[Status] | None, typer.Option(
        "--status", metavar="STATUS", help="Alliances that came to this: announced, planned, rumoured, ended, denied, "
        "background; may be repeated. Without it all but background.")] = None,
    newcomers: Annotated[bool, typer.Option(
        "--newcomers", help="Organisations whose first alliance is since then; without --since, 90 days.")] = False,
    brokers: Annotated[bool, typer.Option("--brokers", help="Organisations through which others are linked.")] = False,
    bridges: Annotated[bool, typer.Option("--bridges", help="First links between two clusters.")] = False,
    by: Annotated[By | None, typer.Option(help="Who with whom over time.")] = None,
    path: Annotated[Two, typer.Option(metavar="A B", help="How two organisations are linked.")] = None,
    first: Annotated[Two, typer.Option(
        metavar="A B", help="First link between two groups: names with commas, type:university, country:KR.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="Lines of a table.")] = 50,
    form: Annotated[Form, typer.Option("--format", help="Form of the output.")] = Form.TABLE,
    output: Annotated[Path | None, typer.Option(metavar="FILE", help="Write it there.")] = None,
) -> None:
    """Show who allied with whom: an organisation's alliances, the whole graph, or what the graph tells.

    What was denied or has ended is shown as such, and no way leads over it.

    Example: pactwatch graph "SK Telecom" --topic ai --since 2020
    """
    from archive.engine import reading
    from archive.graph import SHOWN, alliance_graph
    from archive.names import units_of

    asked = {"--newcomers": newcomers, "--brokers": brokers, "--bridges": bridges, "--by": by, "--path": path,
             "--first": first}
    mode = _only_one([name for name, value in asked.items() if value])
    names = organisations or []
    if names and mode not in {"", "--by"}:
        raise UserError(f"{mode} is about the whole graph; leave {' '.join(names)} away")
    if mode and form in {Form.GRAPHML, Form.PNG}:
        raise UserError(f"{mode} has no form {form.value}; allowed: table, json")
    start, end = window(since, until)
    wanted: dict[str, Any] = {"until": end, "topics": topics or (),
                              "statuses": [str(status) for status in statuses] if statuses else SHOWN}
    with reading(open_archive(ctx)) as connection:
        means = _names(ctx, connection)
        around = list(dict.fromkeys(one for name in names for one in means(name)))
        around += [one for one in units_of(connection, around) if one not in around] if units else []
        if mode == "--first":
            assert first is not None
            return _first(connection, first, form)
        if mode == "--newcomers":
            start = start or (end or now()) - _NEW
        else:
            wanted["since"] = start
        found = alliance_graph(connection, around=around, depth=depth, **wanted)
        ends = [means(name)[0] for name in path or ()]
    if mode:
        return _mode(mode, found, form, limit, since=start, by=by, ends=ends)
    return _print(found, around, form, limit, output)


def _only_one(given: list[str]) -> str:
    if len(given) > 1:
        raise UserError(f"{given[0]} and {given[1]} do not go together")
    return given[0] if given else ""


def _print(found: Graph, around: list[str], form: Form, limit: int, output: Path | None) -> None:
    from pactwatch.cli import graph_forms

    if form is Form.PNG:
        if output is None and sys.stdout.isatty():
            raise UserError("a picture is no text; name a file with --output FILE")
        title = f"Alliances of {', '.join(around)}" if around else "Alliances"
        _write(graph_forms.picture(found, title), output)
    elif form is Form.GRAPHML:
        from archive.graphml import graphml

        _write(graphml(found).encode(), output)
    elif output is not None:
        raise UserError("--output is for --format graphml and png; the others go to standard output")
    elif form is Form.JSON:
        graph_forms.emit(found, around)
    else:
        graph_forms.links(found, around, limit)


def _write(content: bytes, output: Path | None) -> None:
    if output is None:
        sys.stdout.buffer.write(content)
    else:
        output.write_bytes(content)
        typer.echo(f"Wrote {output}.", err=True)


def _mode(mode: str, found: Graph, form: Form, limit: int, *, since: Any, by: By | None, ends: list[str]) -> None:
    from archive import network
    from pactwatch.cli import graph_forms

    rows: Any
    show: Callable[[Any, int], None]
    if mode == "--newcomers":
        rows, show = network.newcomers(found, since), graph_forms.nodes
    elif mode == "--brokers":
        rows, show = network.brokers(found), graph_forms.brokers
    elif mode == "--bridges":
        rows, show = network.bridges(found), graph_forms.bridges
    elif mode == "--by":
        rows, show = network.by_period(found, "quarter" if by is By.QUARTER else "year"), graph_forms.periods
    else:
        way = network.path(found, *ends)
        if way is None:
            raise UserError(f"no living alliances lead from {ends[0]} to {ends[1]}")
        rows, show = way, partial(graph_forms.way, ends[0])
    if form is Form.JSON:
        emit_json({"items": [asdict(row) for row in rows]})
    else:
        show(rows, limit)


def _first(connection: Connection, groups: tuple[str, str], form: Form) -> None:
    from archive.firstlinks import first_between
    from pactwatch.cli import graph_forms

    sides = [[name.strip() for name in group.split(",") if name.strip()] for group in groups]
    found = first_between(connection, *sides)
    if form is Form.JSON:
        emit_json({"items": [{"a": found[0].a, "b": found[0].b, **asdict(found[1])}] if found else []})
    elif found is None:
        typer.echo("No alliance between the two was told.", err=True)
    else:
        graph_forms.alliance(*found)


def _names(ctx: typer.Context, connection: Connection) -> Callable[[str], list[str]]:
    """From a name to the canonical ones that it means, the nearest first; the knowledge is read when first needed."""
    from archive.names import named
    from pipeline.knowledge import load_knowledge

    knowledge = cache(lambda: load_knowledge(*workspace(ctx).knowledge_dirs))
    return lambda name: named(connection, name, knowledge().gazetteer.wanted(name))
