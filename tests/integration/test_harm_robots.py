"""Robots and pace over several passes of the real program: what a host asked is remembered."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.harm_pass import run, source
from tests.harm_server import Host, article, feed, http, serving, to

RULES = http("User-agent: *\nDisallow: /private\n", kind="text/plain", ETag='"1"')


@pytest.fixture
def host() -> Iterator[Host]:
    made = Host("127.20.8.8", {})
    with serving([made]):
        made.serves = {
            "/robots.txt": RULES,
            "/entry": feed(made.base + "/a"),
            "/a": http(article()),
            "/b": http(article()),
        }
        yield made


def poll(home: Path, host: Host, *options: str) -> dict[str, str]:
    """One pass; the outcome and reason of the source."""
    source(home, "outlet", "feed", host.base + "/entry")
    result = run(home, "run", *(options or ("--all",)), "--json")
    assert result.code == 0, result.errors
    found = json.loads(result.output)["sources"]
    return found[0] if found else {}


def robots_asked(host: Host) -> int:
    return host.paths().count("/robots.txt")


def change(home: Path, sql: str) -> None:
    with closing(sqlite3.connect(home / "data" / "pactwatch.db")) as database:
        database.execute(sql)
        database.commit()


def test_robots_txt_is_asked_for_once_a_day_and_then_conditionally(host: Host, tmp_path: Path) -> None:
    for _ in range(2):
        assert poll(tmp_path, host)["outcome"] in {"ok", "unchanged"}
    assert robots_asked(host) == 1
    change(tmp_path, "UPDATE hosts SET robots_at = datetime('now', '-25 hours'), tried_at = NULL")
    host.serves = {**host.serves, "/robots.txt": b"HTTP/1.1 304 Not Modified\r\n\r\n",
                   "/entry": feed(host.base + "/private/1")}  # fmt: skip
    poll(tmp_path, host)
    assert robots_asked(host) == 2
    assert next(h for p, h in reversed(host.asked) if p == "/robots.txt")["if-none-match"] == '"1"'
    assert "/private/1" not in host.paths()


def test_the_last_copy_holds_while_a_host_does_not_answer_for_it_and_not_for_ever(host: Host, tmp_path: Path) -> None:
    poll(tmp_path, host)
    change(tmp_path, "UPDATE hosts SET robots_at = datetime('now', '-2 days'), tried_at = NULL")
    host.serves = {**host.serves, "/robots.txt": http("", "503 Busy"), "/entry": feed(host.base + "/private/1")}
    assert poll(tmp_path, host)["outcome"] == "ok"
    assert "/private/1" not in host.paths()
    change(tmp_path, "UPDATE hosts SET robots_at = datetime('now', '-31 days'), tried_at = NULL")
    assert poll(tmp_path, host)["outcome"] == "robots_denied"


def test_no_request_comes_before_a_host_asked_for_it_not_even_for_all(host: Host, tmp_path: Path) -> None:
    host.serves = {**host.serves, "/entry": http("", "429 Slow down", Retry_After="3600")}
    assert "429" in poll(tmp_path, host)["reason"]
    asked = len(host.asked)
    assert poll(tmp_path, host, "--all") == {}       # the source is not due before that, for --all either
    assert "no request before" in poll(tmp_path, host, "--source", "outlet")["reason"]
    assert len(host.asked) == asked


@pytest.mark.parametrize("value", ["-5", "soon", "0", "Thu, 01 Jan 1970 00:00:00 GMT"])
def test_a_retry_after_without_sense_is_none(value: str, host: Host, tmp_path: Path) -> None:
    host.serves = {**host.serves, "/entry": http("", "503 Busy", Retry_After=value)}
    poll(tmp_path, host)
    asked = len(host.asked)
    assert "503" in poll(tmp_path, host)["reason"]
    assert len(host.asked) == asked + 1


@pytest.mark.parametrize("status", ["400 x", "401 x", "403 x", "404 x", "410 x", "451 x"])
def test_a_host_without_robots_txt_has_no_rules(status: str, host: Host, tmp_path: Path) -> None:
    host.serves = {**host.serves, "/robots.txt": http("User-agent: *\nDisallow: /", status)}
    assert poll(tmp_path, host)["outcome"] == "ok"


def test_robots_txt_may_be_five_redirects_away(host: Host, tmp_path: Path) -> None:
    hops = {f"/r{n}": to(f"/r{n + 1}", "301 Moved") for n in range(1, 5)}
    last = http("User-agent: *\nDisallow: /", kind="text/plain")
    host.serves = {**host.serves, "/robots.txt": to("/r1"), **hops, "/r5": last}
    assert poll(tmp_path, host)["outcome"] == "robots_denied"


def test_a_page_that_asks_not_to_be_kept_is_not_and_says_so(host: Host, tmp_path: Path) -> None:
    host.serves = {**host.serves, "/entry": feed(host.base + "/a", host.base + "/b"),
                   "/a": http(article(), X_Robots_Tag="noindex"),
                   "/b": http(article(head="<meta name=robots content=noindex>"))}  # fmt: skip
    poll(tmp_path, host)
    with closing(sqlite3.connect(tmp_path / "data" / "pactwatch.db")) as database:
        assert database.execute("SELECT count(*) FROM articles").fetchone() == (0,)
        rows = database.execute("SELECT state, outcome, reason FROM addresses").fetchall()
    assert {row[:2] for row in rows} == {("skipped", "robots_denied")}
    assert all("asks robots not to keep it" in row[2] for row in rows)


def test_a_feed_may_say_noindex_of_itself(host: Host, tmp_path: Path) -> None:
    host.serves = {**host.serves, "/entry": feed(host.base + "/a").replace(
        b"Connection", b"X-Robots-Tag: noindex, follow\r\nConnection")}  # fmt: skip
    assert poll(tmp_path, host)["outcome"] == "ok"
    assert "/a" in host.paths()
