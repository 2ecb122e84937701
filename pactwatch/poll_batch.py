"""Polls and failed fetches that end at about the same time are written together: a commit each would cost more."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from archive import ledger, polls, turns
from archive.engine import Connection
from archive.polls import SourceResult
from core.clock import now
from core.fetching import FetchReport, Poll, Recorded
from pactwatch.turns import Turns
from pactwatch.writer import Writer
from scrapers.source import SourceFile

MOST = 100  # polls, or failed fetches, of one transaction
WAIT_S = 0.1  # how long a poll waits for others


class PollBatch:
    """Collects polls, failed fetches and results of sources, and writes them in order."""

    def __init__(self, writer: Writer, sources: Mapping[str, SourceFile], run_id: int, own: Turns,
                 settled: Callable[[str], None] = lambda _: None) -> None:
        self._settled = settled
        self._writer, self._sources, self._run_id, self._own = writer, sources, run_id, own
        self._polls: list[tuple[Poll, asyncio.Future[Recorded]]] = []
        self._reports: list[FetchReport] = []
        self._results: list[SourceResult] = []
        self._timer: asyncio.TimerHandle | None = None
        self._writing: set[asyncio.Task[None]] = set()

    def poll(self, poll: Poll) -> asyncio.Future[Recorded]:
        """Take a poll; the future holds what came of it."""
        future: asyncio.Future[Recorded] = asyncio.get_running_loop().create_future()
        self._polls.append((poll, future))
        self._soon()
        return future

    def report(self, report: FetchReport) -> None:
        """Take a fetch that brought no page."""
        self._reports.append(report)
        self._soon()

    def result(self, result: SourceResult) -> None:
        """Take how the poll of a source ended; it is written after that source's polls, and its turns are over."""
        self._own.leave(result.source_id)
        self._results.append(result)
        self._soon()

    def _soon(self) -> None:
        if len(self._polls) >= MOST or len(self._reports) >= MOST:
            self._begin()
        elif self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(WAIT_S, self._begin)

    def _begin(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        polls_, self._polls = self._polls, []
        reports, self._reports = self._reports, []
        results, self._results = self._results, []
        if polls_ or reports or results:
            task = asyncio.ensure_future(self._write(polls_, reports, results))
            self._writing.add(task)
            task.add_done_callback(lambda done: self._done(done, [future for _, future in polls_]))

    def _done(self, task: asyncio.Task[None], futures: Sequence[asyncio.Future[Recorded]]) -> None:
        failure = None if task.cancelled() else task.exception()
        for future in futures:
            if not future.done() and failure is not None:
                future.set_exception(failure)
                future.exception()  # most of them nobody awaits; `flush` raises it for all
        if failure is None:
            self._writing.discard(task)

    async def _write(
        self,
        waiting: Sequence[tuple[Poll, asyncio.Future[Recorded]]],
        reports: Sequence[FetchReport],
        results: Sequence[SourceResult],
    ) -> None:
        batch, over = [poll for poll, _ in waiting], self._own.done()
        recorded = await self._writer.call(self._record, batch, reports, results, over)
        for (_, future), one in zip(waiting, recorded, strict=True):
            if not future.done():
                future.set_result(one)
        for result in results:
            self._settled(result.source_id)

    def _record(
        self,
        connection: Connection,
        batch: Sequence[Poll],
        reports: Sequence[FetchReport],
        results: Sequence[SourceResult],
        over: Mapping[str, datetime],
    ) -> list[Recorded]:
        recorded = ledger.record_polls(connection, batch, now(), run_id=self._run_id)
        ledger.record_failures(connection, reports, now(), run_id=self._run_id)
        polls.finish(connection, results, self._sources, now())
        turns.give_back(connection, over)
        return recorded

    async def flush(self) -> None:
        """Write what is waiting. Raises what went wrong with any batch."""
        self._begin()
        while self._writing:
            tasks = list(self._writing)
            await asyncio.wait(tasks)
            self._writing.difference_update(tasks)
            for task in tasks:
                await task
