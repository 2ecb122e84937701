"""`polls` and `outage` of bench_workers: what a fleet does while workers are lost, and while its server is away."""

from __future__ import annotations

import argparse
import os
import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from statistics import median, quantiles

from sqlalchemy.engine import Engine

from archive.check import check
from archive.migrate import upgrade
from tests.bench.workers_server import Server, server
from tests.cut_off import Way
from tests.fake_slack import FakeSlack
from tests.fleet import Fleet, archive, asked, make_home, stats, until, web
from tests.programs import Program

DELAY = 0.3
INTERVAL_S = 60.0
LATE = """SELECT extract(epoch FROM fetched_at - lag(fetched_at) OVER (
        PARTITION BY entry_point_id ORDER BY fetched_at)), extract(epoch FROM fetched_at)
    FROM fetches WHERE entry_point_id IS NOT NULL"""


@contextmanager
def _fleet(options: argparse.Namespace, place: Server, url: str) -> Iterator[tuple[Fleet, Engine, int, FakeSlack]]:
    with tempfile.TemporaryDirectory(prefix="pactwatch-bench-") as folder, web(600) as port, \
            FakeSlack(page=50) as slack, Fleet(Path(folder) / "home") as fleet:
        make_home(fleet.home, url, port, options.hosts, options.outlets, slack=slack.url, delay=DELAY)
        engine = archive(place.url)
        upgrade(engine)
        yield fleet, engine, port, slack
        engine.dispose()


def polls(options: argparse.Namespace) -> int:
    """Two workers, then four, then one is killed and one frozen."""
    with server() as place, _fleet(options, place, place.url) as (fleet, engine, port, slack):
        fleet.start("serve")
        fleet.start("serve")
        workers = [fleet.start("worker") for _ in range(2)]
        phases = [("2 workers begin with all", time.time())]
        sources = options.hosts * options.outlets
        until(lambda: _stored(engine) >= sources, 900, 2.0)
        print(f"{sources} first articles after {time.time() - phases[0][1]:.0f} s")
        phases.append(("2 workers", time.time()))
        time.sleep(60 * options.minutes)
        workers += [fleet.start("worker") for _ in range(2)]
        phases.append(("4 workers", time.time()))
        time.sleep(60 * options.minutes)
        phases.append(("one killed, one frozen", time.time()))
        _take_when_busy(engine, workers[0]).kill()
        os.kill(_take_when_busy(engine, workers[1]).pid or 0, signal.SIGSTOP)
        time.sleep(60 * max(2.0, options.minutes))
        phases.append(("the frozen one wakes", time.time()))
        os.kill(workers[1].pid or 0, signal.SIGCONT)
        time.sleep(60 * 1.5)
        phases.append(("end", time.time()))
        _lateness(engine, phases)
        return _verdict(engine, port, slack, phases[0][1])


def _take_when_busy(engine: Engine, worker: Program) -> Program:
    until(lambda: asked(engine, f"SELECT 1 FROM sources WHERE claimed_by LIKE '%:{worker.pid}:%' LIMIT 1"), 60, 0.02)
    return worker


def outage(options: argparse.Namespace) -> int:
    """The server is restarted in the middle of a run, then cut off."""
    with (server() as place, Way(place.socket) as way,
          _fleet(options, place, place.through(way.port)) as (fleet, engine, port, slack)):
        began = time.time()
        fleet.start("serve")
        for _ in range(2):
            fleet.start("worker")
        until(lambda: _stored(engine) >= options.hosts, 300, 1.0)
        place.restart()
        engine.dispose()
        _goes_on(engine, "restarted")
        way.cut()
        time.sleep(options.seconds)
        way.mend()
        _goes_on(engine, f"cut off for {options.seconds:.0f} s")
        wanted = options.hosts * options.outlets * stats(port)["listed"]
        whole = until(lambda: _stored(engine) >= wanted, 300, 1.0)
        print(f"all {wanted} articles are there" if whole else f"{_stored(engine)} of {wanted} articles")
        return _verdict(engine, port, slack, began) or int(not whole)


def _goes_on(engine: Engine, what: str) -> None:
    back = time.time()
    later = f"SELECT 1 FROM fetches WHERE extract(epoch FROM fetched_at) > {back} LIMIT 1"
    until(lambda: asked(engine, later), 180, 0.5)
    print(f"{what}; polls go on {time.time() - back:.0f} s after it is back")


def _stored(engine: Engine) -> int:
    return int(asked(engine, "SELECT count(*) FROM articles")[0][0])


def _lateness(engine: Engine, phases: list[tuple[str, float]]) -> None:
    rows = [(float(gap) - INTERVAL_S, float(at)) for gap, at in asked(engine, LATE) if gap is not None]
    print("seconds after the time that a poll was due: median, 95 %, 99 %, latest")
    for (name, begin), (_, end) in pairwise(phases):
        name = f"{name}, at {begin - phases[0][1]:.0f} s"
        late = [late for late, at in rows if begin <= at < end]
        if len(late) > 1:
            parts = quantiles(late, n=100)
            print(f"  {name:<38}{len(late):7} polls {median(late):7.1f} {parts[94]:7.1f} {parts[98]:7.1f}"
                  f" {max(late):7.1f}")


def _verdict(engine: Engine, port: int, slack: FakeSlack, began: float) -> int:
    until(lambda: asked(engine, "SELECT count(*) FROM deliveries WHERE state <> 'sent'") == [(0,)], 120, 1.0)
    seen, keys = stats(port), slack.keys
    [(articles, urls)] = asked(engine, "SELECT count(*), count(DISTINCT url) FROM articles")
    twice = sum(number - 1 for number in seen["fetched"].values())
    problems = check(engine)
    print(f"{seen['requests']} requests at {seen['hosts']} hosts; at once at one host: {seen['at_once']}; smallest gap "
          f"{seen['gap']:.2f} s of {DELAY}")
    short = [of for of in seen["gaps"] if of[0] < 0.9 * DELAY]
    print(f"smallest gap below 0.9 of the pace at {len(short)} hosts:",
          ", ".join(f"{gap:.2f} s at {at - began:.0f} s by {'one process' if one else 'two processes'}"
                    for gap, at, one in short[:10]) or "none")
    for at, host, who in seen["together"][:10]:
        print(f"at once at {at - began:.0f} s at {host}: {', '.join(who)}")
    print(f"{articles} articles at {urls} addresses; {twice} pages were asked for again")
    print(f"{len(keys)} messages, {len(keys) - len(set(keys))} twice; `db check` finds {len(problems)} problems")
    return int(seen["at_once"] > 1 or articles != urls or len(keys) != len(set(keys)) or bool(problems))
