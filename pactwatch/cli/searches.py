"""`searches`: the searches that are kept under a name."""

from __future__ import annotations

from typing import Annotated

import typer

from core.errors import UserError
from pactwatch.cli.common import console, emit_json, workspace
from pactwatch.cli.rulefiles import AsJson

app = typer.Typer(no_args_is_help=True, help="Searches that are kept under a name; each is a feed, too.")
Name = Annotated[str, typer.Argument(metavar="NAME", help="The name of a saved search.", show_default=False)]


@app.command(name="list")
def list_(ctx: typer.Context, as_json: AsJson = False) -> None:
    """List the saved searches. `pactwatch search QUERY --save NAME` adds one.

    Example: pactwatch searches list
    """
    from rich.table import Table

    from pipeline.searches import load_searches

    saved = load_searches(workspace(ctx).home)
    if as_json:
        emit_json([{"name": name, **one.model_dump()} for name, one in saved.items()])
        return
    table = Table("name", "query", "sort", "title", box=None, pad_edge=False)
    for name, one in saved.items():
        table.add_row(name, one.query, one.sort, one.title)
    if saved:
        console().print(table)
    else:
        typer.echo("No search is saved yet; `pactwatch search QUERY --save NAME` keeps one.")


@app.command()
def remove(ctx: typer.Context, name: Name) -> None:
    """Take a search out of searches.yaml.

    Example: pactwatch searches remove sk-telecom
    """
    from pipeline.searches import remove_search

    remove_search(workspace(ctx).home, name)
    typer.echo(f"Removed: {name}.")


@app.command()
def to_rule(ctx: typer.Context, name: Name) -> None:
    """Make a rule of a saved search: from now on what it finds is flagged. Writes rules/NAME.yaml.

    Example: pactwatch searches to-rule sk-telecom
    """
    from pipeline.searches import as_rule, search_named

    space = workspace(ctx)
    path = space.home / "rules" / f"{name}.yaml"
    text = as_rule(name, search_named(space.home, name))
    if any((folder / path.name).exists() for folder in space.rule_dirs):
        raise UserError(f"there is a rule {name!r} already; save the search under another name")
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    typer.echo(f"Written: {path}. What it would bring: pactwatch rules forecast {name}")
