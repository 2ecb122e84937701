"""One pass of the real program over many harmful outlets, with its time, its memory and what became of each."""

from __future__ import annotations

import fcntl
import json
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, closing, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path

import pytest

from tests.harm_cases import Case
from tests.harm_server import Host, article, feed, http, serving

PROGRAM = (sys.executable, str(Path(__file__).parent / "harm_run.py"))
CANARY = b"77777"  # stands for the canary's port in what is served; as long as a port, so that lengths stay right
SETTINGS = """
[crawl]
allow_networks = ["127.20.0.0/15"]
contact = "tests@example.org"
delay = 0.0
timeout = {timeout}
processes = 2
[catalog]
builtin = false
"""


@dataclass
class Pass:
    """What came of it. `found` has for each case its outcome and its reason, `lasted` the seconds until it had one.

    `took` are these seconds without those in which a process of the program could have run and had no core.
    """

    found: dict[str, tuple[str, str]] = field(default_factory=dict)
    lasted: dict[str, float] = field(default_factory=dict)
    took: dict[str, float] = field(default_factory=dict)
    titles: list[str] = field(default_factory=list)
    seconds: float = 0.0
    peak_mb: float = 0.0
    output: str = ""
    errors: str = ""
    code: int | None = None


def source(home: Path, id_: str, kind: str, url: str, more: str = "") -> None:
    """Write a source file."""
    folder = home / "sources"
    folder.mkdir(parents=True, exist_ok=True)
    text = f"name: {id_}\nhome: https://example.org/\nentry_points:\n  - {kind}: {url}\n{more}"
    (folder / f"{id_}.yaml").write_text(text, encoding="utf-8")


def host_of(case: Case, number: int, canary: int) -> Host:
    """The outlet that plays a case."""
    host = Host(f"127.20.{number // 200}.{number % 200 + 1}", {})
    port = str(canary).encode()
    entry = case.entry.replace(CANARY, port) if isinstance(case.entry, bytes) else case.entry
    page = case.page.replace(CANARY, port) if isinstance(case.page, bytes) else case.page
    host.serves = {"/robots.txt": case.robots, "/b": http(article())}
    if page is not None:
        host.serves = {**host.serves, "/a": page, "/a?n": page}
    if entry is not None:
        host.serves = {**host.serves, "/entry": entry}
    return host


@dataclass
class Clock:
    """When each source of a pass got its outcome, seen from outside, and how long the program had no core."""

    database: Path
    named: dict[str, float] = field(default_factory=dict)
    looks: list[tuple[float, float]] = field(default_factory=list)  # times, and the seconds without a core by then
    waits: dict[int, float] = field(default_factory=dict)  # of each process, at the last look

    def look(self, pid: int) -> None:
        """Note the sources that have an outcome by now, twice a second."""
        now = time.monotonic()
        last, starved = self.looks[-1] if self.looks else (now, 0.0)
        if (self.looks and now - last < 0.5) or not self.database.exists():
            return
        waits = {one: _waited(one) for one in _tree(pid)}
        most = max((waited - self.waits.get(one, waited) for one, waited in waits.items()), default=0.0)
        self.looks.append((now, starved + min(max(most, 0.0), now - last)))
        self.waits = waits
        with suppress(sqlite3.Error), closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)) as database:
            for (id_,) in database.execute(
                "SELECT source_id FROM addresses WHERE outcome IS NOT NULL UNION "
                "SELECT source_id FROM entry_points WHERE outcome NOT IN ('ok', 'unchanged')"
            ):
                self.named.setdefault(id_, now)

    def took(self, id_: str, began: float) -> tuple[float, float]:
        """Seconds from a request to the outcome of its source, and those among them without a core."""
        ended = self.named.get(id_, self.looks[-1][0])
        starved = [max((by for at, by in self.looks if at <= when), default=0.0) for when in (began, ended)]
        return ended - began, starved[1] - starved[0]


