"""`worker`: does the jobs of a service that only schedules."""

from __future__ import annotations

from typing import Annotated

import typer

from core.errors import UserError
from pactwatch.cli.common import open_archive, workspace


def register(app: typer.Typer) -> None:
    """Add `worker` to the root command."""
    app.command()(worker)


def worker(
    ctx: typer.Context,
    queues: Annotated[str | None, typer.Option(
        metavar="NAMES", help="Only these kinds of jobs, as crawl,deliver; else all.", show_default=False)] = None,
    concurrency: Annotated[int, typer.Option(
        min=1, max=64, help="Jobs at once; beside them one of backfill or replay, which use all cores.")] = 4,
) -> None:
    """Take jobs from PostgreSQL and do them until stopped. Start as many as you like, on any number of machines.

    Needs `[jobs] engine = "procrastinate"`, and a `pactwatch serve` that schedules. SIGTERM ends it within 15 seconds.

    Example: pactwatch worker --queues crawl,deliver,digest,housekeeping
    """
    from pactwatch.runner import QUEUES

    space = workspace(ctx)
    if not space.settings.jobs.shared:
        raise UserError("workers need [jobs] engine = 'procrastinate' in pactwatch.toml; it is 'local', by which "
                        "`pactwatch serve` does all the work itself")
    chosen = QUEUES if queues is None else tuple(name.strip() for name in queues.split(","))
    unknown = next((name for name in chosen if name not in QUEUES), None)
    if unknown is not None:
        raise UserError(f"--queues names {unknown!r}; allowed: {', '.join(QUEUES)}")
    engine = open_archive(ctx)
    from pactwatch.workers.worker import work_forever

    work_forever(space, engine, chosen, concurrency)
