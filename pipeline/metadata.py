"""What a page says about its article: title, times, authors, addresses. One pass over the parsed tree."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from lxml.html import HtmlElement

from pipeline.addresses import absolute, canonical_address
from pipeline.authors import find_authors
from pipeline.head import Head, collect, one_line
from pipeline.jsonld import Node, article_node, names, nodes, texts
from pipeline.times import published_time, updated_time
from pipeline.titles import find_title


@dataclass(slots=True)
class Metadata:
    """What was found; times in UTC, addresses absolute.

    `body` is the text that JSON-LD carries, `head` what all of it was read from.
    """

    title: str
    canonical_url: str
    language_claim: str | None = None
    published_at: datetime | None = None
    updated_at: datetime | None = None
    authors: tuple[str, ...] = ()
    site_name: str | None = None
    image: str | None = None
    section: str | None = None
    paywalled: bool = False
    body: str = ""
    head: Head = field(default_factory=Head)


def read_metadata(tree: HtmlElement, url: str, *, language: str | None = None, title_hint: str | None = None,
                  published_hint: datetime | None = None, latest: datetime | None = None) -> Metadata:
    """The metadata of the page at `url`.

    `language` decides the zone of times that have none; the hints are what the entry point said; a time after
    `latest` is not believed.
    """
    head = collect(tree)
    node = article_node(nodes(head.scripts), url)
    claim = _language(tree) or head.first("content-language", "og:locale", "dc.language") or _first(node, "inLanguage")
    spoken = (claim or language or "")[:2].lower()
    published = published_time(tree, head, node, url, hint=published_hint, latest=latest, language=spoken)
    updated = updated_time(head, node, latest=latest, language=spoken)
    return Metadata(
        title=find_title(head, node, title_hint),
        canonical_url=canonical_address(url, head.canonical, head.first("og:url")),
        language_claim=claim,
        published_at=published,
        updated_at=None if updated and published and updated < published else updated,
        authors=find_authors(tree, head, node),
        site_name=_line(head.first("og:site_name") or next(iter(names(node.get("publisher"))), None)
                        or head.first("application-name")),
        image=absolute(head.first("og:image", "og:image:url", "twitter:image") or _image(node), url),
        section=_line(head.first("article:section", "parsely-section") or _first(node, "articleSection")),
        paywalled=str(node.get("isAccessibleForFree", "")).strip().lower() in {"false", "no"}
        or head.first("article:content_tier") == "locked",
        body=max(texts(node.get("articleBody")), key=len, default=""),
        head=head,
    )


def _language(tree: HtmlElement) -> str | None:
    declared = (tree.get(name) for name in ("lang", "xml:lang", "{http://www.w3.org/XML/1998/namespace}lang"))
    return next((str(language) for language in declared if language), None)


def _line(text: str | None) -> str | None:
    return one_line(text)[:200] or None if text else None


def _first(node: Node, key: str) -> str | None:
    return next(iter(texts(node.get(key))), None)


def _image(node: Node) -> str | None:
    value = node.get("image")
    first = value[0] if isinstance(value, list) and value else value
    if isinstance(first, dict):
        first = first.get("url")
    return first if isinstance(first, str) else None
