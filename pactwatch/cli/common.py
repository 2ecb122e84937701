"""What every command needs: the workspace, the archive, JSON out, and a console."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from core import logs
from core.clock import iso, now
from core.errors import QueryError, StopWork, UserError

if TYPE_CHECKING:
    from rich.console import Console

    from archive.engine import Engine
    from core.workspace import Workspace


# What JSON leaves as it is: control signs from 7F on, direction marks, invisible signs, lone surrogates.
_STEERING = re.compile("[\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]")


@dataclass
class State:
    """What the options before and after the command say."""

    home: Path | None = None
    options: dict[str, Any] = field(default_factory=dict)
    opened: Workspace | None = None
    engine: Engine | None = None


def state_of(ctx: typer.Context) -> State:
    """The state that the root command made."""
    state = ctx.find_object(State)
    return state if state is not None else State()


def workspace(ctx: typer.Context, *, quiet: bool = False) -> Workspace:
    """The workspace of this call; its settings also set up the logs."""
    from core.workspace import load_workspace

    state = state_of(ctx)
    if state.opened is None:
        state.opened = load_workspace(state.home, options=state.options)
        logs.configure(state.opened.settings.log, quiet=quiet)
    return state.opened


def rule_and_knowledge_dirs(ctx: typer.Context) -> tuple[tuple[Path, ...], tuple[Path, ...]]:
    """Rules and knowledge of the workspace; the shipped ones alone where there is no workspace."""
    from core.errors import WorkspaceError
    from core.workspace import shipped

    try:
        space = workspace(ctx)
    except WorkspaceError:
        if state_of(ctx).home is not None:
            raise
        return (shipped("pipeline", "rules"),), (shipped("pipeline", "knowledge"),)
    return space.rule_dirs, space.knowledge_dirs


def moment(option: str, text: str | None, end: int) -> datetime | None:
    """The start (0) or the end (1) of the period that a date names; `7d` is 7 days ago for both."""
    from core.periods import is_span, period

    if text is None:
        return None
    try:
        return period(text, now())[0 if is_span(text) else end]
    except QueryError as failure:
        raise UserError(f"{option}: {failure.problem}") from failure


def window(since: str | None, until: str | None) -> tuple[datetime | None, datetime | None]:
    """The moments of --since and --until. UserError where the end comes before the beginning."""
    start, end = moment("--since", since, 0), moment("--until", until, 1)
    if start is not None and end is not None and end <= start:
        raise UserError(f"--until {until} is before --since {since}")
    return start, end


def open_archive(ctx: typer.Context) -> Engine:
    """The archive's engine. The database is made or brought up to date on the way."""
    state = state_of(ctx)
    if state.engine is None:
        state.engine = open_database(workspace(ctx))
    return state.engine


def open_database(space: Workspace) -> Engine:
    """Open and migrate the database of a workspace; one that cannot be reached is one clear line."""
    from archive.engine import open_engine
    from archive.migrate import upgrade

    engine = open_engine(space.settings.database_url)
    with reaching(engine):
        upgrade(engine)
        upgrade_queue(space, engine)
    return engine


def upgrade_queue(space: Workspace, engine: Engine) -> bool:
    """Bring the tables of the queue up to date where workers do the work. True when there was something to do."""
    if not space.settings.jobs.shared:
        return False
    from archive.queue_tables import upgrade

    return upgrade(engine)


@contextmanager
def reaching(engine: Engine) -> Iterator[None]:
    """Say in one line that the database cannot be used, where that is what fails inside."""
    from archive.engine import unreachable

    try:
        yield
    except unreachable as failure:
        cause = str(getattr(failure, "orig", failure)).strip().splitlines()[0]
        raise StopWork(f"the database at {engine.url.render_as_string()} cannot be used: {cause}") from failure


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return iso(value)
    if isinstance(value, date | Path):
        return str(value)
    if isinstance(value, set | frozenset | tuple):
        return list(value)
    msg = f"no JSON form for {type(value).__name__}"
    raise TypeError(msg)


def emit_json(value: Any) -> None:
    """Write one JSON document to standard output."""
    sys.stdout.write(_json(value, indent=2 if sys.stdout.isatty() else None) + "\n")


def emit_json_line(value: Any) -> None:
    """Write one JSON object on one line to standard output."""
    sys.stdout.write(json_line(value))


def json_line(value: Any) -> str:
    """One JSON object on one line."""
    return _json(value) + "\n"


def _json(value: Any, indent: int | None = None) -> str:
    """JSON in which signs that steer a terminal, and those that no encoding takes, are written as escapes."""
    text = json.dumps(value, ensure_ascii=False, indent=indent, default=_plain)
    return _STEERING.sub(lambda sign: f"\\u{ord(sign[0]):04x}", text)


def console(*, stderr: bool = False) -> Console:
    """A terminal for people; plain where the output is no terminal. What it prints is text, never markup.

    Signs that could steer a terminal become spaces, whoever wrote them: titles and texts come from strangers.
    """
    from rich.console import Console
    from rich.segment import Segment

    class _Console(Console):
        def render(self, renderable: Any, options: Any = None) -> Iterator[Segment]:
            for text, style, control in super().render(renderable, options):
                yield Segment(text if control else printable(text), style, control)

    plain = not (sys.stderr if stderr else sys.stdout).isatty()
    return _Console(stderr=stderr, highlight=False, markup=False, emoji=False, soft_wrap=plain)


def printable(text: str) -> str:
    """A text without signs that could steer a terminal."""
    if text.isprintable():
        return text
    return "".join(letter if letter.isprintable() or letter == "\n" else " " for letter in text)


def say(text: object) -> None:
    """Write a line for people to standard error."""
    typer.echo(printable(str(text)), err=True)


def carried(found: dict[str, Any]) -> str:
    """How many outlets carry a story, as `3 outlets, 2 independent`."""
    outlets = f"{found['outlets']} {'outlet' if found['outlets'] == 1 else 'outlets'}"
    return outlets if found["independent"] == found["outlets"] else f"{outlets}, {found['independent']} independent"
