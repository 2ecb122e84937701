"""Search: the archive by a query, with the counts over time and by kind that narrow it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse

from core.errors import QueryError, SearchFileError, UserError
from pipeline.searches import SavedSearch, load_searches
from web.asked import Asked, AskedFor, look
from web.narrowing import narrowing
from web.rendering import render
from web.site import Site, site_of

router = APIRouter()
NOTHING: dict[str, Any] = {"timeline": (), "timeline_by": "", "facets": (), "facets_part": ""}
EXAMPLES = (
    ("samsung hbm", "both words, in any order; Korean, Japanese and Chinese words, too"),
    ('"joint venture" OR consortium', "a phrase, or another word"),
    ('"samsung nvidia"~8', "near each other"),
    ('event:alliance org:"SK Telecom"', "alliances of an organisation, under any of its names"),
    ('pair:(samsung, "SK Telecom")', "what the archive says of the two together"),
    ("topic:ai status:rumoured", "by topic and by how far it is"),
    ("rule:ai-alliances score:>=0.7", "what a rule flagged, by score"),
    ("published:7d lang:ko -opinion", "by time and language, without a word"),
)


@router.get("/search")
def search(request: Request, wanted: AskedFor, counts: Literal["", "yes"] = "") -> HTMLResponse:
    """The articles that a query finds. What narrows it costs more than they do, so it comes after them, when asked."""
    site = site_of(request)
    facts: dict[str, Any] = {"query": wanted.q, "since": wanted.since, "until": wanted.until, "sort": wanted.sort,
                             "examples": EXAMPLES, "wrong": None, "saved": _saved(site), **NOTHING}
    try:
        with site.reading() as connection:
            page = look(site, connection, wanted)
            bands = site.tools.bands(connection, [item.id for item in page.items])
            counted = bool(page.total and counts and not wanted.cursor)
            facts.update(narrowing(site, connection, wanted) if counted else {})
    except UserError as mistake:
        return render(request, "search.html", 400, **{**facts, "wrong": _wrong(wanted, mistake)})
    page = replace(page, items=tuple(replace(item, band=bands.get(item.id)) for item in page.items))
    following = wanted.address(cursor=page.cursor) if page.cursor else None
    later = wanted.address(counts="yes") if page.total > 1 and not counts and not wanted.cursor else None
    return render(request, "search.html", page=page, next=following, later=later, **facts)


def _saved(site: Site) -> dict[str, SavedSearch]:
    """The saved searches; none where their file is broken, which `pactwatch searches list` explains."""
    try:
        return load_searches(site.space.home)
    except SearchFileError:
        return {}


def _wrong(wanted: Asked, mistake: UserError) -> dict[str, Any]:
    """What is wrong with a query, and where in it."""
    column = mistake.column if isinstance(mistake, QueryError) else None
    if not column:
        return {"message": str(mistake), "before": None}
    at = min(column - 1, len(wanted.q))
    return {"message": str(mistake), "before": wanted.q[:at], "at": wanted.q[at : at + 1] or " ",
            "after": wanted.q[at + 1 :]}
