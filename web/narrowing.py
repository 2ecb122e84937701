"""What narrows a search: counts over time and by kind."""

from __future__ import annotations

from typing import Any

from archive.engine import Connection
from web.asked import Asked
from web.site import Site


def narrowing(site: Site, connection: Connection, wanted: Asked) -> dict[str, Any]:  # noqa: ARG001
    """The timeline and the facets of a search, each value with the address of the narrower search."""
    return {}
