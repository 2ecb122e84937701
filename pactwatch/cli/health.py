"""`health`: how sources and work go, what is wrong, and what to do next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.wording import number
from pactwatch.cli.common import console, emit_json, open_archive, workspace

if TYPE_CHECKING:
    from rich.console import Console

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(health)


def health(ctx: typer.Context, as_json: AsJson = False) -> None:
    """Say how sources and work go: what is wrong since when and why, and what to do next. For people, and for cron.

    `run` and `serve` find out; this only tells. Exit code 0 where nothing is wrong, 1 where something needs a person:
    a source is broken, silent, bursts or is no longer read as before, or all of them fail; nobody polls; a digest or a
    message is overdue, failed or in doubt; a channel refuses; the disk is full; a file of the workspace is wrong.

    Example: pactwatch health
    """
    from alerts.wellness import state_of_all
    from archive.engine import reading
    from core.clock import now
    from pactwatch.listings import wrong_files
    from scrapers.catalogue import load_sources

    space = workspace(ctx)
    with reading(open_archive(ctx)) as connection:
        found = state_of_all(connection, space.settings, now())
    if found["last_poll_at"] is None:
        found["sources"] = sum(source.enabled for source in load_sources(space.source_dirs)[0].values())
    found["problems"] += wrong_files(space)
    found["healthy"] = found["healthy"] and not found["problems"]
    if as_json:
        emit_json(found)
    else:
        _show(found, console())
    if not found["healthy"]:
        raise typer.Exit(1)


def _show(found: dict[str, Any], out: Console) -> None:
    last = found["last_poll_at"]
    if last is None:
        out.print(f"Watched: {number(found['sources'], 'source')}; none was asked yet.")
        step = "run" if found["sources"] else "sources add` or `sources enable"
        out.print(f"  Next: `pactwatch {step}`", markup=False, highlight=False)
    else:
        out.print(
            f"{found['polled']} of {found['sources']} sources were asked in the last day, the last one at "
            f"{last:%Y-%m-%d %H:%M} UTC; {found['failing']} fail at present."
        )
    for problem in found["problems"]:
        out.print(f"\n{problem['subject']}", style="bold", highlight=False)
        out.print(f"  {problem['problem']}", markup=False, highlight=False)
        out.print(f"  Next: {problem['next']}", markup=False, highlight=False)
    for trouble in found["troubles"]:
        subject = trouble["source"] or ("outlets" if trouble["kind"] == "holiday" else "all sources")
        out.print(f"\n{subject}: {trouble['kind']} since {trouble['since']:%Y-%m-%d}", style="bold", highlight=False)
        out.print(f"  {trouble['detail']}", markup=False, highlight=False)
        out.print(f"  Next: {trouble['next']}", markup=False, highlight=False)
    for moved in found["moved"]:
        out.print(f"\n{moved['source']}: {moved['url']} has moved", style="bold", highlight=False)
        out.print(f"  Next: {moved['next']}", markup=False, highlight=False)
    missed = found["missed"]
    about = f"about {missed['articles']:,} ({missed['polls']} polls without overlap)" if missed["polls"] else "0"
    out.print(f"\nMissed between polls: {about} in {missed['days']} days.", highlight=False)
    if found["healthy"] and last is not None:
        out.print("Nothing is wrong.")
