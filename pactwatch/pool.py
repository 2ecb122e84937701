"""A warm pool of extraction processes: batches in, processed pages out, back-pressure in between."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any

from core import tracing
from core.budget import HEAVY, turn_of
from core.errors import PactwatchError
from core.metrics import PAGE_SECONDS, POOL_BUSY, POOL_PROCESSES, POOL_WAITING
from core.records import Page, Processed
from pactwatch import extraction_worker
from pactwatch.extraction_process import Reader, StoppedError
from pactwatch.extraction_worker import Prepare, Start, Work
from pactwatch.loop import in_thread

BATCH_PAGES = 16  # a pool costs 3 to 5 % over in-process work in batches of about this size
BATCH_BYTES = 2 * 1024 * 1024  # so that a batch of huge pages does not fill the pipe or one worker's memory
STEPS = ("extract", "annotate", "match")
LINGER_S = 0.1  # how long a page waits for company


class ExtractionPool:
    """Hands pages to worker processes and their results to `done`. `submit` waits while the pool is full."""

    def __init__(
        self,
        processes: int,
        knowledge_dirs: Sequence[Path],
        rule_dirs: Sequence[Path],
        done: Callable[[list[Processed]], Awaitable[None]],
        *,
        work: Work = extraction_worker.work,
        prepare: Prepare = extraction_worker.warm,
    ) -> None:
        self._processes = processes or os.cpu_count() or 1
        self._start = Start(tuple(knowledge_dirs), tuple(rule_dirs), prepare, work)
        self._done = done
        self._readers: list[Reader] = []
        self._idle: asyncio.Queue[Reader] = asyncio.Queue()
        self._started, self._failed = asyncio.Event(), asyncio.Event()
        self._failure: PactwatchError | None = None
        self._buffer: list[Page] = []
        self._bytes = 0
        self._timer: asyncio.TimerHandle | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        # One batch in work and one in reserve for each process: enough to keep them busy, little to lose in a crash.
        self._free = asyncio.Semaphore(2 * self._processes)

    def start(self) -> None:
        """Start the processes, unless they run; they load their knowledge while the first pages are being fetched."""
        if self._readers:
            return
        self._readers = [Reader(self._start) for _ in range(self._processes)]
        self._idle = asyncio.Queue()
        for reader in self._readers:
            self._idle.put_nowait(reader)
        POOL_PROCESSES.set(self._processes)
        self._started.set()

    async def until_broken(self) -> None:
        """Never returns; raises what keeps the processes from starting, such as a mistake in rules or knowledge."""
        await self._started.wait()
        starts = [asyncio.ensure_future(self._make_ready(reader)) for reader in self._readers]
        try:
            await self._failed.wait()
            self._raise_failure()
        finally:
            for start in starts:
                start.cancel()

    def _raise_failure(self) -> None:
        if self._failure is not None:
            raise self._failure

    async def _make_ready(self, reader: Reader) -> None:
        try:
            await in_thread(reader.wait_until_ready)
        except StoppedError:
            pass
        except PactwatchError as failure:
            self._fail(failure)

    def _fail(self, failure: PactwatchError) -> None:
        self._failure = failure
        self._failed.set()

    def _keep(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def submit(self, page: Page) -> None:
        """Take a page. Returns at once while there is room, and waits for it otherwise.

        A heavy page is a batch of its own, and is waited for: until it is read its bytes are in the way of others.
        """
        self.start()
        POOL_WAITING.inc()
        if len(page.body) >= HEAVY:
            await asyncio.wait({await self._begun([page])})
            return
        self._buffer.append(page)
        self._bytes += len(page.body)
        if len(self._buffer) >= BATCH_PAGES or self._bytes >= BATCH_BYTES:
            await self._dispatch()
        elif self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(LINGER_S, self._linger_over)

    def _linger_over(self) -> None:
        self._timer = None
        self._keep(self._dispatch())

    async def _dispatch(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        batch, self._buffer, self._bytes = self._buffer, [], 0
        if not batch:
            return
        await self._begun(batch)

    async def _begun(self, batch: list[Page]) -> asyncio.Task[None]:
        await self._free.acquire()
        return self._keep(self._run(batch))

    async def _run(self, batch: list[Page]) -> None:
        try:
            async with turn_of(max(len(page.body) for page in batch)):
                results = await self._read(batch)
        except StoppedError:
            return
        except PactwatchError as failure:
            self._fail(failure)
            return
        finally:
            self._free.release()
        await self._done(results)

    async def _read(self, batch: list[Page]) -> list[Processed]:
        """The result of each page, by the next process that is idle."""
        idle = self._idle
        reader = await idle.get()
        POOL_WAITING.dec(len(batch))
        POOL_BUSY.inc()
        try:
            with tracing.span("extract batch", pages=len(batch)):
                results = await in_thread(reader.read, batch)
                _measure(results)
                return results
        finally:
            POOL_BUSY.dec()
            idle.put_nowait(reader)

    async def drain(self) -> None:
        """Wait until every submitted page has come out and `done` has taken it."""
        while self._buffer or self._tasks:
            await self._dispatch()
            if self._tasks:
                await asyncio.wait(set(self._tasks))
        self._raise_failure()

    def stop(self) -> None:
        """End the processes; what they are working on is lost and will be fetched again."""
        readers, self._readers = self._readers, []
        POOL_PROCESSES.set(0)
        POOL_WAITING.set(0)              # who waits now waits in vain
        for reader in readers:
            reader.stop()


def _measure(results: Sequence[Processed]) -> None:
    """Note what each step took with each page; a page without an article has no steps."""
    for result in results:
        for name, began, ended in zip(STEPS, result.steps, result.steps[1:], strict=False):
            PAGE_SECONDS.labels(name).observe(max(0.0, ended - began))
            tracing.record(name, began, ended, source=result.source_id, article=result.address_id)
