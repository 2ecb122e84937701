"""Questions to the archive: search and what narrows it, what is new, one article, story, organisation, the graph."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from archive import facets as counts
from archive.arrivals import new_since, now_cursor
from archive.found import Found
from archive.graph import SHOWN, alliance_graph
from archive.graphml import graphml
from archive.names import named
from archive.organisations import organisation as organisation_of
from archive.show import show
from archive.storybook import story as story_of
from core.errors import UserError
from core.query import parse
from web.api import shapes
from web.api.answers import answer, digest_of, graph_of, link_of
from web.asked import Asked, AskedFor, Id, look
from web.pages.today import todays_entries
from web.site import Site, site_of

router = APIRouter(tags=["archive"])
Name = Annotated[str, Path(max_length=300, description="A name, an alias, in any script.")]


@router.get("/search", response_model=shapes.SearchAnswer)
def search(request: Request, wanted: AskedFor) -> Response:
    """The articles that a query finds."""
    site = site_of(request)
    with site.reading() as connection:
        page = look(site, connection, wanted)
        bands = site.tools.bands(connection, [item.id for item in page.items])
    return answer(replace(page, items=_with_bands(page.items, bands)))


@router.get("/facets", response_model=shapes.FacetsAnswer)
def facets(request: Request, wanted: AskedFor) -> Response:
    """What a query's matches are made of, and how many there are in each month."""
    site = site_of(request)
    since, until = wanted.times()
    with site.reading() as connection:
        return answer(counts.facets(connection, parse(wanted.q), since=since, until=until, aliases=site.aliases))


@router.get("/new", response_model=shapes.NewAnswer)
def new(
    request: Request,
    q: Annotated[str, Query(description="A query; `*` for every article.", max_length=8000)] = "*",
    cursor: Annotated[str, Query(description="The last `cursor`; `now` to begin with what comes from now on; empty "
                                             "to begin with the first article.", max_length=500)] = "",
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> Response:
    """What was stored since the last call. Nothing is left out, and nothing comes twice."""
    site, query = site_of(request), parse(q.strip() or "*")
    with site.reading() as connection:
        if cursor == "now":
            return answer({"items": [], "cursor": now_cursor(connection), "more": False})
        found = new_since(connection, query, cursor or None, limit, aliases=site.aliases)
        bands = site.tools.bands(connection, [item.id for item in found.items])
    return answer(replace(found, items=_with_bands(found.items, bands)))


@router.get("/articles/{id_}")
def article(request: Request, id_: Id) -> Response:
    """An article with text, versions, story, events, hits with their evidence, and the messages that carried it."""
    with site_of(request).reading() as connection:
        return answer(show(connection, id_))


@router.get("/stories/{id_}")
def story(request: Request, id_: Id) -> Response:
    """A story with its articles, the original first. For one that was merged, the story that it is now."""
    with site_of(request).reading() as connection:
        return answer(story_of(connection, id_))


@router.get("/organisations/{name:path}")
def organisation(request: Request, name: Name) -> Response:
    """An organisation, by any of its names: its facts, its alliances, and its latest articles."""
    site = site_of(request)
    with site.reading() as connection:
        meant = named(connection, name, site.aliases(name))[0]
        facts = organisation_of(connection, meant)
        graph = alliance_graph(connection, around={meant}, statuses=SHOWN)
        page = look(site, connection, Asked(q=_org(meant), limit=20))
    return answer({**facts, "alliances": [link_of(link) for link in graph.links_of(meant)], "latest": page.items})


@router.get("/graph", response_model=shapes.GraphAnswer, responses={200: {"content": {"application/xml": {}}}})
def graph(
    request: Request,
    around: Annotated[list[str] | None, Query(description="Names; none: the whole graph.", max_length=20)] = None,
    depth: Annotated[int, Query(ge=1, le=5)] = 1,
    topic: Annotated[list[str] | None, Query(max_length=20)] = None,
    status: Annotated[list[str] | None, Query(description=f"Of {', '.join(SHOWN)}, background.", max_length=10)] = None,
    since: Annotated[str, Query(max_length=40)] = "",
    until: Annotated[str, Query(max_length=40)] = "",
    form: Annotated[str, Query(description="`json` or `graphml`.", pattern="^(json|graphml)$")] = "json",
) -> Response:
    """Who allied with whom."""
    site = site_of(request)
    start, end = Asked(since=since, until=until).times()
    around, topic, status = ([word for word in words or () if word.strip()] for words in (around, topic, status))
    unknown = sorted(set(status) - {*map(str, SHOWN), "background"})
    if unknown:
        raise UserError(f"unknown status {unknown[0][:40]!r}; allowed: {', '.join(map(str, SHOWN))}, background")
    with site.reading() as connection:
        meant = list(dict.fromkeys(one for name in around for one in named(connection, name, site.aliases(name))))
        found = alliance_graph(connection, around=meant, depth=depth, since=start, until=end, topics=topic,
                               statuses=status or SHOWN)
    if form == "graphml":
        return Response(graphml(found).encode(), media_type="application/xml")
    return answer(graph_of(found, meant))


@router.get("/today", response_model=shapes.Items)
def today(request: Request) -> Response:
    """What the digest of each route would say now."""
    return answer({"items": today_of(site_of(request))})


def today_of(site: Site) -> list[dict[str, object]]:
    """The coming digests."""
    return [digest_of(route, found) for route, found in todays_entries(site)]


def _org(name: str) -> str:
    from web.text import quoted

    return f"org:{quoted(name)}"


def _with_bands(items: tuple[Found, ...], bands: object) -> tuple[Found, ...]:
    assert hasattr(bands, "get")
    return tuple(replace(item, band=bands.get(item.id)) for item in items)
