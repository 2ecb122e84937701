"""`throughput` of bench_workers: what an article costs by one process and by workers, and what a job costs."""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from pathlib import Path

import sqlalchemy as sa

from archive.migrate import upgrade
from core.workspace import load_workspace
from pactwatch.cli.common import upgrade_queue
from tests.bench.workers_server import server
from tests.fleet import Fleet, archive, asked, make_home, until, web
from tests.programs import Program

JOBS = 2000


def throughput(options: argparse.Namespace) -> int:
    """Print the figures."""
    for _ in range(options.rounds):
        single = _crawl(options, "local", 0)
        for workers in (1, 2):
            cpu, server_cpu, wall = _crawl(options, "procrastinate", workers)
            print(f"{workers} worker(s): {1e3 * cpu:.1f} ms of CPU an article ({cpu / single[0]:.2f} of one process), "
                  f"{1e3 * server_cpu:.1f} ms of the server, {wall:.0f} s in all")
        print(f"one process: {1e3 * single[0]:.1f} ms of CPU an article, {1e3 * single[1]:.1f} ms of the server, "
              f"{single[2]:.0f} s in all")
    _overhead()
    return 0


def _crawl(options: argparse.Namespace, engine: str, workers: int) -> tuple[float, float, float]:
    """CPU of our processes and of the server for each article, and the time in all. Starting does not count."""
    with server() as place, tempfile.TemporaryDirectory(prefix="pactwatch-bench-") as folder, web(20) as port, \
            Fleet(Path(folder) / "home") as fleet:
        make_home(fleet.home, place.url, port, options.hosts, options.outlets, delay=0.0, engine=engine)
        archive_ = archive(place.url)
        upgrade(archive_)
        upgrade_queue(load_workspace(fleet.home), archive_)
        programs = [fleet.start("serve"), *(fleet.start("worker", "--queues", "crawl,deliver") for _ in range(workers))]
        sources = options.hosts * options.outlets
        until(lambda: _stored(archive_) >= sources, 600, 0.5)  # processes are warm by then
        before, used, asked_, began = _cpu(programs), place.cpu(), _stored(archive_), time.monotonic()
        end = time.monotonic() + 60
        while time.monotonic() < end:
            with archive_.begin() as connection:
                connection.execute(sa.text("UPDATE sources SET next_due_at = now() WHERE claimed_by IS NULL"))
            time.sleep(10)
        until(lambda: not asked(archive_, "SELECT 1 FROM sources WHERE claimed_by IS NOT NULL LIMIT 1"), 120, 0.5)
        done = _stored(archive_) - asked_
        return (_cpu(programs) - before) / done, (place.cpu() - used) / done, time.monotonic() - began


def _cpu(programs: list[Program]) -> float:
    return sum(_used(program.pid or 0) for program in programs)


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
