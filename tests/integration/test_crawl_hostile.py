"""One crawl against what the open web throws at it: each case ends in a named outcome, and nothing is harmed."""

from __future__ import annotations

import gzip
import itertools
import socket
import time
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.crawl_once import run_crawl, write_source
from tests.outlet_server import Outlet, Reply, self_signed


@pytest.fixture
def outlet() -> Iterator[Outlet]:
    with Outlet("127.1.0.1").running() as running:
        yield running


@pytest.fixture
def canary() -> Iterator[Outlet]:
    """A server inside the network that nothing may reach."""
    with Outlet("127.0.0.1").running() as running:
        running.article("/secret")
        running.rss("/rss", running.base + "/secret")
        yield running


ONLY_OUTLETS = 'allow_networks=["127.1.0.0/16"]'


def outcomes(result: dict) -> dict[str, str]:
    """The outcome of each address by the last part of its path."""
    return {url.rpartition("/")[2]: row[1] for url, row in result["addresses"].items()}


SPELLINGS = ("127.0.0.1", "2130706433", "0x7f000001", "0177.0.0.1", "127.1", "localhost", "[::ffff:127.0.0.1]", "[::1]")


def test_no_spelling_of_an_inner_address_is_reached(outlet: Outlet, canary: Outlet, tmp_path: Path) -> None:
    inner = [f"http://{host}:{canary.port}" for host in SPELLINGS]
    for number, base in enumerate(inner):
        outlet.routes[f"/hop-{number}"] = Reply(status=302, headers={"Location": base + "/secret"})
        write_source(tmp_path, f"inner-{number}", f"feed: {base}/rss")
    outlet.rss("/rss", *(f"{base}/secret" for base in inner), *(f"{outlet.base}/hop-{n}" for n in range(len(inner))))
    write_source(tmp_path, "outlet", "feed: " + outlet.base + "/rss")
    result = run_crawl(tmp_path, ONLY_OUTLETS)
    assert canary.asked == []
    assert len(result["addresses"]) == 2 * len(inner)
    assert {row[1] for row in result["addresses"].values()} == {"blocked_address"}
    assert {p["outcome"] for p in result["polls"] if p["source"] != "outlet"} == {"blocked_address"}


def test_robots_and_sitemaps_do_not_lead_inside_either(outlet: Outlet, canary: Outlet, tmp_path: Path) -> None:
    outlet.routes["/robots.txt"] = Reply(status=301, headers={"Location": canary.base + "/robots.txt"})
    outlet.routes["/index.xml"] = Reply(
        f"<sitemapindex><sitemap><loc>{canary.base}/part.xml</loc></sitemap></sitemapindex>", "application/xml"
    )
    write_source(tmp_path, "one", "sitemap: " + outlet.base + "/index.xml")
    with Outlet("127.1.0.2").running() as other:
        other.routes["/index.xml"] = outlet.routes["/index.xml"]
        write_source(tmp_path, "two", "sitemap: " + other.base + "/index.xml")
        result = run_crawl(tmp_path, ONLY_OUTLETS)
    assert canary.asked == []
    assert {p["outcome"] for p in result["polls"]} == {"blocked_address", "ok"}


def test_robots_rules_are_kept(outlet: Outlet, tmp_path: Path) -> None:
    outlet.routes["/robots.txt"] = Reply("User-agent: *\nDisallow: /private\nAllow: /private/open\n", "text/plain")
    links = [outlet.article(p) for p in ("/open-1", "/private/2", "/private/open-3")]
    outlet.routes["/go-4"] = Reply(status=302, headers={"Location": "/private/2"})
    outlet.rss("/rss", *links, outlet.base + "/go-4")
    write_source(tmp_path, "one", "feed: " + outlet.base + "/rss")
    result = run_crawl(tmp_path)
    assert outcomes(result) == {"open-1": None, "2": "robots_denied", "open-3": None, "go-4": "robots_denied"}
    assert result["addresses"][outlet.base + "/private/2"][0] == "skipped"
    assert "/private/2" not in outlet.paths()


@pytest.mark.parametrize("reply", [Reply(status=503), Reply(hang=8), Reply(drop=True), Reply(status=429)])
def test_an_outlet_whose_robots_file_is_broken_is_left_alone(reply: Reply, outlet: Outlet, tmp_path: Path) -> None:
    outlet.routes["/robots.txt"] = reply
    outlet.rss("/rss", outlet.article("/a-1"))
    write_source(tmp_path, "one", "feed: " + outlet.base + "/rss")
    [poll] = run_crawl(tmp_path, "timeout=1")["polls"]
    assert poll["outcome"] in {"robots_denied", "connection_error"}
    assert poll["reason"].startswith("robots.txt")
    assert "/rss" not in outlet.paths()


