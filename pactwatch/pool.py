"""A warm pool of extraction processes: batches in, processed pages out, back-pressure in between."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from pathlib import Path

from core.logs import get_logger
from core.memory import turn_of
from core.records import Outcome, Page, Processed
from pactwatch import extraction_worker

log = get_logger("pool")

BATCH_PAGES = 16  # a pool costs 3 to 5 % over in-process work in batches of about this size
BATCH_BYTES = 2 * 1024 * 1024  # so that a batch of huge pages does not fill the pipe or one worker's memory
LINGER_S = 0.1  # how long a page waits for company
START_LIMIT_S = 120.0
# Seconds of a worker for a batch, and again for the one page that it is found to have hung on: together under 30.
# Most pages that loop end before, by the worker's own limit for each page.
PAGE_LIMIT_S = 14.0


class ExtractionPool:
    """Hands pages to worker processes and their results to `done`. `submit` waits while the pool is full."""

    def __init__(
        self,
        processes: int,
        knowledge_dirs: Sequence[Path],
        rule_dirs: Sequence[Path],
        done: Callable[[list[Processed]], Awaitable[None]],
        *,
        work: Callable[[Sequence[Page]], list[Processed]] = extraction_worker.work,
        page_limit_s: float = PAGE_LIMIT_S,
    ) -> None:
        self._processes = processes or os.cpu_count() or 1
        self._dirs = (tuple(knowledge_dirs), tuple(rule_dirs))
        self._done, self._work, self._page_limit_s = done, work, page_limit_s
        self._executor: ProcessPoolExecutor | None = None
        self._warm: list[Future[bool]] = []
        self._started = asyncio.Event()
        self._buffer: list[Page] = []
        self._bytes = 0
        self._timer: asyncio.TimerHandle | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        # One batch in work and one in reserve for each process: enough to keep them busy, little to lose in a crash.
        self._free = asyncio.Semaphore(2 * self._processes)
        # The time limit of a batch runs only while a process works on it.
        self._turn = asyncio.Semaphore(self._processes)

    def start(self) -> None:
        """Start the processes, unless they run; they load their knowledge while the first pages are being fetched."""
        if self._executor is not None:
            return
        context = multiprocessing.get_context("spawn")
        self._executor = ProcessPoolExecutor(
            self._processes, mp_context=context, initializer=extraction_worker.warm, initargs=self._dirs
        )
        self._warm = [self._executor.submit(extraction_worker.ready) for _ in range(self._processes)]
        for future in self._warm:
            # Whoever waits for a process hears of its end; nobody may be waiting when a short pass is over.
            future.add_done_callback(lambda done: done.cancelled() or done.exception())
        self._started.set()

    async def until_broken(self) -> None:
        """Never returns; raises the user's mistake in rules or knowledge that keeps the processes from starting."""
        await self._started.wait()
        with suppress(BrokenProcessPool, TimeoutError):  # a lost process is replaced when its batch is noticed missing
            await self._wait_until_warm()
        await asyncio.Event().wait()

    async def _wait_until_warm(self) -> None:
        waiting = [asyncio.wrap_future(f) for f in self._warm]
        for future in waiting:  # of several that end with their process, the first one is raised and the others are not
            future.add_done_callback(lambda done: done.cancelled() or done.exception())
        done, late = await asyncio.wait(waiting, timeout=START_LIMIT_S)
        for future in done:
            future.result()
        if late:
            raise TimeoutError

    async def submit(self, page: Page) -> None:
        """Take a page. Returns at once while there is room, and waits for it otherwise."""
        self.start()
        self._buffer.append(page)
        self._bytes += len(page.body)
        if len(self._buffer) >= BATCH_PAGES or self._bytes >= BATCH_BYTES:
            await self._dispatch()
        elif self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(LINGER_S, self._linger_over)

    def _linger_over(self) -> None:
        self._timer = None
        task = asyncio.ensure_future(self._dispatch())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _dispatch(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        batch, self._buffer, self._bytes = self._buffer, [], 0
        if not batch:
            return
        await self._free.acquire()
        task = asyncio.ensure_future(self._run(batch))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _run(self, batch: list[Page]) -> None:
        try:
            results = await self._attempt(batch)
            if results is None:
                # Something in the batch killed or hung its process: one page at a time shows which.
                results = []
                for page in batch:
                    results += await self._attempt([page]) or [_lost(page, self._page_limit_s)]
        finally:
            self._free.release()
        await self._done(results)

    async def _attempt(self, batch: list[Page]) -> list[Processed] | None:
        """The results of a batch, or None where its process died or took too long."""
        async with turn_of(max(len(page.body) for page in batch)), self._turn:
            return await self._timed(batch)

    async def _timed(self, batch: list[Page]) -> list[Processed] | None:
        executor = self._executor
        assert executor is not None
        try:
            # The limit is for the pages; a process that has just been started loads its knowledge first.
            await self._wait_until_warm()
            future = asyncio.get_running_loop().run_in_executor(executor, self._work, batch)
            # Nobody waits for it any more when the pool is replaced after the time limit.
            future.add_done_callback(lambda done: done.cancelled() or done.exception())
            return await asyncio.wait_for(future, self._page_limit_s)
        except (BrokenProcessPool, TimeoutError) as failure:
            log.warning("extraction process lost", pages=len(batch), cause=type(failure).__name__)
            if self._executor is executor:  # the first of several batches to notice replaces the pool
                self.stop()
                self.start()
            return None

    async def drain(self) -> None:
        """Wait until every submitted page has come out and `done` has taken it."""
        while self._buffer or self._tasks:
            await self._dispatch()
            if self._tasks:
                await asyncio.wait(set(self._tasks))

    def stop(self) -> None:
        """End the processes; what they are working on is lost and will be fetched again."""
        if self._executor is not None:
            self._kill(self._executor)
            self._executor = None

    @staticmethod
    def _kill(executor: ProcessPoolExecutor) -> None:
        processes = list((executor._processes or {}).values())  # noqa: SLF001 - a hung process has no public way to be ended
        for process in processes:
            process.terminate()
        executor.shutdown(wait=False, cancel_futures=True)


def _lost(page: Page, limit_s: float) -> Processed:
    return Processed(
        page.address_id,
        page.source_id,
        page.url,
        page.fetched_at,
        Outcome.EXTRACTION_FAILED,
        f"the extraction process died or took too long on this page (more than {limit_s:.0f} s)",
        status=page.status,
        size=len(page.body),
        duration_ms=page.duration_ms,
    )
