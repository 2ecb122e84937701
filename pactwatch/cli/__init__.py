"""The command line: `pactwatch COMMAND`. One module a group of commands."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from core.errors import PactwatchError, UserError
from pactwatch.cli.common import State, printable

# Each command and the module of `pactwatch.cli` that it is in; of a group its Typer there, too. What is not called is
# not loaded.
MODULES = {
    "init": "workspace", "demo": "demo", "run": "run", "serve": "serve", "worker": "worker",
    "web": "web", "mcp": "mcp", "match": "texts",
    "extract": "extract", "search": "archive", "show": "show", "export": "export", "graph": "graph",
    "backfill": "backfill", "health": "health", "sources": "sources:app", "rules": "rules:app",
    "searches": "searches:app", "stories": "stories:app", "digest": "digest:app", "alerts": "alerts:app",
    "feedback": "feedback:app", "db": "db:app", "config": "workspace:config",
}
_UNWRITTEN = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO}  # of a write, which knows no name of a file
HOME_HELP = "Workspace folder  [else PACTWATCH_HOME, else the nearest folder upwards that holds pactwatch.toml]"


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"pactwatch {version('pactwatch')}")
        raise typer.Exit


def root(
    ctx: typer.Context,
    home: Annotated[Path | None, typer.Option("--home", help=HOME_HELP, show_default=False)] = None,
    _version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Watch the technology press and tell a team, in Slack, which organisations join forces in AI."""
    ctx.obj = State(home=home)


def application(word: str | None = None) -> typer.Typer:
    """The command line; of it only the command of this name, where there is one."""
    app = typer.Typer(
        name="pactwatch",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        context_settings={"help_option_names": ["-h", "--help"]},
        help="Watch the technology press and tell a team, in Slack, which organisations join forces in AI.",
    )
    app.callback()(root)
    for name in [word] if word in MODULES else MODULES:
        module, _, group = MODULES[name].partition(":")
        part = import_module(f"pactwatch.cli.{module}")
        if group:
            app.add_typer(getattr(part, group), name=name)
        else:
            part.register(app)
    return app


def _take_home(arguments: Sequence[str]) -> tuple[list[str], list[str]]:
    """`--home DIR`, and the other words: it may stand anywhere on the line, so that every command takes it."""
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
    return home, rest


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command. Exit codes: 0 done, 1 failed, 2 the user's mistake, told in one line."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    rest = given
    try:
        home, rest = _take_home(given)
        app = application(rest[0] if rest else None)
        code = app(home + rest, prog_name="pactwatch", standalone_mode=False)
        if sys.stdout and not sys.stdout.closed:
            sys.stdout.flush()             # what cannot be written is told here, and not by Python at exit
        sys.exit(code)
    except typer.TyperException as misuse:
        _fail(_in_one_line(misuse, rest), misuse.exit_code)
    except UserError as mistake:
        _fail(mistake, 2)
    except PactwatchError as failure:
        _fail(failure, 1)
    except typer.Abort:
        sys.exit(1)
    except BrokenPipeError:
        _drop_output()                     # the reader went away, as `| head` does
        sys.exit(1)
    except OSError as failure:
        if failure.filename is None and failure.errno in _UNWRITTEN:
            _drop_output()
            _fail(f"the output cannot be written: {failure.strerror}", 1)
        if failure.filename is None:
            raise
        _fail(f"{failure.filename}: {failure.strerror}", 1)


def _drop_output() -> None:
    """Forget what is still to be written: Python would complain once more when it flushes at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _in_one_line(misuse: typer.TyperException, words: Sequence[str]) -> str:
    """What is wrong with the words of the call; the help where a group was called without a command."""
    message = misuse.format_message()
    if "\n" in message:
        return message
    message = message.replace("Value error, ", "").rstrip(".")
    context = getattr(misuse, "ctx", None)
    return f"{message}; see `{context.command_path if context else _called(words)} --help`"


def _called(words: Sequence[str]) -> str:
    """The command of a call: a mistake of the parser itself does not know it."""
    name = words[0] if words and words[0] in MODULES else None
    group = name is not None and ":" in MODULES[name]
    inner = [word for word in words[1:2] if group and not word.startswith("-")]
    return " ".join(["pactwatch", *filter(None, [name]), *inner])


def _fail(error: object, code: int) -> NoReturn:
    message = printable(str(error))
    typer.echo(message if "\n" in message else f"pactwatch: {message}", err=True)
    sys.exit(code)