def test_a_missing_robots_file_allows_everything(outlet: Outlet, tmp_path: Path) -> None:
    outlet.routes["/robots.txt"] = Reply(status=403)
    outlet.rss("/rss", outlet.article("/a-1"))
    write_source(tmp_path, "one", "feed: " + outlet.base + "/rss")
    assert len(run_crawl(tmp_path)["pages"]) == 1


def test_crawl_delay_is_kept_where_it_is_longer(outlet: Outlet, tmp_path: Path) -> None:
    outlet.routes["/robots.txt"] = Reply("User-agent: *\nCrawl-delay: 0.7\n", "text/plain")
    outlet.rss("/rss", outlet.article("/a-1"), outlet.article("/a-2"))
    write_source(tmp_path, "one", "feed: " + outlet.base + "/rss")
    run_crawl(tmp_path, "delay=0.1")
    after_robots = [a.at for a in outlet.asked][1:]
    assert len(after_robots) == 3
    assert min(b - a for a, b in itertools.pairwise(after_robots)) > 0.6


def test_every_kind_of_bad_answer_has_a_name(outlet: Outlet, tmp_path: Path) -> None:
    bomb = zlib.compressobj(9, zlib.DEFLATED, 31)
    bombed = b"".join(bomb.compress(b"\0" * 1_000_000) for _ in range(300)) + bomb.flush()

    def endless(write: object) -> None:
        for _ in range(200):
            write(b"x" * 100_000)  # type: ignore[operator]

    def slow(write: object) -> None:
        for _ in range(100):
            write(b"x")  # type: ignore[operator]
            time.sleep(0.1)

    replies = {
        "huge": Reply(b"x" * 11_000_000),
        "endless": Reply(stream=endless),
        "slow": Reply(stream=slow),
        "bomb": Reply(bombed, headers={"Content-Encoding": "gzip"}),
        "hang": Reply(hang=6),
        "drop": Reply(drop=True),
        "gone": Reply(status=410),
        "broken": Reply(status=500),
        "pdf": Reply(b"%PDF-1.4", "application/pdf"),
        "void": Reply(b"  "),
        "circle": Reply(status=302, headers={"Location": "/circle"}),
        "ftp": Reply(status=302, headers={"Location": "ftp://example.org/a"}),
        "lies": Reply(b"not gzip at all", headers={"Content-Encoding": "gzip"}),
        "heads": Reply(headers={f"X-{i}": "y" * 8000 for i in range(80)}),
        "binary": Reply(b"<html>" + b"\0" * 200),
    }
    # One outlet for each, for three failures in a row end the visit to an outlet.
    with_stack = []
    for number, (name, reply) in enumerate(replies.items()):
        one = Outlet(f"127.1.1.{number + 1}")
        one.routes[f"/x-{name}"] = reply
        one.rss("/rss", f"{one.base}/x-{name}")
        write_source(tmp_path, name, "feed: " + one.base + "/rss")
        context = one.running()
        context.__enter__()
        with_stack.append(context)
    try:
        result = run_crawl(tmp_path, "timeout=3")
    finally:
        for context in with_stack:
            context.__exit__(None, None, None)
    assert outcomes(result) == {
        "x-huge": "too_large",
        "x-endless": "too_large",
        "x-slow": "timeout",
        "x-bomb": "too_large",
        "x-hang": "timeout",
        "x-drop": "connection_error",
        "x-gone": "http_error",
        "x-broken": "http_error",
        "x-pdf": "not_html",
        "x-void": "empty",
        "x-circle": "http_error",
        "x-ftp": "http_error",
        "x-lies": "connection_error",
        "x-heads": "too_large",
        "x-binary": "not_html",
    }
    assert all(report["reason"] for report in result["reports"])
    assert "Traceback" not in result["stderr"]


