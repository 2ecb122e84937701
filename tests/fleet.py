"""A fleet of real processes on one PostgreSQL: services that schedule, workers, and a web that watches them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from archive.engine import open_engine
from tests.fleet_web import host_of
from tests.programs import Program

SETTINGS = """
[database]
url = "{url}"
[jobs]
engine = "{engine}"
[crawl]
allow_networks = ["127.0.0.0/8"]
contact = "fleet@example.org"
delay = {delay}
processes = 1
[catalog]
builtin = false
[slack]
token = "xoxb-test"
api_url = "{slack}"
timeout = 5
[[routes]]
name = "now"
rules = ["grand"]
channel = "slack:C0000000001"
send = "immediate"
"""
RULE = "title: Grand\nquery: 'title:\"grand alliance\"'\n"
SOURCE = ("name: Outlet {outlet} at {host}\nhome: http://{host}:{port}/{outlet}\nlanguage: en\nevery: {every}\n"
          "entry_points:\n  - feed: http://{host}:{port}/feed/{outlet}\n")


def make_home(home: Path, url: str, port: int, hosts: int, outlets: int, *, slack: str = "http://127.0.0.1:9/",
              delay: float = 0.2, engine: str = "procrastinate", every: str = "1m") -> None:
    """A workspace with so many hosts and outlets of each."""
    (home / "sources").mkdir(parents=True)
    (home / "rules").mkdir()
    (home / "rules" / "grand.yaml").write_text(RULE, encoding="utf-8")
    (home / "pactwatch.toml").write_text(SETTINGS.format(url=url, engine=engine, delay=delay, slack=slack),
                                         encoding="utf-8")
    for host in range(hosts):
        for outlet in range(outlets):
            text = SOURCE.format(outlet=outlet, host=host_of(host), port=port, every=every)
            (home / "sources" / f"h{host}-{outlet}.yaml").write_text(text, encoding="utf-8")


@contextmanager
def web(seconds: float) -> Iterator[int]:
    """The web; its port."""
    with subprocess.Popen([sys.executable, "-m", "tests.fleet_web", "0", str(seconds)], stdout=subprocess.PIPE,
                          cwd=Path(__file__).parents[1]) as server:
        assert server.stdout is not None
        try:
            yield int(server.stdout.readline())
        finally:
            server.kill()


def stats(port: int) -> dict[str, Any]:
    """What the web has seen."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/stats", timeout=30) as answer:
        return dict(json.load(answer))


class Fleet:
    """The processes; used as a context, it ends them all."""

    def __init__(self, home: Path, program: str = "pactwatch") -> None:
        self.home, self._program = home, program
        self.running: list[Program] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, failure: object, *_: object) -> None:
        for program in self.running if failure is not None else ():
            sys.stderr.write(f"{program.args}: {program.output(1)[-3000:]}\n")
        for program in self.running:
            if program.poll() is None:
                os.kill(program.pid or 0, signal.SIGCONT)
                program.kill()
        for program in self.running:
            with program:
                program.wait(30)

    def start(self, *command: str) -> Program:
        """Start a command of the workspace. The web knows it by the contact that it tells."""
        contact = f"{command[0]}-{len(self.running)}@example.org"
        program = Program(self._program, *command, "--home", str(self.home),
                          env={**os.environ, "PACTWATCH_CRAWL__CONTACT": contact})
        self.running.append(program)
        return program

    def end(self, *programs: Program, seconds: float = 20.0) -> None:
        """End processes as a service manager does."""
        for program in programs:
            program.send_signal(signal.SIGTERM)
        for program in programs:
            _, said = program.communicate(timeout=seconds)
            assert program.returncode == 0, said


def until(condition: Callable[[], object], seconds: float, pause: float = 0.2) -> bool:
    """Whether a condition comes to hold within so many seconds."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(pause)
    return False


def asked(engine: Engine, query: str) -> list[Any]:
    """Rows of a query."""
    with engine.connect() as connection:
        return list(connection.execute(sa.text(query)))


def archive(url: str) -> Engine:
    """An engine on the archive of a fleet."""
    return open_engine(url)
