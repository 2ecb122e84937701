"""What a page says about its article: title, times, authors, addresses. One pass over the parsed tree."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from lxml.html import HtmlElement

from core.recipe import AS_USUAL, Recipe
from pipeline.addresses import absolute, canonical_address
from pipeline.authors import clean_authors, find_authors
from pipeline.head import Head, collect, one_line
from pipeline.jsonld import Node, article_node, names, nodes, texts
from pipeline.selectors import texts_of
from pipeline.times import published_time, selected_time, updated_time
from pipeline.titles import find_title


@dataclass(slots=True)
class Metadata:
    """What was found; times in UTC, addresses absolute.

    `body` is the text that JSON-LD carries, `head` and `nodes` what all of it was read from, `origins` where on the
    page the fields are from.
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
    nodes: list[Node] = field(default_factory=list)
    origins: dict[str, str] = field(default_factory=dict)


def read_metadata(tree: HtmlElement, url: str, *, language: str | None = None, title_hint: str | None = None,
                  published_hint: datetime | None = None, latest: datetime | None = None,
                  recipe: Recipe = AS_USUAL) -> Metadata:
    """The metadata of the page at `url`.

    `language` decides the zone of times that have none; the hints are what the entry point said; a time after
    `latest` is not believed.
    """
    head = collect(tree)
    every = nodes(head.scripts)
    node = article_node(every, url)
    claim = _language(tree) or head.first("content-language", "og:locale", "dc.language") or _first(node, "inLanguage")
    spoken = (claim or language or "")[:2].lower()
    origins: dict[str, str] = {}
    title, origins["title"] = find_title(head, node, title_hint)
    published, origins["published_at"] = published_time(
        tree, head, node, url, hint=published_hint, latest=latest, language=spoken)
    updated, origins["updated_at"] = updated_time(head, node, latest=latest, language=spoken)
    authors, origins["authors"] = find_authors(tree, head, node, url)
    found = Metadata(
        title=title,
        canonical_url=canonical_address(url, head.canonical, head.first("og:url")),
        language_claim=claim, published_at=published, updated_at=updated, authors=authors,
        site_name=_line(head.first("og:site_name") or next(iter(names(node.get("publisher"))), None)
                        or head.first("application-name")),
        image=absolute(head.first("og:image", "og:image:url", "twitter:image") or _image(node), url),
        section=_line(head.first("article:section", "parsely-section") or _first(node, "articleSection")),
        paywalled=str(node.get("isAccessibleForFree", "")).strip().lower() in {"false", "no"}
        or head.first("article:content_tier") == "locked",
        body=max(texts(node.get("articleBody")), key=len, default=""),
        head=head, nodes=every, origins=origins,
    )
    _select(tree, recipe, found, latest, spoken)
    if found.updated_at and found.published_at and found.updated_at < found.published_at:
        found.updated_at = None
    return found


def _select(tree: HtmlElement, recipe: Recipe, found: Metadata, latest: datetime | None, language: str) -> None:
    """Let the selectors in the source's file stand over what was found; where they find nothing, that stays."""
    if title := next(iter(texts_of(tree, recipe.title)), ""):
        found.title, found.origins["title"] = title, f"selector {recipe.title}"
    if when := selected_time(texts_of(tree, recipe.date), latest, language):
        found.published_at, found.origins["published_at"] = when, f"selector {recipe.date}"
    if authors := clean_authors(texts_of(tree, recipe.authors), (), organisations_too=True):
        found.authors, found.origins["authors"] = authors, f"selector {recipe.authors}"


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
