"""A long pass of a service ends soon when its time is over, whatever a host asks or does: all others wait for it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.crawl_once import write_source
from tests.outlet_server import Outlet, Reply

PASS = """
import asyncio, json, sys, time
from pathlib import Path
from core.workspace import load_workspace
from pactwatch import crawl, intake
from pactwatch.cli.common import open_database
from pactwatch.loop import run_in_loop
from scrapers.catalogue import load_sources

intake.PASS_S, intake.LOOK_S = 3.0, 0.5
space = load_workspace(Path(sys.argv[1]))
sources, _ = load_sources(space.source_dirs)
engine = open_database(space)

async def main(stop):
    desk, began = crawl.Newsdesk(space, engine), time.monotonic()
    try:
        summary = await desk.run_pass(sources, kind="serve", stop=stop, present=lambda: sources)
    finally:
        desk.close()
    return {"seconds": time.monotonic() - began, "fetched": summary.fetched}

told = run_in_loop(main)
with engine.connect() as connection:
    rows = connection.exec_driver_sql("SELECT id, claimed_by, next_due_at IS NULL FROM sources ORDER BY id").all()
    held = connection.exec_driver_sql("SELECT count(*) FROM host_turns WHERE held_by IS NOT NULL").scalar()
print(json.dumps({**told, "sources": [list(row) for row in rows], "held": held}))
"""
SETTINGS = '[crawl]\nallow_networks = ["127.0.0.0/8"]\ndelay = 0.0\nprocesses = 1\n[catalog]\nbuiltin = false\n'


def test_a_long_crawl_delay_and_a_hanging_feed_do_not_hold_up_the_next_pass(tmp_path: Path) -> None:
    (tmp_path / "pactwatch.toml").write_text(SETTINGS, encoding="utf-8")
    with Outlet().running() as slow, Outlet(host="127.0.0.2").running() as hanging:
        slow.routes["/robots.txt"] = Reply("User-agent: *\nCrawl-delay: 120\n", "text/plain")
        slow.rss("/feed", slow.article("/a"))
        hanging.routes["/feed"] = Reply(hang=25)
        write_source(tmp_path, "hanging", f"feed: {hanging.base}/feed")
        write_source(tmp_path, "slow", f"feed: {slow.base}/feed")
        environ = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
        done = subprocess.run([sys.executable, "-c", PASS, str(tmp_path)], capture_output=True, text=True, timeout=100,
                              env=environ, check=True)
    told = json.loads(done.stdout)
    assert told["seconds"] < 15
    # Cut short, not lost: nobody has a claim on them, and they are due.
    assert told["sources"] == [["hanging", None, 1], ["slow", None, 1]]
    assert told["held"] == 0
