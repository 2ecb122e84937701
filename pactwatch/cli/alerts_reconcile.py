"""`alerts reconcile`: after a restore, learn from the channels what was sent since the backup."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from pactwatch.cli.common import console, emit_json, open_archive, workspace


def reconcile(
    ctx: typer.Context,
    since: Annotated[
        datetime | None,
        typer.Option(metavar="TIME", help="When the backup was made, in UTC; else when it last sent something."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Learn from the channels what was sent since a restored backup was made, so that it is not sent again.

    Run `pactwatch run --all --hold` before, so that the stories are there again, and start `serve` after. Exits 1
    where a channel could not be read.

    Example: pactwatch alerts reconcile
    """
    from dataclasses import asdict

    from alerts.reconcile import reconcile as look
    from alerts.tick import announce_routes
    from core import channels, clock

    settings, engine = workspace(ctx).settings, open_archive(ctx)
    announce_routes(engine, settings, clock.now())
    found = look(engine, settings, clock.as_utc(since) if since is not None else None, clock.now())
    if as_json:
        emit_json({"routes": [{"route": one.route, "channel": channels.shown(one.channel), **asdict(one.adopted),
                               "problem": one.problem} for one in found]})
    else:
        for one in found:
            done = one.adopted
            console().print(f"{one.route}: " + (one.problem or (
                f"{done.found} messages since the backup; {done.deliveries} alerts and {done.digests} digests with "
                f"{done.entries} entries are known again")))
    if any(one.problem for one in found):
        raise typer.Exit(1)
