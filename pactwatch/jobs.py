"""What `run` and `serve` do, out of crawl, alerts and schedule."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict
from time import monotonic
from typing import TYPE_CHECKING, Any

from alerts.deliver import Courier
from alerts.health import look_after
from alerts.tick import announce_routes, tick
from archive import ticks
from archive.engine import Engine, writing
from core.clock import now
from core.errors import SourceFileError, StopWork
from core.logs import get_logger
from core.records import Outcome
from core.settings import NO_CONTACT
from core.tracing import tracing
from core.workspace import Workspace
from pactwatch.asking import Archive
from pactwatch.crawl import Newsdesk
from pactwatch.intake import LOOK_S
from pactwatch.loop import in_thread, run_in_loop
from pactwatch.planning import Plan, SharedPlan, WholePlan
from pactwatch.present import Present
from pactwatch.routing import idle_names
from pactwatch.runner import Job, JobRunner
from pactwatch.scheduler import Scheduler
from pactwatch.summary import PassSummary
from pactwatch.work import LEASE, Work
from pipeline.rulebook import load_rules
from scrapers.source import SourceFile

if TYPE_CHECKING:
    from alerts.socket_mode import Listener
    from web.watch import Watch

log = get_logger("jobs")

HEALTH_S = 600.0  # how often it compares sources with their past
PRUNE_S = 86_400.0  # how often it removes what the settings say need not be kept
TICK_S = 15.0  # how often it looks for digests and messages that are due
PATIENCE_S = 60.0  # what the first digest of a new route waits for the first pass
RESCUE_S = 10.0  # how often it looks for jobs whose worker is gone
STOP_S = 11.0  # what running jobs have after SIGTERM; the process promises to be gone in 15

Changed = Callable[[PassSummary], None]


def run_once(
    space: Workspace,
    engine: Engine,
    sources: Mapping[str, SourceFile],
    broken: Sequence[SourceFileError],
    *,
    only: Collection[str] | None = None,
    everything: bool = False,
    progress: Changed = lambda _: None,
    courier: Courier | None = None,
    kind: str = "run",
    hold: bool = False,
) -> PassSummary:
    """One pass: crawl, store, then send what is due unless `hold` leaves that for later. Ends by itself."""
    announce_routes(engine, space.settings, now())

    async def main(stop: asyncio.Event) -> PassSummary:
        desk = Newsdesk(space, engine)
        try:
            await desk.check()
            summary = await desk.run_pass(
                sources, kind=kind, stop=stop, everything=everything, only=only, changed=progress
            )
        finally:
            desk.close()
        note_broken(summary, broken)
        if not stop.is_set() and not hold:
            await in_thread(look_after, engine, space.settings, now())
            summary.deliveries = asdict(await in_thread(tick, engine, space.settings, now(), courier))
        return summary

    with tracing():
        return run_in_loop(main)


def note_broken(summary: PassSummary, broken: Sequence[SourceFileError]) -> None:
    """Put source files that cannot be read into the summary: their outlets are not watched, and somebody must know."""
    for failure in broken:
        tally = summary.tally(failure.file.rpartition("/")[2].rpartition(".")[0])
        tally.outcome, tally.reason = str(Outcome.INVALID), str(failure)


def serve_forever(space: Workspace, engine: Engine) -> None:
    """Watch sources and send messages until SIGTERM or SIGINT."""
    with tracing():
        run_in_loop(lambda stop: _Service(space, engine, stop).run())


class _Service:
    """What `serve` looks at again and again. Due times stand in the database, so a restart changes nothing.

    The work is done in this process, or by workers: then of any number of services one looks, each time.
    """

    def __init__(self, space: Workspace, engine: Engine, stop: asyncio.Event) -> None:
        self._space, self._engine, self._stop = space, engine, stop
        self._shared = space.settings.jobs.shared
        self._began = monotonic()
        self._work: Work | None = None
        self._plan: Plan = WholePlan()
        self._runner: JobRunner
        if self._shared:
            from pactwatch.workers.queue import QueueRunner

            self._plan = SharedPlan(space, engine, Present(space), LEASE)
            self._runner = QueueRunner(space.settings.database_url)
        else:
            self._work = Work(space, engine, stop)
            self._runner = self._work.runner

    async def run(self) -> None:
        """Run until stopped."""
        from web.monitor import begin
        from web.watch import Watch

        scheduler = Scheduler()
        if self._work is not None:
            await self._work.crawling.desk.check()
        announce_routes(self._engine, self._space.settings, now())
        rules, broken = load_rules(*self._space.rule_dirs)
        for failure in broken:
            log.error("rule file is wrong", problem=str(failure))
        for problem in idle_names(self._space.settings, rules, broken):
            log.error("route without its rule", problem=problem)
        if not self._space.settings.crawl.contact:
            log.warning("no contact", problem=NO_CONTACT)
        self._look(scheduler, LOOK_S, "crawl", self._plan.crawl)
        self._look(scheduler, TICK_S, "alerts", lambda: self._plan.alerts(self._has_crawled()))
        self._look(scheduler, HEALTH_S, "health", lambda: (Job("housekeeping", {"task": "health"}),))
        self._look(scheduler, PRUNE_S, "housekeeping", lambda: (Job("housekeeping", {"task": "prune"}),))
        if isinstance(self._plan, SharedPlan):
            self._look(scheduler, TICK_S, "shards", self._plan.shards)
            self._look(scheduler, RESCUE_S, "rescue", tuple)
        watch = Watch(self._space.settings, self._engine, {"scheduler": scheduler.problem})
        listener, pages = self._listen(), self._show(watch)
        monitor = begin(self._space.settings, watch, self._stop)
        scheduler.start()
        log.info("serving", home=str(self._space.home), routes=len(self._space.settings.routes), shared=self._shared)
        stopped = asyncio.ensure_future(self._stop.wait())
        ends: set[asyncio.Future[Any]] = {stopped, scheduler.broken, *filter(None, (pages, monitor))}
        await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        self._stop.set()
        log.info("stopping")
        await self._end(scheduler, listener)
        for server in filter(None, (pages, monitor)):
            await server
        if scheduler.broken.done():
            await scheduler.broken

    async def _end(self, scheduler: Scheduler, listener: Listener | None) -> None:
        until = monotonic() + STOP_S
        if self._work is not None:
            self._work.hush()
        if listener is not None:
            await in_thread(listener.stop)
        await scheduler.stop(until - monotonic())
        if self._work is not None:
            await self._work.close(max(0.1, until - monotonic()))
        await self._runner.close()

    def _look(self, scheduler: Scheduler, every: float, name: str, plan: Callable[[], Sequence[Job]]) -> None:
        """Look what is to be done, now and then every so many seconds."""

        async def look() -> None:
            if self._shared and not await in_thread(self._have_turn, name, every):
                return
            if name == "rescue":
                await self._runner.rescue()
            await self._runner.submit(*await in_thread(plan))

        scheduler.every(every, name, look)

    def _have_turn(self, name: str, every: float) -> bool:
        with writing(self._engine) as connection:
            return ticks.take(connection, name, every, now())

    def _listen(self) -> Listener | None:
        """Listen for buttons and questions where there is a token for it."""
        token = self._space.settings.slack_app_token()
        if token is None:
            return None
        from alerts.socket_mode import Listener

        listener = Listener(self._engine, self._space.settings, token, Archive(self._space, self._engine).answer)
        listener.start()
        return listener

    def _show(self, watch: Watch) -> asyncio.Future[None] | None:
        """Show the pages where the settings say so. A second service on this machine goes on without them."""
        if not self._space.settings.web.enabled:
            return None
        from pactwatch.webtools import site_of
        from web.serving import address_of, bind, serve

        site = site_of(self._space, self._engine, watch=watch)
        try:
            listening = bind(site)
        except StopWork as failure:
            log.warning("no web pages", problem=str(failure))
            return None
        log.info("web pages", address=address_of(listening))
        return asyncio.ensure_future(serve(site, listening, self._stop))

    def _has_crawled(self) -> bool:
        """Whether a first digest may be made: after the first pass, or when that takes long."""
        return (self._work is not None and self._work.crawled) or monotonic() - self._began > PATIENCE_S
