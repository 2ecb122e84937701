"""JSON-LD of a page: lenient reading, and the node that describes the article."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import urlsplit

from pipeline.head import clean

Node = dict[str, Any]

_TRAILING_COMMA = re.compile(r",(\s{0,200}[}\]])")
_ARTICLE_TYPES = ("NewsArticle", "ReportageNewsArticle", "AnalysisNewsArticle", "OpinionNewsArticle", "LiveBlogPosting",
                  "BackgroundNewsArticle", "ReviewNewsArticle", "Article", "BlogPosting", "TechArticle", "Report",
                  "AdvertiserContentArticle", "SocialMediaPosting", "Review", "VideoObject", "WebPage")
_MAX_NODES = 500    # a page with more is a catalogue, not an article
_MAX_BYTES = 2_000_000


def nodes(scripts: Iterable[str]) -> list[Node]:
    """All objects in the scripts, graphs and lists unfolded. What is no JSON is left out."""
    found: list[Node] = []
    for script in scripts:
        if len(script) <= _MAX_BYTES:
            found += _unfold(_load(script), 0)
        if len(found) > _MAX_NODES:
            break
    return found[:_MAX_NODES]


def _load(script: str) -> Any:
    # Pages wrap it in comments or CDATA, end it with a semicolon and leave commas before brackets.
    if "<![CDATA[" in script:
        script = script.replace("<![CDATA[", "").replace("]]>", "")
    start = min((i for i in (script.find("{"), script.find("[")) if i >= 0), default=0)
    inner = script[start : max(script.rfind("}"), script.rfind("]")) + 1]
    for attempt in range(2):
        try:
            return json.loads(_TRAILING_COMMA.sub(r"\1", inner) if attempt else inner, strict=False)
        except (ValueError, RecursionError):
            continue
    return None


def _unfold(value: Any, depth: int) -> Iterator[Node]:
    if depth > 5:
        return
    if isinstance(value, list):
        for item in value[:_MAX_NODES]:
            yield from _unfold(item, depth + 1)
    elif isinstance(value, dict):
        yield value
        for key in ("@graph", "mainEntity", "mainEntityOfPage", "itemListElement", "item"):
            if isinstance(value.get(key), (list, dict)):
                yield from _unfold(value[key], depth + 1)


def types(node: Node) -> list[str]:
    """The node's types without the name of the vocabulary."""
    return [t.rsplit("/", 1)[-1] for t in texts(node.get("@type"))]


def article_node(found: list[Node], url: str) -> Node:
    """The node about the article of this page: by type, the one with this page's address first. Empty if none."""
    path = _path(url)

    def rank(node: Node) -> tuple[bool, bool, int]:
        kind = min((_ARTICLE_TYPES.index(t) for t in types(node) if t in _ARTICLE_TYPES), default=len(_ARTICLE_TYPES))
        own = any(_path(a) == path for a in _addresses(node)) if path else False
        weak = kind >= _ARTICLE_TYPES.index("Review")
        return (weak, not own, -sum(k in node for k in ("headline", "datePublished", "author", "articleBody")))

    articles = [n for n in found if any(t in _ARTICLE_TYPES for t in types(n))]
    return min(articles, key=rank, default={})


def _addresses(node: Node) -> Iterator[str]:
    for key in ("url", "@id", "mainEntityOfPage"):
        value = node.get(key)
        if isinstance(value, dict):
            value = value.get("@id") or value.get("url")
        yield from texts(value)


def _path(url: str) -> str:
    try:
        return urlsplit(url).path.rstrip("/")
    except ValueError:
        return ""


def texts(value: Any) -> list[str]:
    """The strings in a field that may be a string, a list or an object with `name` or `@value`."""
    if isinstance(value, str):
        text = clean(html.unescape(value)).strip()
        return [text] if text else []
    if isinstance(value, list):
        return [t for item in value[:50] if not isinstance(item, list) for t in texts(item)]
    if isinstance(value, dict):
        return texts(value.get("@value") or value.get("name")) if not isinstance(value.get("name"), dict) else []
    return []


def names(value: Any, *, persons_only: bool = False) -> list[str]:
    """Names of persons or organisations; with `persons_only` those that are not declared as organisations."""
    items = value if isinstance(value, list) else [value]
    found: list[str] = []
    for item in items[:50]:
        if persons_only and isinstance(item, dict) and any("Organization" in t for t in types(item)):
            continue
        if isinstance(item, dict) and not item.get("name") and item.get("familyName"):
            item = " ".join(t for k in ("givenName", "familyName") for t in texts(item.get(k)))
        if isinstance(item, (str, dict)):
            found += texts(item)
    return found
