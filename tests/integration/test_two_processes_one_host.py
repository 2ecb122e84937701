"""Two real processes on one archive poll two sources of one host: together they ask no more than one would."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

from tests.crawl_once import write_source
from tests.outlet_server import Outlet, Reply

DELAY = 0.4
PROGRAM = (sys.executable, "-m", "pactwatch")
SETTINGS = f"""
[crawl]
allow_networks = ["127.0.0.0/8"]
delay = {DELAY}
processes = 1
[catalog]
builtin = false
"""


def test_two_processes_keep_one_pace_at_one_host(tmp_path: Path) -> None:
    (tmp_path / "pactwatch.toml").write_text(SETTINGS, encoding="utf-8")
    root = str(Path(__file__).parents[2])
    with Outlet().running() as outlet:
        outlet.routes["/robots.txt"] = Reply("User-agent: *\nDisallow:\n", "text/plain")
        for name in ("one", "two"):
            outlet.rss(f"/{name}", *(outlet.article(f"/{name}/{number}") for number in range(4)))
            write_source(tmp_path, name, f"feed: {outlet.base}/{name}")
        environ = {**os.environ, "PYTHONPATH": root}
        upgrade = [*PROGRAM, "db", "upgrade", "--home", str(tmp_path)]
        subprocess.run(upgrade, check=True, capture_output=True, env=environ)
        both = [
            subprocess.Popen([*PROGRAM, "run", "--source", name, "--json", "--home", str(tmp_path)], env=environ,
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            for name in ("one", "two")
        ]
        said = [process.communicate(timeout=100) for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    sources = [source for out, _ in said for source in json.loads(out)["sources"]]
    assert {(source["id"], source["outcome"], source["fetched"]) for source in sources} == {
        ("one", "ok", 4), ("two", "ok", 4)}
    pages = [path for path in outlet.paths() if path != "/robots.txt"]
    assert len(pages) == len(set(pages)) == 10
    gaps = [after.at - before.at for before, after in pairwise(outlet.asked)]
    assert min(gaps) > DELAY / 2, gaps  # as they arrive: some of a pause may go on the way
