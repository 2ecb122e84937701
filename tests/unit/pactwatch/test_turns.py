"""A pass that waits for its turn at a host: what counts is when it gets it, not when it asked for it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from archive import turns
from archive.engine import Engine, writing
from pactwatch.turns import Turns

NOW = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)
PACE = 3.0


def test_a_host_whose_holder_is_killed_while_we_wait_for_the_archive_rests_from_then_on(
    sqlite_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [NOW]
    monkeypatch.setattr("pactwatch.turns.now", lambda: clock[0])
    monkeypatch.setattr("core.process.identity", lambda: "here:killed:1")
    with writing(sqlite_engine) as connection:
        turns.take(connection, ["a.example"], NOW)
    monkeypatch.setattr("core.process.identity", lambda: "here:we:1")
    monkeypatch.setattr("core.process.is_gone", lambda holder: holder == "here:killed:1")
    waits = []

    async def call(change: Callable[..., Any], *arguments: Any) -> Any:
        clock[0] += timedelta(seconds=10)  # that long the archive is busy; the holder asks the host, and is killed
        with writing(sqlite_engine) as connection:
            got = change(connection, *arguments)
            waits.append(turns.waits(connection, ["a.example"], clock[0]))
            return got

    own = Turns(call, pace=PACE)
    own.closed = True  # one try
    assert not asyncio.run(own.take("a.example", "one"))
    assert waits == [{"a.example": (None, NOW + timedelta(seconds=10 + PACE))}]
