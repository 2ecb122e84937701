"""A feed in files: `feed:PATH` keeps PATH.json, PATH.atom and PATH.rss for a web server or a reader to take.

The JSON file is written last and holds what was sent, so that a message is found again after a crash.
"""

from __future__ import annotations

import json
import os
from datetime import datetime
from pathlib import Path
from typing import Any, NoReturn

from alerts.channels.base import Payload, Post, Posted
from alerts.feeds import atom, id_of, json_feed, rss
from alerts.html import body
from alerts.message import Message
from alerts.plain import plain
from alerts.text import shorten
from core import clock
from core.clock import iso
from core.errors import DisableRoute, RetryLater, SkipDocument
from core.settings import Settings

MOST = 200                               # items that a feed keeps


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
        items = [item for item in self._read() if item["id"] != id_of(post.key)]
        item = {"id": id_of(post.key), **_contents(post.payload), "date_published": now, "date_modified": now}
        self._write([item, *items][:MOST], post.payload.get("route", ""))
        return Posted(id_of(post.key))

    def find(self, key: str, thread: str | None, since: datetime) -> Posted | None:  # noqa: ARG002 - every channel's arguments
        """The item, if the feed has it."""
        return Posted(id_of(key)) if any(item["id"] == id_of(key) for item in self._read()) else None

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
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._replace(".atom", atom(title, items, iso(clock.now()) or ""))
            self._replace(".rss", rss(title, items))
            self._replace(".json", json_feed(title, items))
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


def _contents(payload: Payload) -> dict[str, Any]:
    found = {"title": payload["title"], "content_html": payload["html"], "content_text": payload["text"]}
    return {**found, "url": payload["url"]} if payload["url"] else found
