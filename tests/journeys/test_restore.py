"""The runbook of docs/how-to/backup-and-restore.md, as a person follows it: nothing is sent twice, nothing is lost."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

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


def test_after_a_restore_the_channels_are_as_if_nothing_had_happened(tmp_path: Path) -> None:
    with Newsroom() as newsroom, FakeSlack(page=50) as slack:
        slack.epoch = int(time.time())
        desk = Newsdesk(tmp_path / "desk", newsroom, ROUTES, slack.url)
        late = tmp_path / "late"
        late.mkdir()
        sources = sorted((desk.home / "sources").rglob("*.yaml"))
        for path in sources[2:]:  # outlets that publish only after the backup
            path.rename(late / path.name)
        desk.call("run", "--all")
        first = list(slack.keys)
        assert first
        desk.call("db", "backup", str(tmp_path / "copy.db"))
        shutil.copy(late / sources[2].name, sources[2].parent)
        desk.call("run", "--all")
        sent = list(slack.keys)
        assert len(sent) > len(first)

        for path in (desk.home / "data").iterdir():  # the disaster
            path.unlink()
        shutil.copy(tmp_path / "copy.db", desk.home / "data" / "pactwatch.db")
        assert desk.json("db", "check", "--json")["ok"]
        for path in sources[3:]:  # what was published while nobody watched
            shutil.copy(late / path.name, path.parent)
        held = desk.json("run", "--all", "--hold", "--json")
        assert held["deliveries"]["sent"] == 0
        assert slack.keys == sent
        report = desk.json("alerts", "reconcile", "--json")
        assert {one["problem"] for one in report["routes"]} == {""}
        assert sum(one["deliveries"] + one["digests"] for one in report["routes"]) == len(sent) - len(first)
        after = desk.json("run", "--all", "--json")
        assert after["deliveries"]["pending"] == 0

        alerts = [m for m in slack.messages if m["channel"] == "C0000000001" and not m.get("thread_ts")]
        stories = {story.story for story in newsroom.expected()}
        assert len(alerts) == len({m["text"] for m in alerts}) == len(stories)
        assert desk.json("db", "check", "--json")["ok"]
