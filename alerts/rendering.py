"""What a delivery says, in its channel's form: made when it is first posted, and kept for every later try."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from alerts import stored
from alerts.channels.base import Channel, Payload
from alerts.message import Message, alert_message, follow_message, outlets_message
from archive import entries, growth, outbox
from archive.claims import Change, Claimed
from archive.engine import Connection
from core.errors import SkipDocument
from core.routes import RouteSettings
from core.settings import Settings


@dataclass(frozen=True, slots=True)
class Rendered:
    """What is posted now, and what follows as replies. `fresh` says that it was made just now."""

    payload: Payload
    replies: list[Payload]
    fresh: bool


def is_rendered(claimed: Claimed) -> bool:
    """Whether a delivery has been given a channel's form, as it is right before it is posted."""
    return not {"form", "blocks"}.isdisjoint(claimed.payload or {})


def render(connection: Connection, settings: Settings, channel: Channel, claimed: Claimed) -> Rendered | None:
    """The payload of a delivery. None where there is nothing left to say. Raises SkipDocument where nobody knows it."""
    kept = claimed.payload or {}
    # Before there were several forms, all payloads were Slack's blocks, and said so nowhere.
    if kept.get("form", "blocks" if "blocks" in kept else None) == channel.form:
        return Rendered(kept, [], fresh=False)
    if claimed.kind == "reply":                # a part of a digest that went to another kind of channel as a whole
        return None
    if "message" in kept:
        first, *replies = _formed(channel, stored.unpack(kept))
        return Rendered({**first, "message": kept["message"]}, replies, fresh=True)
    made = _of_hit(connection, settings, claimed)
    if made is None:
        return None
    message, outlets = made
    return Rendered({**_formed(channel, message)[0], "outlets": outlets}, [], fresh=True)


def render_change(connection: Connection, settings: Settings, channel: Channel, change: Change) -> Payload:
    """The new form of an alert whose story went on."""
    route = settings.route(change.route)
    entry = entries.load(connection, [change.hit_id]).get(change.hit_id)
    if entry is None or route is None:
        raise SkipDocument("its hit is no longer in the archive", outcome="gone")
    thread = growth.thread_of(connection, change.key)
    payload = _formed(channel, alert_message(entry, route, _later(route.name, thread)))[0]
    told = next((row.payload for row in thread if row.key == change.key), None) or {}
    # What the thread tells of further outlets is its own matter: only what this message named at first is told.
    return {**payload, "outlets": told.get("outlets", [])}


def _formed(channel: Channel, message: Message) -> list[Payload]:
    return [{"form": channel.form, **payload} for payload in channel.render(message)]


def _of_hit(connection: Connection, settings: Settings, claimed: Claimed) -> tuple[Message, list[str]] | None:
    """The message about a hit, and the outlets that it names."""
    route = settings.route(claimed.route)
    entry = entries.load(connection, [claimed.hit_id]).get(claimed.hit_id) if claimed.hit_id is not None else None
    if entry is None or route is None:
        raise SkipDocument("its hit is no longer in the archive", outcome="gone")
    if claimed.kind == "outlets":
        thread = growth.thread_of(connection, claimed.thread_key or "")
        known = growth.told_in(row for row in thread if row.key != claimed.key)
        fresh = [outlet for outlet in entry.outlets if outlet.name not in known]
        unique = list({outlet.name: outlet for outlet in reversed(fresh)}.values())[::-1]
        if not unique or claimed.thread is None:
            return None
        return outlets_message(entry, route, unique), [outlet.name for outlet in unique]
    return news_message(connection, route, claimed, entry), [outlet.name for outlet in entry.outlets]


def news_message(connection: Connection, route: RouteSettings, delivery: Any, entry: entries.Entry) -> Message:
    """An alert, or what a follow-up adds to the thread before it."""
    if delivery.kind == "alert":
        return alert_message(entry, route)
    before: list[str] = []
    for row in growth.thread_of(connection, delivery.thread_key or ""):
        if row.key == delivery.key:
            break
        if row.kind in outbox.NEWS:
            before.append(outbox.change_in(row.key, route.name))
    return follow_message(entry, route, outbox.words_for(outbox.change_in(delivery.key, route.name), before))


def _later(route: str, thread: list[Any]) -> list[str]:
    """What was told in a thread after its head, in words."""
    told: list[str] = []
    said: list[str] = []
    for row in thread:
        if row.kind in outbox.NEWS:
            change = outbox.change_in(row.key, route)
            if row.kind == "follow":
                said.append(outbox.words_for(change, told))
            told.append(change)
    return list(dict.fromkeys(said))
