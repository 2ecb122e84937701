"""A message as JSON and back: what the outbox keeps of a digest until its channel is known for sure."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from alerts.message import Item, Link, Message, Picture, Run, Section
from alerts.plain import plain


def pack(message: Message) -> dict[str, Any]:
    """The payload of a message that has no channel's form yet."""
    return {"text": plain(message), "message": asdict(message)}


def unpack(payload: dict[str, Any]) -> Message:
    """The message that was packed."""
    kept: dict[str, Any] = payload["message"]
    return Message(**{
        **kept,
        "sections": tuple(Section(s["heading"], tuple(map(_item, s["items"]))) for s in kept["sections"]),
        "receipt": tuple(kept["receipt"]),
        "health": tuple(kept["health"]),
        "links": tuple(Link(**link) for link in kept["links"]),
        "table": tuple(kept.get("table", ())),
        "picture": Picture(**kept["picture"]) if kept.get("picture") else None,
    })


def _item(kept: dict[str, Any]) -> Item:
    return Item(**{**kept, "labels": tuple(kept["labels"]), "quote": tuple(Run(**run) for run in kept["quote"]),
                   "notes": tuple(kept["notes"])})
