"""Real processes on one PostgreSQL: services that schedule, workers that come and go, a web that watches them."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from archive.check import check
from tests.cut_off import Way
from tests.fake_slack import FakeSlack
from tests.fleet import Fleet, archive, asked, make_home, stats, until, web
from tests.programs import Program

pytestmark = [pytest.mark.postgres, pytest.mark.timeout(240)]
QUICK = str(Path(__file__).parents[1] / "quick_fleet.py")
LARGE = bool(os.environ.get("PACTWATCH_FLEET"))  # 40 s of the processor: with another service, more hosts, a cut line
HOSTS, OUTLETS, DELAY, SERVICES = 11 if LARGE else 5, 1, 0.4, 2 if LARGE else 1
DUE = "UPDATE sources SET next_due_at = now()"
STORED = "SELECT count(*) FROM articles"


@pytest.fixture
def slack() -> Iterator[FakeSlack]:
    with FakeSlack(page=50) as running:
        yield running


def stored(url: str) -> int:
    engine = archive(url)
    try:
        return int(asked(engine, STORED)[0][0])
    finally:
        engine.dispose()


def at_work(url: str, program: Program) -> bool:
    """Wait until a worker polls sources; it is given some."""
    engine = archive(url)
    held = f"SELECT count(*) FROM sources WHERE claimed_by LIKE '%:{program.pid}:%'"

    def is_at_work() -> bool:
        if asked(engine, held)[0][0]:
            return True
        if not asked(engine, "SELECT 1 FROM sources WHERE claimed_by IS NOT NULL LIMIT 1"):
            poll_all(url)
        return False

    try:
        return until(is_at_work, 60, 0.02)
    finally:
        engine.dispose()


def poll_all(url: str) -> None:
    engine = archive(url)
    with engine.begin() as connection:
        connection.execute(sa.text(DUE))
    engine.dispose()


def whole(url: str, port: int, slack: FakeSlack, twice: int) -> None:
    """Everything is there once; each host was asked by one process at a time, at its pace."""
    seen, engine = stats(port), archive(url)
    assert seen["at_once"] == 1
    assert seen["gap"] > DELAY / 2, seen["gap"]
    assert sum(number - 1 for number in seen["fetched"].values()) <= twice, "asked again for what was on its way"
    assert check(engine) == []
    [(articles, addresses)] = asked(engine, "SELECT count(*), count(DISTINCT url) FROM articles")
    assert articles == addresses
    assert until(lambda: asked(engine, "SELECT count(*) FROM deliveries WHERE state = 'sent'")[0][0], 30)
    assert len(slack.keys) == len(set(slack.keys)) > 0
    assert asked(engine, "SELECT count(*) FROM deliveries WHERE state IN ('failed', 'possibly_sent')") == [(0,)]
    engine.dispose()


def test_what_a_killed_and_a_frozen_worker_had_is_done_by_others_once(
    tmp_path: Path, postgres_url: str, slack: FakeSlack
) -> None:
    with web(8.0) as port, Fleet(tmp_path / "home", QUICK) as fleet:
        make_home(fleet.home, postgres_url, port, HOSTS, OUTLETS, slack=slack.url, delay=DELAY)
        services = [fleet.start("serve") for _ in range(SERVICES)]
        killed, frozen, left = (fleet.start("worker", "--queues", "crawl,deliver,housekeeping") for _ in range(3))
        assert until(lambda: stored(postgres_url) >= 4, 40)
        assert at_work(postgres_url, killed)
        killed.kill()
        assert at_work(postgres_url, frozen)
        os.kill(frozen.pid or 0, signal.SIGSTOP)
        wanted = HOSTS * OUTLETS * stats(port)["listed"]
        poll_all(postgres_url)
        assert until(lambda: stored(postgres_url) >= wanted, 45), "the third worker does the work of all"
        os.kill(frozen.pid, signal.SIGCONT)
        wanted = HOSTS * OUTLETS * stats(port)["listed"]
        poll_all(postgres_url)
        assert until(lambda: stored(postgres_url) >= wanted, 45)
        whole(postgres_url, port, slack, twice=2 * HOSTS)
        began = time.monotonic()
        fleet.end(*services, frozen, left)
        assert time.monotonic() - began < 15


@pytest.mark.skipif(not LARGE, reason="takes a minute; PACTWATCH_FLEET=1 runs it")
def test_a_server_that_is_cut_off_is_waited_for_and_nothing_is_lost(
    tmp_path: Path, postgres_url: str, slack: FakeSlack
) -> None:
    url = sa.make_url(postgres_url)
    folder = url.query["host"]
    with web(8.0) as port, Way(f"{folder}/.s.PGSQL.5432") as way, Fleet(tmp_path / "home", QUICK) as fleet:
        through = f"postgresql://postgres@127.0.0.1:{way.port}/{url.database}?tcp_user_timeout=2000"
        make_home(fleet.home, through, port, HOSTS, OUTLETS, slack=slack.url, delay=DELAY)
        programs = [fleet.start("serve"), fleet.start("worker"), fleet.start("worker")]
        assert until(lambda: stored(postgres_url) >= 4, 40)
        way.cut()
        time.sleep(6)
        way.mend()
        wanted = HOSTS * OUTLETS * stats(port)["listed"]
        poll_all(postgres_url)
        assert until(lambda: stored(postgres_url) >= wanted, 60)
        whole(postgres_url, port, slack, twice=2 * HOSTS)
        fleet.end(*programs)
