"""What jobs do: one function for each kind, whoever calls it. What is due stands in the database; a job looks there.

So a job that is lost, comes twice or was cut short does no harm: the next look invites to what is left.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from alerts.deliver import Courier
from alerts.digest import build_due_digests
from alerts.health import look_after
from alerts.tick import announce_routes
from archive import catalogue, replays
from archive.engine import Engine, writing
from archive.retention import prune
from core.clock import now
from core.errors import PactwatchError
from core.logs import get_logger
from core.settings import RouteSettings
from core.workspace import Workspace
from pactwatch.backfill_shard import FileShards
from pactwatch.crawl import Newsdesk
from pactwatch.crawling import Crawling
from pactwatch.loop import in_thread
from pactwatch.parts import Part
from pactwatch.present import Present
from pactwatch.replay_shard import RangeShards
from pactwatch.runner import Job, JobRunner, LocalRunner

log = get_logger("jobs")

LEASE = timedelta(seconds=45)  # of what a worker claims: another one does it within a minute where it is lost
_KEPT = timedelta(days=7)  # of replays that are over


class Work:
    """The job functions of one process, and what they keep warm between jobs."""

    def __init__(
        self, space: Workspace, engine: Engine, stop: asyncio.Event, lease: timedelta = catalogue.LEASE
    ) -> None:
        self._space, self._engine, self._stop = space, engine, stop
        self.runner: JobRunner = LocalRunner(self.do)  # what has the jobs done to which a job leads
        self._lease = lease
        self._crawling: Crawling | None = None
        self._silence = threading.Event()
        self._courier = Courier(engine, space.settings, stop=self._silence)
        self._files = FileShards(space, engine, lease, stop)
        self._ranges = RangeShards(space, engine, lease, stop)
        self._tasks: set[asyncio.Task[None]] = set()
        self._jobs: dict[str, Callable[..., Coroutine[Any, Any, None]]] = {
            "crawl": self.crawl, "deliver": self.deliver, "digest": self.digest, "backfill": self.backfill,
            "replay": self.replay, "housekeeping": self.housekeeping,
        }

    async def do(self, job: Job) -> None:
        """Do a job."""
        await self._jobs[job.name](**job.arguments)

    @property
    def crawled(self) -> bool:
        """Whether a pass of this process has ended."""
        return self._crawling is not None and self._crawling.passes > 0

    @property
    def crawling(self) -> Crawling:
        """The crawl; made when it is first asked for, since it loads much that other jobs have no use for."""
        if self._crawling is None:
            desk = Newsdesk(self._space, self._engine, self._lease)
            self._crawling = Crawling(desk, Present(self._space), self._stop, self._hits_were_stored,
                                      shared=self._space.settings.jobs.shared)
        return self._crawling

    async def crawl(self, part: int = 0, of: int = 1) -> None:
        """Poll the sources of a part of the hosts that are due, and store what they bring."""
        await self.crawling.crawl(Part(part, of))

    async def deliver(self, channel: str | None = None) -> None:
        """Send what waits for a channel, or for all of them."""
        counts = await in_thread(self._courier.deliver, channel)
        if counts.sent or counts.failed or counts.possibly_sent:
            log.info("messages", **asdict(counts))

    async def digest(self, route: str | None = None, crawled: bool = True) -> None:
        """Write the digests of a route that are due, or of all routes."""
        routes = [one for one in self._space.settings.routes if route is None or one.name == route]
        if await in_thread(self._build, routes, crawled) and route is not None:
            await self.runner.submit(*(Job("deliver", {"channel": one.channel}) for one in routes))

    def _build(self, routes: Sequence[RouteSettings], crawled: bool) -> int:
        announce_routes(self._engine, self._space.settings, now())
        return build_due_digests(self._engine, routes, now(), crawled=crawled)

    async def backfill(self, shard: int) -> None:
        """Read a file of old pages into the archive, from where it was left."""
        await self._files.do(shard)

    async def replay(self, shard: int) -> None:
        """Try a rule on a range of articles."""
        await self._ranges.do(shard)

    async def housekeeping(self, task: str) -> None:
        """Look after the sources (`health`), or remove what need not be kept (`prune`)."""
        if task == "health":
            changes = await in_thread(look_after, self._engine, self._space.settings, now())
            if changes:
                log.warning("sources changed", changes=changes)
        elif task == "prune":
            done = await in_thread(prune, self._engine, self._space.settings.retention, now(), self._stop.is_set)
            await in_thread(self._forget_replays)
            log.info("housekeeping", **asdict(done))

    def _forget_replays(self) -> None:
        with writing(self._engine) as connection:
            replays.forget(connection, now() - _KEPT)

    def _hits_were_stored(self) -> None:
        """Alerts do not wait for the end of the pass, nor for the next look."""
        task = asyncio.ensure_future(self._send())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _send(self) -> None:
        with suppress(PactwatchError):  # the next look meets the same, and tells it
            waiting = await in_thread(self._courier.waiting)
            await self.runner.submit(*(Job("deliver", {"channel": channel}) for channel in waiting))

    def hush(self) -> None:
        """Begin no further message."""
        self._silence.set()

    async def close(self, wait_s: float) -> None:
        """End what goes on, within so many seconds; what is left is for the next who looks."""
        self.hush()
        if self._crawling is not None:
            with suppress(TimeoutError):
                async with asyncio.timeout(wait_s):
                    await self._crawling.until_idle()
            self._crawling.desk.close()
        self._files.close()
        self._ranges.close()
