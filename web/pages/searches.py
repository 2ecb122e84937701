"""Searches that are kept under a name: saved from the search page, each also a feed."""

from __future__ import annotations

from typing import cast

from fastapi import APIRouter, Request
from starlette.responses import Response

from archive.search import Sort
from core.errors import QueryError, UserError
from core.query import parse
from pipeline.searches import SavedSearch, remove_search, save_search
from web.asked import Asked
from web.forms import Filled
from web.rendering import go_to
from web.site import site_of

router = APIRouter()
SORTS = ("time", "relevance", "score")


@router.post("/searches")
def save(request: Request, form: Filled) -> Response:
    """Keep a search under a name, as `pactwatch search QUERY --save NAME` does."""
    query, sort = form.get("q", "").strip(), form.get("sort", "time")
    try:
        parse(query)
    except QueryError as mistake:
        raise UserError(f"not saved: {mistake}") from mistake
    if sort not in SORTS:
        raise UserError(f"unknown order {sort[:20]!r}; allowed: {', '.join(SORTS)}")
    kept = SavedSearch(query=query, title=form.get("title", "").strip()[:200], sort=cast("Sort", sort))
    save_search(site_of(request).space.home, form.get("name", "").strip(), kept)
    return go_to(Asked(q=query, sort=sort).address())


@router.post("/searches/remove")
def remove(request: Request, form: Filled) -> Response:
    """Take a search out of the file."""
    remove_search(site_of(request).space.home, form.get("name", ""))
    return go_to("/search?q=*")
