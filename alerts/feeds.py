"""Feeds as documents: RSS, Atom and JSON Feed of items with id, title, url, content and dates."""

from __future__ import annotations

import json
import uuid
import xml.etree.ElementTree as ET
from collections.abc import Mapping, Sequence
from datetime import datetime
from email.utils import format_datetime
from typing import Any

_VERSION = "https://jsonfeed.org/version/1.1"
_ATOM = "http://www.w3.org/2005/Atom"

Item = Mapping[str, Any]


def id_of(key: str) -> str:
    """The id of an item, or of a feed, by a key of ours: always the same."""
    return f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'pactwatch:{key}')}"


def json_feed(title: str, items: Sequence[Item], **more: str) -> bytes:
    """A JSON Feed."""
    whole = {"version": _VERSION, "title": title, **more, "items": list(items)}
    return json.dumps(whole, ensure_ascii=False, indent=1).encode()


def atom(title: str, items: Sequence[Item], updated: str, own: str | None = None) -> bytes:
    """An Atom feed. `updated` is its time where it has no item; `own` is its address."""
    feed = ET.Element("feed", xmlns=_ATOM)
    _add(feed, "id", id_of(f"feed:{title}"))
    _add(feed, "title", title)
    _add(feed, "updated", items[0]["date_published"] if items else updated)
    _add(ET.SubElement(feed, "author"), "name", "Pactwatch")
    if own:
        ET.SubElement(feed, "link", rel="self", href=own)
    for item in items:
        entry = ET.SubElement(feed, "entry")
        _add(entry, "id", item["id"])
        _add(entry, "title", item["title"])
        _add(entry, "published", item["date_published"])
        _add(entry, "updated", item.get("date_modified") or item["date_published"])
        if item.get("url"):
            ET.SubElement(entry, "link", href=item["url"])
        _add(entry, "content", item["content_html"], type="html")
    return _xml(feed)


def rss(title: str, items: Sequence[Item], about: str = "Stories that were told", own: str | None = None) -> bytes:
    """An RSS feed."""
    whole = ET.Element("rss", version="2.0")
    channel = ET.SubElement(whole, "channel")
    link = own or next((item["url"] for item in items if item.get("url")), "about:blank")
    for name, value in (("title", title), ("link", link), ("description", about)):
        _add(channel, name, value)
    for item in items:
        entry = ET.SubElement(channel, "item")
        _add(entry, "title", item["title"])
        if item.get("url"):
            _add(entry, "link", item["url"])
        _add(entry, "guid", item["id"], isPermaLink="false")
        _add(entry, "pubDate", format_datetime(datetime.fromisoformat(item["date_published"])))
        _add(entry, "description", item["content_html"])
    return _xml(whole)


def _add(parent: ET.Element, name: str, text: str, **attributes: str) -> None:
    ET.SubElement(parent, name, attributes).text = text


def _xml(root: ET.Element) -> bytes:
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(root, encoding="unicode").encode()