def run_cases(home: Path, cases: Sequence[Case], canary: Host, limit: float = 15.0, timeout: float = 100) -> Pass:
    """Serve the cases, each on an address of its own, and poll all of them in one pass."""
    (home / "pactwatch.toml").write_text(SETTINGS.replace("{timeout}", str(limit)), encoding="utf-8")
    with ExitStack() as stack:
        stack.enter_context(serving([canary]))
        hosts = [host_of(case, number, canary.port) for number, case in enumerate(cases)]
        stack.enter_context(serving(hosts))
        for number, (case, host) in enumerate(zip(cases, hosts, strict=True)):
            if case.entry is None:
                host.serves = {**host.serves, "/entry": feed(host.base + "/a"), "*": host.serves["/a"]}
            source(home, f"case-{number}", case.kind, host.base + "/entry")
        clock = Clock(home / "data" / "pactwatch.db")
        result = run(home, "run", "--all", "--json", timeout=timeout, look=clock.look)
        for number, (case, host) in enumerate(zip(cases, hosts, strict=True)):
            asked = [host.began[path] for path in ("/a", "/entry", "/robots.txt") if path in host.began]
            lasted, starved = clock.took(f"case-{number}", asked[0])
            result.lasted[case.id], result.took[case.id] = lasted, lasted - starved
        with sqlite3.connect(home / "data" / "pactwatch.db") as database:
            for number, case in enumerate(cases):
                tables = ("addresses", "entry_points") if case.entry is None else ("entry_points",)
                rows = [row for table in tables for row in database.execute(
                    f"SELECT outcome, reason FROM {table} WHERE source_id = ? ORDER BY id", (f"case-{number}",))]
                result.found[case.id] = (rows[0][0] or "none", rows[0][1] or "")
            result.titles = [title for (title,) in database.execute("SELECT title FROM articles")]
        database.close()
    return result


def run(home: Path, *command: str, names: Mapping[str, list[list[str]]] | None = None, timeout: float = 100,
        environ: Mapping[str, str] | None = None, look: Callable[[int], None] = lambda _: None) -> Pass:
    """Run a command in a workspace and watch the memory of all its processes."""
    if not (home / "pactwatch.toml").exists():
        (home / "pactwatch.toml").write_text(SETTINGS.replace("{timeout}", "5.0"), encoding="utf-8")
    (home / "names.json").write_text(json.dumps(names or {}), encoding="utf-8")
    all_of_it = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent), "COLUMNS": "200", **(environ or {})}
    began = time.monotonic()
    result = Pass()
    with (home / "out").open("w") as out, (home / "err").open("w") as err, subprocess.Popen(
        [*PROGRAM, str(home / "names.json"), *command, "--home", str(home)], stdout=out, stderr=err, env=all_of_it
    ) as process:
        while process.poll() is None:
            result.peak_mb = max(result.peak_mb, _tree_mb(process.pid))
            look(process.pid)
            time.sleep(0.05)
            if time.monotonic() - began > timeout:
                process.kill()
        result.code = process.returncode
    result.seconds = time.monotonic() - began
    result.output, result.errors = (home / "out").read_text(), (home / "err").read_text()
    return result


def _tree(pid: int) -> list[int]:
    """A process and all below it."""
    found = [pid]
    for one in found:
        with suppress(OSError):  # it has just ended
            found += [int(child) for task in Path(f"/proc/{one}/task").iterdir()
                      for child in (task / "children").read_text().split()]
    return found


def _tree_mb(pid: int) -> float:
    """The resident memory of a process and its children, shared pages counted once for each."""
    pages = 0
    for one in _tree(pid):
        with suppress(OSError, IndexError):
            pages += int(Path(f"/proc/{one}/statm").read_text().split()[1])
    return pages * 4096 / 1e6


def _waited(pid: int) -> float:
    """The seconds for which a process could have run and had no core."""
    total = 0
    with suppress(OSError, IndexError):
        total = sum(int((task / "schedstat").read_text().split()[1]) for task in Path(f"/proc/{pid}/task").iterdir())
    return total / 1e9


def shared(name: str, folders: pytest.TempPathFactory, make: Callable[[Path], Pass]) -> Pass:
    """The outcome of a pass that all workers of one test run share: the first makes it, the others wait for it."""
    run_id = os.environ.get("PYTEST_XDIST_TESTRUNUID")
    if run_id is None:
        return make(folders.mktemp(name))
    file = folders.getbasetemp().parent / f"{name}.json"
    with file.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not file.exists():
            file.write_text(json.dumps(asdict(make(folders.mktemp(name)))), encoding="utf-8")
        values = json.loads(file.read_text(encoding="utf-8"))
    return Pass(**{**values, "found": {key: tuple(value) for key, value in values["found"].items()}})
