"""What work on shards has in common: one at a time, under a claim that lasts as long as somebody works."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from contextlib import suppress
from datetime import timedelta
from typing import Any

from archive.engine import Engine
from archive.shards import renew
from core.clock import now, steady
from core.errors import PactwatchError, RetryLater, StopWork
from core.lease import Lease
from core.logs import get_logger
from core.workspace import Workspace
from pactwatch.writer import Writer

log = get_logger("shards")


class Shards(ABC):
    """Works on the shards of one ledger; processes stay warm between them."""

    ledger: Any                          # the module of the archive that has `take`
    kind: str                            # what a shard is, for the log

    def __init__(self, space: Workspace, engine: Engine, lease: timedelta, stop: asyncio.Event) -> None:
        self._space, self._engine, self._lease, self._stop = space, engine, lease, stop
        self._one = asyncio.Lock()

    async def do(self, id_: int) -> None:
        """Work on a shard from where it was left, to its end or until this process stops."""
        async with self._one:
            lease = Lease(self._lease)
            writer = Writer(self._engine, (), check=lease.check)
            try:
                taken = await writer.call(self.ledger.take, id_, now(), self._lease)
                if taken is not None:
                    await self._work(writer, lease, *taken)
            except PactwatchError as failure:  # another process has it, or will: its place is in the ledger
                log.warning("shard given up", kind=self.kind, shard=id_, problem=str(failure))
            finally:
                with suppress(StopWork, RetryLater):
                    await writer.close()

    @abstractmethod
    async def _work(self, writer: Writer, lease: Lease, row: Any, asked: Any) -> None:
        """Work on the shard that was claimed: its row, and what else its ledger gives out with it."""


async def ended(*tasks: asyncio.Future[Any]) -> list[Exception]:
    """End tasks that go on; what went wrong with any."""
    for task in tasks:
        task.cancel()
    return [one for one in await asyncio.gather(*tasks, return_exceptions=True) if isinstance(one, Exception)]


async def keep(writer: Writer, lease: Lease, ledger: Any, id_: int) -> None:
    """Say again and again that this process works on a shard."""
    while True:
        await asyncio.sleep(lease.length.total_seconds() / 3)
        began = steady()
        try:
            await writer.call(renew, ledger, id_, now())
        except RetryLater as failure:
            log.warning("claim not renewed", shard=id_, problem=str(failure))
        else:
            lease.renewed(began)
