"""The scheduler: jobs come again, alone, and whatever happened to them before."""

from __future__ import annotations

import asyncio
import time

import pytest

from core.errors import DatabaseFullError
from pactwatch import scheduler as module
from pactwatch.scheduler import Scheduler


def run_for(seconds: float, *jobs: tuple[float, str, object], wait_s: float = 2.0) -> float:
    async def main() -> float:
        scheduler = Scheduler()
        for interval, name, job in jobs:
            scheduler.every(interval, name, job)  # type: ignore[arg-type]
        scheduler.start()
        await asyncio.sleep(seconds)
        began = time.monotonic()
        await scheduler.stop(wait_s)
        return time.monotonic() - began

    return asyncio.run(main())


def test_a_job_runs_at_once_and_then_again() -> None:
    runs: list[float] = []

    async def job() -> None:
        runs.append(time.monotonic())

    run_for(0.9, (0.3, "job", job))
    assert 2 <= len(runs) <= 4


def test_a_job_that_fails_comes_again() -> None:
    runs: list[int] = []

    async def job() -> None:
        runs.append(1)
        raise RuntimeError("broken")

    run_for(0.9, (0.3, "job", job))
    assert len(runs) >= 2


def test_a_slow_job_is_never_run_twice_at_once() -> None:
    at_once: list[int] = []
    running = 0

    async def job() -> None:
        nonlocal running
        running += 1
        at_once.append(running)
        await asyncio.sleep(0.5)
        running -= 1

    run_for(0.9, (0.1, "job", job))
    assert max(at_once) == 1


def test_stopping_waits_for_a_running_job_but_not_for_ever() -> None:
    ended: list[int] = []

    async def job() -> None:
        await asyncio.sleep(0.6)
        ended.append(1)

    assert run_for(0.2, (60, "job", job)) < 1.5
    assert ended == [1]

    async def endless() -> None:
        await asyncio.sleep(30)

    assert run_for(0.2, (60, "endless", endless), wait_s=0.3) < 1.5


def test_a_job_that_fails_for_now_waits_longer_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "FIRST_WAIT_S", 0.2)
    runs: list[float] = []

    async def job() -> None:
        runs.append(time.monotonic())
        raise DatabaseFullError

    run_for(1.0, (0.05, "job", job))
    assert 2 <= len(runs) <= 3  # after 0.2 and 0.6 seconds, where every turn would be 20
