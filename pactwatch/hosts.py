"""What hosts ask of us, between a crawl and the archive."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from archive import hosts, turns
from archive.engine import Connection, Engine, reading, writing
from core.fetching import HostState
from pactwatch.loop import in_thread
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

    def still(self) -> bool:
        """Whether the turns of this pass hold, as far as this process knows."""
        return self._turns.valid()

    def pace(self, host: str, delay: float) -> None:
        """Note how many seconds lie between two requests to a host."""
        self._turns.pace(host, delay)

    def close(self) -> None:
        """The crawl is being stopped: no request waits for its turn any more."""
        self._turns.closed = True


class _Look(Hosts):
    """The same for a look outside of a pass, which reads each robots.txt itself: it may name sitemaps."""

    async def look_up(self, origin: str) -> HostState | None:
        """What is known of a host, without its robots.txt."""
        known = await super().look_up(origin)
        return known and replace(known, robots_at=None)

    async def keep(self, state: HostState) -> None:
        """Remember what a host said; a robots.txt that did not come does not take the last one along."""
        before = self._known.get(state.origin)
        if before and state.robots_at is None:
            state = replace(before, tried_at=state.tried_at, wait_until=state.wait_until)
        await super().keep(state)


@asynccontextmanager
async def looking(engine: Engine) -> AsyncIterator[Hosts]:
    """What hosts ask, for a look outside of a pass; its turns are over with it."""

    async def call(change: Callable[..., Any], *arguments: Any) -> Any:
        return await in_thread(_changed, engine, change, arguments)

    own = Turns(call)
    try:
        yield _Look(engine, call, own)
    finally:
        with writing(engine) as connection:
            turns.give_back(connection, own.rest())


def _changed(engine: Engine, change: Callable[..., Any], arguments: Sequence[Any]) -> Any:
    with writing(engine) as connection:
        return change(connection, *arguments)


def closed_until(connection: Connection, urls: Iterable[str], moment: datetime) -> dict[str, datetime]:
    """The hosts of these addresses that asked for no request before a time yet to come."""
    names = {urlsplit(url).netloc for url in urls}
    origins = [f"{scheme}://{name}" for name in names for scheme in ("http", "https")]
    found = hosts.read(connection, origins).values()
    return {urlsplit(one.origin).netloc: one.wait_until for one in found if one.wait_until and one.wait_until > moment}
