"""What `run` and `serve` do, out of crawl, alerts and schedule."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict
from time import monotonic
from typing import TYPE_CHECKING, Any

from alerts.deliver import Courier
from alerts.health import look_after
from alerts.tick import announce_routes, tick
from archive.engine import Engine
from archive.retention import prune
from core.clock import now
from core.errors import SourceFileError, StopWork
from core.logs import get_logger
from core.records import Outcome
from core.settings import NO_CONTACT
from core.tracing import tracing
from core.workspace import Workspace
from pactwatch.asking import Archive
from pactwatch.crawl import LOOK_S, Newsdesk
from pactwatch.files import fingerprint
from pactwatch.loop import in_thread, run_in_loop
from pactwatch.routing import idle_names
from pactwatch.scheduler import Scheduler
from pactwatch.summary import PassSummary
from pipeline.rulebook import load_rules
from scrapers.catalogue import load_sources
from scrapers.source import SourceFile

if TYPE_CHECKING:
    from alerts.socket_mode import Listener
    from web.watch import Watch

log = get_logger("jobs")

HEALTH_S = 600.0  # how often it compares sources with their past
PRUNE_S = 86_400.0  # how often it removes what the settings say need not be kept
TICK_S = 15.0  # how often it looks for digests and messages that are due
PATIENCE_S = 60.0  # what the first digest of a new route waits for the first pass
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
    """The jobs of `serve`. Due times stand in the database, so a restart or a second service changes nothing."""

    def __init__(self, space: Workspace, engine: Engine, stop: asyncio.Event) -> None:
        self._space, self._engine, self._stop = space, engine, stop
        self._desk = Newsdesk(space, engine)
        self._silence = threading.Event()
        self._courier = Courier(engine, space.settings, stop=self._silence)
        self._crawled = False
        self._began = monotonic()
        self._files = fingerprint(())
        self._sources: dict[str, SourceFile] = {}

    async def run(self) -> None:
        """Run until stopped."""
        from web.monitor import begin
        from web.watch import Watch

        scheduler = Scheduler()
        await self._desk.check()
        announce_routes(self._engine, self._space.settings, now())
        rules, broken = load_rules(*self._space.rule_dirs)
        for failure in broken:
            log.error("rule file is wrong", problem=str(failure))
        for problem in idle_names(self._space.settings, rules, broken):
            log.error("route without its rule", problem=problem)
        if not self._space.settings.crawl.contact:
            log.warning("no contact", problem=NO_CONTACT)
        scheduler.every(LOOK_S, "crawl", self._crawl)
        scheduler.every(TICK_S, "alerts", self._alert)
        scheduler.every(HEALTH_S, "health", self._look_after)
        scheduler.every(PRUNE_S, "housekeeping", self._prune)
        watch = Watch(self._space.settings, self._engine, {"scheduler": scheduler.problem})
        listener, pages = self._listen(), self._show(watch)
        monitor = begin(self._space.settings, watch, self._stop)
        scheduler.start()
        log.info("serving", home=str(self._space.home), routes=len(self._space.settings.routes))
        stopped = asyncio.ensure_future(self._stop.wait())
        ends: set[asyncio.Future[Any]] = {stopped, scheduler.broken, *filter(None, (pages, monitor))}
        await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        self._stop.set()
        log.info("stopping")
        self._silence.set()
        if listener is not None:
            await in_thread(listener.stop)
        await scheduler.stop(STOP_S)
        self._desk.close()
        for server in filter(None, (pages, monitor)):
            await server
        if scheduler.broken.done():
            await scheduler.broken

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

    def _present_sources(self) -> dict[str, SourceFile]:
        """The sources; read again only when a file changed, for reading hundreds of files every few seconds costs."""
        files = fingerprint(self._space.source_dirs)
        if files != self._files:
            self._sources, broken = load_sources(self._space.source_dirs)
            self._files = files
            log.info("sources read", sources=len(self._sources), broken=len(broken))
            for failure in broken:
                log.error("source file is wrong", problem=str(failure))
        return self._sources

    async def _crawl(self) -> None:
        """A pass; another one at once where it took so long that a look was left out."""
        began = monotonic()
        while await self._pass() and monotonic() - began > LOOK_S and not self._stop.is_set():
            began = monotonic()

    async def _pass(self) -> bool:
        """A pass over what is due; whether there was anything."""
        summary = await self._desk.run_pass(
            self._present_sources(), kind="serve", stop=self._stop, present=self._present_sources
        )
        self._crawled = True
        if summary.sources:
            log.info(
                "pass",
                run=summary.run,
                sources=len(summary.sources),
                fetched=summary.fetched,
                new=summary.new,
                updated=summary.updated,
                hits=summary.hits,
                failed=sorted(summary.failed_sources),
            )
        if summary.hits and not self._stop.is_set():
            await self._alert()
        return bool(summary.sources)

    async def _look_after(self) -> None:
        changes = await in_thread(look_after, self._engine, self._space.settings, now())
        if changes:
            log.warning("sources changed", changes=changes)

    async def _prune(self) -> None:
        done = await in_thread(prune, self._engine, self._space.settings.retention, now(), self._stop.is_set)
        log.info("housekeeping", **asdict(done))

    def _has_crawled(self) -> bool:
        """Whether a first digest may be made: after the first pass, or when that takes long."""
        return self._crawled or monotonic() - self._began > PATIENCE_S

    async def _alert(self) -> None:
        counts = await in_thread(tick, self._engine, self._space.settings, now(), self._courier, self._has_crawled())
        if counts.sent or counts.failed or counts.possibly_sent:
            log.info("messages", **asdict(counts))
