"""Where the older part of a list is: the next page of a feed, a JSON feed or a listing, as the document itself says."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

from core.urls import canonical
from scrapers.discovery.xml import local, text_of

_RELATIONS = ("next", "prev-archive")  # RFC 5005: of a paged feed, of one with an archive
_PAGED = "paged"  # WordPress's parameter for the pages of any list, feeds among them
_NUMBER = re.compile(r"[1-9]\d{0,4}")


def of_feed(root: Any, url: str) -> str:
    """The address of the older part of a feed; empty where it names none. WordPress pages its feeds without a word."""
    holders = (root, *(c for c in root if local(c) == "channel"))
    parts = [(local(e), e) for holder in holders for e in holder if local(e) in {"link", "generator"}]
    links = {e.get("rel"): e.get("href") for name, e in parts if name == "link"}
    for relation in _RELATIONS:
        if address := _same_site(links.get(relation), url):
            return address
    generators = (f"{text_of(e) or ''} {e.get('uri', '')}" for name, e in parts if name == "generator")
    return _paged(url) if any("wordpress" in told.lower() for told in generators) else ""


def _paged(url: str) -> str:
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    page = query.get(_PAGED, "1")
    query[_PAGED] = str(int(page) + 1) if _NUMBER.fullmatch(page) else "2"
    return urlunsplit(parts._replace(query=urlencode(query)))


def of_json(data: Any, url: str) -> str:
    """The `next_url` of a JSON feed."""
    return _same_site(data.get("next_url"), url) if isinstance(data, dict) else ""


def of_listing(root: Any, base: str, url: str) -> str:
    """The page that a listing calls its next one."""
    for element in root.iter("link", "a"):
        if "next" in (element.get("rel") or "").lower().split() and (
            address := _same_site(element.get("href"), url, base)
        ):
            return address
    return ""


def _same_site(href: Any, url: str, base: str = "") -> str:
    """The address, where it is another one on the host of the list."""
    if not isinstance(href, str) or not href.strip():
        return ""
    try:
        address = urljoin(base or url, href.strip())
        same = urlsplit(address).hostname == urlsplit(url).hostname
    except ValueError:
        return ""
    return address if same and canonical(address) and address != url else ""
