"""Organisations: whom one is allied with and since when, as a list, over time, and as a graph that one can walk."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import HTMLResponse

from archive import watchlist
from archive.graph import Node, alliance_graph
from archive.organisations import named_like, organisation
from core.clock import now
from web import picture
from web.asked import Asked, look
from web.narrowing import timeline
from web.rendering import go_to, render
from web.site import site_of
from web.text import organisation_path, quoted

router = APIRouter()
LATELY = 90                              # days
SHOWN = 40


@router.get("/organisations", response_model=None)
def organisations(request: Request, name: Annotated[str, Query(max_length=200)] = "") -> HTMLResponse | Any:
    """Find an organisation; else those with most alliances lately."""
    site = site_of(request)
    with site.reading() as connection:
        found = named_like(connection, name, site.aliases(name)) if name.strip() else []
        if len(found) == 1:
            return go_to(organisation_path(found[0]))
        graph = None if name.strip() else alliance_graph(connection, since=now() - timedelta(days=LATELY))
    busiest = sorted(graph.nodes, key=_busy)[:SHOWN] if graph else []
    return render(request, "organisations.html", name=name, found=found, busiest=busiest, days=LATELY)


def _busy(node: Node) -> tuple[int, int, str]:
    return -node.alliances, -node.partners, node.name


@router.get("/organisations/{name:path}")
def one(request: Request, name: str) -> HTMLResponse:
    """One organisation."""
    site = site_of(request)
    asked = Asked(q=f"org:{quoted(name)}", limit=10)
    with site.reading() as connection:
        facts = organisation(connection, name)
        graph = alliance_graph(connection, around={name})
        links = sorted(graph.links_of(name), key=lambda link: (link.last, link.outlets), reverse=True)
        # Partners of partners only where there is room for them: who has many would have the whole archive read.
        shown = alliance_graph(connection, around={name}, depth=2) if len(links) <= picture.NEAR else graph
        page = look(site, connection, asked)
        bars, by = timeline(site, connection, asked)
        watched = name.casefold() in watchlist.names(connection)
    return render(request, "organisation.html", facts=facts, links=links, drawn=picture.draw(shown, name), page=page,
                  search=asked.address(), watched=watched, timeline=bars, timeline_by=by,
                  days=site.settings.alerts.mute_days)
