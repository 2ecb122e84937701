"""`sources check`: whether the files are in order, and with --online whether their entry points answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.errors import NotFoundError
from pactwatch.cli.common import console, emit_json, open_archive, say, workspace

if TYPE_CHECKING:
    from scrapers.source import SourceFile

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def register(app: typer.Typer) -> None:
    """Add the command to the group."""
    app.command()(check)


def check(
    ctx: typer.Context,
    names: Annotated[list[str] | None, typer.Argument(
        metavar="[SOURCE]...", help="Ids of sources; else every file, and online every source that is on.")] = None,
    online: Annotated[bool, typer.Option("--online", help="Also ask each entry point once; reads no article.")] = False,
    as_json: AsJson = False,
) -> None:
    """Read every source file and the packs, and name each mistake with file and line; exit 2 if there is one.

    With --online each entry point is asked once, and its outcome is named; exit 1 if one of them fails.

    Example: pactwatch sources check --online
    """
    from scrapers.catalogue import load_sources
    from scrapers.packs import pack_mistakes

    space = workspace(ctx, quiet=as_json)
    sources, broken = load_sources(space.source_dirs)
    broken += pack_mistakes(space.pack_files)
    ids = {failure.file.rpartition("/")[2].rpartition(".")[0] for failure in broken}
    if unknown := [name for name in names or () if name not in sources and name not in ids]:
        raise NotFoundError(f"no source is named {unknown[0]!r}; see `pactwatch sources list`")
    if names:
        broken = [f for f in broken if f.file.rpartition("/")[2].rpartition(".")[0] in names]
    chosen = [source for id_, source in sorted(sources.items()) if (id_ in names if names else source.enabled)]
    answers = _ask(ctx, chosen) if online else []
    failed = [row for row in answers if row["outcome"] not in {"ok", "unchanged"}]
    if as_json:
        problems = [{"file": f.file, "line": f.line, "problem": f.problem} for f in broken]
        number = len(names) if names else len(sources)
        emit_json({"sources": number, "problems": problems, **({"entry_points": answers} if online else {})})
    else:
        from pactwatch.cli.scout_tables import show_answers

        show_answers(answers, console())
        if online:
            console().print(f"{len(answers) - len(failed)} of {len(answers)} entry points answered well.")
        elif not broken:
            number = len(names) if names else len(sources)
            console().print(f"{number} sources are in order." if number != 1 else "1 source is in order.")
    for failure in broken:
        say(f"pactwatch: {failure}")
    if broken or failed:
        raise typer.Exit(2 if broken else 1)


def _ask(ctx: typer.Context, sources: list[SourceFile]) -> list[dict[str, Any]]:
    from pactwatch.hosts import looking
    from pactwatch.loop import run_in_loop
    from pactwatch.scout import unless
    from scrapers.once import poll_once

    settings, engine = workspace(ctx).settings, open_archive(ctx)

    async def ask() -> list[dict[str, Any]]:
        async with looking(engine) as hosts:
            return await poll_once(settings, sources, hosts)

    return run_in_loop(lambda stop: unless(stop, ask()))
