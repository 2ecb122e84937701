"""What is to be done now, as jobs. It only looks; two that look at once invite to the same, which is then done once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Protocol

from alerts.deliver import Courier
from alerts.digest import slots_without_digest
from alerts.tick import announce_routes
from archive import backfills, catalogue, replays
from archive.engine import Engine, reading, writing
from core.clock import now
from core.workspace import Workspace
from pactwatch.crawl import AHEAD
from pactwatch.intake import Sources
from pactwatch.parts import part_of
from pactwatch.runner import Job
from scrapers.source import SourceFile


class Plan(Protocol):
    """What a look finds to do."""

    def crawl(self) -> Sequence[Job]:
        """Sources that are due."""

    def alerts(self, crawled: bool) -> Sequence[Job]:
        """Digests and messages. `crawled`: a route that is new has its first digest now."""


class WholePlan:
    """For one process that does everything: it looks for itself what is due when it begins."""

    def crawl(self) -> Sequence[Job]:
        """Sources that are due."""
        return (Job("crawl"),)

    def alerts(self, crawled: bool) -> Sequence[Job]:
        """Digests and messages."""
        return Job("digest", {"crawled": crawled}), Job("deliver")


class SharedPlan:
    """For many workers: a job for each part of the hosts, channel, route and shard."""

    def __init__(self, space: Workspace, engine: Engine, present: Sources, lease: timedelta) -> None:
        self._space, self._engine, self._present, self._lease = space, engine, present, lease
        self._courier = Courier(engine, space.settings)
        self._synced: Mapping[str, SourceFile] | None = None

    def crawl(self) -> Sequence[Job]:
        """The parts of the hosts in which sources are due."""
        sources = self._present()
        if sources is not self._synced:
            with writing(self._engine) as connection:
                catalogue.sync_sources(connection, sources, now())
            self._synced = sources
        with reading(self._engine) as connection:
            due = catalogue.due_sources(connection, sources, now(), ahead=AHEAD)
        parts = dict.fromkeys(part_of(sources[id_]) for id_ in due)
        return [Job("crawl", {"part": part.number, "of": part.of}) for part in parts]

    def alerts(self, crawled: bool) -> Sequence[Job]:
        """The routes whose digest is due, then the channels for which something waits."""
        settings = self._space.settings
        announce_routes(self._engine, settings, now())
        with reading(self._engine) as connection:
            due = slots_without_digest(connection, settings.routes, now(), crawled=crawled)
        routes = dict.fromkeys(route.name for route, _ in due)
        return [*(Job("digest", {"route": name, "crawled": crawled}) for name in routes),
                *(Job("deliver", {"channel": name}) for name in self._courier.waiting())]

    def shards(self) -> Sequence[Job]:
        """Files and ranges of articles that were left to workers, and that nobody works on."""
        with reading(self._engine) as connection:
            files = backfills.waiting(connection, now(), self._lease)
            ranges = replays.waiting(connection, now(), self._lease)
        return [*(Job("backfill", {"shard": id_}) for id_ in files), *(Job("replay", {"shard": id_}) for id_ in ranges)]
