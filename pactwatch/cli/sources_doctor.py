"""`sources doctor`: what is wrong with a source, and the file that would be right."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlsplit

import typer

from core.errors import NotFoundError
from pactwatch.cli.common import console, emit_json, open_archive, printable, say, workspace

if TYPE_CHECKING:
    from datetime import datetime

    from archive.history import History
    from pactwatch.scout import Scouted
    from scrapers.source import SourceFile

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def register(app: typer.Typer) -> None:
    """Add the command to the group."""
    app.command()(doctor)


def doctor(
    ctx: typer.Context,
    names: Annotated[list[str] | None, typer.Argument(
        metavar="[SOURCE]...", help="Ids of sources; without one, all that are watched and fail.")] = None,
    write: Annotated[bool, typer.Option("--write", help="Write the mended files into the workspace.")] = False,
    as_json: AsJson = False,
) -> None:
    """Look anew at the outlets of sources, and say of each entry point whether to keep, replace or drop it, and why.

    Shows how the source went until now, what `sources add` would find today, and the difference to the present file.
    With --write the change goes into the workspace; a shipped file stays as it is. A host that asked for no request
    before some time (Retry-After) is not asked before it; in its quiet hours a source is looked at only by name.

    Example: pactwatch sources doctor yonhap-en
    """
    from archive.engine import reading
    from archive.history import failing, history
    from core.clock import now
    from pactwatch.hosts import closed_until
    from pactwatch.loop import run_in_loop
    from pactwatch.scout import scout_each, unless
    from pipeline.process import Processor
    from scrapers.catalogue import load_sources

    space = workspace(ctx, quiet=as_json)
    sources, _ = load_sources(space.source_dirs)
    if unknown := [name for name in names or () if name not in sources]:
        raise NotFoundError(f"no source is named {unknown[0]!r}; see `pactwatch sources list`")
    engine = open_archive(ctx)
    with reading(engine) as connection:
        ids = list(dict.fromkeys(names or ()))
        ids = ids or [id_ for id_ in failing(connection) if id_ in sources and sources[id_].enabled]
        urls = [url for id_ in ids for url in _addresses(sources[id_])]
        left_out = _left_out(ids, sources, closed_until(connection, urls, now()), by_name=bool(names))
        ids = [id_ for id_ in ids if id_ not in left_out]
        past = {id_: history(connection, id_, now()) for id_ in ids}
    for id_, why in left_out.items():
        say(f"pactwatch: {id_} is not looked at: {why}")
    if left_out and not ids:
        raise typer.Exit(1)
    if not ids:
        if as_json:
            emit_json([])
        else:
            console().print("No source fails. Name one to look at it all the same.")
        return
    processor = Processor(space.knowledge_dirs, space.rule_dirs)

    chosen = [sources[id_] for id_ in ids]
    looked = run_in_loop(lambda stop: unless(stop, scout_each(space, chosen, processor, engine)))
    rows = [_one(ctx, source, looked[source.id], past[source.id], write=write, quiet=as_json) for source in chosen]
    if as_json:
        emit_json(rows)


def _addresses(source: SourceFile) -> list[str]:
    return [source.home, *(entry.url for entry in source.entry_points)]


def _left_out(
    ids: list[str], sources: dict[str, SourceFile], closed: dict[str, datetime], *, by_name: bool
) -> dict[str, str]:
    """The sources that are not to be asked now, each with the reason."""
    from core.clock import now

    found = {}
    for id_ in ids:
        hosts = {urlsplit(url).netloc for url in _addresses(sources[id_])} & closed.keys()
        if hosts:
            host = max(hosts, key=lambda name: closed[name])
            found[id_] = f"{host} asked for no request before {closed[host]:%Y-%m-%d %H:%M:%S} UTC (Retry-After)"
        elif not by_name and (until := sources[id_].rests_until(now())):
            found[id_] = f"quiet hours until {until:%Y-%m-%d %H:%M} UTC; name it to look at it all the same"
    return found


def _one(
    ctx: typer.Context, source: SourceFile, found: Scouted, past: History | None, *, write: bool, quiet: bool
) -> dict[str, Any]:
    from pactwatch import doctor as surgery

    plan = surgery.steps(source, found)
    text = surgery.mended(source, found, plan)
    changed = bool(surgery.changed_keys(source, text) - {"checked"})
    lines = list(surgery.difference(source, text))
    file = None
    if write and found.chosen:
        file = surgery.write(workspace(ctx).home / "sources", source, text)
    if not quiet:
        _show(source, found, past, plan, lines if changed else [], str(file or ""))
    return {
        "id": source.id, "history": past.as_json() if past else None, "steps": [step.as_json() for step in plan],
        "changed": changed, "reasons": found.reasons, "preview": [p.as_json() for p in found.previews],
        "candidates": [c.as_json() for c in found.look.candidates], "diff": "\n".join(lines),
        "written": str(file) if file else None, "requests": found.look.requests,
    }


def _show(
    source: SourceFile, found: Scouted, past: History | None, plan: list[Any], lines: list[str], written: str
) -> None:
    from pactwatch.cli.scout_tables import show_head, show_history, show_previews, show_steps

    out = console()
    out.print(f"{source.id}  {source.file}")
    show_history(past, out)
    show_head(found, out)
    show_steps(plan, out)
    show_previews(found.previews, out)
    if lines:
        out.print()
        for line in lines:
            out.print(printable(line))
    if written:
        out.print(f"\nWritten: {written}")
    elif not found.chosen:
        out.print("\nNothing that announces articles was found, so nothing is proposed.")
    else:
        out.print("\nAdd --write to write this into the workspace." if lines else "\nThe file is right as it is.")
    out.print()
