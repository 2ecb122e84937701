"""Robots and pace over three passes of the real program: what a host asked is remembered. Each host plays one story."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.harm_pass import SETTINGS, run, source
from tests.harm_server import Host, Serve, article, feed, http, serving, to

RULES = http("User-agent: *\nDisallow: /private\n", kind="text/plain", ETag='"1"')
CLOSED = http("User-agent: *\nDisallow: /", kind="text/plain")
STATUSES = ("400 x", "401 x", "403 x", "404 x", "410 x", "451 x")
NO_SENSE = ("-5", "soon", "0", "Thu, 01 Jan 1970 00:00:00 GMT")
HOPS = {f"/r{n}": to(f"/r{n + 1}", "301 Moved") for n in range(1, 5)}


@dataclass
class Told:
    """By host: its answers of the passes as (outcome, reason), and what it had been asked after each."""

    polls: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    asked: dict[str, list[list[str]]] = field(default_factory=dict)
    headers: dict[str, dict[str, str]] = field(default_factory=dict)  # of the last request for robots.txt
    addresses: list[tuple[str, str, str]] = field(default_factory=list)  # of the host `unkept`
    articles: int = 0  # of the same
    waiting: list[dict[str, dict[str, str]]] = field(default_factory=list)  # by source, of each pass


def _stories() -> dict[str, dict[str, Serve]]:
    return {
        "daily": {},
        "stale": {},
        "waits": {"/entry": http("", "429 Slow down", Retry_After="3600")},
        "hops": {"/robots.txt": to("/r1"), **HOPS, "/r5": CLOSED},
        "unkept": {"/a": http(article(), X_Robots_Tag="noindex"),
                   "/b": http(article(head="<meta name=robots content=noindex>"))},
        "noindex": {},
        **{f"no sense {n}": {"/entry": http("", "503 Busy", Retry_After=v)} for n, v in enumerate(NO_SENSE)},
        **{f"status {status[:3]}": {"/robots.txt": http("User-agent: *\nDisallow: /", status)} for status in STATUSES},
    }  # fmt: skip


def _open(hosts: dict[str, Host]) -> None:
    for name, host in hosts.items():
        common = {"/robots.txt": RULES, "/entry": feed(host.base + "/a"), "/a": http(article()), "/b": http(article())}
        host.serves = {**common, **_stories()[name]}
    unkept, noindex = hosts["unkept"], hosts["noindex"]
    unkept.serves = {**unkept.serves, "/entry": feed(unkept.base + "/a", unkept.base + "/b")}
    listed = feed(noindex.base + "/a").replace(b"Connection", b"X-Robots-Tag: noindex, follow\r\nConnection")
    noindex.serves = {**noindex.serves, "/entry": listed}


def _age(home: Path, host: Host, age: str) -> None:
    """Have the host's robots.txt been read so long ago."""
    with closing(sqlite3.connect(home / "data" / "pactwatch.db")) as database:
        changed = database.execute(
            "UPDATE hosts SET robots_at = datetime('now', ?), tried_at = NULL WHERE origin = ?", (age, host.base))
        assert changed.rowcount == 1
        database.commit()


