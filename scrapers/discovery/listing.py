"""Find the articles of a listing page: by given selectors, or by what article links have in common."""

from __future__ import annotations

import re
from collections import Counter
from datetime import datetime, tzinfo
from itertools import islice
from typing import TYPE_CHECKING, Any
from urllib.parse import SplitResult, urljoin, urlsplit

from courlan import is_navigation_page
from lxml import etree
from lxml.cssselect import CSSSelector

from core.encoding import decode
from core.errors import SkipDocument
from core.markup import without_floods
from core.records import Discovery
from scrapers.discovery import older
from scrapers.discovery.dates import read_date
from scrapers.discovery.xml import text_of

if TYPE_CHECKING:
    from scrapers.discovery.read import Ask

MOST_LINKS = 3000
LARGEST = 5_000_000  # characters
MOST_TAGS = 150_000  # the tree of more fills the memory
_NOT_CONTENT = {"nav", "header", "footer", "aside", "form"}
_NAVIGATION = re.compile(
    r"\b(?:nav|navbar|navigation|menu|footer|breadcrumbs?|gnb|lnb|share|social|pagination|paging|cookie|login|tags?)\b",
    re.IGNORECASE,
)
_HEADINGS = {"h1", "h2", "h3", "h4"}
_DATED = re.compile(r"/(?:19|20)\d{2}[/-]?\d{1,2}(?:[/-]?\d{1,2})?(?:/|$|-)")
_NUMBERED = re.compile(r"\d{4,}")
_SLUG = re.compile(r"[^/-]+(?:-[^/-]+){2,}")
_SECTION = re.compile(
    r"/(?:news|article|articles|story|stories|press|blog|post|posts|view|read|newsview|press-?releases?|insights?)\b",
    re.IGNORECASE,
)
_ARTICLE_QUERY = re.compile(
    r"(?:idxno|article_?(?:id|no)|news_?(?:id|no|code)|seq|no|id|aid|ud|key)=[\w-]{3,}", re.IGNORECASE
)
_FILES = re.compile(r"\.(?:pdf|jpe?g|png|gif|webp|svg|mp[34]|zip|docx?|xlsx?|pptx?|css|js|xml|rss|ics)$", re.IGNORECASE)
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]")
_DATE_LIKE = re.compile(r"(?:date|time|publish)", re.IGNORECASE)


def read_listing(body: bytes, ask: Ask, zone: tzinfo) -> tuple[list[Discovery], str]:
    """The articles that a listing page links to, in the page's order; and the address of its next page."""
    text = decode(body, ask.encoding, ask.language)
    if not text.strip() or "\x00" in text[:1000]:
        raise SkipDocument("the listing is not a web page", outcome="not_a_feed")
    if len(text) > LARGEST or text.count("<") > MOST_TAGS:
        found = f"{len(text):,} characters and {text.count('<'):,} tags"
        reason = f"{found}; a listing has up to {LARGEST:,} and {MOST_TAGS:,}"
        raise SkipDocument(reason, outcome="too_large")
    # Encoded again, for lxml refuses text that still declares an encoding.
    root = etree.fromstring(
        without_floods(text).encode("utf-8", "replace"),
        etree.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False, recover=True),
    )
    if root is None:
        raise SkipDocument("the listing is not a web page", outcome="not_a_feed")
    base = next((urljoin(ask.url, b.get("href")) for b in root.iter("base") if b.get("href")), ask.url)
    entries = _selected(root, base, ask, zone) if ask.links else _guessed(root, base, ask.url, zone)
    return entries, older.of_listing(root, base, ask.url)


def _selected(root: Any, base: str, ask: Ask, zone: tzinfo) -> list[Discovery]:
    found = []
    hits: Any = CSSSelector(ask.links or "a")(root)
    for element in hits[:MOST_LINKS]:
        anchor = element if element.tag == "a" else next(element.iter("a"), None)
        address = _address(anchor.get("href") if anchor is not None else None, base)
        if address is None:
            continue
        # The title and date may stand beside the anchor: then they are looked for in what surrounds it.
        title = _first(element, ask.title) if ask.title else text_of(element)
        day = _first(element, ask.date) if ask.date else None
        found.append(Discovery(url=address.geturl(), title=title, published_at=read_date(day, zone)))
    return found


