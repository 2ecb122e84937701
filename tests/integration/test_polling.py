"""Entry points that refuse, move or are gone, over real HTTP: each has its name, and what a site asks for is kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.crawl_once import run_crawl, write_source
from tests.outlet_server import Outlet, Reply

PARKED = "<html><head><title>outlet.example is for sale</title></head><body>This domain is for sale.</body></html>"
WALL = "<html><head><title>Just a moment...</title></head><body><div id='cf-challenge'>Checking</div></body></html>"


@pytest.fixture
def outlet():
    with Outlet().running() as running:
        yield running


def test_what_stands_in_a_feeds_place_has_a_name_of_its_own(outlet: Outlet, tmp_path: Path) -> None:
    outlet.routes.update({
        "/gone": Reply("gone", status=410),
        "/wall": Reply(WALL, status=403, headers={"cf-mitigated": "challenge"}),
        "/parked": Reply(PARKED),
        "/busy": Reply("later", status=503, headers={"Retry-After": "120"}),
    })
    for name in ("gone", "wall", "parked", "busy", "missing"):
        write_source(tmp_path, name, f"feed: {outlet.base}/{name}")
    polls = {p["source"]: (p["outcome"], p["reason"]) for p in run_crawl(tmp_path)["polls"]}
    assert polls["gone"] == ("http_error", "HTTP 410 Gone")
    assert polls["missing"] == ("http_error", "HTTP 404 Not Found")
    assert polls["busy"][1] == "HTTP 503 Service Unavailable"
    assert polls["wall"][0] == "bot_wall"
    assert polls["parked"][0] == "parked"


def test_a_feed_that_moved_for_good_is_told_and_one_that_is_elsewhere_for_now_is_not(
    outlet: Outlet, tmp_path: Path
) -> None:
    from archive.engine import open_engine, reading
    from archive.health import moved

    story = outlet.article("/a")
    outlet.rss("/new", story)
    outlet.routes["/old"] = Reply(status=301, headers={"Location": "/new"})
    outlet.routes["/away"] = Reply(status=302, headers={"Location": "/new"})
    outlet.routes["/says-so"] = Reply(
        '<?xml version="1.0"?><rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel><title>T</title>'
        '<atom:link rel="self" href="https://elsewhere.example/feed"/>'
        f"<item><title>About</title><link>{story}</link></item></channel></rss>", "application/rss+xml")
    for name in ("old", "away", "says-so"):
        write_source(tmp_path, name, f"feed: {outlet.base}/{name}")
    run_crawl(tmp_path)
    with reading(open_engine(f"sqlite:///{tmp_path}/test.db")) as connection:
        found = {row["source"]: row["to"] for row in moved(connection, {"old", "away", "says-so"})}
    assert found == {"old": f"{outlet.base}/new", "says-so": "https://elsewhere.example/feed"}
