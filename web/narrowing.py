"""What narrows a search: counts over time and by kind."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from archive.engine import Connection
from web.asked import Asked
from web.site import Site
from web.svg import Bar


def narrowing(site: Site, connection: Connection, wanted: Asked) -> dict[str, Any]:
    """The timeline and the facets of a search, each value with the address of the narrower search."""
    bars, by = timeline(site, connection, wanted)
    return {"timeline": bars, "timeline_by": by}


def timeline(site: Site, connection: Connection, wanted: Asked) -> tuple[Sequence[Bar], str]:  # noqa: ARG001
    """Articles over time."""
    return (), ""
