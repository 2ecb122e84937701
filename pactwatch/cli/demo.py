"""`demo`: an offline newsroom on loopback and the whole job over it, for a first look."""

from __future__ import annotations

import shlex
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from core.errors import WorkspaceError

if TYPE_CHECKING:
    import asyncio

    from rich.console import Console

    from archive.engine import Engine
    from archive.entries import Entry
    from core.workspace import Workspace
    from pactwatch.demo import Newsroom
    from pactwatch.summary import PassSummary


def register(app: typer.Typer) -> None:
    """Add `demo` to the root command."""
    app.command()(demo)


def demo(
    keep: Annotated[
        Path | None,
        typer.Option("--keep", metavar="DIR", help="Make the demo's workspace here, not in a temporary folder."),
    ] = None,
) -> None:
    """Crawl an offline newsroom on this machine and show what Slack would show. Needs no network and no settings.

    Example: pactwatch demo
    """
    from pactwatch.cli.common import console

    if keep is not None and keep.exists() and any(keep.iterdir()):
        raise WorkspaceError(f"{keep} is not empty; name a new folder for the demo")
    home = keep or Path(tempfile.mkdtemp(prefix="pactwatch-demo-"))
    home.mkdir(parents=True, exist_ok=True)
    out = console()
    play(home, out)
    out.print("\nTry next:")
    for command in ("search 'event:alliance AND lang:ko'", 'graph "SK Telecom" --topic ai --since 2020', "rules test"):
        out.print(f"  {_program()} {command} --home {shlex.quote(str(home))}", soft_wrap=True)
    out.print(f"\nIn a browser: {_program()} web --home {shlex.quote(str(home))}", soft_wrap=True)


def play(home: Path, out: Console) -> None:
    """Run the whole job over the offline newsroom with a workspace in `home`, and show what came of it."""
    from core import logs
    from core.workspace import load_workspace
    from pactwatch.cli.common import open_database
    from pactwatch.demo import Newsroom, write_workspace

    with Newsroom() as newsroom:
        write_workspace(home, newsroom)
        space = load_workspace(home, environ={})
        logs.configure(space.settings.log, quiet=True)
        engine = open_database(space)
        out.print(
            f"An offline newsroom is open on this machine: {len(newsroom.outlets)} outlets, "
            f"{len(newsroom.articles)} articles, all of them written for this."
        )
        first, second = _two_passes(space, engine, newsroom)
    out.print(f"First pass: {first.fetched} pages read, {first.new} articles stored, {first.hits} flagged.")
    out.print(
        f"Then an outlet corrected an article. Second pass: {second.fetched} page read, {second.updated} new version, "
        "nothing else fetched again."
    )
    _show(space, engine, out)


def _program() -> str:
    """How this user calls the program: by its name where that is found, else by the path it was started from."""
    if shutil.which("pactwatch"):
        return "pactwatch"
    program = Path(sys.executable).with_name("pactwatch")
    return str(program.relative_to(Path.cwd()) if program.is_relative_to(Path.cwd()) else program)


def _two_passes(space: Workspace, engine: Engine, newsroom: Newsroom) -> tuple[PassSummary, PassSummary]:
    """Crawl the newsroom, have it correct an article, and crawl it again."""
    from pactwatch.crawl import Newsdesk
    from pactwatch.loop import run_in_loop
    from pactwatch.progress import Progress
    from scrapers.catalogue import load_sources

    sources, _ = load_sources(space.source_dirs)

    async def main(stop: asyncio.Event) -> tuple[PassSummary, PassSummary]:
        desk = Newsdesk(space, engine)
        try:
            passes = []
            for _ in range(2):
                passes.append(await desk.run_pass(sources, kind="demo", stop=stop, everything=True,
                                                  changed=progress.show))
                if stop.is_set():
                    raise KeyboardInterrupt  # the rest would show half a newsroom
                newsroom.publish_corrections()
        finally:
            desk.close()
        return passes[0], passes[1]

    with Progress() as progress:
        return run_in_loop(main)


def _show(space: Workspace, engine: Engine, out: Console) -> None:
    """The hits as a table, then the digest as Slack would show it."""
    from alerts.digest import preview
    from alerts.terminal import render_console
    from alerts.tick import announce_routes
    from core.clock import now

    announce_routes(engine, space.settings, now())
    route = space.settings.routes[0]
    coming = preview(engine, route, None, now())
    assert coming.contents is not None, "nothing was sent before, so there is something to tell"
    entries = (*coming.contents.stories, *coming.contents.developments, *coming.contents.notes)
    out.print()
    out.print(_table(entries))
    out.print("\nThe daily digest, as Slack would show it:\n", style="bold")
    render_console(coming.payloads, out, channel="#ai-alliances")


def _table(entries: tuple[Entry, ...]) -> object:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(
        box=box.SIMPLE_HEAD, pad_edge=False, title="Flagged by the rule ai-alliances", title_justify="left", expand=True
    )
    table.add_column("who with whom", ratio=3, overflow="fold")
    table.add_column("what", min_width=15, overflow="fold")
    table.add_column("score", justify="right")
    table.add_column("evidence", ratio=6, overflow="fold")
    for entry in entries:
        sentence = Text(entry.sentence)
        for start, end in entry.bold:
            sentence.stylize("bold", start, end)
        kind = (entry.event_type or entry.rule).replace("_", " ")
        table.add_row(
            " ↔ ".join(entry.parties),
            f"{kind}, {entry.status}" if entry.status else kind,
            f"{entry.score:.2f}",
            sentence,
        )
    return table
