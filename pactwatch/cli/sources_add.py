"""`sources add`: find what announces an outlet's articles, show what they are, and write its file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from core.errors import PactwatchError
from pactwatch.cli.common import console, emit_json, open_archive, workspace

if TYPE_CHECKING:
    from pactwatch.scout import Scouted

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def register(app: typer.Typer) -> None:
    """Add the command to the group."""
    app.command()(add)


def add(
    ctx: typer.Context,
    url: Annotated[str, typer.Argument(
        metavar="URL", help="Any address of the outlet: its front page, a section, an article or a feed.")],
    write: Annotated[bool, typer.Option("--write", help="Write the file into the workspace.")] = False,
    id_: Annotated[str | None, typer.Option("--id", metavar="ID", help="The source's id; else from the host.")] = None,
    name: Annotated[str | None, typer.Option(metavar="NAME", help="The outlet's name; else its own word.")] = None,
    now: Annotated[bool, typer.Option(
        "--now", help="Ask also in quiet hours that the file of a source at this host names.")] = False,
    as_json: AsJson = False,
) -> None:
    """Find the feeds, sitemaps and section pages of an outlet, measure them, and propose its source file.

    Asks at most 25 questions, politely, as a run would: robots.txt, the pace of each host and the address guard hold.
    Shows five of the newest articles and what the rules say of them. Stores no article; without --write no file either.
    A host that asked for no request before some time (Retry-After) is not asked before it.

    Example: pactwatch sources add https://example.org/tech --write
    """
    from pactwatch import adding
    from pactwatch.loop import run_in_loop
    from pactwatch.scout import file_of, nothing_found, unless
    from scrapers.catalogue import load_sources

    address = adding.address_of(url)
    if id_ is not None:
        adding.check_id(id_, "--id")
    space = workspace(ctx, quiet=as_json)
    sources, _ = load_sources(space.source_dirs)
    if write and id_ is not None:
        adding.refuse_known(space.home, id_, sources)
    engine = open_archive(ctx)
    adding.refuse_closed(engine, address, sources, now=now)
    look = adding.look_at(space, engine, url)
    result = run_in_loop(lambda stop: unless(stop, look))
    id_ = id_ or adding.proposed_id(result)
    text = file_of(result, name) if result.chosen else ""
    known = adding.known_as(result, sources)
    path = space.home / "sources" / f"{id_}.yaml"
    if write and result.chosen:
        adding.refuse_known(space.home, id_, sources)
        adding.write(path, text)
    if as_json:
        done = {"id": id_, "file": str(path), "written": write and bool(text), "known": known}
        emit_json({**done, **adding.facts_of(result, text)})
    elif result.chosen:
        _show(result, path, text, known, written=write)
    if not result.chosen:
        raise PactwatchError(f"no entry point for {url}: {nothing_found(result)}")


def _show(result: Scouted, path: Path, text: str, known: list[str], *, written: bool) -> None:
    from pactwatch.cli.common import printable
    from pactwatch.cli.scout_tables import show_head, show_previews

    out = console()
    show_head(result, out)
    show_previews(result.previews, out)
    if known:
        out.print(f"\nalready in the catalogue: {', '.join(known)}")
    out.print(f"\n{path}")
    out.print(printable(text))
    out.print("Written." if written else "Not written; add --write to write it.")
