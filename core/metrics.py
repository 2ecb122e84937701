"""The figures of this process for Prometheus: counted where the work is done, read by whoever shows `/metrics`.

They cost some microseconds each, whether anybody reads them or not. Names follow Prometheus' practice: base units, the
unit in the name, `_total` for what only grows. No label holds a source, an address or a message: their number has no
bound.
"""

from __future__ import annotations

import platform
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
)

__all__ = ["Counter", "Described", "Figures", "Gauge", "Histogram"]

# A second series for each counter, which nobody asks for.
disable_created_metrics()  # type: ignore[no-untyped-call]


@dataclass(frozen=True, slots=True)
class Described:
    """A figure as the reference shows it. `name` is that of its series, without a histogram's `_bucket`."""

    name: str
    kind: str                            # counter, gauge or histogram
    labels: tuple[str, ...]
    about: str


class Figures:
    """A set of figures with a registry of its own, each described."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.described: list[Described] = []

    def counter(self, name: str, about: str, *labels: str) -> Counter:
        """What only grows; `name` without `_total`."""
        self.described.append(Described(f"pactwatch_{name}_total", "counter", labels, about))
        return Counter(f"pactwatch_{name}", about, labels, registry=self.registry)

    def gauge(self, name: str, about: str, *labels: str) -> Gauge:
        """What goes up and down."""
        self.described.append(Described(f"pactwatch_{name}", "gauge", labels, about))
        return Gauge(f"pactwatch_{name}", about, labels, registry=self.registry)

    def histogram(self, name: str, about: str, buckets: Sequence[float], *labels: str) -> Histogram:
        """How long things take."""
        self.described.append(Described(f"pactwatch_{name}", "histogram", labels, about))
        return Histogram(f"pactwatch_{name}", about, labels, registry=self.registry, buckets=buckets)


PROCESS = Figures()

POOL_PROCESSES = PROCESS.gauge("pool_processes", "Extraction processes that run.")
POOL_BUSY = PROCESS.gauge("pool_busy_processes", "Extraction processes that read pages now.")
POOL_WAITING = PROCESS.gauge("pool_waiting_pages", "Fetched pages that no extraction process has taken yet.")
POOL_REPLACED = PROCESS.counter(
    "pool_processes_replaced", "Extraction processes that another one took over from, by cause: `grown` is as usual, "
    "the others are pages that did harm.", "cause")
PAGES_GIVEN_UP = PROCESS.counter(
    "pages_given_up", "Pages that went over a limit of time or memory, or that their process died on.", "outcome")
PAGE_SECONDS = PROCESS.histogram(
    "page_step_seconds", "What a step takes with one page, in its extraction process.",
    (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 8), "step")
STORE_SECONDS = PROCESS.histogram(
    "store_batch_seconds", "What storing a batch of pages takes, with the wait for the writer.",
    (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30))
PASS_SECONDS = PROCESS.histogram(
    "pass_seconds", "What a pass over the sources that are due takes.", (1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1200))
POST_SECONDS = PROCESS.histogram(
    "delivery_attempt_seconds", "What an attempt to deliver a message takes, by kind of channel and by the state of "
    "the message after it.", (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60), "channel", "state")
# Not `job`: that is Prometheus' own name for what it scrapes.
JOB_RUNS = PROCESS.counter(
    "job_runs", "Ends of recurring jobs: `done`, `put_off` (it comes again later, and later each time), `failed`.",
    "task", "result")
JOB_SECONDS = PROCESS.histogram(
    "job_seconds", "What a run of a recurring job takes.", (0.01, 0.1, 0.5, 1, 5, 15, 60, 300, 900), "task")
JOB_DONE_AT = PROCESS.gauge("job_last_success_timestamp_seconds", "When a recurring job last ended well.", "task")
TICK_AT = PROCESS.gauge(
    "scheduler_last_tick_timestamp_seconds", "When the scheduler last looked for a job; 0 where this process has none.")
BUILD = PROCESS.gauge("build_info", "1, with the version that runs.", "version", "python")


@cache
def process_registry() -> CollectorRegistry:
    """The registry of this process's figures, with what the system knows of it (`process_…`)."""
    ProcessCollector(registry=PROCESS.registry)
    BUILD.labels(version("pactwatch"), platform.python_version()).set(1)
    return PROCESS.registry
