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


def _moments(*groups: tuple[str, Any]) -> Iterator[tuple[Moment, str]]:
    for origin, group in groups:
        for value in group:
            for single in value if isinstance(value, list) else [value]:
                if moment := read_moment(single):
                    yield moment, origin


def published_time(tree: HtmlElement, head: Head, node: Node, url: str, *, hint: datetime | None,
                   latest: datetime | None, language: str) -> tuple[datetime | None, str]:
    """The time and where it is from: JSON-LD, then meta tags, then <time>, then the entry point.

    The visible text and the address are asked only where they all hold nothing.
    """
    declared = _moments(
        ("JSON-LD", [node.get("datePublished"), node.get("uploadDate"), node.get("dateCreated")]),
        ("meta tag", head.all(*_PUBLISHED)), ("<time>", _marked(head)))
    when, origin = _time(declared, hint, latest, language)
    if when is None and hint is not None:
        return hint, "entry point"
    if when is None:
        when, origin = _guessed(tree, url, latest), "htmldate: visible text or address"
    return when, origin if when else ""


def updated_time(head: Head, node: Node, *, latest: datetime | None, language: str) -> tuple[datetime | None, str]:
    """When the page says that the article was changed, and where it says so."""
    declared = _moments(("JSON-LD", [node.get("dateModified")]), ("meta tag", head.all(*_UPDATED)))
    return _time(declared, None, latest, language)


def selected_time(values: list[str], latest: datetime | None, language: str) -> datetime | None:
    """The first believable time in what a source's own selector found."""
    return _time(_moments(("selector", values)), None, latest, language)[0]


def _marked(head: Head) -> Iterator[str]:
    """The <time> elements, those that say that they hold the publication first."""
    said = [t for t in head.times if any("pub" in (t.get(a) or "").lower() for a in ("itemprop", "class"))]
    for element in (*said, *head.times[:3]):
        yield element.get("datetime") or one_line(element.text or "")


def _time(moments: Iterator[tuple[Moment, str]], hint: datetime | None, latest: datetime | None,
          language: str) -> tuple[datetime | None, str]:
    """The first believable time, made precise by a later one (or the hint) of the same day where it is not."""
    first: Moment | None = None
    said_by = ""
    for moment, origin in moments:
        when = moment.utc(language)
        if latest and when > latest:
            continue
        if moment.precise and (first is None or _near(when, first.utc(language))):
            return when, origin
        if first is None or (moment.has_time and not first.has_time and moment.when.date() == first.when.date()):
            first, said_by = moment, origin
    if first is None:
        return None, ""
    when = first.utc(language)
    if hint and _near(hint, when) and (not latest or hint <= latest):
        return hint, f"entry point, near that of the {said_by}"
    return when, said_by


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
