"""`run`: one pass over the sources that are due."""

from __future__ import annotations

from typing import Annotated

import typer

from core.errors import SourceFileError
from core.wording import number
from pactwatch.cli.common import console, emit_json, open_archive, say, workspace


def register(app: typer.Typer) -> None:
    """Add `run` to the root command."""
    app.command()(run)


def run(
    ctx: typer.Context,
    source: Annotated[
        list[str] | None, typer.Option("--source", help="Poll this source, due or not; may be repeated.")
    ] = None,
    all_: Annotated[bool, typer.Option("--all", help="Poll every source, due or not.")] = False,
    hold: Annotated[
        bool, typer.Option("--hold", help="Send nothing; it waits for the next pass. For a restored archive.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one summary object.")] = False,
) -> None:
    """Crawl the sources that are due, flag and store what they publish, and send what is due.

    Ends by itself, for cron. A source that fails is reported and does not fail the pass.

    Example: pactwatch run --all --json
    """
    from alerts.deliver import Courier
    from core.errors import NotFoundError
    from core.settings import NO_CONTACT
    from pactwatch.jobs import run_once
    from pactwatch.progress import Progress
    from pactwatch.routing import idle_names
    from pipeline.rulebook import load_rules
    from scrapers.catalogue import load_sources
    from scrapers.packs import pack_mistakes

    space = workspace(ctx)
    sources, broken = load_sources(space.source_dirs)
    for name in source or ():
        if name not in sources:
            raise _named_failure(name, broken) or NotFoundError(
                f"no source is named {name!r}; see `pactwatch sources list`"
            )
    rules, broken_rules = load_rules(*space.rule_dirs)
    if not space.settings.crawl.contact:
        say(f"pactwatch: {NO_CONTACT}")
    for problem in (*broken, *pack_mistakes(space.pack_files), *broken_rules,
                    *idle_names(space.settings, rules, broken_rules)):
        say(f"pactwatch: {problem}")
    engine = open_archive(ctx)
    with Progress(visible=not as_json) as progress:
        # With --json, standard output belongs to the summary: the console channel writes beside it.
        courier = Courier(engine, space.settings, console=console(stderr=as_json))
        summary = run_once(
            space, engine, sources, broken, only=source, everything=all_, progress=progress.show, courier=courier,
            hold=hold,
        )
    if as_json:
        emit_json(summary.as_json())
        return
    out = console()
    out.print(
        f"{number(len(summary.sources), 'source')}, {number(summary.fetched, 'page')} read: "
        f"{number(summary.new, 'new article')}, {summary.updated} updated, {number(summary.hits, 'hit')}."
    )
    for id_, tally in sorted(summary.failed_sources.items()):
        out.print(f"  {id_}: {tally.outcome} {tally.reason}".rstrip())
    for id_, waits in sorted(summary.waiting.items()):
        out.print(f"  {id_} {waits}")
    sent = summary.deliveries
    if any(sent.values()):
        out.print("Messages: " + ", ".join(f"{n} {name.replace('_', ' ')}" for name, n in sent.items() if n) + ".")


def _named_failure(name: str, broken: list[SourceFileError]) -> SourceFileError | None:
    from pathlib import Path

    return next((f for f in broken if Path(f.file).stem == name), None)
