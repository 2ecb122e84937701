"""The turns of a pass at hosts: taken with the claims on sources, and given back with the results of their polls.

So in the ordinary case, one process, they cost no transaction of their own.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

from archive import catalogue, turns
from archive.engine import Connection
from core.clock import now
from scrapers.source import SourceFile

PATIENCE_S = 310.0  # how long a request waits for its turn: longer than any pause that a host may ask for
LOOK_S = 0.5  # how often it looks whether the other process is done

Call = Callable[..., Awaitable[Any]]


class Turns:
    """Which hosts this pass has its turn at, and which sources have work there.

    `call` runs a change of the archive after all that were handed in before: what is given back here and taken again
    reaches the archive in that order.
    """

    def __init__(
        self, call: Call | None = None, lease: timedelta = catalogue.LEASE, pace: float = 0.0
    ) -> None:
        """`pace` is the usual time between two requests to a host."""
        self.call, self._lease, self._usual = call, lease, pace
        self.valid: Callable[[], bool] = lambda: True  # whether the turns hold, or another process may have them by now
        self._held: set[str] = set()
        self._users: dict[str, set[str]] = {}
        self._hosts: dict[str, set[str]] = {}  # by source: the other way round
        self._pace: dict[str, float] = {}
        self._claiming = False
        self.closed = False  # the pass is being stopped: nothing waits any more

    def enter(self, sources: Mapping[str, SourceFile], claimed: Collection[str], got: Collection[str]) -> None:
        """Note the turns that came with claims on sources."""
        self._held.update(got)
        for id_ in claimed:
            for host in hosts_of(sources[id_]):
                self._use(host, id_)

    def _use(self, host: str, source_id: str) -> None:
        self._users.setdefault(host, set()).add(source_id)
        self._hosts.setdefault(source_id, set()).add(host)

    async def take(self, host: str, source_id: str) -> bool:
        """Wait for the turn at a host; False where it did not come in time."""
        self._use(host, source_id)
        until = monotonic() + PATIENCE_S
        while host not in self._held:
            assert self.call is not None
            if await self.call(_take, host, self._lease, self._usual):
                self._held.add(host)
            elif self.closed or monotonic() > until:
                return False
            else:
                await asyncio.sleep(LOOK_S)
        return True

    def pace(self, host: str, delay: float) -> None:
        """Note how many seconds lie between two requests to a host."""
        self._pace[host] = delay

    def leave(self, source_id: str) -> None:
        """A source has no more work at any host."""
        for host in self._hosts.pop(source_id, ()):
            self._users[host].discard(source_id)

    @contextmanager
    def claiming(self) -> Iterator[None]:
        """Give back nothing meanwhile: it may just be what is claimed."""
        self._claiming = True
        try:
            yield
        finally:
            self._claiming = False

    def done(self) -> dict[str, datetime]:
        """Hosts without work, and from when on the next may ask them: to be given back in the very next change."""
        return {} if self._claiming else self._given_up(host for host in self._held if not self._users.get(host))

    def rest(self) -> dict[str, datetime]:
        """All turns that are left, at the end of a pass."""
        return self._given_up(iter(self._held))

    def _given_up(self, hosts: Iterator[str]) -> dict[str, datetime]:
        moment = now()
        free = {host: moment + timedelta(seconds=self._pace.get(host, 0.0)) for host in hosts}
        self._held -= free.keys()
        return free


def _take(connection: Connection, host: str, lease: timedelta, pace: float) -> bool:
    # The time is that of the change: a change may wait for others, and a holder be killed meanwhile.
    return bool(turns.take(connection, [host], now(), lease, pace))


def hosts_of(source: SourceFile) -> set[str]:
    """The hosts of its entry points."""
    return {urlsplit(entry.url).hostname or "" for entry in source.entries}


def claim(
    connection: Connection, sources: Mapping[str, SourceFile], due: Collection[str], lease: timedelta = catalogue.LEASE,
    pace: float = 0.0, *, patient: bool,
) -> tuple[set[str], set[str]]:
    """Claim sources, with the turns at their hosts: the sources and the hosts that this process got.

    A source whose host has no turn for us stays due, unless we are `patient`: then its requests wait.
    """
    claimed = catalogue.claim(connection, due, now(), lease)
    hosts = {id_: hosts_of(sources[id_]) for id_ in claimed}
    got = turns.take(connection, set().union(*hosts.values()), now(), lease, pace)
    later = set() if patient else {id_ for id_ in claimed if not hosts[id_] <= got}
    catalogue.release(connection, later)
    return claimed - later, got
