"""What hosts ask of us, between a crawl and the archive."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

from archive import hosts
from archive.engine import Engine, reading
from core.fetching import HostState
from pactwatch.turns import Call, Turns
from scrapers.source import SourceFile


class Hosts:
    """Implements `scrapers.desk.HostBook` for one pass."""

    def __init__(self, engine: Engine, call: Call, turns: Turns, sources: Iterable[SourceFile] = ()) -> None:
        self._call, self._turns = call, turns
        parts = (urlsplit(entry.url) for source in sources for entry in source.entries)
        origins = {f"{p.scheme}://{p.netloc}" for p in parts}
        with reading(engine) as connection:
            found = hosts.read(connection, origins)
        self._known: dict[str, HostState | None] = {origin: found.get(origin) for origin in origins}

    async def look_up(self, origin: str) -> HostState | None:
        """What is known of a host; None where nothing is."""
        if origin not in self._known:
            found = await self._call(hosts.read, [origin])
            self._known[origin] = found.get(origin)
        return self._known[origin]

    async def keep(self, state: HostState) -> None:
        """Remember what a host said."""
        self._known[state.origin] = state
        await self._call(hosts.keep, state)

    async def turn(self, host: str, source_id: str) -> bool:
        """Wait for the turn at a host; False where it did not come in time."""
        return await self._turns.take(host, source_id)

    def pace(self, host: str, delay: float) -> None:
        """Note how many seconds lie between two requests to a host."""
        self._turns.pace(host, delay)
