"""What `/metrics` shows: the figures of this process, and those of the archive, read from it when somebody asks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from itertools import product
from threading import Lock
from time import monotonic
from typing import Any

from prometheus_client import CollectorRegistry, Gauge
from prometheus_client.exposition import choose_encoder

from alerts.lateness import overdue_since
from archive.engine import Engine, reading, refused
from archive.outbox import UNFINISHED
from archive.standing import DOUBTFUL, Standing, standing
from archive.tail import News, Tail
from archive.troubles import Kind
from core.clock import now
from core.errors import PactwatchError
from core.metrics import Figures, process_registry
from core.records import Outcome
from core.settings import Settings

KEPT_S = 5.0                             # for which an answer holds: two who ask at once cost one look
MINUTE, HOUR, DAY = 60, 3600, 86_400
_TO_ARCHIVE = (10, 30, MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 20 * MINUTE, 40 * MINUTE, HOUR, 2 * HOUR, 6 * HOUR,
               DAY)
_TO_READERS = (1, 2.5, 5, 10, 30, MINUTE, 2 * MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 6 * HOUR, DAY)


class ArchiveFigures:
    """The figures of an archive. Every process that shows them shows the same: take one of them, add none up."""

    def __init__(self) -> None:
        figures = self.figures = Figures()
        self.up = figures.gauge("archive_up", "1 where the archive could be read for these figures.")
        self.fetches = figures.counter("fetches", "Requests by their named outcome.", "kind", "outcome")
        self.articles = figures.counter(
            "articles", "Articles that came into the archive: new, updated, backfilled.", "change")
        self.hits = figures.counter("hits", "Articles that a rule flagged.", "rule")
        self.ended = figures.counter("deliveries", "Messages that ended, by route and state.", "route", "state")
        self.to_archive = figures.histogram(
            "publish_to_store_seconds", "From an article's publication to the archive; without what is older than its "
            "source here, and what has no date of its own.", _TO_ARCHIVE)
        self.to_readers = figures.histogram(
            "store_to_delivery_seconds", "From when an alert might go out to when its channel took it; time for which "
            "the route holds it is not counted.", _TO_READERS, "route")
        self.all_the_way = figures.histogram(
            "publish_to_delivery_seconds", "From an article's publication to when a channel took its alert.",
            _TO_ARCHIVE, "route")
        self.lateness = figures.histogram(
            "digest_lateness_seconds", "From a digest's time to when its channel took it.", _TO_READERS, "route")
        self._gauges(figures)

    def _gauges(self, figures: Figures) -> None:
        gauge = figures.gauge
        self.overdue = gauge("digest_overdue_seconds", "How long a route's digest is due and not sent; 0: none.",
                             "route")
        self.sources = gauge("sources", "Sources that are watched: well, failing, new (never polled).", "state")
        self.sources_overdue = gauge("sources_overdue", "Sources due for more than ten minutes that nobody asks.")
        self.troubles = gauge("source_troubles", "What is wrong with sources now, by kind; `pactwatch health` names "
                              "them.", "kind")
        self.queue = gauge("fetch_queue_addresses", "Addresses that wait: for their first fetch, or for a due try "
                           "after a failure.", "try")
        self.outbox = gauge("outbox_messages", "Messages that have not ended, and those that ended in doubt.", "route",
                            "state")
        self.held = gauge("outbox_held_messages", "Messages that a route holds back on purpose; among the pending.")
        self.oldest = gauge("outbox_oldest_seconds", "Age of the oldest message that waits and is not held; 0: none.")
        self.for_digest = gauge("digest_entries_waiting", "Hits that wait for a route's next digest.", "route")
        self.stopped = gauge("route_stopped", "1 where a route's channel refuses until somebody mends it.", "route")
        self.backfills = gauge("backfills_open", "Files of old pages that are not read to their end.")
        self.last_pass = gauge("last_pass_timestamp_seconds", "When the last pass ended well; 0: never.")
        self.last_poll = gauge("last_poll_timestamp_seconds", "When a source was last asked; 0: never.")
        self.last_article = gauge("last_article_timestamp_seconds", "When the newest article was stored; 0: never.")
        self.size = gauge("archive_bytes", "Size of the database.")
        self.jobs = gauge("queue_jobs", "Jobs of workers by state: todo, doing, failed. PostgreSQL with workers only.",
                          "queue", "status")
        for kind, outcome in product(("page", "entry_point"), Outcome):
            self.fetches.labels(kind, outcome)
        for change in ("new", "updated", "backfilled"):
            self.articles.labels(change)

    def routes(self, settings: Settings) -> None:
        """Begin the series of each route at 0: what begins at 1 has not grown, as Prometheus sees it."""
        for route in settings.routes:
            for state in ("sent", *DOUBTFUL):
                self.ended.labels(route.name, state)

    def count(self, news: News) -> None:
        """Take in what is new."""
        for labels, number in news.fetches.items():
            self.fetches.labels(*labels).inc(number)
        for change, number in news.articles.items():
            self.articles.labels(change).inc(number)
        for rule, number in news.hits.items():
            self.hits.labels(rule).inc(number)
        for lag in news.lags:
            self.to_archive.observe(lag)
        for one in news.ended:
            self.ended.labels(one.route, one.state).inc()
            for figure, seconds in ((self.to_readers, one.waited), (self.all_the_way, one.after_publication),
                                    (self.lateness, one.late)):
                if seconds is not None:
                    figure.labels(one.route).observe(seconds)

    def show(self, found: Standing, overdue: dict[str, datetime | None], moment: datetime) -> None:
        """Set what goes up and down."""
        for route, since in overdue.items():
            self.overdue.labels(route).set(_age(since, moment))
        _set_all(self.sources, {(state,): found.sources[state] for state in ("well", "failing", "new")})
        _set_all(self.troubles, {(kind,): found.troubles[kind] for kind in Kind})
        _set_all(self.queue, {("first",): found.fetch_queue["first"], ("again",): found.fetch_queue["again"]})
        each = product(found.stopped, (*UNFINISHED, *DOUBTFUL))
        _set_all(self.outbox, dict.fromkeys(each, 0) | found.outbox)
        _set_all(self.for_digest, {(route,): number for route, number in found.for_digest.items()})
        _set_all(self.stopped, {(route,): int(is_so) for route, is_so in found.stopped.items()})
        _set_all(self.jobs, found.jobs or {})
        for figure, value in (
            (self.sources_overdue, found.overdue), (self.held, found.held), (self.backfills, found.backfills),
            (self.size, found.size), (self.oldest, _age(found.oldest_waiting, moment)),
            (self.last_pass, _stamp(found.last_pass)), (self.last_poll, _stamp(found.last_poll)),
            (self.last_article, _stamp(found.last_article)),
        ):
            figure.set(value)


def _set_all(gauge: Gauge, values: Mapping[Any, int]) -> None:
    gauge.clear()
    for labels, value in values.items():
        gauge.labels(*labels).set(value)


def _age(since: datetime | None, moment: datetime) -> float:
    return 0.0 if since is None else max(0.0, (moment - since).total_seconds())


def _stamp(moment: datetime | None) -> float:
    return 0.0 if moment is None else moment.timestamp()


class Exposition:
    """Answers for `/metrics`. Without an archive it shows this process alone: of many workers one look is enough."""

    def __init__(self, settings: Settings, engine: Engine | None) -> None:
        self._settings, self._engine = settings, engine
        self._registry = CollectorRegistry(auto_describe=False)
        self._registry.register(process_registry())
        self._archive = ArchiveFigures()
        self._tail = Tail()
        self._lock, self._until = Lock(), 0.0
        if engine is not None:
            self._registry.register(self._archive.figures.registry)
            self._archive.routes(settings)

    def answer(self, accept: str) -> tuple[bytes, str]:
        """The figures in the form that the asker takes, and its type."""
        encode, kind = choose_encoder(accept)
        with self._lock:
            if self._engine is not None and monotonic() >= self._until:
                self._refresh()
            return encode(self._registry), kind

    def _refresh(self) -> None:
        assert self._engine is not None
        moment = now()
        try:
            with reading(self._engine) as connection:
                self._archive.count(self._tail.look(connection))
                overdue = overdue_since(connection, self._settings.routes, moment)
                self._archive.show(standing(connection, moment), overdue, moment)
        except (refused, PactwatchError):    # what is shown of it is old then, and `archive_up` says so
            self._archive.up.set(0)
        else:
            self._archive.up.set(1)
        self._until = monotonic() + KEPT_S
