"""Today: what the digests would say now, and how the sources go."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse

from alerts.digest import Preview, preview
from alerts.receipt import receipt_lines
from archive.engine import Connection
from archive.entries import Entry
from archive.feedback import said_of
from archive.health import overview
from archive.latest import latest_entries
from core import channels
from core.clock import now
from core.settings import RouteSettings
from web.rendering import render
from web.site import Site, site_of

router = APIRouter()
LATEST = 7                               # days, where no route says what a day is


@router.get("/")
def today(request: Request) -> HTMLResponse:
    """What would be told now, route by route."""
    site, at = site_of(request), now()
    digests = [_digest(route, preview(site.engine, route, None, at)) for route in site.settings.routes
               if route.send == "digest"]
    with site.reading() as connection:
        latest = None if digests else latest_entries(connection, at - timedelta(days=LATEST))
        shown = [*(entry for digest in digests for _, some in digest["sections"] for entry in some), *(latest or ())]
        facts = {"said": _said(connection, shown), "health": overview(connection, at)}
    return render(request, "today.html", digests=digests, latest=latest, latest_days=LATEST,
                  days=site.settings.alerts.mute_days, **facts)


def todays_entries(site: Site) -> Iterator[tuple[RouteSettings, Preview]]:
    """The coming digest of each route, for programs."""
    for route in site.settings.routes:
        if route.send == "digest":
            yield route, preview(site.engine, route, None, now())


def _digest(route: RouteSettings, found: Preview) -> dict[str, Any]:
    window, contents = found.window, found.contents
    named = (("New stories", contents.stories), ("Developments", contents.developments),
             ("Of earlier times", contents.notes)) if contents else ()
    receipt = contents.receipt if contents else found.past.receipt if found.past else {}
    return {"route": route.name, "channel": channels.shown(route.channel), "due_at": window.due_at,
            "date": window.local_date, "slot": window.slot, "sent": found.past is not None,
            "sections": [(name, entries) for name, entries in named if entries],
            "receipt": receipt_lines(receipt) if receipt else ()}


def _said(connection: Connection, entries: list[Entry]) -> dict[int, str]:
    return said_of(connection, [entry.story_id for entry in entries])
