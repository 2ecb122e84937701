"""The last look before a request is sent: connecting takes its time, and what held before may not hold any more."""

from __future__ import annotations

from time import monotonic
from types import SimpleNamespace
from typing import Any

import pytest
from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from scrapers.handler import GuardedDownloadHandler, _Doorstep
from scrapers.outcomes import Refused

KEY = (b"http", b"news.example", 80)


class Pool:
    """A pool that connects when the test says so."""

    persistent = True

    def __init__(self) -> None:
        self.connecting: Deferred[Any] = Deferred()

    def getConnection(self, *_: object) -> Deferred[Any]:  # noqa: N802 - Twisted's name
        return self.connecting


class Connection:
    """A connection that may be given up."""

    given_up = False

    def abort(self) -> None:
        self.given_up = True


def handler(*, still: bool = True) -> Any:
    """A handler with one host that was asked long ago."""
    slot = SimpleNamespace(lastseen=0.0)
    engine = SimpleNamespace(downloader=SimpleNamespace(slots={"news.example": slot}))
    made: Any = GuardedDownloadHandler.__new__(GuardedDownloadHandler)
    made._crawler, made._book, made.slot = SimpleNamespace(engine=engine), SimpleNamespace(still=lambda: still), slot
    return made


def test_the_pace_of_a_host_counts_from_when_its_request_was_sent() -> None:
    pool, by = Pool(), handler()
    asked = _Doorstep(pool, by._look).getConnection(KEY, None)  # type: ignore[arg-type]
    assert by.slot.lastseen == 0.0
    before, connection = monotonic(), Connection()
    pool.connecting.callback(connection)
    assert asked.result is connection
    assert by.slot.lastseen >= before


@pytest.mark.parametrize("within", [lambda connection: connection,
                                    lambda connection: SimpleNamespace(_clientProtocol=connection)])
def test_a_turn_that_ended_while_connecting_sends_nothing(within: Any) -> None:
    pool, connection = Pool(), Connection()
    why: list[Failure] = []

    def note(failure: Failure) -> None:
        why.append(failure)

    asked = _Doorstep(pool, handler(still=False)._look).getConnection(KEY, None)  # type: ignore[arg-type]
    pool.connecting.callback(within(connection))
    asked.addErrback(note)
    assert why[0].check(Refused)
    assert connection.given_up
