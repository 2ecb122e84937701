"""`feedback mute`, `mutes`, `lift` and `watch`: what is held back for a while, and what comes first."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from core.clock import iso, now
from core.errors import NotFoundError
from pactwatch.cli.common import console, emit_json, workspace
from pactwatch.cli.feedback_journal import AsJson, Author, open_journal, organisation, who

if TYPE_CHECKING:
    from archive.engine import Connection


class Kind(StrEnum):
    """What can be muted."""

    ORGANISATION = "organisation"
    SOURCE = "source"
    STORY = "story"


def mute(
    ctx: typer.Context,
    kind: Annotated[Kind, typer.Argument(help="What to mute.", show_default=False)],
    name: Annotated[str, typer.Argument(metavar="NAME", help="The organisation's name, or the id of source or story.",
                                        show_default=False)],
    days: Annotated[int | None, typer.Option(min=1, max=365, help="For so long; else `alerts.mute_days`.",
                                             show_default=False)] = None,
    author: Author = None,
    as_json: AsJson = False,
) -> None:
    """Hold back alerts and digest entries about something for a while. A group is muted with its units.

    What waits to be sent is held back, too. Digests name the mutes and how many stories each held back.

    Example: pactwatch feedback mute organisation Samsung --days 30
    """
    from archive import feedback
    from archive.engine import writing

    days = days or workspace(ctx).settings.alerts.mute_days
    with writing(open_journal(ctx)) as connection:
        subject = _subject(ctx, connection, kind, name)
        details = {"kind": str(kind), "name": subject, "days": days}
        story = int(subject) if kind is Kind.STORY else None
        noted = feedback.note(connection, feedback.Said("mute", story_id=story, author=who(author),
                                                        details=details), now())
    assert noted is not None
    assert noted.mute is not None
    made = noted.mute
    if as_json:
        emit_json({"id": made.id, "kind": made.kind, "name": made.name, "until": made.until})
    else:
        typer.echo(f"Muted: {made.kind} {made.name} until {iso(made.until)}. "
                   f"To end it: pactwatch feedback lift {made.id}")


def _subject(ctx: typer.Context, connection: Connection, kind: Kind, name: str) -> str:
    from archive import feedback
    from archive.regroup import living

    if kind is Kind.STORY:
        if not name.isdigit():
            raise NotFoundError(f"{name!r} is not the id of a story; `pactwatch stories list` prints the ids")
        return str(living(connection, int(name)))
    if kind is Kind.SOURCE:
        found = feedback.source_named(connection, name)
        if found is None:
            raise NotFoundError(f"the archive has no source {name!r}; see `pactwatch sources list`")
        return found
    return organisation(ctx, connection, name) or name


def mutes(
    ctx: typer.Context,
    all_: Annotated[bool, typer.Option("--all", help="Also those that are over or were lifted.")] = False,
    as_json: AsJson = False,
) -> None:
    """List the mutes: what, until when, by whom, and how many stories each held back.

    Example: pactwatch feedback mutes
    """
    from archive.engine import reading
    from archive.mutes import every

    with reading(open_journal(ctx)) as connection:
        found = [one for one in every(connection, now()) if all_ or one["state"] == "active"]
    if as_json:
        emit_json(found)
        return
    from rich.table import Table

    table = Table("id", "state", "what", "name", "until", "by", "held back", box=None, pad_edge=False)
    for one in found:
        table.add_row(str(one["id"]), one["state"], one["kind"], one["name"], iso(one["until"]), one["author"] or "",
                      str(one["held_back"]))
    if found:
        console().print(table)
    typer.echo(f"{len(found) or 'No'} {'mute' if len(found) == 1 else 'mutes'}", err=True)


def lift(
    ctx: typer.Context,
    id_: Annotated[int, typer.Argument(metavar="ID", help="The id that `feedback mutes` prints.", show_default=False)],
    send: Annotated[bool, typer.Option("--send", help="Send what it held back after all.")] = False,
    as_json: AsJson = False,
) -> None:
    """End a mute now. What it held back stays so, unless you ask for it with --send.

    Example: pactwatch feedback lift 1 --send
    """
    from archive.engine import writing
    from archive.mutes import lift as end

    with writing(open_journal(ctx)) as connection:
        made, released = end(connection, id_, now(), release=send)
    if as_json:
        emit_json({"id": made.id, "kind": made.kind, "name": made.name, "released": released})
        return
    also = f" {released} held back wait to be sent now." if send else ""
    typer.echo(f"Lifted: {made.kind} {made.name}.{also}")


def watch(
    ctx: typer.Context,
    names: Annotated[list[str] | None, typer.Argument(metavar="[NAME]...", help="Organisations; without one, the list."
                                                      )] = None,
    remove: Annotated[bool, typer.Option("--remove", help="Take them off the list.")] = False,
    author: Author = None,
    as_json: AsJson = False,
) -> None:
    """Watch organisations: their stories come first in digests, and a route may ask for them as "@watch".

    Example: pactwatch feedback watch "SK Telecom"
    """
    from archive import feedback, watchlist
    from archive.engine import writing

    with writing(open_journal(ctx)) as connection:
        for name in names or ():
            if remove:
                if not watchlist.remove(connection, name):
                    on_it = ", ".join(one["name"] for one in watchlist.watched(connection))
                    raise NotFoundError(f"{name!r} is not on the watch list; on it: {on_it or 'nobody'}")
                continue
            known = organisation(ctx, connection, name) or name
            if known.casefold() not in watchlist.names(connection):
                feedback.note(connection, feedback.Said("watch", author=who(author),
                                                        details={"name": known}), now())
        found = watchlist.watched(connection)
    if as_json:
        emit_json(found)
        return
    for one in found:
        console().print(f"{one['name']}  since {one['created_at']:%Y-%m-%d}, {one['author'] or 'unknown'}")
    typer.echo(f"{len(found) or 'No'} watched", err=True)
