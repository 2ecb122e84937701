"""Jobs, and who has them done: this process at once, or workers that take them from a queue."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

QUEUES = ("crawl", "deliver", "digest", "backfill", "replay", "housekeeping")
HEAVY = ("backfill", "replay")  # jobs that take minutes and a whole pool of processes


@dataclass(frozen=True, slots=True)
class Job:
    """An invitation to look what is due of something. The database says what that is, so a job may come twice."""

    name: str  # one of QUEUES: each kind has a queue of its own
    arguments: Mapping[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """What may wait in a queue only once."""
        return ":".join((self.name, *(str(value) for value in self.arguments.values())))


Do = Callable[[Job], Awaitable[None]]


class JobRunner(Protocol):
    """Has jobs done, each at least once."""

    async def submit(self, *jobs: Job) -> None:
        """Do jobs in this order, or have them done; those that run or wait already are left out."""

    async def rescue(self) -> None:
        """Have jobs done by others whose worker is gone."""

    async def close(self) -> None:
        """Submit nothing more."""


class LocalRunner:
    """Does jobs in this process. What goes wrong with one is raised."""

    def __init__(self, do: Do) -> None:
        self._do = do
        self._running: set[str] = set()

    async def submit(self, *jobs: Job) -> None:
        """Do jobs in this order; those that run already are left out."""
        for job in jobs:
            if job.key in self._running:
                continue
            self._running.add(job.key)
            try:
                await self._do(job)
            finally:
                self._running.discard(job.key)

    async def rescue(self) -> None:
        """There is only this process."""

    async def close(self) -> None:
        """Nothing is held."""
