"""Feeds of any query, in the forms that feed readers take."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import Any, Literal

from fastapi import APIRouter, Request
from starlette.responses import Response

from alerts import feeds
from alerts.text import clean, safe_link, shorten
from archive.found import Found
from archive.snippets import MARKS
from core.clock import iso, now
from pipeline.searches import search_named
from web.asked import Asked, AskedFor, look
from web.site import site_of

router = APIRouter()
_TYPES = {"atom": "application/atom+xml", "rss": "application/rss+xml", "json": "application/feed+json"}


Form = Literal["atom", "rss", "json"]


@router.get("/feeds/{form}")
def feed(request: Request, form: Form, wanted: AskedFor) -> Response:
    """The newest articles that a query finds."""
    return _feed(request, form, wanted, wanted.q, wanted.address(f"/feeds/{form}"))


@router.get("/feeds/{form}/{name}")
def saved(request: Request, form: Form, name: str) -> Response:
    """The articles that a saved search finds; its address stays when its query is changed."""
    kept = search_named(site_of(request).space.home, name[:100])
    return _feed(request, form, Asked(q=kept.query), kept.title or name, f"/feeds/{form}/{name}")


def _feed(request: Request, form: Form, wanted: Asked, about: str, address: str) -> Response:
    site = site_of(request)
    with site.reading() as connection:
        page = look(site, connection, wanted)
    items = list(_items(page.items))
    title = f"Pactwatch: {shorten(clean(about), 200)}"
    base = site.settings.web.public_url or str(request.base_url).rstrip("/")
    own = f"{base}{address}"
    if form == "json":
        made = feeds.json_feed(title, items, feed_url=own, home_page_url=f"{base}{wanted.address()}")
    elif form == "atom":
        made = feeds.atom(title, items, iso(now()) or "", own)
    else:
        made = feeds.rss(title, items, "Articles of the archive that the query finds", f"{base}{wanted.address()}")
    return Response(made, media_type=_TYPES[form])


def _items(found: tuple[Found, ...]) -> Iterator[dict[str, Any]]:
    for one in found:
        names = ", ".join(map(clean, one.organisations[:6]))
        kind = " ".join(filter(None, ((one.event_type or "").replace("_", " "), one.status)))
        about = " · ".join(filter(None, (names, clean(kind), clean(one.source))))
        said = clean(one.snippet.replace(MARKS[0], ""))
        item = {"id": feeds.id_of(f"article:{one.id}"), "title": shorten(clean(one.title) or one.url, 300),
                "content_html": f"<p>{escape(about)}</p><p>{escape(said)}</p>", "content_text": f"{about}\n{said}",
                "date_published": iso(one.published_at), "date_modified": iso(one.seen_at)}
        if link := safe_link(one.url):
            item["url"] = link
        yield item
