"""`db`: bring the database up to date, check it, back it up."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from pactwatch.cli.common import console, emit_json, open_archive, reaching, upgrade_queue, workspace

app = typer.Typer(help="Care for the database: upgrade, check, backup.", no_args_is_help=True)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command()
def upgrade(ctx: typer.Context, as_json: AsJson = False) -> None:
    """Bring the database up to date. Every other command does so by itself on first use.

    Example: pactwatch db upgrade
    """
    from archive.engine import open_engine
    from archive.migrate import HEAD
    from archive.migrate import upgrade as migrate
    space = workspace(ctx, quiet=True)
    engine = open_engine(space.settings.database_url)
    with reaching(engine):
        changed = migrate(engine)
        changed = upgrade_queue(space, engine) or changed
    if as_json:
        emit_json({"revision": HEAD, "changed": changed})
    else:
        typer.echo(f"The database is {'now ' if changed else ''}at revision {HEAD}.")


@app.command()
def check(
    ctx: typer.Context,
    as_json: AsJson = False,
    repair: Annotated[bool, typer.Option("--repair", help="Rebuild the full-text index first.")] = False,
) -> None:
    """Check that the database is whole: file, references, full-text index, ledger, stories, outbox. Exits 1 if not.

    Example: pactwatch db check
    """
    from archive.check import check as look
    from archive.check import counts, rebuild_search
    from archive.engine import open_engine
    from archive.migrate import current
    from archive.migrate import upgrade as migrate
    engine = open_engine(workspace(ctx, quiet=True).settings.database_url)
    with reaching(engine):
        if repair or current(engine) is None:    # an empty one is made on first use, by this command too
            migrate(engine)
        if repair:
            rebuild_search(engine)
        problems = look(engine)
    if as_json:
        emit_json({"ok": not problems, "problems": [asdict(problem) for problem in problems]})
    elif problems:
        for problem in problems:
            typer.echo(f"{problem.kind}: {problem.message}")
    else:
        rows = counts(engine)
        names = ("articles", "stories", "addresses", "hits", "deliveries")
        typer.echo(f"No problems: {', '.join(f'{rows[name]} {name}' for name in names)}.")
    if problems:
        raise typer.Exit(1)


@app.command()
def prune(
    ctx: typer.Context,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count what would be removed.")] = False,
    as_json: AsJson = False,
) -> None:
    """Remove what [retention] in the settings says need not be kept. `serve` does so once a day.

    What a rule flagged, what readers judged, and the stories that were sent stay.

    Example: pactwatch db prune --dry-run
    """
    from archive.retention import prune as remove
    from archive.retention import would_prune
    from core.clock import now

    settings = workspace(ctx).settings.retention
    engine = open_archive(ctx)
    done = would_prune(engine, settings, now()) if dry_run else remove(engine, settings, now())
    if as_json:
        emit_json({"dry_run": dry_run, **asdict(done)})
    else:
        counts = ", ".join(f"{number} {name}" for name, number in asdict(done).items())
        typer.echo(f"{'Would remove' if dry_run else 'Removed'}: {counts}.")


@app.command()
def backup(
    ctx: typer.Context,
    out: Annotated[Path, typer.Argument(metavar="OUT", help="The new file.", show_default=False)],
    as_json: AsJson = False,
) -> None:
    """Write a checked copy of the database to a new file, while it is in use.

    Example: pactwatch db backup pactwatch-copy.db
    """
    from archive.backup import backup as copy
    written = copy(open_archive(ctx), out)
    size = written.stat().st_size
    if as_json:
        emit_json({"file": written, "bytes": size})
    else:
        typer.echo(f"Wrote {written} ({size / 1e6:.1f} MB), checked.")


@app.command()
def copy(
    ctx: typer.Context,
    url: Annotated[str, typer.Argument(metavar="URL", help="sqlite:///FILE or postgresql://user@host/name, empty.",
                                       show_default=False)],
    as_json: AsJson = False,
) -> None:
    """Copy the archive into another, empty database. Run it again after a crash: it goes on where it ended.

    Stop `serve` before; what it writes meanwhile is not copied.

    Example: pactwatch db copy sqlite:///pactwatch-copy.db
    """
    from archive.copying import copy as fill
    from archive.engine import open_engine

    source, target = open_archive(ctx), open_engine(url)
    with reaching(target), console(stderr=True).status("") as status:
        rows = fill(source, target, lambda table, done: status.update(f"{table}: {done}"))
    if as_json:
        emit_json({"rows": rows})
    else:
        named = ", ".join(f"{rows[name]} {name}" for name in ("articles", "stories", "addresses", "hits", "deliveries"))
        typer.echo(f"Copied and counted {sum(rows.values())} rows of {len(rows)} tables: {named}.")
