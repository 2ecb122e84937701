"""What a web page says of its outlet: feeds, sitemaps and sections that it links to, its name and language."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin, urlsplit

from lxml import etree

from core.encoding import decode
from core.urls import canonical
from scrapers.discovery.xml import text_of
from scrapers.scout.reach import Got

_FEED_TYPES = {
    "application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/feed+json", "text/rss+xml",
    "application/x-rss+xml",
}
_FEED_LIKE = re.compile(
    r"(?:^|[/.=_-])(?:rss|atom|feeds?|rdf)(?:[/._?=&-]|\d*$)|\.(?:rss|atom|rdf)$|(?:rss|feed|atom|index)\.(?:xml|json)",
    re.IGNORECASE,
)
_ABOUT_FEEDS = re.compile(r"\b(?:rss|atom|feeds?)\b", re.IGNORECASE)
_SITEMAP_LIKE = re.compile(r"sitemap[\w-]*\.xml(?:\.gz)?$", re.IGNORECASE)
_SECTION = re.compile(
    r"^/(?:[a-z]{2}/)?(?:news|latest|newsroom|press|press-releases?|blog|articles?|stories|tech(?:nology)?|business|"
    r"economy|headlines|all|archive|aktuell|nachrichten|actualites?|noticias|notizie)(?:\.html?|/)?$",
    re.IGNORECASE,
)
_LARGEST = 5_000_000  # bytes of a page that are read
_MOST = 4000  # links of a page that are looked at


@dataclass(frozen=True, slots=True)
class Link:
    """An address that a page links to, and the words of the link."""

    url: str
    words: str = ""


@dataclass(slots=True)
class PageFacts:
    """What one page says."""

    name: str | None = None
    language: str | None = None
    declared: list[Link] = field(default_factory=list)  # feeds, by <link rel="alternate">
    feeds: list[Link] = field(default_factory=list)  # anchors that look like feeds, or like a page that lists them
    sitemaps: list[str] = field(default_factory=list)
    sections: list[str] = field(default_factory=list)
    canonical: str | None = None
    title: str | None = None


def site_of(url: str) -> str:
    """The part of an address that all hosts of an outlet share: `example.co.kr` of news.example.co.kr."""
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    labels = host.split(".")
    if labels[-1].isdigit() or len(labels) < 3 or ":" in host:
        return host
    short = labels[-2] in {"ac", "co", "com", "edu", "go", "gov", "ne", "net", "or", "org"} and len(labels[-1]) == 2
    return ".".join(labels[-3 if short else -2 :])


def read_page(got: Got) -> PageFacts:
    """The facts of a page; none where it is no web page."""
    facts = PageFacts()
    text = decode(got.body[:_LARGEST], got.encoding, None)
    parser = etree.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False, recover=True)
    try:
        root: Any = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except (etree.LxmlError, ValueError):
        root = None
    if root is None:
        return facts
    facts.language = _language(root)
    facts.title = next((text_of(t) for t in root.iter("title")), None)
    facts.name = _meta(root, "og:site_name") or _meta(root, "application-name")
    base = next(filter(None, (_joined(got.url, b.get("href")) for b in root.iter("base"))), got.url)
    for link in root.iter("link"):
        relations = (link.get("rel") or "").lower().split()
        address = _joined(base, link.get("href"))
        if address and "alternate" in relations and (link.get("type") or "").lower().strip() in _FEED_TYPES:
            _add(facts.declared, Link(address, link.get("title") or ""))
        elif address and "canonical" in relations:
            facts.canonical = address
    _anchors(root, base, got.url, facts)
    return facts


def _anchors(root: Any, base: str, page: str, facts: PageFacts) -> None:
    site = site_of(page)
    for number, anchor in enumerate(root.iter("a")):
        if number >= _MOST:
            return
        address = _joined(base, anchor.get("href"))
        if not address:
            continue
        parts, words = urlsplit(address), text_of(anchor) or anchor.get("title") or anchor.get("aria-label") or ""
        if _SITEMAP_LIKE.search(parts.path):
            if address not in facts.sitemaps:
                facts.sitemaps.append(address)
        elif _FEED_LIKE.search(parts.path + ("?" + parts.query if parts.query else "")) or (
            len(words) < 40 and _ABOUT_FEEDS.search(words)
        ):
            _add(facts.feeds, Link(address, words[:100]))
        elif site_of(address) == site and _SECTION.match(parts.path) and address not in facts.sections:
            facts.sections.append(address)


def _add(links: list[Link], link: Link) -> None:
    if all(known.url != link.url for known in links):
        links.append(link)


def _joined(base: str, href: str | None) -> str | None:
    if not href or href.startswith(("#", "javascript:", "mailto:", "tel:", "data:", "feed:")):
        return None
    try:
        address = urljoin(base, href.strip()).partition("#")[0]
    except ValueError:
        return None
    return address if canonical(address) else None


def _language(root: Any) -> str | None:
    claim = root.get("lang") or root.get("{http://www.w3.org/XML/1998/namespace}lang") or _meta(root, "og:locale")
    found = re.match(r"[a-z]{2,3}\b", (claim or "").lower().replace("_", "-"))
    return found[0] if found else None


def _meta(root: Any, name: str) -> str | None:
    for meta in root.iter("meta"):
        if (meta.get("property") or meta.get("name") or "").lower() == name and meta.get("content"):
            return " ".join(meta.get("content").split())[:200] or None
    return None
