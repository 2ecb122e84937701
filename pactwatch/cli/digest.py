"""`digest`: see what the next digest would say, or send it now."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core import channels, clock
from core.clock import iso
from core.errors import NotFoundError, UserError
from pactwatch.cli.common import console, emit_json, open_archive, workspace

if TYPE_CHECKING:
    from alerts.digest import Preview
    from core.settings import RouteSettings, Settings

app = typer.Typer(help="See the next digest, or send it now.", no_args_is_help=True)

Route = Annotated[
    str | None, typer.Option("--route", metavar="ROUTE", help="The route; every digest route by default.")
]
Day = Annotated[datetime | None, typer.Option("--date", formats=["%Y-%m-%d"], metavar="YYYY-MM-DD",
                                              help="The local date of the digest; today by default.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def _routes(settings: Settings, name: str | None) -> list[RouteSettings]:
    digests = [route for route in settings.routes if route.send == "digest"]
    names = ", ".join(route.name for route in digests) or "none"
    if name is None:
        if not digests:
            raise UserError('no route of pactwatch.toml sends a digest; add [[routes]] with send = "digest"')
        return digests
    route = settings.route(name)
    if route is None:
        raise NotFoundError(f"no route is named {name!r}; digest routes: {names}")
    if not route.has_slots:
        raise UserError(f"route {name!r} sends each alert at once; digest routes: {names}")
    return [route]


def _day(given: datetime | None) -> date | None:
    return given.date() if given else None


@app.command()
def preview(ctx: typer.Context, route: Route = None, day: Day = None, as_json: AsJson = False) -> None:
    """Show what would be sent now, as Slack would show it. Marks nothing, sends nothing.

    With --date, a digest that was sent already is shown as it went out.

    Example: pactwatch digest preview --route daily
    """
    from alerts.digest import preview as look
    from alerts.tick import announce_routes
    settings, engine, now = workspace(ctx, quiet=True).settings, open_archive(ctx), clock.now()
    routes = _routes(settings, route)
    announce_routes(engine, settings, now)
    found = [(r, look(engine, r, _day(day), now)) for r in routes]
    if as_json:
        emit_json([_preview_json(r, p) for r, p in found])
        return
    from alerts.terminal import render_console
    out = console()
    for r, p in found:
        due = r.local(p.window.due_at)
        said = "was sent" if p.past else f"due {due:%Y-%m-%d %H:%M} {due:%Z}"
        render_console(p.payloads, out, channel=f"{r.name} → {channels.shown(r.channel)} · {said}")
        out.print()


def _preview_json(route: RouteSettings, found: Preview) -> dict[str, Any]:
    from alerts.plain import plain
    window, contents = found.window, found.contents
    text = plain(found.message) if found.message else "\n\n".join(p["text"] for p in found.payloads)
    return {
        "route": route.name,
        "channel": channels.shown(route.channel),
        "date": window.local_date,
        "slot": window.slot,
        "due_at": iso(window.due_at),
        "late": window.late,
        "already_sent": found.past is not None,
        "stories": [e.as_json() for e in contents.stories] if contents else [],
        "developments": [e.as_json() for e in contents.developments] if contents else [],
        "notes": [e.as_json() for e in contents.notes] if contents else [],
        "receipt": contents.receipt if contents else found.past.receipt if found.past else {},
        "text": text,
        "messages": found.payloads,
    }


@app.command()
def picture(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Where to write the PNG.", dir_okay=False)],
    route: Annotated[
        str | None, typer.Option("--route", metavar="ROUTE", help="Whose stories; by default those of all rules.")
    ] = None,
    day: Annotated[datetime | None, typer.Option("--date", formats=["%Y-%m-%d"], metavar="YYYY-MM-DD",
                                                 help="The day after the week's last; today by default.")] = None,
) -> None:
    """Draw the picture of a week into a file. Marks nothing, sends nothing.

    Example: pactwatch digest picture week.png
    """
    from alerts import chart
    from alerts.weekly import week_of
    from archive.engine import reading
    settings, engine = workspace(ctx, quiet=True).settings, open_archive(ctx)
    chosen = _drawn_route(settings, route)
    if why := chart.missing():
        raise UserError(why)
    with reading(engine) as connection:
        facts = week_of(connection, chosen, _day(day) or chosen.local(clock.now()).date())
    try:
        file.write_bytes(chart.draw(facts))
    except OSError as failure:
        raise UserError(f"{file} cannot be written: {failure.strerror}") from failure
    console().print(f"{file}: the week to {facts['to']}, {facts['weeks'][-1]['stories']} new stories, "
                    f"{facts['parties']} organisations", soft_wrap=True)
    if caption := chart.caption(facts):
        console().print(f"no font here has all letters of: {caption}", soft_wrap=True)


def _drawn_route(settings: Settings, name: str | None) -> RouteSettings:
    from core.settings import RouteSettings
    if name is None:
        zone = settings.routes[0].zone if settings.routes else "UTC"
        return RouteSettings(name="all", channel="console", send="picture", zone=zone)
    route = settings.route(name)
    if route is None:
        names = ", ".join(r.name for r in settings.routes) or "none"
        raise NotFoundError(f"no route is named {name!r}; routes: {names}")
    return route


@app.command()
def send(ctx: typer.Context, route: Route = None, day: Day = None, as_json: AsJson = False) -> None:
    """Build the digest of a date now, if it has none yet, and deliver it; exit 1 if it could not be delivered.

    A digest that is sent before its time takes the place of that time's: the day still gets one.

    Example: pactwatch digest send --route daily
    """
    from alerts.deliver import Courier
    from alerts.digest import send as build
    from alerts.tick import announce_routes
    settings, engine, now = workspace(ctx, quiet=True).settings, open_archive(ctx), clock.now()
    routes = _routes(settings, route)
    announce_routes(engine, settings, now)
    built = [(r, *build(engine, r, _day(day), now)) for r in routes]
    counts = Courier(engine, settings, console=console(stderr=as_json)).deliver()
    if as_json:
        emit_json({
            "digests": [{"route": r.name, "date": w.local_date, "slot": w.slot, "due_at": iso(w.due_at), "late": w.late,
                         "already_sent": past is not None} for r, w, past in built],
            "deliveries": {"sent": counts.sent, "pending": counts.pending, "failed": counts.failed,
                           "possibly_sent": counts.possibly_sent}})
    else:
        out = console()
        for r, w, past in built:
            made = f"has existed since {r.local(past.created_at):%Y-%m-%d %H:%M %Z}" if past else "is built"
            out.print(f"{r.name}: the digest of {w.local_date} {w.slot} {made}")
        out.print(f"deliveries: {counts.sent} sent, {counts.pending} pending, {counts.failed} failed, "
                  f"{counts.possibly_sent} possibly sent")
    if counts.pending or counts.failed:
        raise typer.Exit(1)
