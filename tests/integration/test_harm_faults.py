"""Faults of the machine: full disk, locked or damaged database, signals. Nothing is lost, nothing comes twice."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.harm_pass import PROGRAM, SETTINGS, source
from tests.harm_server import Host, Talk, article, feed, http, serving

ARTICLES = 12


async def _late(talk: Talk) -> None:
    """A page that takes a moment, so that a crawl is always in the middle of something."""
    import asyncio

    await asyncio.sleep(0.2)
    await talk.send(http(article(f"Two firms build site {talk.path}")))


class Desk:
    """A workspace over one outlet."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.host = Host("127.20.7.7", {"*": _late, "/robots.txt": http("", "404 Not Found")})

    def open(self) -> None:
        """Write the workspace once the outlet has its port."""
        self.home.mkdir(exist_ok=True)
        links = [f"{self.host.base}/a-{n}" for n in range(ARTICLES)]
        self.host.serves = {**self.host.serves, "/entry": feed(*links)}
        text = SETTINGS.replace("{timeout}", "5").replace("processes = 2", "processes = 1")
        (self.home / "pactwatch.toml").write_text(text, encoding="utf-8")
        source(self.home, "outlet", "feed", self.host.base + "/entry", more="delay: 0.1\n")

    @property
    def file(self) -> Path:
        """The database."""
        return self.home / "data" / "pactwatch.db"

    def start(self, *command: str, **environ: str) -> subprocess.Popen[str]:
        """Start a command."""
        names = self.home / "names.json"
        names.write_text("{}", encoding="utf-8")
        return subprocess.Popen(
            [*PROGRAM, str(names), *command, "--home", str(self.home)],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), **environ},
        )  # fmt: skip

    def call(self, *command: str, **environ: str) -> tuple[int, str, str]:
        """Run a command to its end."""
        with self.start(*command, **environ) as process:
            out, err = process.communicate(timeout=100)
        return process.returncode, out, err

    def wait_for(self, pages: int) -> None:
        """Wait until so many pages were asked for."""
        for _ in range(600):
            if sum(path.startswith("/a-") for path in self.host.paths()) >= pages:
                return
            time.sleep(0.05)
        pytest.fail("the crawl did not begin")

    def stored(self) -> list[str]:
        """The addresses of the articles in the archive."""
        with closing(sqlite3.connect(self.file)) as database:
            assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            return [url for (url,) in database.execute("SELECT url FROM articles")]

    def assert_complete(self, again: int) -> None:
        """Every article is there once, and at most so many pages were fetched a second time."""
        assert len(self.stored()) == len(set(self.stored())) == ARTICLES
        asked = Counter(path for path in self.host.paths() if path.startswith("/a-"))
        assert sum(asked.values()) - ARTICLES <= again, asked


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path / "desk")
    with serving([made.host]):
        made.open()
        yield made


def test_a_killed_crawl_goes_on_where_it_was(desk: Desk) -> None:
    with desk.start("run", "--all") as process:
        desk.wait_for(5)
        process.kill()
        process.communicate()
    assert desk.call("run", "--all")[0] == 0
    # What was fetched in the last second and what was under way had not been stored.
    desk.assert_complete(again=8)


def test_a_crawl_that_is_told_to_stop_ends_soon_and_loses_nothing(desk: Desk) -> None:
    with desk.start("run", "--all") as process:
        desk.wait_for(5)
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)
    assert time.monotonic() - began < 15
    assert desk.call("run", "--all")[0] == 0
    desk.assert_complete(again=8)


def test_a_locked_database_is_waited_for(desk: Desk) -> None:
    assert desk.call("db", "upgrade")[0] == 0
    with closing(sqlite3.connect(desk.file, isolation_level=None)) as holder, desk.start("run", "--all") as process:
        desk.wait_for(3)
        holder.execute("BEGIN IMMEDIATE")
        time.sleep(3)
        holder.execute("ROLLBACK")
        _, err = process.communicate(timeout=60)
    assert (process.returncode, "Traceback" in err) == (0, False)
    desk.assert_complete(again=0)


def test_a_database_that_stays_locked_is_named(desk: Desk) -> None:
    assert desk.call("db", "upgrade")[0] == 0
    with closing(sqlite3.connect(desk.file, isolation_level=None)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        code, _, err = desk.call("run", "--all", PACTWATCH_TESTS_BUSY_MS="300")
    assert code == 1
    assert "is locked" in err
    assert "Traceback" not in err
    assert desk.call("run", "--all")[0] == 0
    desk.assert_complete(again=0)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount a small disk")
def test_a_full_disk_stops_the_crawl_in_one_line_and_loses_nothing(desk: Desk) -> None:
    data = desk.home / "data"
    data.mkdir(exist_ok=True)
    mount = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(data)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("this system lets nobody mount a small disk")
    try:
        assert desk.call("db", "upgrade")[0] == 0
        filler = data / "filler"
        filler.write_bytes(b"x" * (os.statvfs(data).f_bavail * os.statvfs(data).f_frsize - 40_000))
        code, _, err = desk.call("run", "--all")
        assert code == 1
        assert "disk" in err
        assert "full" in err
        assert "Traceback" not in err
        filler.unlink()
        assert subprocess.run(["mount", "-o", "remount,size=64m", str(data)], check=False).returncode == 0
        assert desk.call("run", "--all")[0] == 0
        assert len(desk.stored()) == len(set(desk.stored())) == ARTICLES
    finally:
        subprocess.run(["umount", str(data)], check=False)


def test_a_damaged_database_stops_everything_in_one_line(desk: Desk) -> None:
    assert desk.call("run", "--all")[0] == 0
    whole = desk.file.read_bytes()
    for damaged in (b"this is no database" * 1000, whole[:4096] + b"\xff" * (len(whole) - 4096)):
        for rest in desk.home.glob("data/*"):
            rest.unlink()
        desk.file.write_bytes(damaged)
        code, _, err = desk.call("run", "--all")
        assert code == 1
        assert "is not an intact SQLite database" in err
        assert "Traceback" not in err
        assert len(err.strip().splitlines()) <= 2
