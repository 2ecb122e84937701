"""A story with all its outlets, and a single article: the evidence, the corrections, what was sent."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse

from archive.feedback import said_of
from archive.storybook import story as story_of
from web.asked import Id
from web.reading import article as article_of
from web.reading import parties_of
from web.rendering import render
from web.site import site_of

router = APIRouter()
WHOLE = 12                               # articles of a story that are shown with their texts


@router.get("/stories/{id_}")
def story(request: Request, id_: Id) -> HTMLResponse:
    """All articles that report the same thing, in the order in which they came."""
    site = site_of(request)
    with site.reading() as connection:
        found = story_of(connection, id_)
        # Those that say most come whole: what was flagged, then texts of their own, then copies.
        telling = sorted(found["articles"], key=lambda one: (not one["hits"], one["copy_of"] is not None))[:WHOLE]
        texts = {one["id"]: article_of(site, connection, one["id"]) for one in telling}
        said = said_of(connection, [found["id"]]).get(found["id"])
    best = max(telling, key=lambda one: max((hit["score"] for hit in one["hits"]), default=-1.0), default=None)
    whole = texts[best["id"]] if best else None
    event = next((e for e in whole["events"] if e["id"] in whole["deciding"]), None) if whole else None
    return render(
        request, "story.html", story=found, texts=texts, left_out=len(found["articles"]) - len(texts), said=said,
        parties=parties_of(whole) if whole else [], kind=event["type"] if event else None,
        status=event["status"] if event else None, first=best["id"] if best else None,
        hit=whole["hits"][0]["id"] if whole and whole["hits"] else None, days=site.settings.alerts.mute_days)


@router.get("/articles/{id_}")
def article(request: Request, id_: Id) -> HTMLResponse:
    """One article with all that the archive knows of it."""
    site = site_of(request)
    with site.reading() as connection:
        found = article_of(site, connection, id_)
        said = said_of(connection, [found["story"]["id"]]).get(found["story"]["id"])
    return render(request, "article.html", found=found, parties=parties_of(found), said=said,
                  hit=found["hits"][0]["id"] if found["hits"] else None, days=site.settings.alerts.mute_days)
