"""A workspace over one slow outlet, for faults of the machine: what was asked of the outlet, and what is stored."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.harm_pass import PROGRAM, SETTINGS, source
from tests.harm_server import Host, Talk, article, feed, http

ARTICLES = 12


async def _late(talk: Talk) -> None:
    """A page that takes a moment, so that a crawl is always in the middle of something."""
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

    @contextmanager
    def start(self, *command: str, **environ: str) -> Iterator[subprocess.Popen[str]]:
        """Start a command; it is ended where the test has not waited for its end."""
        names = self.home / "names.json"
        names.write_text("{}", encoding="utf-8")
        with subprocess.Popen(
            [*PROGRAM, str(names), *command, "--home", str(self.home)],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1]), **environ},
        ) as process:  # fmt: skip
            try:
                yield process
            except BaseException:
                process.kill()
                sys.stderr.write(process.communicate()[1])
                raise

    def call(self, *command: str, **environ: str) -> tuple[int, str, str]:
        """Run a command to its end."""
        with self.start(*command, **environ) as process:
            out, err = process.communicate(timeout=100)
        return process.returncode, out, err

    def wait_for(self, pages: int) -> None:
        """Wait until so many pages were asked for."""
        for _ in range(2400):
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
        self.assert_asked(again)

    def assert_asked(self, again: int) -> None:
        """Every page was fetched, and at most so many of them a second time."""
        asked = Counter(path for path in self.host.paths() if path.startswith("/a-"))
        assert len(asked) == ARTICLES
        assert sum(asked.values()) - ARTICLES <= again, asked

    def wait_until_stored(self, articles: int) -> None:
        """Wait until so many articles are in the archive."""
        for _ in range(1200):
            with closing(sqlite3.connect(self.file)) as database:
                if database.execute("SELECT count(*) FROM articles").fetchone()[0] >= articles:
                    return
            time.sleep(0.1)
        pytest.fail("the articles were not stored")
