"""`throughput` of bench_workers: what an article costs by one process and by workers, and what a job costs."""

from __future__ import annotations

import argparse
import json
import multiprocessing.forkserver
import os
import tempfile
import time
from pathlib import Path
from urllib.parse import urlsplit

import sqlalchemy as sa

from archive.migrate import upgrade
from core.workspace import load_workspace
from pactwatch.cli.common import upgrade_queue
from tests.bench.bench import web
from tests.bench.workers_server import server
from tests.fleet import Fleet, archive, asked, make_home, until

JOBS = 2000
WARM = 4  # outlets that are read before anything is measured


def throughput(options: argparse.Namespace) -> int:
    """Print the figures."""
    for _ in range(options.rounds):
        single = _crawl(options, "local", 0)
        _tell("one process", single, single)
        for workers in (1, 2):
            _tell(f"{workers} worker(s)", _crawl(options, "procrastinate", workers), single)
    _overhead()
    return 0


def _tell(who: str, used: tuple[float, float, float], single: tuple[float, float, float]) -> None:
    cpu, server_cpu, wall = used
    print(f"{who}: {1e3 * cpu:.1f} ms of CPU an article ({cpu / single[0]:.2f} of one process), {1e3 * server_cpu:.1f} "
          f"ms of the server, {wall:.0f} s in all ({wall / single[2]:.2f})", flush=True)


def _crawl(options: argparse.Namespace, engine: str, workers: int) -> tuple[float, float, float]:
    """CPU of our processes and of the server for each article, and the time in all. Starting does not count.

    A few outlets warm the processes up; then the files of all others come in at once.
    """
    outlets = WARM + options.outlets
    with server() as place, tempfile.TemporaryDirectory(prefix="pactwatch-bench-") as folder, \
            web(options.pages, outlets * options.articles, Path(folder), outlets) as found, \
            Fleet(Path(folder) / "home") as fleet:
        feeds = [outlet["rss"] for outlet in json.loads(found.read_text(encoding="utf-8"))["outlets"]]
        make_home(fleet.home, place.url, 1, 0, 0, delay=0.0, engine=engine)
        archive_ = archive(place.url)
        upgrade(archive_)
        upgrade_queue(load_workspace(fleet.home), archive_)
        _watch(fleet.home, feeds[:WARM])
        fleet.start("serve")
        for _ in range(workers):
            fleet.start("worker", "--queues", "crawl,deliver")
        _all_done(archive_, WARM * options.articles)
        before, used, had, began = _cpu(), place.cpu(), _stored(archive_), time.monotonic()
        _watch(fleet.home, feeds[WARM:])
        _all_done(archive_, len(feeds) * options.articles)
        done = _stored(archive_) - had
        return (_cpu() - before) / done, (place.cpu() - used) / done, time.monotonic() - began


def _watch(home: Path, feeds: list[str]) -> None:
    for feed in feeds:
        host = urlsplit(feed).hostname or ""
        text = f"name: {host}\nhome: http://{host}/\nevery: 1d\nentry_points:\n  - feed: {feed}\n"
        (home / "sources" / f"{host.replace('.', '-')}.yaml").write_text(text, encoding="utf-8")


def _all_done(engine: sa.Engine, articles: int) -> None:
    """Wait until so many addresses were dealt with, whatever came of each."""
    dealt_with = "SELECT count(*) FROM addresses WHERE state <> 'discovered'"
    assert until(lambda: asked(engine, dealt_with)[0][0] >= articles, 900, 0.2), "the crawl did not end"


def _cpu() -> float:
    """The CPU of all programs and of the processes that they started: one server has forked them all."""
    server_ = multiprocessing.forkserver._forkserver._forkserver_pid  # type: ignore[attr-defined]
    return _used(server_)


def _used(process: int) -> float:
    """The CPU of a process and of those that it started, in seconds."""
    ticks, total = os.sysconf("SC_CLK_TCK"), 0.0
    for task in Path(f"/proc/{process}/task").iterdir():
        total += sum(_used(int(child)) for child in (task / "children").read_text().split())
    fields = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
    return total + sum(map(int, fields[11:15])) / ticks


def _overhead() -> None:
    """What the queue takes for a job that finds nothing to do: CPU of the worker and of the server."""
    with server() as place, tempfile.TemporaryDirectory(prefix="pactwatch-bench-") as folder, \
            Fleet(Path(folder) / "home") as fleet:
        make_home(fleet.home, place.url, 1, 1, 1)
        engine = archive(place.url)
        upgrade(engine)
        upgrade_queue(load_workspace(fleet.home), engine)
        worker = fleet.start("worker", "--queues", "crawl")
        waiting = "SELECT count(*) FROM procrastinate.procrastinate_jobs"
        time.sleep(8)
        used, server_used = _used(worker.pid or 0), place.cpu()
        with engine.begin() as connection:
            connection.execute(sa.text(
                "SET LOCAL search_path = procrastinate; INSERT INTO procrastinate_jobs (queue_name, task_name, args) "
                f"SELECT 'crawl', 'crawl', '{{\"part\": 0, \"of\": 16}}' FROM generate_series(1, {JOBS})"))
        until(lambda: asked(engine, waiting) == [(0,)], 300, 0.2)
        print(f"a job that finds nothing to do: {1e3 * (_used(worker.pid or 0) - used) / JOBS:.2f} ms of CPU of the "
              f"worker, {1e3 * (place.cpu() - server_used) / JOBS:.2f} ms of the server")


def _stored(engine: sa.Engine) -> int:
    return int(asked(engine, "SELECT count(*) FROM articles")[0][0])
