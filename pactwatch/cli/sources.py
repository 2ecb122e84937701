"""`sources`: what is watched, how it goes, and whether the files are in order."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from core.errors import NotFoundError, SourceFileError
from pactwatch.cli.common import console, emit_json, open_archive, workspace

app = typer.Typer(help="List and check the outlets that are watched.", no_args_is_help=True)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def _load(ctx: typer.Context) -> tuple[dict[str, Any], list[SourceFileError]]:
    from scrapers.catalogue import load_sources

    return load_sources(workspace(ctx).source_dirs)


def _report(broken: list[SourceFileError]) -> None:
    for failure in broken:
        typer.echo(f"pactwatch: {failure}", err=True)


@app.command("list")
def list_sources(ctx: typer.Context, as_json: AsJson = False) -> None:
    """List the sources with the outcome of their last poll.

    Example: pactwatch sources list
    """
    from archive.engine import reading
    from archive.states import source_states

    sources, broken = _load(ctx)
    with reading(open_archive(ctx)) as connection:
        states = source_states(connection)
    rows = []
    for id_, source in sorted(sources.items()):
        state = states.get(id_)
        rows.append(
            {
                "id": id_,
                "name": source.name,
                "country": source.country,
                "language": source.language,
                "enabled": source.enabled,
                "outcome": state.outcome if state else None,
                "reason": state.reason if state else None,
                "last_polled_at": state.last_polled_at if state else None,
                "last_new_at": state.last_new_at if state else None,
                "next_due_at": state.next_due_at if state else None,
                "failures": state.failures if state else 0,
                "articles": state.articles if state else 0,
            }
        )
    if as_json:
        emit_json(rows)
        _report(broken)
        return
    from rich.table import Table

    table = Table("source", "country", "lang", "articles", "last poll (UTC)", "outcome", box=None, pad_edge=False)
    for row in rows:
        told = " ".join(filter(None, (row["outcome"] or "not yet polled", row["reason"])))
        table.add_row(
            row["id"],
            row["country"],
            row["language"],
            str(row["articles"]),
            f"{row['last_polled_at']:%Y-%m-%d %H:%M}" if row["last_polled_at"] else "",
            told if row["enabled"] else "disabled",
        )
    console().print(table)
    _report(broken)


@app.command()
def check(ctx: typer.Context, as_json: AsJson = False) -> None:
    """Read every source file and name each mistake with file and line; exit 2 if there is one.

    Example: pactwatch sources check
    """
    sources, broken = _load(ctx)
    if as_json:
        emit_json(
            {
                "sources": len(sources),
                "problems": [{"file": f.file, "line": f.line, "problem": f.problem} for f in broken],
            }
        )
    elif not broken:
        console().print(f"{len(sources)} sources are in order.")
    _report(broken)
    if broken:
        raise typer.Exit(2)


def _switch(ctx: typer.Context, name: str, *, on: bool) -> None:
    from scrapers.switch import switch

    sources, _ = _load(ctx)
    if name not in sources:
        raise NotFoundError(f"no source is named {name!r}; see `pactwatch sources list`")
    file = switch(workspace(ctx).home / "sources", sources[name], on=on)
    console().print(f"{name} is {'enabled' if on else 'disabled'} in {file}.")


@app.command()
def enable(ctx: typer.Context, name: Annotated[str, typer.Argument(metavar="SOURCE", help="A source's id.")]) -> None:
    """Watch a source again.

    Example: pactwatch sources enable yonhap-en
    """
    _switch(ctx, name, on=True)


@app.command()
def disable(ctx: typer.Context, name: Annotated[str, typer.Argument(metavar="SOURCE", help="A source's id.")]) -> None:
    """Stop watching a source, by a file of its name in the workspace.

    Example: pactwatch sources disable yonhap-en
    """
    _switch(ctx, name, on=False)
