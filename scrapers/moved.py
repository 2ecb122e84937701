"""Where a feed says that it is now: a permanent redirect, the feed's word for it, or its own address elsewhere."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import urlsplit

from scrapy.http import Response

from core.urls import canonical

_HEAD = 4096  # bytes; the feed's own elements stand before its entries
_ENTRIES = re.compile(rb"<(?:item|entry)\b")
_NEW_ADDRESS = re.compile(rb"<itunes:new-feed-url>\s*([^<\s]{10,500})\s*<")
_SELF = re.compile(rb"<(?:atom:|atom10:)?link\b[^>]*\brel=[\"']self[\"'][^>]*>")
_HREF = re.compile(rb"\bhref=[\"']([^\"']{10,500})[\"']")


def moved_to(response: Response, asked: str) -> str:
    """The address at which an entry point is now, for good; empty where it has not moved.

    A feed's own link counts only where it names another site: many write http for https, or leave out the www.
    """
    if response.url != asked and response.request is not None and response.request.meta.get("moved_for_good"):
        return response.url
    head = response.body[:_HEAD]
    if entries := _ENTRIES.search(head):
        head = head[: entries.start()]
    if found := _NEW_ADDRESS.search(head):
        return _other(found[1], asked, same_site=True)
    own = _SELF.search(head)
    link = _HREF.search(own[0]) if own else None
    return _other(link[1], response.url, same_site=False) if link else ""


def _other(address: bytes, asked: str, *, same_site: bool) -> str:
    named = unescape(address.decode("utf-8", "replace")).strip()
    if urlsplit(named).scheme not in {"http", "https"} or canonical(named) in {None, canonical(asked)}:
        return ""
    return named if same_site or _site(named) != _site(asked) else ""


def _site(url: str) -> str:
    """The last two labels of a host: enough to tell a move from another spelling."""
    return ".".join((urlsplit(url).hostname or "").split(".")[-2:])
