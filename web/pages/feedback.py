"""What readers said and did: the journal, the mutes, the watch list; and where their words come in."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from archive import feedback, mutes, watchlist
from core.clock import now
from core.errors import UserError
from web.asked import Id
from web.forms import Filled
from web.rendering import go_to, own_path, render
from web.saying import organisation, say
from web.site import site_of, visitor_of

router = APIRouter()
LINES = 100


@router.get("/feedback")
def journal(request: Request) -> Response:
    """The journal with what is muted and watched now."""
    site = site_of(request)
    site.tools.settle()
    with site.reading() as connection:
        facts = {"lines": feedback.journal(connection, limit=LINES), "mutes": mutes.every(connection, now()),
                 "watched": watchlist.watched(connection)}
    return render(request, "feedback.html", **facts)


@router.post("/feedback")
def note(request: Request, form: Filled) -> Response:
    """Write down what a reader says."""
    site = site_of(request)
    with site.writing() as connection:
        told = say(site, connection, form, visitor_of(request).name)
    back = form.get("back", "/feedback")
    if "HX-Request" in request.headers:
        return render(request, "noted.html", told=told, back=own_path(back))
    return go_to(back)


@router.post("/mutes/{id_}/lift")
def lift(request: Request, id_: Id, form: Filled) -> Response:
    """End a mute; what it held back is sent after all where that is wished."""
    with site_of(request).writing() as connection:
        mutes.lift(connection, id_, now(), release=form.get("send") == "yes")
    return go_to("/feedback")


@router.post("/watch")
def watch(request: Request, form: Filled) -> Response:
    """Put an organisation on the watch list, or take it off."""
    site = site_of(request)
    with site.writing() as connection:
        if form.get("remove"):
            if not watchlist.remove(connection, form["remove"]):
                raise UserError(f"{form['remove'][:80]!r} is not on the watch list")
        else:
            name = organisation(site, connection, form.get("name", ""))
            if name.casefold() not in watchlist.names(connection):
                feedback.note(connection, feedback.Said("watch", author=visitor_of(request).name,
                                                        details={"name": name}), now())
    return go_to("/feedback")
