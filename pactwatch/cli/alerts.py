"""`alerts`: what went out, what waits, what failed; what would be sent; try again, or try a channel."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from core import clock
from core.clock import iso
from core.errors import NotFoundError
from pactwatch.cli import alerts_manifest, alerts_preview, alerts_reconcile, alerts_test
from pactwatch.cli.common import console, emit_json, open_archive, workspace

app = typer.Typer(help="See what was delivered and what waits; try again; try a channel.", no_args_is_help=True)
app.command()(alerts_preview.preview)
app.command()(alerts_test.test)
app.command()(alerts_manifest.manifest)
app.command()(alerts_reconcile.reconcile)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command()
def status(ctx: typer.Context, as_json: AsJson = False) -> None:
    """Show each route's deliveries by state, and every delivery that did not end as sent.

    Example: pactwatch alerts status
    """
    from alerts.tick import announce_routes
    from archive import routes
    from archive.engine import reading
    settings, engine = workspace(ctx, quiet=True).settings, open_archive(ctx)
    announce_routes(engine, settings, clock.now())
    with reading(engine) as connection:
        found, waiting = routes.overview(connection, clock.now()), routes.open_deliveries(connection)
    for row in found:
        row["in_settings"] = settings.route(row["route"]) is not None
    if as_json:
        emit_json({"routes": found, "deliveries": waiting})
        return
    _print(found, waiting)


def _print(found: list[dict[str, Any]], waiting: list[dict[str, Any]]) -> None:
    from rich.table import Table
    out = console()
    muted = ("muted",) if any(row["muted"] for row in found) else ()
    columns = ("route", "channel", "sends", "sent", "pending", "held", "failed", "possibly sent", "moved", *muted,
               "for digest", "last sent")
    table = Table(*columns, box=None, pad_edge=False)
    table.columns[1].overflow = "fold"
    table.columns[-1].no_wrap = True
    for row in found:
        pending = row["pending"] + row["sending"] + row["unclear"] - row["held"]
        table.add_row(
            row["route"],
            row["channel"],
            row["send"] if row["in_settings"] else "not in the settings",
            *(
                str(row[k]) if k else str(pending)
                for k in ("sent", "", "held", "failed", "possibly_sent", "moved", *muted, "waiting_for_digest")
            ),
            iso(row["last_sent_at"]) or "",
        )
    out.print(table)
    for row in found:
        if row["stopped_at"]:
            out.print(f"{row['route']} is stopped since {iso(row['stopped_at'])}: {row['stopped_reason']}")
    if waiting:
        deliveries = Table("id", "route", "kind", "state", "tries", "next try", "why", box=None, pad_edge=False)
        for row in waiting:
            deliveries.add_row(
                str(row["id"]),
                row["route"],
                row["kind"],
                row["state"].replace("_", " "),
                str(row["attempts"]),
                iso(row["next_try_at"] or row["hold_until"]) or "",
                row["error"] or ("held back by its route" if row["hold_until"] else ""),
            )
        out.print()
        out.print(deliveries)


@app.command()
def retry(
    ctx: typer.Context,
    ids: Annotated[
        list[int] | None, typer.Argument(metavar="[ID]...", help="Deliveries; all that failed or wait by default.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Try deliveries again now. One that is possibly sent is repeated only when it is named.

    Example: pactwatch alerts retry
    """
    from alerts.deliver import Courier
    from alerts.tick import announce_routes
    from archive import routes
    from archive.engine import writing
    settings, engine = workspace(ctx, quiet=True).settings, open_archive(ctx)
    announce_routes(engine, settings, clock.now())
    with writing(engine) as connection:
        number, missing = routes.retry(connection, ids or None)
        if missing:
            raise NotFoundError(f"no delivery that waits or failed has the number {', '.join(map(str, missing))}; "
                                "see `pactwatch alerts status`")
    counts = Courier(engine, settings, console=console(stderr=as_json)).deliver()
    if as_json:
        emit_json(
            {
                "retried": number,
                "deliveries": {
                    "sent": counts.sent,
                    "pending": counts.pending,
                    "failed": counts.failed,
                    "possibly_sent": counts.possibly_sent,
                },
            }
        )
    else:
        console().print(f"{number} to try again: {counts.sent} sent, {counts.pending} pending, {counts.failed} failed, "
                        f"{counts.possibly_sent} possibly sent")
    if counts.pending or counts.failed:
        raise typer.Exit(1)
