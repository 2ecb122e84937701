"""A feed in files: `feed:PATH` keeps PATH.json, PATH.atom and PATH.rss for a web server or a reader to take.

The JSON file is written last and holds what was sent, so that a message is found again after a crash.
"""

from __future__ import annotations

import json
import os
import uuid
import xml.etree.ElementTree as ET
from datetime import datetime
from email.utils import format_datetime
from pathlib import Path
from typing import Any, NoReturn

from alerts.channels.base import Payload, Post, Posted
from alerts.html import body
from alerts.message import Message
from alerts.plain import plain
from alerts.text import shorten
from core import clock
from core.clock import iso
from core.errors import DisableRoute, RetryLater, SkipDocument
from core.settings import Settings

MOST = 200                               # items that a feed keeps
_VERSION = "https://jsonfeed.org/version/1.1"
_ATOM = "http://www.w3.org/2005/Atom"


def open_channel(name: str, settings: Settings) -> FeedChannel:
    """The feed of a route; its path is relative to the workspace."""
    return FeedChannel(settings.home / name.removeprefix("feed:"))


class FeedChannel:
    """Three files of one name."""

    form = "feed"
    pace = 0.0
    timeout = 10.0
    repeats = 0

    def __init__(self, path: Path) -> None:
        if path.suffix in {".json", ".atom", ".rss", ".xml"}:
            raise DisableRoute(f"feed:{path.name}: write it without {path.suffix}; all three forms are written")
        self._path = path

    def render(self, message: Message) -> list[Payload]:
        """The message as an item of a feed."""
        link = message.items[0].link if not message.title and message.items else None
        return [{"title": shorten(message.subject, 300), "url": link, "html": body(message), "text": plain(message),
                 "route": message.route}]

    def post(self, post: Post) -> Posted:
        """Put the item on top."""
        now = iso(clock.now())
        items = [item for item in self._read() if item["id"] != _id(post.key)]
        item = {"id": _id(post.key), **_contents(post.payload), "date_published": now, "date_modified": now}
        self._write([item, *items][:MOST], post.payload.get("route", ""))
        return Posted(_id(post.key))

    def find(self, key: str, thread: str | None, since: datetime) -> Posted | None:  # noqa: ARG002 - every channel's arguments
        """The item, if the feed has it."""
        return Posted(_id(key)) if any(item["id"] == _id(key) for item in self._read()) else None

    def change(self, message_id: str, post: Post) -> None:
        """Write an item anew."""
        items = self._read()
        kept = next((item for item in items if item["id"] == message_id), None)
        if kept is None:
            raise SkipDocument("the feed no longer holds it")
        kept.update(_contents(post.payload), date_modified=iso(clock.now()))
        self._write(items, post.payload.get("route", ""))

    def _read(self) -> list[dict[str, Any]]:
        try:
            found = json.loads(self._file(".json").read_text(encoding="utf-8"))
            return [item for item in found["items"] if item["id"] and item["date_published"]]
        except (FileNotFoundError, ValueError, KeyError, TypeError):
            return []                    # not yet there, or somebody wrote over it: the feed begins anew
        except OSError as failure:
            self._failed("read", failure)

    def _write(self, items: list[dict[str, Any]], route: str) -> None:
        title = f"Pactwatch: {route}" if route else "Pactwatch"
        whole = {"version": _VERSION, "title": title, "items": items}
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._replace(".atom", _xml(_atom(title, items)))
            self._replace(".rss", _xml(_rss(title, items)))
            self._replace(".json", json.dumps(whole, ensure_ascii=False, indent=1).encode())
        except OSError as failure:
            self._failed("written", failure)

    def _failed(self, done: str, failure: OSError) -> NoReturn:
        text = f"{failure.filename or self._path} cannot be {done}: {failure.strerror}"
        if isinstance(failure, PermissionError | NotADirectoryError | FileExistsError | IsADirectoryError):
            raise DisableRoute(text) from failure
        raise RetryLater(text) from failure

    def _file(self, ending: str) -> Path:
        return self._path.with_name(self._path.name + ending)

    def _replace(self, ending: str, content: bytes) -> None:
        """Write a file so that a reader sees the old one or the new one, whole."""
        file = self._file(ending)
        new = file.with_name(f".{file.name}.new")
        with new.open("wb") as handle:
            handle.write(content)
            handle.flush()
            os.fsync(handle.fileno())
        new.replace(file)


def _id(key: str) -> str:
    return f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'pactwatch:{key}')}"


def _contents(payload: Payload) -> dict[str, Any]:
    found = {"title": payload["title"], "content_html": payload["html"], "content_text": payload["text"]}
    return {**found, "url": payload["url"]} if payload["url"] else found


def _atom(title: str, items: list[dict[str, Any]]) -> ET.Element:
    feed = ET.Element("feed", xmlns=_ATOM)
    _add(feed, "id", _id(f"feed:{title}"))
    _add(feed, "title", title)
    _add(feed, "updated", items[0]["date_published"])
    _add(ET.SubElement(feed, "author"), "name", "Pactwatch")
    for item in items:
        entry = ET.SubElement(feed, "entry")
        _add(entry, "id", item["id"])
        _add(entry, "title", item["title"])
        _add(entry, "published", item["date_published"])
        _add(entry, "updated", item.get("date_modified") or item["date_published"])
        if item.get("url"):
            ET.SubElement(entry, "link", href=item["url"])
        _add(entry, "content", item["content_html"], type="html")
    return feed


def _rss(title: str, items: list[dict[str, Any]]) -> ET.Element:
    rss = ET.Element("rss", version="2.0")
    channel = ET.SubElement(rss, "channel")
    link = next((item["url"] for item in items if item.get("url")), "about:blank")
    for name, value in (("title", title), ("link", link), ("description", "Stories that were told")):
        _add(channel, name, value)
    for item in items:
        entry = ET.SubElement(channel, "item")
        _add(entry, "title", item["title"])
        if item.get("url"):
            _add(entry, "link", item["url"])
        _add(entry, "guid", item["id"], isPermaLink="false")
        _add(entry, "pubDate", format_datetime(datetime.fromisoformat(item["date_published"])))
        _add(entry, "description", item["content_html"])
    return rss


def _add(parent: ET.Element, name: str, text: str, **attributes: str) -> None:
    ET.SubElement(parent, name, attributes).text = text


def _xml(root: ET.Element) -> bytes:
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(root, encoding="unicode").encode()
