"""An outlet is added, breaks, is mended by the doctor and checked online, by the command line."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from core.yamlfile import load
from tests.outlet_server import Reply
from tests.programs import run
from tests.scouted_web import Paper

SETTINGS = (
    '[crawl]\nallow_networks = ["127.0.0.0/8"]\ndelay = 0\ntimeout = 5\nprocesses = 1\n[catalog]\nbuiltin = false\n'
)


class Desk:
    """A workspace, and the program on it."""

    def __init__(self, home: Path) -> None:
        self.home = home
        (home / "pactwatch.toml").write_text(SETTINGS)
        (home / "sources").mkdir()

    def call(self, *arguments: str, code: int = 0) -> str:
        done = run("pactwatch", *arguments, "--home", str(self.home))
        assert done.returncode == code, (arguments, done.returncode, done.stdout, done.stderr)
        assert "raceback" not in done.stdout + done.stderr
        return done.stdout if not code else done.stdout + done.stderr


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


@pytest.fixture
def paper() -> Iterator[Paper]:
    paper = Paper()
    paper.feed("/rss.xml")
    paper.front(paper.links("/rss.xml"))
    with paper.running():
        yield paper


def test_an_outlet_is_added_by_its_address_alone(desk: Desk, paper: Paper) -> None:
    shown = desk.call("sources", "add", paper.base.removeprefix("http://"))
    assert "newest articles" in shown
    assert "no hit" in shown or "hit of" in shown
    assert not list((desk.home / "sources").iterdir())
    options = ("--write", "--id", "paper", "--name", "Our Paper", "--json")
    done = json.loads(desk.call("sources", "add", paper.base, *options))
    file = desk.home / "sources" / "paper.yaml"
    assert done["written"]
    assert done["yaml"] == file.read_text()
    assert load(file)["name"] == "Our Paper"
    again = desk.call("sources", "add", paper.base, "--write", "--id", "paper", code=2)
    assert "a source 'paper' is there already" in again
    assert len(again.strip().splitlines()) == 1
    with closing(sqlite3.connect(desk.home / "data" / "pactwatch.db")) as archive:
        counts = [archive.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in ("articles", "fetches")]
    assert counts == [0, 0], "a look stores no article; only what the host asks for is remembered"


def test_a_source_that_fails_is_found_explained_and_mended(desk: Desk, paper: Paper) -> None:
    file = desk.home / "sources" / "paper.yaml"
    file.write_text(
        f"# our own note\nname: The Paper\nhome: {paper.base}/\n"
        f"entry_points:\n  - feed: {paper.base}/gone.xml\ntags: [local]   # kept\n"
    )
    assert "http_error: HTTP 404 Not Found" in desk.call("sources", "check", "--online", code=1)
    desk.call("run", "--all")
    (row,) = json.loads(desk.call("sources", "doctor", "--write", "--json"))
    assert row["id"] == "paper"
    assert row["history"]["failures"] == 1
    assert row["history"]["polls"][0]["outcome"] == "http_error"
    assert [(s["advice"], s["url"]) for s in row["steps"]] == [
        ("drop", paper.base + "/gone.xml"), ("add", paper.base + "/rss.xml"),
    ]
    assert f"-  - feed: {paper.base}/gone.xml" in row["diff"]
    text = file.read_text()
    assert "# our own note\nname: The Paper" in text
    assert "tags: [local]   # kept" in text
    assert load(file)["entry_points"] == [{"feed": paper.base + "/rss.xml"}]
    rows = json.loads(desk.call("sources", "check", "paper", "--online", "--json"))["entry_points"]
    assert [(r["outcome"], r["entries"]) for r in rows] == [("ok", 12)]


def test_an_outlet_that_announces_nothing_is_one_line_and_no_file(desk: Desk) -> None:
    paper = Paper(0)
    paper.routes["/"] = Reply(status=404)
    with paper.running():
        told = desk.call("sources", "add", paper.base, "--write", code=1)
    assert "no entry point for" in told
    assert len(told.strip().splitlines()) == 1
    assert not list((desk.home / "sources").iterdir())
