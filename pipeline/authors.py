"""Who wrote an article: by-lines wherever a page puts them, and the names in them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator

from lxml.html import HtmlElement

from core.text import fold
from pipeline.agencies import is_domain, is_organisation, own_names, squeezed, without_agency
from pipeline.head import Head, inner_text, one_line
from pipeline.jsonld import Node, names

_META = ("article:author", "author", "authors", "sailthru.author", "dc.creator", "dcterms.creator", "citation_author",
         "article:author_name", "articleauthor", "byl", "dable:author", "rbauthors", "cxenseparse:author",
         "parsely-author")
# Tried in this order; each place is used as a whole. One walk of the tree finds them all.
_MARKED = """.//*[@itemprop='author' or @rel='author' or @id='author' or self::address
    or contains(@class, 'author') or contains(@class, 'uthorName') or contains(@class, 'yline')]"""
_LINKS = "/author/", "/authors/", "/staff/", "/writer/", "/autor/", "/autoren/", "/people/", "/profile/", "/reporter/"
_LABELS = ("written by", "author", "posted by", "by")

_LEAD = re.compile(
    r"^(?:view all posts by|posted by|written by|reported by|story by|words by|text by|article by|by|von|par|por|di|av|"
    r"door|reporter|authors?|updated|published|quelle|source|fonte|fuente)\b[:\s]*", re.IGNORECASE)
_TAIL = re.compile(
    r"\s*(?:[|/•·].*|,?\s*\b(?:(?:\w+ )?staff (?:writer|reporter)|senior (?:writer|reporter|editor|correspondent)|"
    r"contributor|correspondent|reporter|editor|editor-in-chief|published|updated|sponsored)\b.*|"
    r"\s\d.*|\(.*|\s*@\w+.*|\s-\s.*|기자.*|특파원.*|記者.*|记者.*)$", re.IGNORECASE)
_SPLIT = re.compile(r"\s*(?:;|,|、|\bund\b|\band\b|\bog\b|\bet\b|&|\n)\s*")
_ADDRESS = re.compile(r"https?://|www\.|\S+@\S+\.\w+|^[\w.-]+\.(?:com|net|org|co)\b", re.IGNORECASE)
_NOISE = re.compile(
    r"\b(?:follow|share|subscribe|read more|min read|ago|comments?|email|facebook|twitter|getty|photo)\b|[{}<>=\[\]]",
    re.IGNORECASE)
_DEGREE = re.compile(r"^(?:jr|sr|ii|iii|iv|phd|md|m\.d|ph\.d)\.?$", re.IGNORECASE)
_NO_NAME = frozenset((
    "about the author", "admin", "administrator", "author", "autor", "by", "contact", "editor", "editorial staff",
    "editorial team", "editors", "guest", "more", "news desk", "newsroom", "none", "null", "online desk", "redaktion",
    "staff", "undefined", "unknown", "web desk",
))
_EDGES = " \t.,:;|-–—\"'“”"


def find_authors(tree: HtmlElement, head: Head, node: Node, url: str) -> tuple[tuple[str, ...], str]:
    """Who wrote it, and where that stands: persons by JSON-LD and meta tags, then an agency or a desk that signs there.

    Then marked by-lines and links to an author's page. Where nobody is named: the outlet itself.
    """
    outlets = [*names(node.get("publisher")), *head.all("og:site_name", "application-name")]
    own = own_names(url, outlets)
    if found := clean_authors(names(node.get("author"), persons_only=True), own):
        return found, "JSON-LD"
    for key in _META:
        if found := clean_authors(head.all(key), own):
            return found, f"meta {key}"
    declared = clean_authors(names(node.get("author")), (), organisations_too=True)
    signed = clean_authors((line for key in _META for line in head.all(key)), (), organisations_too=True)
    organisations = ((declared, "JSON-LD, an organisation"), (signed, "meta tag, an organisation"))
    for found, origin in organisations:
        if found and squeezed(found[0]) not in own:
            return found, origin
    for lines, origin in _places(tree, head):
        if found := clean_authors(lines, own):
            return found, origin
    return next((one for one in organisations if one[0]), ((), ""))


def _places(tree: HtmlElement, head: Head) -> Iterator[tuple[Iterable[str], str]]:
    for i in ("1", "2"):
        if (head.first(f"twitter:label{i}") or "").lower() in _LABELS:
            yield head.all(f"twitter:data{i}"), "meta twitter:data"
    marked = tree.xpath(_MARKED)
    exact = [e for e in marked if "author" in {e.get("itemprop"), e.get("rel")}][:5]
    yield (inner_text(next(iter(e.xpath(".//*[@itemprop='name']")), e)) for e in exact), "element marked as author"
    # The innermost element of a by-line holds the name alone.
    yield (t for e in marked[:8] if len(t := inner_text(e)) <= 80), "by-line"
    linked = (a for a in tree.iter("a") if any(part in (a.get("href") or "") for part in _LINKS))
    first = next((a for a in linked if 3 < len(inner_text(a)) < 60), None)
    yield [inner_text(first)] if first is not None else [], "link to the author's page"


def clean_authors(lines: Iterable[str], own: Collection[str], *, organisations_too: bool = False) -> tuple[str, ...]:
    """The names in by-lines, each once: no addresses, no roles, no organisations unless `organisations_too`.

    `own` are the names of the outlet, as `own_names` makes them.
    """
    found: dict[str, str] = {}
    for line in lines:
        if not line or len(line) > 200 or (_ADDRESS.search(line) and not (organisations_too and is_domain(line))):
            continue
        parts = _SPLIT.split(_LEAD.sub("", one_line(line)))
        if squeezed(parts[0]) in own and not organisations_too:
            continue  # "Example News, London, England": the rest says where it is
        for part in parts:
            name = _name(part, organisations_too=organisations_too)
            if name and (organisations_too or not (squeezed(name) in own or is_organisation(name))):
                found.setdefault(fold(name), name)
    # `A B` and `A B The Daily`: the second is the first with its paper.
    whole = [n for k, n in found.items() if not any(k.startswith(other + " ") for other in found)]
    return tuple(whole)[:10]


def _name(part: str, *, organisations_too: bool) -> str:
    """The name in a piece of a by-line, or nothing."""
    name = part.strip(_EDGES)
    if organisations_too and is_domain(name):
        return name
    for _ in range(2):
        name = _TAIL.sub("", _LEAD.sub("", name)).strip(_EDGES)
    name = name if organisations_too else without_agency(name)
    words = name.split()
    if not 1 <= len(words) <= 6 or not 2 <= len(name) <= 60 or fold(name) in _NO_NAME:
        return ""
    if _NOISE.search(name) or _DEGREE.match(name) or sum(c.isdigit() for c in name) > 1:
        return ""
    if len(words) == 1 and name.isascii() and name.islower():
        return ""  # a user name
    return name.title() if name.isupper() and len(words) > 1 else name
