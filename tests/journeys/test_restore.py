"""The runbook of docs/how-to/backup-and-restore.md, as a person follows it: nothing is sent twice, nothing is lost."""

from __future__ import annotations

import shutil
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

from pactwatch.demo import Newsroom
from tests.fake_slack import FakeSlack
from tests.journeys.newsdesk import Newsdesk

ROUTES = """[[routes]]
name = "now"
rules = ["ai-alliances"]
channel = "slack:C0000000001"
send = "immediate"

[[routes]]
name = "daily"
rules = ["ai-alliances"]
channel = "slack:C0000000002"
at = ["00:00"]
zone = "UTC"
"""


@pytest.mark.timeout(300)  # five passes that send, a message a second
def test_after_a_restore_the_channels_are_as_if_nothing_had_happened(tmp_path: Path) -> None:
    with Newsroom() as newsroom, FakeSlack(page=50) as slack:
        slack.epoch = int(time.time())
        desk = Newsdesk(tmp_path / "desk", newsroom, ROUTES, slack.url)
        late = tmp_path / "late"
        late.mkdir()
        before, after, meanwhile, *others = sorted((desk.home / "sources").rglob("*.yaml"), key=lambda path: path.name)
        for path in (after, meanwhile, *others):  # a message takes a second, so that not all outlets are of use here
            path.rename(late / path.name)
        desk.call("run", "--all")
        first = list(slack.keys)
        assert first
        desk.call("db", "backup", str(tmp_path / "copy.db"))
        shutil.copy(late / after.name, before.parent)
        desk.call("run", "--all")
        sent = list(slack.keys)
        assert len(sent) > len(first)

        for path in (desk.home / "data").iterdir():  # the disaster
            path.unlink()
        shutil.copy(tmp_path / "copy.db", desk.home / "data" / "pactwatch.db")
        assert desk.json("db", "check", "--json")["ok"]
        shutil.copy(late / meanwhile.name, before.parent)  # what was published while nobody watched
        held = desk.json("run", "--all", "--hold", "--json")
        assert held["deliveries"]["sent"] == 0
        assert slack.keys == sent
        report = desk.json("alerts", "reconcile", "--json")
        assert {one["problem"] for one in report["routes"]} == {""}
        assert sum(one["deliveries"] + one["digests"] for one in report["routes"]) == len(sent) - len(first)
        assert desk.json("run", "--all", "--json")["deliveries"]["pending"] == 0

        heads = [m for m in slack.messages if m["channel"] == "C0000000001" and not m.get("thread_ts")]
        with closing(sqlite3.connect(desk.home / "data" / "pactwatch.db")) as database:
            told = "SELECT count(DISTINCT story_id) FROM hits WHERE rule = 'ai-alliances'"
            [stories] = database.execute(told).fetchone()
            assert database.execute("SELECT DISTINCT state FROM deliveries").fetchall() == [("sent",)]
        assert len(slack.messages) > len(sent)
        assert len(heads) == len({m["text"] for m in heads}) == stories
