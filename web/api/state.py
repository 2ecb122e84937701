"""Questions about the desk itself: rules, sources, deliveries; and the one thing that programs may say."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from alerts.wellness import state_of_all
from archive import feedback as journal
from archive import routes
from core.clock import now
from pipeline.searches import load_searches
from web.api import shapes
from web.api.answers import answer
from web.problems import problem
from web.saying import say
from web.site import site_of, visitor_of

router = APIRouter(tags=["desk"])


@router.get("/rules", response_model=shapes.Items)
def rules(request: Request) -> Response:
    """Every rule, as `rules list --json` prints it."""
    site = site_of(request)
    with site.reading() as connection:
        return answer({"items": site.tools.rules(connection)})


@router.get("/searches", response_model=shapes.Items)
def searches(request: Request) -> Response:
    """The saved searches, each with the address of its feed."""
    found = load_searches(site_of(request).space.home)
    return answer({"items": [{"name": name, **one.model_dump(), "feed": f"/feeds/atom/{name}"}
                             for name, one in found.items()]})


@router.get("/sources", response_model=shapes.Items)
def sources(request: Request) -> Response:
    """Every source with the outcome of its last poll, as `sources list --json` prints it."""
    site = site_of(request)
    with site.reading() as connection:
        return answer({"items": site.tools.sources(connection)})


@router.get("/health")
def health(request: Request) -> Response:
    """How sources and work go as a whole, as `health --json` prints it, but for the files of the workspace."""
    site = site_of(request)
    with site.reading() as connection:
        return answer(state_of_all(connection, site.settings, now()))


@router.get("/deliveries")
def deliveries(request: Request) -> Response:
    """Each route with its counts, what did not end as sent, and what was sent last."""
    with site_of(request).reading() as connection:
        return answer({"routes": routes.overview(connection, now()), "deliveries": routes.open_deliveries(connection),
                       "sent": routes.sent_deliveries(connection)})


@router.get("/feedback", response_model=shapes.Items)
def said(request: Request) -> Response:
    """What readers said, the newest first."""
    site = site_of(request)
    site.tools.settle()
    with site.reading() as connection:
        return answer({"items": journal.journal(connection, limit=200)})


@router.post("/feedback", response_model=shapes.Noted, status_code=201)
def note(request: Request, given: shapes.Feedback) -> Response:
    """Say what an article is worth, mute something, or watch an organisation. For editors."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        return problem(415, "Not JSON", "send application/json")
    site = site_of(request)
    author = given.author or visitor_of(request).name
    with site.writing() as connection:
        told = say(site, connection, given.model_dump(exclude_none=True), author)
    return answer({"told": told}, 201)
