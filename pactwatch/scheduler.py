"""`serve`: a handful of recurring jobs on one loop. What is due stands in the database; this only ticks."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta

from apscheduler.executors.asyncio import AsyncIOExecutor
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from core.clock import now
from core.errors import RetryLater, StopWork
from core.logs import bound, get_logger
from core.metrics import JOB_DONE_AT, JOB_RUNS, JOB_SECONDS, TICK_AT

log = get_logger("scheduler")

CLOCK_CHECK_S = 15.0
SILENT_S = 60.0  # without a tick for so long, something is wrong
FIRST_WAIT_S, LONGEST_WAIT_S = 10.0, 300.0  # after a failure that may pass by itself
CLOCK_JUMP_S = 60.0  # a wall clock that moved this much against the monotonic one was set, or the machine slept

Job = Callable[[], Awaitable[None]]


class Scheduler:
    """Runs jobs at their intervals, each at most once at a time, and again at once after the machine slept."""

    def __init__(self) -> None:
        self._scheduler = AsyncIOScheduler(
            executors={"default": AsyncIOExecutor()},
            timezone="UTC",
            # A late job runs late, once: the default grace of one second would drop it silently. A second instance
            # ends at once, in `_guarded`; APScheduler would warn of it every few seconds while a pass goes on.
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 2},
        )
        self._ticked = time.monotonic()
        self._running: set[str] = set()
        self._failures: dict[str, int] = {}
        self._not_before: dict[str, float] = {}
        # Ends in the error after which going on would do harm.
        self.broken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._watch: asyncio.Task[None] | None = None

    def problem(self) -> str | None:
        """What is wrong where it does not tick: jobs are looked for every few seconds, also while they run."""
        silent = time.monotonic() - self._ticked
        return f"no tick for {silent:.0f} s" if silent > SILENT_S else None

    def every(self, seconds: float, name: str, job: Job) -> None:
        """Run a job now and then every so many seconds. A job that fails is logged and comes again."""
        self._scheduler.add_job(
            self._guarded, "interval", seconds=seconds, args=(name, job), id=name, next_run_time=now()
        )

    async def _guarded(self, name: str, job: Job) -> None:
        self._ticked = time.monotonic()
        TICK_AT.set(time.time())
        # A job that is running, or has to wait after a failure, lets its turn go by.
        if name in self._running or time.monotonic() < self._not_before.get(name, 0.0):
            return
        self._running.add(name)
        began, result = time.monotonic(), "failed"
        try:
            with bound(job=name):
                await job()
            result = "done"
            JOB_DONE_AT.labels(name).set(time.time())
        except StopWork as failure:
            log.critical("stopping", job=name, problem=str(failure))
            if not self.broken.done():
                self.broken.set_exception(failure)
            self._failures.pop(name, None)
        except RetryLater as failure:
            result = "put_off"
            self._put_off(name, failure)
        except Exception:  # the boundary of a job: the next tick comes all the same
            log.exception("job failed", job=name)
        finally:
            self._running.discard(name)
            JOB_RUNS.labels(name, result).inc()
            JOB_SECONDS.labels(name).observe(time.monotonic() - began)

    def _put_off(self, name: str, failure: RetryLater) -> None:
        """Wait before the next try, longer each time: a full disk may take hours to be mended."""
        failures = self._failures[name] = self._failures.get(name, 0) + 1
        wait = failure.after or min(LONGEST_WAIT_S, FIRST_WAIT_S * 2 ** (failures - 1))
        self._not_before[name] = time.monotonic() + wait
        log.warning("job failed, will try again", job=name, problem=str(failure), wait_s=round(wait))

    def start(self) -> None:
        """Start ticking."""
        self._scheduler.start()
        self._watch = asyncio.ensure_future(self._watch_clock())

    async def _watch_clock(self) -> None:
        """APScheduler sleeps towards a wall-clock time; when the clock is set back it would sleep too long."""
        wall, steady = time.time(), time.monotonic()
        while True:
            await asyncio.sleep(CLOCK_CHECK_S)
            drift = (time.time() - wall) - (time.monotonic() - steady)
            wall, steady = time.time(), time.monotonic()
            if abs(drift) > CLOCK_JUMP_S:
                log.warning("clock moved", seconds=round(drift))
                for job in self._scheduler.get_jobs():
                    job.modify(next_run_time=now() + timedelta(seconds=0.1))

    async def stop(self, wait_s: float) -> None:
        """Stop ticking, and give running jobs so many seconds to end."""
        if self._watch is not None:
            self._watch.cancel()
        self._scheduler.pause()
        until = time.monotonic() + wait_s
        while self._running and time.monotonic() < until:  # noqa: ASYNC110 - jobs end in many places, once a process
            await asyncio.sleep(0.05)
        if self._running:
            log.warning("jobs cut short", jobs=sorted(self._running))
        self._scheduler.shutdown(wait=False)
