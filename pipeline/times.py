"""When a page was published and changed: the most precise time that its parts agree on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from lxml.html import HtmlElement

from pipeline.dates import Moment, read_moment
from pipeline.head import Head, one_line
from pipeline.jsonld import Node

_PUBLISHED = (
    "article:published_time", "article:published", "og:published_time", "datepublished", "parsely-pub-date",
    "sailthru.date", "date_published", "publish_date", "publishdate", "publish-date", "published_at", "pubdate",
    "dc.date.issued", "dcterms.created", "dc.date", "dcterms.date", "article.published", "article.created",
    "cxenseparse:recs:publishtime", "rnews:datepublished", "date", "ptime", "originalpublicationdate",
)
_UPDATED = ("article:modified_time", "article:modified", "og:updated_time", "datemodified", "last-modified",
                 "dcterms.modified", "article.updated", "lastmod")


def _moments(*groups: Any) -> Iterator[Moment]:
    for group in groups:
        for value in group:
            for single in value if isinstance(value, list) else [value]:
                if moment := read_moment(single):
                    yield moment


def published_time(tree: HtmlElement, head: Head, node: Node, url: str, *, hint: datetime | None,
                   latest: datetime | None, language: str) -> datetime | None:
    """JSON-LD, then meta tags, then <time>; the visible text and the address only where they hold nothing."""
    declared = _moments([node.get("datePublished"), node.get("uploadDate"), node.get("dateCreated")],
                        head.all(*_PUBLISHED), _marked(head))
    return _time(declared, hint, latest, language) or hint or _guessed(tree, url, latest)


def updated_time(head: Head, node: Node, *, latest: datetime | None, language: str) -> datetime | None:
    """When the page says that the article was changed."""
    return _time(_moments([node.get("dateModified")], head.all(*_UPDATED)), None, latest, language)


def _marked(head: Head) -> Iterator[str]:
    """The <time> elements, those that say that they hold the publication first."""
    said = [t for t in head.times if any("pub" in (t.get(a) or "").lower() for a in ("itemprop", "class"))]
    for element in (*said, *head.times[:3]):
        yield element.get("datetime") or one_line(element.text or "")


def _time(moments: Iterator[Moment], hint: datetime | None, latest: datetime | None, language: str) -> datetime | None:
    """The first believable time, made precise by a later one (or the hint) of the same day where it is not."""
    first: Moment | None = None
    for moment in moments:
        when = moment.utc(language)
        if latest and when > latest:
            continue
        if moment.precise and (first is None or _near(when, first.utc(language))):
            return when
        if first is None or (moment.has_time and not first.has_time and moment.when.date() == first.when.date()):
            first = moment
    if first is None:
        return None
    when = first.utc(language)
    return hint if hint and _near(hint, when) and (not latest or hint <= latest) else when


def _near(a: datetime, b: datetime) -> bool:
    """So close that they can be one instant written in two zones."""
    return abs(a - b) <= timedelta(hours=26)


def _guessed(tree: HtmlElement, url: str, latest: datetime | None) -> datetime | None:
    """The date that htmldate sees in the address or the visible text."""
    from htmldate import find_date

    try:
        # Its extensive search loads dateparser: 60 MB in each process for hardly a date more on news pages.
        until = latest.date().isoformat() if latest else None
        found = find_date(tree, extensive_search=False, original_date=True, url=url, max_date=until)
    except (ValueError, TypeError, AttributeError, LookupError, OverflowError):
        return None
    moment = read_moment(found)
    return moment.utc() if moment else None
