"""What the commands about feedback share: the journal with all clicks in it, and the names of organisations."""

from __future__ import annotations

import getpass
from typing import TYPE_CHECKING, Annotated

import typer

from core.errors import NotFoundError
from pactwatch.cli.common import open_archive, workspace

if TYPE_CHECKING:
    from archive.engine import Connection, Engine

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Author = Annotated[str | None, typer.Option(metavar="NAME", help="Who says so; you by default.", show_default=False)]


def open_journal(ctx: typer.Context) -> Engine:
    """The archive, with the clicks in it that a service could not settle."""
    from alerts.clicks import settle_all

    space, engine = workspace(ctx, quiet=True), open_archive(ctx)
    settle_all(engine, space.home, space.settings.alerts.mute_days)
    return engine


def who(author: str | None) -> str | None:
    """The name by which somebody speaks: the given one, else that of the account, where it has one."""
    if author is not None:
        return author
    try:
        return getpass.getuser()
    except (KeyError, OSError):                    # a container's user need not have a name
        return None


def organisation(ctx: typer.Context, connection: Connection, name: str | None, *, new: bool = False) -> str | None:
    """The canonical name of an organisation, by the archive or by the knowledge. With `new`, any name will do."""
    from archive.feedback import organisation_named
    from pipeline.knowledge import load_knowledge

    if name is None:
        return None
    if (known := organisation_named(connection, name)) is not None:
        return known
    knowledge = load_knowledge(*workspace(ctx).knowledge_dirs)
    meant = {name} if name in knowledge.organisations else knowledge.gazetteer.resolve(name)
    if len(meant) == 1:
        return meant.pop()
    if meant:
        raise NotFoundError(f"{name!r} can be one of several: {', '.join(sorted(meant))}; write its full name")
    if new:
        return name
    raise NotFoundError(f"neither archive nor knowledge has an organisation {name!r}; `pactwatch show` prints names")
