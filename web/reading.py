"""An article as its pages show it: where the evidence stands, what a correction changed."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from archive.engine import Connection
from archive.show import show
from web import marking
from web.site import Site


def article(site: Site, connection: Connection, id_: int) -> dict[str, Any]:
    """An article with the bands of its hits, the places of its evidence, and its corrections in words."""
    found = show(connection, id_)
    for hit in found["hits"]:
        hit["band"] = site.tools.band_of_hit(hit["rule"], hit["score"])
    for event in found["events"]:
        event["names"] = list(dict.fromkeys(party["organisation"] for party in event["parties"]))
    found["deciding"] = {hit["event"] for hit in found["hits"] if hit["event"] is not None}
    found["spans"] = marking.spans_of(found, "text")
    found["marked_title"] = marking.line(found["title"], marking.spans_of(found, "title"))
    found["changed"] = _changed(found)
    return found


def parties_of(found: dict[str, Any]) -> list[str]:
    """The parties of the event that decided an article's best hit, or else of its surest event."""
    events = {event["id"]: event for event in found["events"]}
    deciding = next((events[hit["event"]] for hit in found["hits"] if hit["event"] in events), None)
    event = deciding or next(iter(found["events"]), None)
    return event["names"] if event else []


def _changed(found: dict[str, Any]) -> list[dict[str, Any]]:
    texts = [*found["versions"], {"title": found["title"], "text": found["text"]}]
    return [
        {"number": old["number"], "replaced_at": old["replaced_at"], "text": marking.changes(old["text"], new["text"]),
         "title": marking.changes(old["title"], new["title"]) if old["title"] != new["title"] else None}
        for old, new in pairwise(texts)
    ][::-1]
