"""What outlasts a crawl: open connections, so that the next poll of a host needs none, and Scrapy's settings."""

from __future__ import annotations

import copy
from collections.abc import Hashable
from typing import Any, Self, cast

from scrapy.settings import Settings
from twisted.internet.interfaces import IReactorTime
from twisted.web.client import HTTPConnectionPool

from core.handles import allowed_handles
from scrapers.settings import PER_HOST

_MOST = 1000  # 4 kB each without TLS, by measure; with it more


class Connections(HTTPConnectionPool):
    """Twisted's pool, with a limit for all hosts together: a file handle each, of which a process has few.

    Where it is full, the connection that has waited longest is closed.
    """

    def __init__(self, reactor: IReactorTime, most: int) -> None:
        super().__init__(reactor)  # type: ignore[no-untyped-call]
        self.maxPersistentPerHost = PER_HOST
        self._most = most

    def _putConnection(self, key: Hashable, connection: Any) -> None:  # noqa: N802 - Twisted's name
        waiting: dict[Any, Any] = self._timeouts  # in the order in which they came
        if len(waiting) >= self._most > 0:
            oldest = next(iter(waiting))
            waiting[oldest].cancel()
            self._removeConnection(oldest.pool_key, oldest)  # type: ignore[no-untyped-call]
        connection.pool_key = key
        super()._putConnection(key, connection)  # type: ignore[no-untyped-call]

    def close(self) -> None:
        """Close those that wait for the next crawl."""
        self.closeCachedConnections()  # type: ignore[no-untyped-call]


def lasting_connections() -> Connections:
    """A pool on the reactor that is installed, of half as many connections as the process may open files."""
    from twisted.internet import reactor

    return Connections(cast("IReactorTime", reactor), min(_MOST, allowed_handles() // 2))


class SharedSettings(Settings):
    """Settings whose copies have their values in common.

    Scrapy takes a deep copy for every crawl, which costs as much as half a poll; nothing changes a value in it.
    """

    def copy(self) -> Self:
        """New settings with the same values."""
        other = copy.copy(self)
        other.attributes = {name: copy.copy(attribute) for name, attribute in self.attributes.items()}
        return other
