"""The command line: `pactwatch COMMAND`. One module a group of commands."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from core.errors import PactwatchError, UserError
from pactwatch.cli import (
    alerts,
    archive,
    backfill,
    db,
    demo,
    digest,
    export,
    extract,
    feedback,
    graph,
    health,
    mcp,
    rules,
    run,
    searches,
    serve,
    show,
    sources,
    stories,
    texts,
    web,
    worker,
    workspace,
)
from pactwatch.cli.common import State, printable

app = typer.Typer(
    name="pactwatch",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Watch the technology press and tell a team, in Slack, which organisations join forces in AI.",
)

HOME_HELP = "Workspace folder  [else PACTWATCH_HOME, else the nearest folder upwards that holds pactwatch.toml]"


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"pactwatch {version('pactwatch')}")
        raise typer.Exit


@app.callback()
def root(
    ctx: typer.Context,
    home: Annotated[Path | None, typer.Option("--home", help=HOME_HELP, show_default=False)] = None,
    _version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Watch the technology press and tell a team, in Slack, which organisations join forces in AI."""
    ctx.obj = State(home=home)


workspace.register(app)
demo.register(app)
run.register(app)
serve.register(app)
worker.register(app)
web.register(app)
mcp.register(app)
app.add_typer(sources.app, name="sources")
app.add_typer(rules.app, name="rules")
texts.register(app)
extract.register(app)
archive.register(app)
show.register(app)
export.register(app)
app.add_typer(searches.app, name="searches")
graph.register(app)
backfill.register(app)
app.add_typer(stories.app, name="stories")
app.add_typer(digest.app, name="digest")
app.add_typer(alerts.app, name="alerts")
app.add_typer(feedback.app, name="feedback")
health.register(app)
app.add_typer(db.app, name="db")
app.add_typer(workspace.config, name="config")


def _take_home(arguments: Sequence[str]) -> list[str]:
    """`--home DIR` may stand anywhere on the line, so that every command takes it."""
    rest: list[str] = []
    home: list[str] = []
    items = iter(arguments)
    for item in items:
        if item == "--":
            rest += [item, *items]
        elif item == "--home":
            folder = next(items, None)
            if folder is None:
                raise UserError("--home asks for a folder")
            home = [item, folder]
        elif item.startswith("--home="):
            home = [item]
        else:
            rest.append(item)
    return home + rest


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command. Exit codes: 0 done, 1 failed, 2 the user's mistake, told in one line."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        sys.exit(app(_take_home(given), prog_name="pactwatch", standalone_mode=False))
    except typer.TyperException as misuse:
        _fail(_in_one_line(misuse), misuse.exit_code)
    except UserError as mistake:
        _fail(mistake, 2)
    except PactwatchError as failure:
        _fail(failure, 1)
    except typer.Abort:
        sys.exit(1)
    except BrokenPipeError:
        # The reader went away, as `| head` does. Python would complain once more when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except OSError as failure:
        if failure.filename is None:
            raise
        _fail(f"{failure.filename}: {failure.strerror}", 1)


def _in_one_line(misuse: typer.TyperException) -> str:
    """What is wrong with the words of the call; the help where a group was called without a command."""
    message = misuse.format_message()
    if "\n" in message:
        return message
    message = message.replace("Value error, ", "").rstrip(".")
    context = getattr(misuse, "ctx", None)
    return f"{message}; see `{context.command_path if context else 'pactwatch'} --help`"


def _fail(error: object, code: int) -> NoReturn:
    message = printable(str(error))
    typer.echo(message if "\n" in message else f"pactwatch: {message}", err=True)
    sys.exit(code)
