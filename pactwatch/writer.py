"""The one writer of a process: every change to the archive goes through its thread, in batches."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from time import monotonic
from typing import Any, TypeVar

from archive import store
from archive.engine import Connection, Engine, rehearsing, writing
from core import tracing
from core.clock import now
from core.errors import DatabaseBusyError
from core.metrics import STORE_SECONDS
from core.records import Processed
from core.settings import RouteSettings

T = TypeVar("T")

BATCH_ROWS = 100  # a commit costs as much as about 20 rows: more rows gain little (measured)
_CLASHES = 5  # times that a change is begun which others undo
BATCH_S = 0.5  # how long a finished article waits for company


class Writer:
    """Stores processed pages in batches of 100 or after half a second, and runs other changes in between."""

    def __init__(
        self,
        engine: Engine,
        routes: Sequence[RouteSettings],
        *,
        run_id: int | None = None,
        rehearse: bool = False,
        check: Callable[[], None] = lambda: None,
    ) -> None:
        """`rehearse`: every change is taken back at its end. `check` raises where none may be begun any more."""
        self._check = check
        self._transaction = rehearsing if rehearse else writing
        self._engine, self._routes, self._run_id = engine, routes, run_id
        # Is told what each batch came to.
        self.stored: Callable[[store.Stored, Sequence[Processed]], None] = lambda *_: None
        # Ends in the first error of a change. What comes after it may not be stored either, so the work should stop.
        self.broken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="writer")
        self._buffer: list[Processed] = []
        self._timer: asyncio.TimerHandle | None = None
        self._flushing: set[asyncio.Task[None]] = set()
        self.counts = store.Stored()

    async def call(self, change: Callable[..., T], *arguments: Any, **named: Any) -> T:
        """Run `change(connection, ...)` in a transaction of its own, after everything handed in before it."""
        return await self._begin(change, *arguments, **named)

    def _begin(self, change: Callable[..., T], *arguments: Any, **named: Any) -> asyncio.Future[T]:
        future = asyncio.get_running_loop().run_in_executor(
            self._thread, copy_context().run, self._in_transaction, change, arguments, named
        )
        future.add_done_callback(self.note)
        return future

    def note(self, change: asyncio.Future[Any]) -> None:
        """Take notice of how a change ended."""
        if not change.cancelled() and (failure := change.exception()):
            self.fail(failure)

    def fail(self, failure: BaseException) -> None:
        """Let everybody know that changes cannot be written."""
        if not self.broken.done():
            self.broken.set_exception(failure)
            self.broken.exception()  # some never ask: they get it from `call`

    def _in_transaction(self, change: Callable[..., T], arguments: tuple[Any, ...], named: dict[str, Any]) -> T:
        for left in reversed(range(_CLASHES)):
            self._check()
            try:
                with self._transaction(self._engine) as connection:
                    return change(connection, *arguments, **named)
            except DatabaseBusyError:
                # Two processes on PostgreSQL waited for each other; on SQLite there has been a long wait already.
                if not left or self._engine.dialect.name != "postgresql":
                    raise
        raise AssertionError

    async def add(self, pages: Sequence[Processed]) -> None:
        """Take processed pages. Waits while the writer is behind. `broken` tells where they cannot be stored."""
        self._buffer += pages
        if len(self._buffer) >= BATCH_ROWS:
            await self.flush()
        elif self._buffer and self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(BATCH_S, self._flush_soon)

    def _flush_soon(self) -> None:
        self._timer = None
        task = asyncio.ensure_future(self.flush())
        self._flushing.add(task)
        task.add_done_callback(self._flushing.discard)

    async def flush(self) -> None:
        """Store what is waiting."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        batch, self._buffer = self._buffer, []
        if not batch or self.broken.done():
            return
        began = monotonic()
        with tracing.span("store", pages=len(batch)):
            change = self._begin(self._store, batch)
            await asyncio.wait({change})
        STORE_SECONDS.observe(monotonic() - began)
        if not change.exception():
            self.counts.add(change.result())
            self.stored(change.result(), batch)

    def _store(self, connection: Connection, batch: Sequence[Processed]) -> store.Stored:
        return store.store(connection, batch, self._routes, now=now(), run_id=self._run_id)

    async def close(self) -> None:
        """Store what is waiting and end the thread. Raises what went wrong with any change."""
        await self.flush()
        if self._flushing:
            await asyncio.wait(self._flushing)
        self._thread.shutdown(wait=True)
        if self.broken.done():
            await self.broken
