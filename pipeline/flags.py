"""Pages that hold more than one article: live blogs, and several articles below each other."""

from __future__ import annotations

import re

from lxml.html import HtmlElement

from core.records import Flag
from pipeline.jsonld import Node, types

_LIVE = re.compile(r"live-?blog|/live/|live-?ticker|liveticker|minute-by-minute|-live-b?\d{4,}|/en-direct/|en-vivo-",
                   re.IGNORECASE)
_MORE = 1.6               # times what JSON-LD holds as the article: there is more than that
_SUMMARY = 500            # characters of an articleBody that may be a mere summary
_OF_ONE = 1_000           # characters of an <article> that stands for itself


def flags_of(tree: HtmlElement, url: str, nodes: list[Node], declared: str, text: str) -> tuple[Flag, ...]:
    """What the page is beside an article, as its own parts say it."""
    found: list[Flag] = []
    if any("LiveBlogPosting" in types(node) for node in nodes) or _LIVE.search(url):
        found.append("live_blog")
    if _goes_on(declared, text) or _has_several(tree):
        found.append("several_articles")
    return tuple(found)


def _goes_on(declared: str, text: str) -> bool:
    """Whether the text holds what the page declares as its article, and far more."""
    if len(declared) < _SUMMARY or len(text) < _MORE * len(declared):
        return False
    lines = [line for line in declared.splitlines() if len(line) > 40] or [declared[:80]]
    return sum(line[:80] in text for line in lines) >= 0.6 * len(lines)


def _has_several(tree: HtmlElement) -> bool:
    """Whether two articles of some length lie side by side, each with a headline."""
    number = 0
    for article in tree.iter("article"):
        if any(above.tag == "article" for above in article.iterancestors()):
            continue
        if next(article.iter("h1"), None) is not None and sum(
            len(paragraph.text_content()) for paragraph in article.iter("p")
        ) >= _OF_ONE:
            number += 1
    return number > 1
