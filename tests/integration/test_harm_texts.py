"""Texts and credentials of strangers through the whole program: nothing steers a terminal, a spreadsheet or Slack."""

from __future__ import annotations

import csv
import io
import json
import re
import sqlite3
from contextlib import closing, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

import pytest

from pactwatch.cli import main
from tests.fake_slack import FakeSlack, problems, texts_of
from tests.harm_pass import SETTINGS, run, source
from tests.harm_server import Host, article, feed, http, serving

PACT = "Samsung and SK Telecom join forces in AI"
WILD = (
    "\x1b[31mred \x1b]0;owned\x07",
    "\x9b31m\x90q\x9c",
    "\u202eesrever \u2066hidden\u2069",
    "<!channel> <!here> <!everyone>",
    "<@U123> <#C123|x>",
    "<https://evil.example|good.example>",
    "`rm -rf` *bold* _it_ ~no~",
    '=HYPERLINK("http://evil.example","x")',
    "+cmd|' /C calc'!A0",
    "@SUM(1+9)*cmd",
    "-2+3+cmd",
    "<script>alert(1)</script>",
    "one\nline\r\nmore\u2028still\x00",
    "{0} %s ${x} {{x}} [bold red]markup[/]",
)
SECRET = "s3cr3t-of-the-tests"
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")
STEERS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


@dataclass
class Told:
    """What the program told and kept of the wild texts, and what the hosts were asked."""

    printed: dict[str, str] = field(default_factory=dict)
    messages: list[dict[str, object]] = field(default_factory=list)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    kept: bytes = b""
    polls: dict[str, tuple[str, str]] = field(default_factory=dict)
    codes: dict[str, int | None] = field(default_factory=dict)


def _serve(wild: Host, other: Host) -> None:
    titles = [f"{text} {PACT}" for text in WILD]
    cookie = {"Set_Cookie": f"session={SECRET}; Domain={other.address}; Path=/"}
    links = [f"{wild.base}/{number}" for number in range(len(titles))]
    items = "".join(f"<item><title>{escape(escape(_NOT_XML.sub(' ', title)))}</title><link>{link}</link></item>"
                    for title, link in zip(titles, links, strict=True))
    inside = f"http://user:{SECRET}@{other.address}:{other.port}"
    wild.serves = {
        "/entry": http(f"<rss><channel>{items}</channel></rss>", kind="application/rss+xml", **cookie),
        **{f"/{number}": http(article(escape(title), more=f"<p>{PACT}, they said.</p>"), **cookie)
           for number, title in enumerate(titles)},
        "/away": http(status="302 Found", Location=f"{other.base}/entry", **cookie),
        "/userinfo": http(status="302 Found", Location=f"{inside}/entry"),
        "/links": feed(f"{inside}/a", f"//user:{SECRET}@{other.address}:{other.port}/b"),
        "/phrase": http(status=f"500 {WILD[0]}"),
        "/kind": http("x", kind="text/\x1b[31mred <!channel>"),
        "/location": http(status="302 Found", Location="\x1b[31mjavascript:<!channel>"),
        "/sitemap": http(f"<sitemapindex><sitemap><loc>{inside}/entry</loc></sitemap></sitemapindex>", kind="text/xml"),
    }
    other.serves = {"/entry": feed(f"{other.base}/a"), "/a": http(article(PACT)),
                    "/b": http("no", "401 Unauthorized", WWW_Authenticate="Basic")}


_COMMANDS = (
    "search *", "search * --format csv", "search * --format json", "health", "health --json", "sources list",
    "sources list --json", "digest preview", "alerts status", "stories list", "show 1", "show 2", "show 5",
)  # fmt: skip


def _call(told: Told, home: Path, command: str) -> None:
    """Run a command in this process, and note what it prints."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        try:
            main([*command.split(), "--home", str(home)])
        except SystemExit as end:
            told.codes[command] = int(end.code or 0)
    told.printed[command] = out.getvalue() + ("" if "json" in command else err.getvalue())


def _play(home: Path) -> Told:
    told = Told()
    wild, other = Host("127.20.6.1", {}), Host("127.20.6.2", {})
    with FakeSlack() as slack, serving([wild, other]):
        _serve(wild, other)
        (home / "pactwatch.toml").write_text(
            SETTINGS.replace("{timeout}", "5").replace("processes = 2", "processes = 1")
            + f'[slack]\ntoken = "xoxb-test"\napi_url = "{slack.url}"\n'
            '[[routes]]\nname = "now"\nchannel = "slack:C0000000001"\nsend = "immediate"\n'
            '[[routes]]\nname = "daily"\nchannel = "console"\n', encoding="utf-8")
        for name in ("entry", "away", "userinfo", "links", "phrase", "kind", "location", "sitemap"):
            source(home, name, "sitemap" if name == "sitemap" else "feed", f"{wild.base}/{name}")
        file = home / "sources" / "entry.yaml"
        name = json.dumps(f"{WILD[0]}{WILD[2]}<!channel> =1+1 [bold]")
        file.write_text(file.read_text().replace("name: entry", f"name: {name}"))
        result = run(home, "run", "--all")
        told.printed["run"] = result.output + result.errors
        told.codes["run"] = result.code
        for command in _COMMANDS:
            _call(told, home, command)
        told.messages = slack.messages
        told.asked = [*wild.asked, *other.asked]
    with closing(sqlite3.connect(home / "data" / "pactwatch.db")) as database:
        told.polls = {i: (o, r or "") for i, o, r in database.execute(
            "SELECT source_id, outcome, reason FROM entry_points")}
        told.kept = "\n".join(database.iterdump()).encode()
    told.kept += b"".join(file.read_bytes() for file in home.rglob("*.log"))
    return told


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    return _play(tmp_path_factory.mktemp("harm-texts"))


def test_no_title_steers_a_terminal(told: Told) -> None:
    assert PACT in told.printed["search *"].replace("\n", " ")
    assert {command: code for command, code in told.codes.items() if code} == {}, told.printed
    for command, text in told.printed.items():
        if "json" not in command and "csv" not in command:
            assert not STEERS.search(text), (command, STEERS.findall(text))



def test_slack_gets_neither_broadcast_nor_a_link_that_poses_as_another(told: Told) -> None:
    assert told.messages
    for message in told.messages:
        assert problems(message) == []
    shown = " ".join(text for message in told.messages for _, text in texts_of(message["blocks"]))
    assert "join forces" in shown


def test_no_cell_is_a_formula_and_json_is_json(told: Told) -> None:
    rows = list(csv.reader(io.StringIO(told.printed["search * --format csv"])))
    assert len(rows) > len(WILD)
    assert {len(row) for row in rows} == {len(rows[0])}
    assert [cell for row in rows for cell in row if cell[:1] in {"=", "+", "-", "@", "\t", "\r"}] == []
    for command in (c for c in _COMMANDS if "json" in c):
        json.loads(told.printed[command])


def test_credentials_reach_no_other_host_and_are_kept_nowhere(told: Told) -> None:
    assert [h for _, h in told.asked if {"cookie", "authorization", "proxy-authorization"} & h.keys()] == []
    assert SECRET not in " ".join(f"{path} {headers}" for path, headers in told.asked)
    assert [command for command, text in told.printed.items() if SECRET in text] == []
    assert SECRET.encode() not in told.kept
    assert told.polls["away"][0] == "ok"
    assert told.polls["userinfo"][0] == "http_error"
