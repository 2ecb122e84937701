"""Answers as JSON: the shapes that the command line prints, every moment in UTC with a Z."""

from __future__ import annotations

import dataclasses
import json
from datetime import date, datetime
from enum import Enum
from pathlib import Path
from typing import Any

from starlette.responses import Response

from archive.graph import Graph, Link
from core.clock import iso
from core.settings import RouteSettings


def answer(value: Any, status: int = 200) -> Response:
    """A value as JSON, in ASCII: no text in it can be taken for anything else."""
    return Response(json.dumps(plain(value), ensure_ascii=True, separators=(",", ":")), status,
                    media_type="application/json")


def plain(value: Any) -> Any:
    """A value of ours in what JSON has."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, dict):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(inner) for inner in value]
    if isinstance(value, datetime):
        return iso(value)
    if isinstance(value, Enum):
        return value.value
    return str(value) if isinstance(value, date | Path) else value


def link_of(link: Link) -> dict[str, Any]:
    """A link of the graph, as `graph --format json` prints it."""
    return {**plain(link), "alive": link.alive, "evidence": link.evidence.article, "sentence": link.evidence.sentence,
            "stories": [one.story for one in link.alliances]}


def graph_of(graph: Graph, around: list[str]) -> dict[str, Any]:
    """The graph, as `graph --format json` prints it."""
    return {"around": around, "nodes": plain(graph.nodes), "links": [link_of(link) for link in graph.links]}


def digest_of(route: RouteSettings, found: Any) -> dict[str, Any]:
    """The coming digest of a route."""
    window, contents = found.window, found.contents
    kinds = ("stories", "developments", "notes")
    return {"route": route.name, "date": window.local_date, "slot": window.slot, "due_at": iso(window.due_at),
            "already_sent": found.past is not None,
            **{kind: [entry.as_json() for entry in getattr(contents, kind)] if contents else [] for kind in kinds}}
