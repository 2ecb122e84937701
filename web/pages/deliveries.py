"""Deliveries: what went out on each route, what waits and why, and a second try."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.background import BackgroundTask
from starlette.responses import Response

from archive import routes
from core.clock import now
from core.errors import NotFoundError
from web.asked import LARGEST_ID
from web.forms import Filled, number
from web.rendering import go_to, render
from web.site import Site, site_of

router = APIRouter()


@router.get("/deliveries")
def deliveries(request: Request) -> Response:
    """The routes with their counts, what did not end as sent, and what was sent last."""
    return render(request, "deliveries.html", **_state(site_of(request)), tried=None)


@router.post("/deliveries/retry")
def retry(request: Request, form: Filled) -> Response:
    """Try one delivery again, or all that failed or wait."""
    site = site_of(request)
    named = [number(form, "id", 1, LARGEST_ID, 0)] if form.get("id") else None
    with site.writing() as connection:
        _, missing = routes.retry(connection, named)
        if missing:
            raise NotFoundError(f"no delivery that waits or failed has the number {missing[0]}")
    answer = go_to("/deliveries")
    answer.background = BackgroundTask(site.tools.deliver)
    return answer


@router.post("/deliveries/test")
def test(request: Request, form: Filled) -> Response:
    """Send a test message to the channel of a route."""
    site = site_of(request)
    tried = site.tools.send_test(form.get("route", "")[:100])
    return render(request, "deliveries.html", **_state(site), tried=tried)


def _state(site: Site) -> dict[str, object]:
    with site.reading() as connection:
        overview = routes.overview(connection, now())
        waiting, sent = routes.open_deliveries(connection), routes.sent_deliveries(connection)
    for row in overview:
        row["in_settings"] = site.settings.route(row["route"]) is not None
    return {"routes": overview, "waiting": waiting, "sent": sent}
