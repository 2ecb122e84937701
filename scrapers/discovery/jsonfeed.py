"""Read JSON Feed 1.0 and 1.1, and JSON lists of other shapes whose items have an address and a title."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, tzinfo
from typing import Any
from urllib.parse import urljoin

from core.errors import SkipDocument
from core.records import Discovery
from scrapers.discovery import older
from scrapers.discovery.dates import read_date
from scrapers.discovery.feeds import NO_ADDRESS, plain

_ADDRESS = (
    "url",
    "link",
    "href",
    "permalink",
    "canonical_url",
    "article_url",
    "articleUrl",
    "detailUrl",
    "external_url",
)
_TITLE = ("title", "headline", "subject", "name")
_PUBLISHED = (
    "date_gmt",
    "date_published",
    "published_at",
    "publishedAt",
    "pubDate",
    "published",
    "date",
    "created_at",
    "createdAt",
    "regDate",
)
_UPDATED = ("modified_gmt", "date_modified", "updated_at", "updatedAt", "modified")
_DEEPEST = 8
_GUARD = re.compile(r"\A\s*(?:\)\]\}'?,?|while\s*\(1\);|for\s*\(;;\);)\s*(?=[\[{])")
_CALLBACK = re.compile(r"\A\s*(?:/\*.{0,100}?\*/)?\s*[\w$.]{1,60}\s*\(\s*([\[{].*[\]}])\s*\)\s*;?\s*\Z", re.DOTALL)
_TRAILING_COMMA = re.compile(r",(\s*[\]}])")


def unwrap(text: str) -> str | None:
    """The JSON in a text, out of a callback or from behind a guard against being run; None where there is none."""
    if text[:1] in {"{", "["}:
        return text
    if guard := _GUARD.match(text):
        return text[guard.end() :]
    callback = _CALLBACK.match(text) if text[:1] != "<" else None
    return callback[1] if callback else None


def read_json(text: str, url: str, zone: tzinfo) -> tuple[list[Discovery], str]:
    """The items of a JSON document, and the address of its next page.

    Raises SkipDocument where it is not JSON or has no list of items.
    """
    data = _load(text)
    items = _items(data)
    if items is None:
        raise SkipDocument("the JSON holds no list of items with an address", outcome="not_a_feed")
    found = []
    for item in items:
        guid = item.get("id")
        address = _text(item, _ADDRESS) or (guid if isinstance(guid, str) and guid.startswith("http") else None)
        try:
            address = urljoin(url, address) if address else NO_ADDRESS
        except ValueError:
            address = NO_ADDRESS
        found.append(
            Discovery(
                url=address,
                title=plain(_text(item, _TITLE)),
                guid=None if guid is None else str(guid),
                published_at=_date(item, _PUBLISHED, zone),
                updated_at=_date(item, _UPDATED, zone),
                summary=plain(_text(item, ("summary", "description"))),
            )
        )
    return found, older.of_json(data, url)


def _load(text: str) -> Any:
    for attempt in (text, _TRAILING_COMMA.sub(r"\1", text)):
        try:
            return json.loads(attempt, strict=False)
        except (ValueError, RecursionError):
            continue
    raise SkipDocument("the document is not JSON", outcome="not_a_feed")


def _items(data: Any) -> list[dict[str, Any]] | None:
    """The list of JSON Feed, else the longest list of objects that have an address."""
    if isinstance(data, dict) and isinstance(data.get("items"), list):
        return [i for i in data["items"] if isinstance(i, dict)]
    lists = [found for found in _lists(data, 0) if any(_text(i, _ADDRESS) for i in found[:20])]
    # A menu has addresses, too, and may be longer; but its items have no dates.
    return max(lists, key=lambda found: (_has_dates(found), len(found)), default=None)


def _has_dates(items: list[dict[str, Any]]) -> bool:
    return any(item.get(name) for item in items[:20] for name in _PUBLISHED)


def _lists(data: Any, depth: int) -> Iterator[list[dict[str, Any]]]:
    if depth > _DEEPEST:
        return
    if isinstance(data, list):
        objects = [i for i in data if isinstance(i, dict)]
        if objects:
            yield objects
        for value in data[:100]:
            yield from _lists(value, depth + 1)
    elif isinstance(data, dict):
        for value in data.values():
            yield from _lists(value, depth + 1)


def _text(item: dict[str, Any], names: tuple[str, ...]) -> str | None:
    for name in names:
        value = item.get(name)
        if isinstance(value, dict):
            value = value.get("rendered")  # WordPress
        if isinstance(value, int | float) and not isinstance(value, bool):
            value = str(int(value))
        if isinstance(value, str) and value.strip():
            return value.strip()
    return None


def _date(item: dict[str, Any], names: tuple[str, ...], zone: tzinfo) -> datetime | None:
    for name in names:
        if moment := read_date(_text(item, (name,)), UTC if name.endswith("_gmt") else zone):
            return moment
    return None
