"""The writer: the first change that fails is known to everybody, and nothing more is written."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy.engine import Engine

from archive.engine import Connection
from core.clock import now
from core.errors import DatabaseFullError
from core.records import Outcome, Processed
from pactwatch import writer as module
from pactwatch.writer import Writer


def page(number: int) -> Processed:
    return Processed(number, "outlet", f"http://outlet.example/{number}", now(), Outcome.SOFT_404, "nothing there")


def full(_connection: Connection, *_: object, **__: object) -> None:
    raise DatabaseFullError


def test_a_batch_that_cannot_be_stored_is_told_though_nobody_waits_for_it(
    sqlite_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pactwatch.writer.store.store", full)
    monkeypatch.setattr(module, "BATCH_S", 0.01)

    async def main() -> None:
        writer = Writer(sqlite_engine, ())
        await writer.add([page(1)])
        await asyncio.wait({writer.broken}, timeout=10)
        assert isinstance(writer.broken.exception(), DatabaseFullError)
        await writer.add([page(2)])
        with pytest.raises(DatabaseFullError):
            await writer.close()

    asyncio.run(main())


def test_a_change_that_fails_raises_and_is_told(sqlite_engine: Engine) -> None:
    async def main() -> None:
        writer = Writer(sqlite_engine, ())
        with pytest.raises(DatabaseFullError):
            await writer.call(full)
        assert writer.broken.done()
        with pytest.raises(DatabaseFullError):
            await writer.close()

    asyncio.run(main())
