"""`pactwatch worker`: takes jobs from the queue and does them, until it is told to stop."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from contextlib import suppress
from typing import Any

import procrastinate
from procrastinate.jobs import DeleteJobCondition

from alerts.tick import announce_routes
from archive.engine import Engine
from core import channels
from core.clock import now
from core.errors import DatabaseAwayError, RetryLater, StopWork
from core.logs import get_logger
from core.workspace import Workspace
from pactwatch.loop import run_in_loop
from pactwatch.runner import HEAVY, QUEUES, Job
from pactwatch.work import LEASE, Work
from pactwatch.workers.queue import HEARTBEAT_S, STALLED_S, QueueRunner, make_app, naming_loss, opened

log = get_logger("worker")

CONCURRENCY = 4  # light jobs at once; most of them wait for hosts
STOP_S = 11.0  # what jobs have after SIGTERM; the process promises to be gone in 15
DRAIN_S = 8.0  # of these, until jobs are cut short
PAUSE_S = (1.0, 15.0)  # between two looks whether the server is back: first and longest


def work_forever(space: Workspace, engine: Engine, queues: Collection[str], concurrency: int) -> None:
    """Do jobs of these queues until SIGTERM or SIGINT."""
    run_in_loop(lambda stop: _Worker(space, engine, stop, queues, concurrency).run())


class _Worker:
    def __init__(
        self, space: Workspace, engine: Engine, stop: asyncio.Event, queues: Collection[str], concurrency: int
    ) -> None:
        self._space, self._engine, self._stop = space, engine, stop
        self._light = [name for name in QUEUES if name in queues and name not in HEAVY]
        self._heavy = [name for name in QUEUES if name in queues and name in HEAVY]
        self._concurrency = concurrency
        self._work = Work(space, engine, stop, LEASE)
        self._away: str | None = None  # why no jobs come
        self._broken: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def run(self) -> None:
        """Run until stopped. A server that is away is waited for."""
        from web.monitor import begin
        from web.watch import Watch

        if "crawl" in self._light:
            await self._work.crawling.desk.check()
        announce_routes(self._engine, self._space.settings, now())
        watch = Watch(self._space.settings, self._engine, {"queue": lambda: self._away}, with_archive=False)
        monitor = begin(self._space.settings, watch, self._stop)
        log.info("working", home=str(self._space.home), queues=[*self._light, *self._heavy],
                 concurrency=self._concurrency)
        pause = PAUSE_S[0]
        while not (self._stop.is_set() or self._broken.done()):
            began = asyncio.get_running_loop().time()
            try:
                await self._take_jobs()
            except DatabaseAwayError as failure:
                self._away = str(failure)
                log.warning("no queue, will look again", problem=str(failure), wait_s=round(pause))
            if asyncio.get_running_loop().time() - began > PAUSE_S[1]:
                pause = PAUSE_S[0]
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stop.wait(), 0 if self._broken.done() else pause)
            pause = min(2 * pause, PAUSE_S[1])
        self._stop.set()
        log.info("stopping")
        await self._work.close(STOP_S - DRAIN_S)
        if monitor is not None:
            await monitor
        if self._broken.done():
            await self._broken

    async def _take_jobs(self) -> None:
        """Take jobs until stopped, or the server is away."""
        app = make_app(self._space.settings.database_url)
        for name in QUEUES:
            app.task(name=name, queue=name)(self._task(name))
        await opened(app)
        self._away = None
        try:
            with naming_loss():
                self._work.runner = QueueRunner(self._space.settings.database_url, app)
                await self._until_end([self._taking(app, queues, number) for queues, number in (
                    (self._light, self._concurrency), (self._heavy, 1)) if queues])
        finally:
            await app.close_async()

    def _taking(self, app: procrastinate.App, queues: list[str], number: int) -> asyncio.Future[None]:
        return asyncio.ensure_future(app.run_worker_async(
            queues=queues, name="-".join(queues), concurrency=number, install_signal_handlers=False,
            shutdown_graceful_timeout=DRAIN_S, delete_jobs=DeleteJobCondition.SUCCESSFUL,
            update_heartbeat_interval=HEARTBEAT_S, stalled_worker_timeout=STALLED_S))

    async def _until_end(self, taking: list[asyncio.Future[None]]) -> None:
        stopped = asyncio.ensure_future(self._stop.wait())
        ends: set[asyncio.Future[Any]] = {*taking, stopped, self._broken}
        try:
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        finally:
            if self._stop.is_set():
                self._work.hush()
            stopped.cancel()
            for one in taking:
                one.cancel()
            _, late = await asyncio.wait(taking, timeout=STOP_S if self._stop.is_set() else None)
            if late:
                log.warning("jobs cut short")
        for one in taking:
            if one.done() and not one.cancelled():
                one.result()

    def _task(self, name: str) -> Any:
        async def do(**arguments: Any) -> None:
            job = Job(name, arguments)
            shown = {key: channels.shown(value) if key == "channel" else value for key, value in arguments.items()}
            [failure] = await asyncio.gather(self._work.do(job), return_exceptions=True)
            if isinstance(failure, RetryLater):  # the next look invites to it again
                log.warning("job failed, will come again", job=name, problem=str(failure), **shown)
            elif isinstance(failure, StopWork):
                log.critical("stopping", job=name, problem=str(failure))
                if not self._broken.done():
                    self._broken.set_exception(failure)
            elif failure is not None:  # the queue keeps it as failed
                log.error("job failed", job=name, exc_info=failure, **shown)
                raise failure

        return do
