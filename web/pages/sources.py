"""Sources: how they go, what one brought in the past, and a new one by its address."""

from __future__ import annotations

from time import monotonic
from typing import Annotated, Any, Literal
from urllib.parse import quote

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from archive.health import overview
from archive.history import history
from core.clock import now
from core.errors import NotFoundError, UserError
from web.asked import Asked, look
from web.forms import Filled
from web.lookouts import Lookouts
from web.narrowing import timeline
from web.rendering import go_to, render
from web.site import site_of
from web.text import quoted

router = APIRouter()
Show = Literal["watched", "wrong", "off", "all"]


@router.get("/sources")
def sources(request: Request, show: Show = "watched", name: Annotated[str, Query(max_length=100)] = "") -> Response:
    """The sources, those that go wrong first."""
    site = site_of(request)
    with site.reading() as connection:
        rows, health = site.tools.sources(connection), overview(connection, now())
    counts = {kind: sum(_is_shown(row, kind) for row in rows) for kind in ("watched", "wrong", "off", "all")}
    sought = name.strip().casefold()
    chosen = [row for row in rows if _is_shown(row, show)
              and (not sought or sought in f"{row['id']} {row['name']} {row['country']}".casefold())]
    chosen.sort(key=lambda row: (not _is_wrong(row), row["name"].casefold()))
    return render(request, "sources.html", rows=chosen, counts=counts, show=show, name=name, health=health)


def _is_wrong(row: dict[str, Any]) -> bool:
    return bool(row["failures"] or row["trouble"] or row["moved_to"])


def _is_shown(row: dict[str, Any], show: str) -> bool:
    kinds = {"watched": row["enabled"], "off": not row["enabled"], "wrong": row["enabled"] and _is_wrong(row)}
    return bool(kinds.get(show, True))


@router.get("/sources/add")
def ask(request: Request) -> Response:
    """Ask for the address of an outlet."""
    return render(request, "source_add.html", url="")


@router.post("/sources/add")
async def begin(request: Request, form: Filled) -> Response:
    """Begin to look at an outlet."""
    url = form.get("url", "").strip()
    if not url or len(url) > 2000:
        return render(request, "source_add.html", 400, url=url[:2000], problem="Give an address of the outlet.")
    return go_to(f"/sources/proposals/{_lookouts(request).begin(url)}")


@router.get("/sources/proposals/{key}")
async def proposal(request: Request, key: str) -> Response:
    """What a look found, or that it goes on."""
    found = _lookouts(request).find(key)
    return render(request, "proposal.html", key=key, look=found, seconds=round(monotonic() - found.began),
                  proposal=found.proposal, problem=found.problem)


@router.post("/sources/proposals/{key}")
def accept(request: Request, key: str, form: Filled) -> Response:
    """Write the file that was proposed."""
    found = _lookouts(request).find(key)
    if found.proposal is None or not found.proposal.text:
        raise UserError("nothing was found at this address, so there is no file to write")
    id_ = form.get("id", "").strip() or found.proposal.id
    try:
        site_of(request).tools.add_source(id_, found.proposal.text)
    except UserError as mistake:
        return render(request, "proposal.html", 400, key=key, look=found, seconds=0, proposal=found.proposal,
                      problem=str(mistake))
    return go_to(f"/sources/{id_}")


@router.get("/sources/{id_}")
def source(request: Request, id_: str) -> Response:
    """One source: its state, its past polls, its latest articles."""
    site = site_of(request)
    asked = Asked(q=f"source:{quoted(id_)}", limit=10)
    with site.reading() as connection:
        row = site.tools.source(connection, id_)
        past = history(connection, id_, now())
        if row is None and past is None:
            raise NotFoundError(f"no source is named {id_[:80]!r}")
        page = look(site, connection, asked)
        bars, by = timeline(site, connection, asked)
    return render(request, "source.html", id=id_, row=row, past=past, page=page, search=asked.address(),
                  timeline=bars, timeline_by=by)


@router.post("/sources/{id_}")
def switch(request: Request, id_: str, form: Filled) -> Response:
    """Watch a source, or stop it."""
    wanted = form.get("watch", "")
    if wanted not in {"on", "off"}:
        raise UserError("watch is on or off")
    site_of(request).tools.switch_source(id_, on=wanted == "on")
    return go_to(f"/sources/{quote(id_)}")


def _lookouts(request: Request) -> Lookouts:
    found: Lookouts = request.app.state.lookouts
    return found
