"""The queue in PostgreSQL: jobs are invitations. Each waits there once; those of lost workers are given to others."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic

import procrastinate
import psycopg
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException, UniqueViolation
from procrastinate.jobs import Job as Queued
from procrastinate.jobs import Status
from procrastinate.manager import JobManager
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from archive.engine import plain_address
from archive.queue_tables import SCHEMA
from core.errors import DatabaseAwayError
from core.logs import get_logger
from pactwatch.runner import Job

log = get_logger("queue")

HEARTBEAT_S = 5.0
STALLED_S = 20.0  # without a heartbeat a worker counts as gone
MOST_ATTEMPTS = 20  # times that a job is given to another worker
_UNLOCKED = {"crawl"}  # two of one part share it out by their claims on sources; for all others one at a time is enough
_FINISH_AGAIN_S = 1.0
_CLEAN_S, _KEEP_HOURS = 3600.0, 24  # how often jobs are removed that failed, and after how long


class PatientJobs(JobManager):
    """Procrastinate's manager, which does not leave a job running for ever when its end cannot be written at once."""

    async def finish_job(self, job: Queued, status: Status, delete_job: bool) -> None:
        """Write the end of a job, however long the server is away."""
        while True:
            try:
                await super().finish_job(job, status, delete_job)
            except ConnectorException as failure:
                if has_ended(failure):
                    return  # it was given to another worker meanwhile
                log.warning("end of a job not written yet", problem=str(failure.__cause__).strip())
                await asyncio.sleep(_FINISH_AGAIN_S)
            else:
                return


def has_ended(failure: ConnectorException) -> bool:
    """Whether a job could not be changed because it has ended already."""
    return isinstance(failure.__cause__, psycopg.errors.RaiseException)


def make_app(url: str) -> procrastinate.App:
    """Procrastinate on the archive's server, with its tables in a schema of their own. It is not open yet."""
    address = plain_address(url)
    options = f"{conninfo_to_dict(address).get('options') or ''} -c search_path={SCHEMA}".strip()
    conninfo = make_conninfo(address, options=options)
    connector = procrastinate.PsycopgConnector(conninfo=conninfo, min_size=1, max_size=4, timeout=10.0)
    app = procrastinate.App(connector=connector)
    app.job_manager = PatientJobs(app.connector)
    return app


@contextmanager
def naming_loss() -> Iterator[None]:
    """Raise DatabaseAwayError for what says that the server is away."""
    try:
        yield
    except (ConnectorException, psycopg.Error) as failure:
        said = str(failure.__cause__ or failure).strip().splitlines() or ["no word from it"]
        raise DatabaseAwayError(f"the queue's server is away: {said[0]}") from failure


async def opened(app: procrastinate.App) -> None:
    """Connect. Raises DatabaseAwayError where the server is away; nothing is left open then."""
    try:
        with naming_loss():
            await app.open_async()
    except DatabaseAwayError:
        await app.close_async()
        raise


class QueueRunner:
    """Has jobs done by workers. Implements `pactwatch.runner.JobRunner`."""

    def __init__(self, url: str, app: procrastinate.App | None = None) -> None:
        """With an `app` that somebody else opens and closes."""
        self._url, self._app, self._own = url, app, app is None
        self._opening = asyncio.Lock()
        self._clean_at = monotonic()

    async def _opened(self) -> procrastinate.App:
        async with self._opening:
            if self._app is None:
                app = make_app(self._url)
                await opened(app)
                self._app = app
        return self._app

    async def submit(self, *jobs: Job) -> None:
        """Put jobs into their queues; those that wait there already are left out."""
        if not jobs:
            return
        app = await self._opened()
        for job in jobs:
            task = app.configure_task(job.name, queue=job.name, queueing_lock=job.key,
                                      lock=None if job.name in _UNLOCKED else job.key)
            with naming_loss():
                try:
                    await task.defer_async(**job.arguments)
                except AlreadyEnqueued:
                    continue

    async def rescue(self) -> None:
        """Give jobs to others whose worker has not been heard of."""
        manager = (await self._opened()).job_manager
        with naming_loss():
            for job in await manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_S):
                again = job.attempts < MOST_ATTEMPTS
                log.warning("job rescued" if again else "job given up", queue=job.queue, job=job.id)
                try:
                    if again:
                        await manager.retry_job(job)
                        continue
                except UniqueViolation:  # somebody has invited to the same again
                    pass
                except ConnectorException as failure:
                    if has_ended(failure):
                        continue
                    raise
                await manager.finish_job(job, Status.FAILED, delete_job=again)
            if monotonic() >= self._clean_at:
                self._clean_at = monotonic() + _CLEAN_S
                await manager.delete_old_jobs(_KEEP_HOURS, include_failed=True, include_cancelled=True,
                                              include_aborted=True)

    async def close(self) -> None:
        """Close the connections."""
        if self._app is not None and self._own:
            await self._app.close_async()
            self._app = None


