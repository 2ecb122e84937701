"""`init` and `config show`."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Annotated

import typer

from core.errors import WorkspaceError
from pactwatch.cli.common import console, emit_json, workspace

config = typer.Typer(help="Show the settings in force.", no_args_is_help=True)

FOLDERS = {
    "sources": "One YAML file an outlet; the file's name is the source's id.",
    "rules": "One YAML file a rule; the file's name is the rule's id. Examples are its tests: pactwatch rules test.",
    "knowledge": "YAML files laid over the shipped knowledge, for example organisations/ours.yaml.",
    "data": "The database lives here.",
}


def register(app: typer.Typer) -> None:
    """Add `init` to the root command."""
    app.command()(init)


def init(
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="Folder to make the workspace in; made if missing.")],
) -> None:
    """Make a workspace: settings, and folders for your own sources, rules and knowledge.

    Example: pactwatch init newsdesk
    """
    from core.workspace import FILE, shipped

    if (directory / FILE).exists():
        raise WorkspaceError(f"{directory / FILE} exists already; the workspace was left as it is")
    for name, purpose in FOLDERS.items():
        (directory / name).mkdir(parents=True, exist_ok=True)
        (directory / name / "README").write_text(purpose + "\n", encoding="utf-8")
    (directory / "data" / ".gitignore").write_text("*\n", encoding="utf-8")
    shutil.copyfile(shipped("pactwatch", "templates") / "workspace" / FILE, directory / FILE)
    out = console()
    out.print(f"Made a workspace in {directory}.")
    out.print(f"  1. Set [crawl] contact in {directory / FILE}: site owners want to know who asks.")
    out.print(f"  2. pactwatch run --home {directory}                    # one pass over the shipped outlets")
    out.print(f"  3. pactwatch digest preview --home {directory}         # what the daily message would say")
    out.print("  4. Name a Slack channel in [[routes]], give the token, then: pactwatch serve")


@config.command("show")
def show(
    ctx: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Print every setting with its value and where it comes from; secrets are masked.

    Example: pactwatch config show
    """
    from core.workspace import effective

    rows = effective(workspace(ctx))
    if as_json:
        emit_json([{"setting": name, "value": value, "origin": origin} for name, value, origin in rows])
        return
    from rich.table import Table

    table = Table("setting", "value", "origin", box=None, pad_edge=False)
    for row in rows:
        table.add_row(*row)
    console().print(table)