def _poll(told: Told, home: Path, hosts: dict[str, Host], *options: str) -> None:
    result = run(home, "run", *options, "--json")
    assert result.code == 0, result.errors
    summary = json.loads(result.output)
    told.waiting.append({one["id"]: one for one in summary["waiting"]})
    found = {one["id"]: one for one in summary["sources"]}
    for name, host in hosts.items():
        one = found.get(name.replace(" ", "-"), {"outcome": "not polled", "reason": ""})
        told.polls.setdefault(name, []).append((one["outcome"], one["reason"]))
        told.asked.setdefault(name, []).append(host.paths())


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    home, told = tmp_path_factory.mktemp("harm-robots"), Told()
    text = SETTINGS.replace("{timeout}", "5.0").replace("processes = 2", "processes = 1")
    (home / "pactwatch.toml").write_text(text, encoding="utf-8")
    hosts = {name: Host(f"127.20.8.{number}", {}) for number, name in enumerate(_stories(), 1)}
    with serving(list(hosts.values())):
        _open(hosts)
        for name, host in hosts.items():
            source(home, name.replace(" ", "-"), "feed", host.base + "/entry")
        _poll(told, home, hosts, "--all")
        daily, stale = hosts["daily"], hosts["stale"]
        _age(home, stale, "-2 days")
        stale.serves = {**stale.serves, "/robots.txt": http("", "503 Busy"), "/entry": feed(stale.base + "/private/1")}
        _poll(told, home, hosts, "--all")
        _age(home, stale, "-31 days")
        _age(home, daily, "-25 hours")
        daily.serves = {**daily.serves, "/robots.txt": b"HTTP/1.1 304 Not Modified\r\n\r\n",
                        "/entry": feed(daily.base + "/private/1")}  # fmt: skip
        _poll(told, home, hosts, *(o for name in hosts for o in ("--source", name.replace(" ", "-"))))
    for name, host in hosts.items():
        told.headers[name] = next(h for p, h in reversed(host.asked) if p == "/robots.txt")
    with closing(sqlite3.connect(home / "data" / "pactwatch.db")) as database:
        told.addresses = database.execute(
            "SELECT state, outcome, reason FROM addresses WHERE source_id = 'unkept'").fetchall()
        told.articles = database.execute(
            "SELECT count(*) FROM articles WHERE url LIKE ?", (hosts["unkept"].base + "%",)).fetchone()[0]
    return told


def test_robots_txt_is_asked_for_once_a_day_and_then_conditionally(told: Told) -> None:
    assert {outcome for outcome, _ in told.polls["daily"][:2]} <= {"ok", "unchanged"}
    assert [asked.count("/robots.txt") for asked in told.asked["daily"]] == [1, 1, 2]
    assert told.headers["daily"]["if-none-match"] == '"1"'
    assert "/private/1" not in told.asked["daily"][-1]


def test_the_last_copy_holds_while_a_host_does_not_answer_for_it_and_not_for_ever(told: Told) -> None:
    assert [outcome for outcome, _ in told.polls["stale"]] == ["ok", "ok", "robots_denied"]
    assert "/private/1" not in told.asked["stale"][-1]


def test_no_request_comes_before_a_host_asked_for_it_not_even_for_all_or_by_name(told: Told) -> None:
    first, for_all, by_name = told.polls["waits"]
    assert "429" in first[1]
    assert for_all[0] == "not polled"
    assert "no request before" in by_name[1]
    assert told.asked["waits"][0] == told.asked["waits"][-1]
    first_waits, then, _ = told.waiting
    assert first_waits == {}
    assert list(then) == ["waits"]
    assert "Retry-After" in then["waits"]["reason"]
    assert then["waits"]["until"]


@pytest.mark.parametrize("name", [f"no sense {n}" for n in range(len(NO_SENSE))])
def test_a_retry_after_without_sense_is_none(name: str, told: Told) -> None:
    assert "503" in told.polls[name][1][1]
    assert len(told.asked[name][1]) == len(told.asked[name][0]) + 1


@pytest.mark.parametrize("name", [f"status {status[:3]}" for status in STATUSES])
def test_a_host_without_robots_txt_has_no_rules(name: str, told: Told) -> None:
    assert told.polls[name][0][0] == "ok"
    assert "/a" in told.asked[name][0]


def test_robots_txt_may_be_five_redirects_away(told: Told) -> None:
    assert told.polls["hops"][0][0] == "robots_denied"


def test_a_page_that_asks_not_to_be_kept_is_not_and_says_so(told: Told) -> None:
    assert told.articles == 0
    assert {row[:2] for row in told.addresses} == {("skipped", "robots_denied")}
    assert all("asks robots not to keep it" in row[2] for row in told.addresses)


def test_a_feed_may_say_noindex_of_itself(told: Told) -> None:
    assert told.polls["noindex"][0][0] == "ok"
    assert "/a" in told.asked["noindex"][0]