def test_feeds_that_are_none_are_named_and_the_others_still_run(outlet: Outlet, tmp_path: Path) -> None:
    outlet.routes["/page"] = Reply("<!doctype html><html><body>Sign in</body></html>")
    outlet.routes["/empty"] = Reply("<rss><channel><title>T</title></channel></rss>", "application/xml")
    outlet.routes["/nothing"] = Reply(b"", "application/xml")
    outlet.routes["/bomb.gz"] = Reply(gzip.compress(b"<rss>" + b" " * 60_000_000), "application/gzip")
    outlet.rss("/rss", outlet.article("/a-1"))
    with socket.socket() as unused:
        unused.bind(("127.1.0.9", 0))
        dead = f"http://127.1.0.9:{unused.getsockname()[1]}"
        for name, url in {
            "page": outlet.base + "/page",
            "empty": outlet.base + "/empty",
            "nothing": outlet.base + "/nothing",
            "bomb": outlet.base + "/bomb.gz",
            "missing": outlet.base + "/missing",
            "good": outlet.base + "/rss",
            "dead": dead + "/rss",
            "lost": "http://no-such-host.invalid/rss",
        }.items():
            write_source(tmp_path, name, "feed: " + url)
        result = run_crawl(tmp_path)
    assert {p["source"]: p["outcome"] for p in result["polls"]} == {
        "page": "not_a_feed",
        "empty": "empty",
        "nothing": "empty",
        "bomb": "too_large",
        "missing": "http_error",
        "good": "ok",
        "dead": "connection_error",
        "lost": "dns_error",
    }
    assert len(result["pages"]) == 1
    assert all(p["reason"] for p in result["polls"] if p["outcome"] != "ok")
    assert result["done"] == sorted(["page", "empty", "nothing", "bomb", "missing", "good", "dead", "lost"])


def test_an_outlet_that_dies_during_the_crawl_is_left_after_three_failures(outlet: Outlet, tmp_path: Path) -> None:
    for i in range(30):
        outlet.routes[f"/x-{i}"] = Reply(drop=True)
    outlet.rss("/rss", *(f"{outlet.base}/x-{i}" for i in range(30)))
    write_source(tmp_path, "one", "feed: " + outlet.base + "/rss", more="delay: 0.05\n")
    result = run_crawl(tmp_path)
    states = [row[0] for row in result["addresses"].values()]
    assert states.count("failed") <= 5
    assert states.count("discovered") >= 25
    assert result["done"] == ["one"]


def test_asked_to_wait_the_rest_waits_for_the_next_poll(outlet: Outlet, tmp_path: Path) -> None:
    for i in range(10):
        outlet.routes[f"/x-{i}"] = Reply(status=429, headers={"Retry-After": "3600"})
    outlet.rss("/rss", *(f"{outlet.base}/x-{i}" for i in range(10)))
    write_source(tmp_path, "one", "feed: " + outlet.base + "/rss", more="delay: 0.05\n")
    run_crawl(tmp_path)
    assert sum(p.startswith("/x-") for p in outlet.paths()) <= 2


def test_proxies_of_the_environment_are_not_used(
    outlet: Outlet, canary: Outlet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", canary.base)
    outlet.rss("/rss", outlet.article("/a-1"))
    write_source(tmp_path, "one", "feed: " + outlet.base + "/rss")
    assert len(run_crawl(tmp_path)["pages"]) == 1
    assert canary.asked == []


def test_the_user_agent_says_who_asks_and_where_to_complain(outlet: Outlet, tmp_path: Path) -> None:
    outlet.rss("/rss", outlet.article("/a-1"))
    write_source(tmp_path, "one", "feed: " + outlet.base + "/rss")
    run_crawl(tmp_path, 'contact="news-desk@example.org"')
    agents = {a.headers["user-agent"] for a in outlet.asked}
    assert len(agents) == 1
    assert agents.pop().startswith("Pactwatch/")
    assert "cookie" not in outlet.asked[-1].headers
    assert "(+news-desk@example.org)" in outlet.asked[-1].headers["user-agent"]


def test_a_crawl_that_is_stopped_ends_at_once_and_leaves_the_rest_for_the_next(outlet: Outlet, tmp_path: Path) -> None:
    for i in range(5):
        outlet.routes[f"/x-{i}"] = Reply(hang=100)
    outlet.rss("/rss", *(f"{outlet.base}/x-{i}" for i in range(5)))
    write_source(tmp_path, "one", "feed: " + outlet.base + "/rss", more="delay: 0.3\n")
    with Outlet("127.1.0.2").running() as slow:
        slow.routes["/robots.txt"] = Reply(hang=100)
        write_source(tmp_path, "two", "feed: " + slow.base + "/rss")
        began = time.monotonic()
        result = run_crawl(tmp_path, "timeout=60", "stops_after=2.5")
    assert time.monotonic() - began < 45
    assert {row[0] for row in result["addresses"].values()} == {"discovered"}
    assert result["reports"] == []
    assert "Traceback" not in result["stderr"]


def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path: Path) -> None:
    with Outlet("127.1.0.3", tls=self_signed(tmp_path)).running() as forged:
        forged.rss("/rss", forged.article("/a-1"))
        write_source(tmp_path, "one", "feed: " + forged.base + "/rss")
        [poll] = run_crawl(tmp_path)["polls"]
    assert poll["outcome"] == "tls_error"
    assert "certificate" in poll["reason"]
    assert forged.asked == []
