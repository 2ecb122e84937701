"""Simulate an installation of many sources and workers, and count what it needs: `make simulate`.

python -m tests.bench.simulate_scale [--sources N] [--articles N] [--workers N]… [--set NAME=VALUE]… [--json]

Sources publish at rates that differ by powers of ten. A source that is due becomes a job of its host; a worker takes
a few jobs at a time, holds a host for as long as its pace says, and reads the articles on one core. What things cost
stands in tests/bench/measured.yaml, with where each figure was measured. It prints how late polls are by the number of
workers, what the queue bears, and what an archive of so many articles takes.
"""

from __future__ import annotations

import argparse
import heapq
import json
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import yaml

FIGURES = Path(__file__).with_name("measured.yaml")
HOUR = 3600.0
LATE = 60.0  # seconds that the slowest of 100 polls may be late


@dataclass(frozen=True)
class Load:
    """How an hour went with so many workers."""

    workers: int
    polls_per_s: float
    jobs_per_s: float
    cores_used: float
    late_median_s: float
    late_p99_s: float
    store_p99_s: float  # from a page's arrival to its rows
    kept_up: bool


@dataclass(frozen=True)
class Needs:
    """What the installation takes beside its workers."""

    articles_per_day: float
    memory_gb: float
    queue_share: float
    sources_at_end_of_queue: int
    database_tb: float
    month_gb: float
    pages_tb: float
    traffic_mbit_s: float
    hours_to_copy: float


def figures(changes: Mapping[str, float]) -> dict[str, float]:
    """The measured figures, with changes. SystemExit for a name that is none."""
    known = {name: float(entry["value"]) for name, entry in yaml.safe_load(FIGURES.read_text(encoding="utf-8")).items()}
    if strange := set(changes) - set(known):
        raise SystemExit(f"no figure is named {', '.join(sorted(strange))}; there are: {', '.join(sorted(known))}")
    return known | dict(changes)


def rates(sources: int, mean: float, chance: np.random.Generator) -> np.ndarray:
    """Articles a day of each source: few publish much, most little; the mean is `mean`, none has more than 500."""
    drawn = np.minimum(chance.lognormal(0.0, 1.5, sources), 500 / mean)
    return np.asarray(drawn * (mean / drawn.mean()))


def simulate(sources: int, workers: int, figure: Mapping[str, float], seed: int = 1, span: float = HOUR) -> Load:
    """Let the busiest hour of a day pass."""
    chance = np.random.default_rng(seed)
    daily = rates(sources, figure["articles_per_source_day"], chance) * figure["peak_hour"]
    interval = 86_400 / np.maximum(daily * figure["polls_per_article"], figure["fewest_polls_per_day"])
    host = chance.integers(0, max(1, int(sources / figure["sources_per_host"])), sources)
    due = [
        (float(first), float(first), number)
        for number, first in enumerate(chance.random(sources) * interval)
        if first < span
    ]
    heapq.heapify(due)
    slots = [(0.0, worker) for worker in range(workers) for _ in range(int(figure["worker_slots"]))]
    heapq.heapify(slots)
    core, busy = np.zeros(workers), 0.0
    free: dict[int, float] = {}
    late: list[float] = []
    stored: list[float] = []
    while due:
        ready, moment, number = heapq.heappop(due)
        slot, worker = heapq.heappop(slots)
        begin = max(ready, slot)
        # The lock of a host: a job whose host is busy gives its place back and comes when that is free.
        if (until := free.get(host[number], 0.0)) > begin:
            heapq.heappush(slots, (slot, worker))
            heapq.heappush(due, (until, moment, number))
            continue
        fresh = int(chance.poisson(daily[number] * interval[number] / 86_400))
        took = figure["poll_seconds"] + fresh * max(figure["fetch_seconds"], figure["delay_seconds"])
        reading = fresh * (figure["article_cpu_ms"] + figure["fetch_cpu_ms"])
        work = (figure["poll_cpu_ms"] + figure["job_cpu_ms"] + reading) / 1000
        arrived = begin + took
        core[worker] = max(core[worker], arrived) + work
        busy += work
        late.append(begin - moment)
        stored.append(core[worker] - arrived)
        # A worker whose core is behind takes no new job before it has caught up.
        heapq.heappush(slots, (max(arrived, core[worker] - 2.0), worker))
        free[host[number]] = arrived + figure["delay_seconds"]
        if moment + interval[number] < span:
            again = moment + float(interval[number])
            heapq.heappush(due, (again, again, number))
    p99 = float(np.percentile(late, 99))
    return Load(
        workers,
        round(len(late) / span, 1),
        round(len(late) / span, 1),
        round(busy / span, 1),
        round(float(np.median(late)), 1),
        round(p99, 1),
        round(float(np.percentile(stored, 99)), 1),
        p99 <= LATE,
    )


def needs(sources: int, articles: float, load: Load, figure: Mapping[str, float]) -> Needs:
    """What the archive, the queue and the line take."""
    per_day = sources * figure["articles_per_source_day"]
    size = figure["postgresql_bytes_per_article"]
    page = figure["page_kb"] * 1000 / figure["page_compression"]
    share = load.jobs_per_s / figure["queue_jobs_per_s"]
    return Needs(
        articles_per_day=round(per_day),
        memory_gb=round(load.workers * 2 * figure["process_mb"] / 1000, 1),
        queue_share=round(share, 2),
        sources_at_end_of_queue=round(sources / share / 2, -3) if share else 0,
        database_tb=round(articles * size / 1e12, 2),
        month_gb=round(per_day * 30.4 * size / 1e9, 1),
        pages_tb=round(articles * page / 1e12, 1),
        traffic_mbit_s=round(per_day * page * 8 / 86_400 / 1e6, 1),
        hours_to_copy=round(articles * size / 1e6 / figure["read_mb_per_s"] / 3600, 1),
    )


def least(sources: int, figure: Mapping[str, float]) -> list[Load]:
    """More and more workers, until they keep up."""
    found: list[Load] = []
    number = 1
    while not found or not found[-1].kept_up:
        found.append(simulate(sources, number, figure))
        number = max(number + 1, int(found[-1].cores_used * 1.15) if number == 1 else round(number * 1.25))
        if number > 5000:
            break
    return found


def main() -> int:
    """Print what was found."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--sources", type=int, default=100_000)
    options.add_argument("--articles", type=float, default=1e9)
    options.add_argument("--workers", type=int, action="append", default=[])
    options.add_argument("--set", action="append", default=[], metavar="NAME=VALUE")
    options.add_argument("--json", action="store_true")
    chosen = options.parse_args()
    figure = figures({name: float(value) for name, _, value in (one.partition("=") for one in chosen.set)})
    loads = [simulate(chosen.sources, number, figure) for number in chosen.workers] or least(chosen.sources, figure)
    rest = needs(chosen.sources, chosen.articles, loads[-1], figure)
    if chosen.json:
        print(json.dumps({"loads": [asdict(one) for one in loads], "needs": asdict(rest)}))
        return 0
    print(f"{chosen.sources:,} sources, their busiest hour, and an archive of {chosen.articles:,.0f} articles")
    for one in loads:
        print(
            f"{one.workers:5} workers: {one.polls_per_s} polls a second, {one.cores_used} cores busy; late by "
            f"{one.late_median_s} s in the middle, {one.late_p99_s} s at worst of 100; stored {one.store_p99_s} s "
            f"after arrival; {'keeps up' if one.kept_up else 'FALLS BEHIND'}"
        )
    for name, value in asdict(rest).items():
        print(f"{name.replace('_', ' '):26} {value:,}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