def _first(element: Any, selector: str) -> str | None:
    matching: Any = CSSSelector(selector)
    for place in (element, *list(element.iterancestors())[:3]):
        if hits := matching(place):
            return hits[0].get("datetime") or hits[0].get("content") or text_of(hits[0])
    return None


def _address(href: str | None, base: str) -> SplitResult | None:
    if not href or href.startswith(("#", "javascript:", "mailto:", "tel:", "data:")):
        return None
    try:
        parts = urlsplit(urljoin(base, href.strip()))
    except ValueError:
        return None
    return parts._replace(fragment="") if parts.scheme in {"http", "https"} and parts.hostname else None


def _guessed(root: Any, base: str, page: str, zone: tzinfo) -> list[Discovery]:
    """Links of the same site that score like articles, and others of the same place and path shape as those."""
    best: dict[str, tuple[int, tuple[str, str], Discovery]] = {}
    site = _site(urlsplit(page).hostname or "")
    for number, anchor in enumerate(root.iter("a")):
        if number >= MOST_LINKS:
            break
        parts = _address(anchor.get("href"), base)
        if parts is None or _site(parts.hostname or "") != site or _FILES.search(parts.path):
            continue
        address = parts.geturl()
        title = text_of(anchor) or _attribute(anchor)
        score = _score(anchor, parts, title)
        shape = (_place(anchor), re.sub(r"\d+", "0", parts.path.rpartition("/")[0]))
        if address not in best or score > best[address][0]:
            # A picture's link often comes before the headline's: the better one gives the title.
            best[address] = (score, shape, Discovery(url=address, title=title, published_at=_near_date(anchor, zone)))
    strong = Counter(shape for score, shape, _ in best.values() if score >= 4)
    return [found for score, shape, found in best.values() if score >= 4 or (score >= 2 and strong[shape] >= 3)]


def _score(anchor: Any, parts: SplitResult, title: str | None) -> int:
    """How much a link looks like one to an article."""
    path, query, letters = parts.path, parts.query, len(title or "")
    long_title = letters >= (10 if title and _CJK.search(title) else 24)
    score = (
        2 * bool(_DATED.search(path))
        + 2 * bool(_ARTICLE_QUERY.search(query))
        + bool(_NUMBERED.search(path))
        + bool(_SLUG.search(path))
    )
    score += bool(_SECTION.search(path)) + 2 * long_title - 2 * (letters < 5)
    if path.count("/") <= 1 and not query and not _SLUG.search(path):
        score -= 2
    if is_navigation_page(parts.geturl()):
        score -= 3
    for child in anchor.iterdescendants():
        if child.tag in _HEADINGS:
            score += 2
            break
    for depth, around in enumerate(anchor.iterancestors()):
        if around.tag in _NOT_CONTENT and not (
            around.tag == "header" and any(a.tag == "article" for a in around.iterancestors())
        ):
            return score - 4
        if depth < 4:
            score += 2 * (around.tag in _HEADINGS) + (around.tag == "article")
        if depth < 6 and _NAVIGATION.search(f"{around.get('class', '')} {around.get('id', '')}"):
            return score - 3
    return score


def _attribute(anchor: Any) -> str | None:
    text = (
        anchor.get("title")
        or anchor.get("aria-label")
        or next((i.get("alt") for i in anchor.iter("img") if i.get("alt")), None)
    )
    return " ".join(text.split()) or None if text else None


def _place(anchor: Any) -> str:
    """Where in the page's structure a link stands: the tags and first classes of its nearest ancestors."""
    return ">".join(
        f"{a.tag}.{(a.get('class') or '').split(' ')[0]}"
        for a, _ in zip(anchor.iterancestors(), range(4), strict=False)
    )


def _near_date(anchor: Any, zone: tzinfo) -> datetime | None:
    """The date in a link's own block: a <time>, or an element whose class says so."""
    for around, _ in zip(anchor.iterancestors(), range(4), strict=False):
        if around.tag in {"body", "main"} or len(list(islice(around.iter("a"), 7))) > 6:
            return None
        for element in around.iter("time", "span", "p", "em", "div"):
            if element.tag == "time" or _DATE_LIKE.search(element.get("class") or ""):
                moment = read_date(element.get("datetime"), zone) or read_date(text_of(element), zone)
                if moment:
                    return moment
    return None


def _site(host: str) -> str:
    """The host without a leading www, m or amp."""
    return re.sub(r"^(?:www|m|amp|mobile)\.", "", host.lower())
