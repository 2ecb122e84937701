"""A service asks a host again over the connection that it has, as long as it has few of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.crawl_once import write_source
from tests.outlet_server import Outlet, Reply
from tests.programs import run

SETTINGS = '[crawl]\nallow_networks = ["127.0.0.0/8"]\ndelay = 0.0\nprocesses = 1\n[catalog]\nbuiltin = false\n'
FEED = "<rss version='2.0'><channel><title>News</title></channel></rss>"
PASSES = """
import asyncio, sys
from pathlib import Path
from core.workspace import load_workspace
from pactwatch import crawl
from pactwatch.cli.common import open_database
from pactwatch.loop import run_in_loop
from scrapers import lasting
from scrapers.catalogue import load_sources

lasting._MOST = int(sys.argv[2])
space = load_workspace(Path(sys.argv[1]))
sources, _ = load_sources(space.source_dirs)
engine = open_database(space)

async def main(stop):
    desk = crawl.Newsdesk(space, engine)
    try:
        for _ in range(3):
            await desk.run_pass(sources, kind="run", stop=stop, everything=True)
    finally:
        desk.close()

run_in_loop(main)
"""


def ports(outlet: Outlet) -> set[int]:
    """The connections over which an outlet's feed was asked for."""
    assert outlet.paths().count("/feed") == 3
    return {asked.port for asked in outlet.asked if asked.path == "/feed"}


@pytest.mark.parametrize(("most", "all_kept"), [(10, True), (1, False)])
def test_a_connection_is_kept_for_the_next_pass_where_there_is_room_for_it(
    tmp_path: Path, most: int, all_kept: bool
) -> None:
    (tmp_path / "pactwatch.toml").write_text(SETTINGS, encoding="utf-8")
    program = tmp_path / "passes.py"
    program.write_text(PASSES, encoding="utf-8")
    with Outlet().running() as one, Outlet(host="127.0.0.2").running() as other:
        for number, outlet in enumerate((one, other)):
            outlet.routes["/feed"] = Reply(FEED, "text/xml")
            write_source(tmp_path, f"outlet-{number}", f"feed: {outlet.base}/feed")
        done = run(str(program), str(tmp_path), str(most))
    assert done.returncode == 0, done.stderr
    made = len(ports(one)) + len(ports(other))
    assert made == 2 if all_kept else made > 2
