"""`alerts preview`: what each route sends today, without sending it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core import channels, clock
from core.clock import iso
from core.errors import NotFoundError
from pactwatch.cli.common import console, emit_json, open_archive, workspace

if TYPE_CHECKING:
    from alerts.dry_run import Told
    from archive.engine import Engine
    from core.settings import RouteSettings, Settings


def preview(
    ctx: typer.Context,
    route: Annotated[str | None, typer.Option("--route", metavar="ROUTE", help="One route; all by default.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show what each route sends today, by the settings as they are now. Marks nothing, sends nothing.

    For an immediate route, these are the alerts that today's hits give, as if none had been sent yet; for a digest
    route, the next digest.

    Example: pactwatch alerts preview --route now
    """
    settings, engine, now = workspace(ctx, quiet=True).settings, open_archive(ctx), clock.now()
    names = ", ".join(r.name for r in settings.routes) or "none"
    if route is not None and settings.route(route) is None:
        raise NotFoundError(f"no route is named {route!r}; routes: {names}")
    chosen = [r for r in settings.routes if route in {None, r.name}]
    if as_json:
        emit_json([_digest_json(engine, r, settings, now) if r.has_slots else
                   _alerts_json(r, _alerts(engine, settings, r, now)) for r in chosen])
        return
    for r in chosen:
        if r.has_slots:
            _show_digest(engine, settings, r, now)
        else:
            _show_alerts(r, _alerts(engine, settings, r, now))


def _alerts(engine: Engine, settings: Settings, route: RouteSettings, now: datetime) -> list[Told]:
    from alerts.dry_run import alerts_of_today

    return alerts_of_today(engine, settings.routes, route.name, now)


def _show_alerts(route: RouteSettings, told: list[Told]) -> None:
    from alerts.terminal import render_console

    out = console()
    moved = sum(one.moved is not None for one in told)
    muted = sum((one.moved or "").startswith("muted") for one in told)
    over = f", {moved - muted} moved to a digest" if moved > muted else ""
    over += f", {muted} muted" if muted else ""
    count = f"{len(told) - moved} {'alert' if len(told) - moved == 1 else 'alerts'}"
    out.print(f"{route.name} → {channels.shown(route.channel)} · today: {count}{over}", style="bold magenta")
    for one in told:
        notes = ["in its story's thread" if one.kind == "follow" else "",
                 one.moved or "",
                 f"held until {route.local(one.hold_until):%H:%M %Z}" if one.hold_until else ""]
        if said := "; ".join(note for note in notes if note):
            out.print(f"({said})", style="dim")
        render_console([one.payload], out)
        out.print()


def _show_digest(engine: Engine, settings: Settings, route: RouteSettings, now: datetime) -> None:
    from alerts.digest import preview as look
    from alerts.terminal import render_console
    from alerts.tick import announce_routes

    announce_routes(engine, settings, now)
    found = look(engine, route, None, now)
    due = route.local(found.window.due_at)
    heading = f"{route.name} → {channels.shown(route.channel)} · due {due:%Y-%m-%d %H:%M} {due:%Z}"
    render_console(found.payloads, console(), channel=heading)
    console().print()


def _alerts_json(route: RouteSettings, told: list[Told]) -> dict[str, Any]:
    return {"route": route.name, "channel": channels.shown(route.channel), "send": route.send,
            "alerts": [{**one.entry.as_json(), "kind": one.kind, "hold_until": iso(one.hold_until), "moved": one.moved,
                        "text": one.payload["text"]} for one in told]}


def _digest_json(engine: Engine, route: RouteSettings, settings: Settings, now: datetime) -> dict[str, Any]:
    from alerts.digest import preview as look
    from alerts.tick import announce_routes

    announce_routes(engine, settings, now)
    found = look(engine, route, None, now)
    return {"route": route.name, "channel": channels.shown(route.channel), "send": route.send,
            "due_at": iso(found.window.due_at), "stories": found.contents.count if found.contents else 0,
            "text": "\n\n".join(payload["text"] for payload in found.payloads)}
