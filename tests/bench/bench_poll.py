"""Measure what a poll with nothing new costs, beside Scrapy alone, and what a service costs that has nothing to do.

python -m tests.bench.bench_poll [--rounds 3] [--sources 1000] [--idle 180]

All figures are CPU (user and system) of all processes, none is time on the wall. The outlets are addresses of loopback.
Scrapy's figure and ours are slopes: what more polls cost, without what starting costs.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from tests.bench.poll_web import host_of

SETTINGS = """
[crawl]
allow_networks = ["127.0.0.0/8"]
contact = "bench@example.org"
delay = 0.0
[catalog]
builtin = false
"""
SOURCE = "name: {id}\nhome: http://{host}/\nlanguage: en\narticles: feed\nentry_points:\n  - feed: http://{host}/feed\n"
PASSES = 4
LEAST = 5  # one in so many sources is the short side of a slope


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--sources", type=int, default=1000)
    parser.add_argument("--idle", type=int, default=180, help="seconds; 0 leaves it out")
    options = parser.parse_args()
    many, few = options.sources, options.sources // LEAST
    with tempfile.TemporaryDirectory(prefix="pactwatch-bench-") as folder, _web() as port:
        large, small = (_workspace(Path(folder), number, port) for number in (many, few))
        rows: dict[str, list[float]] = {}
        starts = []
        for _ in range(options.rounds):
            bare = (_cpu("-m", "tests.bench.poll_bare", port, many, PASSES)
                    - _cpu("-m", "tests.bench.poll_bare", port, many, 1)) / (many * (PASSES - 1))
            fresh = (_cpu("-m", "tests.bench.poll_bare", port, many, 1)
                     - _cpu("-m", "tests.bench.poll_bare", port, few, 1)) / (many - few)
            passes = (_cpu("-m", "tests.bench.poll_passes", large, PASSES)
                      - _cpu("-m", "tests.bench.poll_passes", large, 1)) / (many * (PASSES - 1))
            whole, part = _cpu(*RUN, large), _cpu(*RUN, small)
            run = (whole - part) / (many - few)
            starts.append(part - run * few)
            for name, value in (("Scrapy alone, connections kept", bare), ("Scrapy alone, a connection each", fresh),
                                ("in a service", passes), ("by run --all", run)):
                rows.setdefault(name, []).append(value)
        _tell(rows, many, median(starts))
        if options.idle:
            _idle(large, options.idle, many)


RUN = ("-m", "pactwatch", "run", "--all", "--json", "--home")


def _tell(rows: dict[str, list[float]], many: int, start: float) -> None:
    fresh = rows["Scrapy alone, a connection each"]
    print(f"{many} sources with nothing new, CPU-ms of one poll: median (least to most), and as often as Scrapy alone")
    for name, values in rows.items():
        ratio = median(value / alone for value, alone in zip(values, fresh, strict=True))
        middle, least, most = (1e3 * value for value in (median(values), min(values), max(values)))
        print(f"  {name:<33}{middle:6.2f} ({least:.2f} to {most:.2f}){ratio:7.2f}")
    print(f"  a run's start costs {start:.1f} s of CPU")


def _idle(home: Path, seconds: int, many: int) -> None:
    """What `serve` uses while no source is due."""
    import sqlite3

    with sqlite3.connect(home / "data" / "pactwatch.db") as database:
        database.execute("UPDATE sources SET next_due_at = '2999-01-01 00:00:00.000000'")
    with subprocess.Popen([sys.executable, "-m", "pactwatch", "serve", "--home", str(home)],
                          stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as service:
        time.sleep(15)  # its start
        before, began = _used(service.pid), time.monotonic()
        time.sleep(seconds)
        used, gone = _used(service.pid) - before, time.monotonic() - began
        memory = int(Path(f"/proc/{service.pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6
        service.terminate()
    print(f"idle service with {many} sources: {100 * used / gone:.2f} % of a core over {gone:.0f} s, {memory:.0f} MB")


def _used(pid: int) -> float:
    """The CPU of a process and of its children, in seconds."""
    ticks = os.sysconf("SC_CLK_TCK")
    total = 0.0
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            total += _used(int(child))
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return total + sum(map(int, fields[11:15])) / ticks


def _workspace(folder: Path, number: int, port: int) -> Path:
    """A workspace with so many sources, each polled twice: its robots.txt and its articles are known."""
    home = folder / str(number)
    (home / "sources").mkdir(parents=True)
    (home / "pactwatch.toml").write_text(SETTINGS, encoding="utf-8")
    for one in range(number):
        text = SOURCE.format(id=f"outlet-{one}", host=f"{host_of(one)}:{port}")
        (home / "sources" / f"outlet-{one}.yaml").write_text(text, encoding="utf-8")
    for _ in range(2):
        _cpu(*RUN, home)
    return home


def _cpu(*command: object) -> float:
    """The CPU of a program and of all that it started, in seconds."""
    process = subprocess.Popen([sys.executable, *map(str, command)], stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{' '.join(map(str, command))} ended with {process.returncode}")
    return used.ru_utime + used.ru_stime


@contextmanager
def _web() -> Iterator[int]:
    with subprocess.Popen([sys.executable, "-m", "tests.bench.poll_web", "0"], stdout=subprocess.PIPE) as server:
        assert server.stdout is not None
        yield int(server.stdout.readline())
        server.terminate()


if __name__ == "__main__":
    main()
