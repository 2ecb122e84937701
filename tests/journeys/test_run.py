"""`run` as cron calls it: one pass, one summary, nothing lost and nothing twice, whatever is wrong or happens."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pactwatch.demo import Newsroom
from tests.fake_slack import FakeSlack
from tests.journeys.newsdesk import Newsdesk

CONSOLE = '[[routes]]\nname = "daily"\nrules = ["ai-alliances"]\nchannel = "console"\nat = ["00:00"]\nzone = "UTC"\n'
SLACK = '[[routes]]\nname = "now"\nrules = ["ai-alliances"]\nchannel = "slack:C0000000001"\nsend = "immediate"\n'


@pytest.fixture(scope="module")
def newsroom() -> Iterator[Newsroom]:
    with Newsroom() as running:
        yield running


@pytest.fixture
def desk(tmp_path: Path, newsroom: Newsroom) -> Newsdesk:
    return Newsdesk(tmp_path / "desk", newsroom, CONSOLE)


@pytest.fixture(scope="module")
def passed(tmp_path_factory: pytest.TempPathFactory, newsroom: Newsroom) -> tuple[Newsdesk, Any]:
    """A workspace after its first pass, and the summary of that."""
    desk = Newsdesk(tmp_path_factory.mktemp("passed") / "desk", newsroom, CONSOLE)
    return desk, desk.json("run", "--all", "--json")


def test_a_pass_prints_one_summary_and_the_next_one_fetches_nothing_again(
    passed: tuple[Newsdesk, Any], newsroom: Newsroom
) -> None:
    desk, first = passed
    assert set(first) == {"started", "ended", "sources", "articles", "hits", "deliveries", "waiting"}
    assert first["articles"] == {"new": len(newsroom.articles), "updated": 0}
    assert {s["outcome"] for s in first["sources"]} == {"ok"}
    assert first["deliveries"]["failed"] == 0
    second = desk.json("run", "--all", "--json")
    assert (second["articles"], second["hits"]) == ({"new": 0, "updated": 0}, 0)
    assert sum(s["fetched"] for s in second["sources"]) == 0
    # Not due and not asked for: nothing to do is no failure.
    assert desk.json("run", "--json")["sources"] == []


def test_a_digest_that_is_due_is_sent_at_the_end_of_a_pass_and_only_once(desk: Newsdesk) -> None:
    sent = desk.call("run", "--all").stdout
    assert sent.count("\nDigest ") + sent.startswith("Digest ") == 1
    assert "(late)" in sent
    assert "Digest " not in desk.call("run", "--all").stdout


@pytest.mark.postgres
def test_a_pass_search_and_digest_are_the_same_on_postgresql(
    passed: tuple[Newsdesk, Any], newsroom: Newsroom, tmp_path: Path, postgres_url: str
) -> None:
    """And where workers would do the work, the commands that do it themselves are as they were."""
    shared = f'[database]\nurl = "{postgres_url}"\n[jobs]\nengine = "procrastinate"\n'
    desk, other = Newsdesk(tmp_path / "desk", newsroom, shared + CONSOLE), passed[0]
    first = desk.json("run", "--all", "--json")
    assert (first["articles"], first["hits"]) == (passed[1]["articles"], passed[1]["hits"])
    assert desk.json("run", "--all", "--json")["articles"] == {"new": 0, "updated": 0}
    for query in ("event:alliance", "title:chip OR org:samsung", '"joint venture"'):
        found, there = (one.json("search", query, "--format", "json") for one in (desk, other))
        assert found["total"] == there["total"]
        assert {item["title"] for item in found["items"]} == {item["title"] for item in there["items"]}
    assert "Digest " in desk.call("digest", "preview").stdout
    assert "No problems" in desk.call("db", "check").stdout


class Troubled:
    """A workspace where a source file, a rule file and an outlet are broken, after a pass."""

    def __init__(self, home: Path, newsroom: Newsroom) -> None:
        self.desk = Newsdesk(home, newsroom, CONSOLE)
        self.broken = home / "sources" / "broken.yaml"
        self.broken.write_text(
            "name: Broken\nhome: https://broken.example/\nentry_points:\n  - fed: https://broken.example/rss\n"
        )
        (home / "sources" / "dead.yaml").write_text(
            "name: Dead\nhome: http://127.0.0.1:9/\nentry_points:\n  - feed: http://127.0.0.1:9/rss\n"
        )
        (home / "rules").mkdir()
        (home / "rules" / "mine.yaml").write_text("title: Mine\nquery: 'colour:red'\n")
        done = self.desk.call("run", "--all", "--json")
        self.told = [line for line in done.stderr.splitlines() if line.startswith("pactwatch: ")]
        self.said, self.summary = done.stderr, json.loads(done.stdout)

    def source(self, name: str) -> Any:
        """What the summary says of a source."""
        return next(one for one in self.summary["sources"] if one["id"] == name)


@pytest.fixture(scope="module")
def troubled(tmp_path_factory: pytest.TempPathFactory, newsroom: Newsroom) -> Troubled:
    return Troubled(tmp_path_factory.mktemp("troubled") / "desk", newsroom)


def test_what_is_broken_keeps_nothing_else_from_being_read(troubled: Troubled, newsroom: Newsroom) -> None:
    assert troubled.summary["articles"]["new"] == len(newsroom.articles)
    assert troubled.summary["hits"] > 0


def test_a_broken_source_file_is_one_line(troubled: Troubled) -> None:
    [line] = [line for line in troubled.told if "/rules/" not in line]
    assert f"{troubled.broken}:4: unknown key 'entry_points.0.fed'; allowed: " in line
    assert troubled.source("broken")["outcome"] == "invalid"
    assert line in troubled.desk.call("sources", "check", code=2).stderr
    assert troubled.desk.call("run", "--source", "broken", code=2).stderr.strip() == line


def test_a_broken_rule_file_is_told_with_its_line(troubled: Troubled) -> None:
    assert "mine.yaml:2: " in troubled.said
    assert "mine.yaml:2: " in troubled.desk.call("rules", "check", code=2).stderr


def test_a_dead_outlet_is_named(troubled: Troubled) -> None:
    dead = troubled.source("dead")
    assert dead["outcome"] == "connection_error"
    assert dead["reason"]


def test_a_broken_knowledge_file_ends_the_pass_with_one_line(desk: Newsdesk) -> None:
    (desk.home / "knowledge" / "organisations" / "ours.yaml").write_text("Norvane Robotics Two:\n  type: firm\n")
    assert "ours.yaml:2: " in desk.call("run", "--all", "--json", code=2).stderr
    for path in (desk.home / "sources").rglob("*.yaml"):   # also where no page asks for the knowledge
        path.unlink()
    assert "ours.yaml:2: " in desk.call("run", code=2).stderr


def test_after_kills_everything_is_stored_and_every_alert_is_sent_once(tmp_path: Path, newsroom: Newsroom) -> None:
    with FakeSlack() as slack:
        desk = Newsdesk(tmp_path / "desk", newsroom, SLACK, slack.url)
        moments = random.Random(7)
        for _ in range(4):
            process = desk.start("run", "--all")
            time.sleep(moments.uniform(0.5, 6.0))
            process.kill()
            process.communicate()
        last = desk.json("run", "--all", "--json")
        assert last["deliveries"]["pending"] == 0
        assert desk.json("db", "check", "--json")["problems"] == []
        assert desk.json("search", "*", "--format", "json")["total"] == len(newsroom.articles)
        stories = {story.story for story in newsroom.expected()}
        assert len(slack.keys) == len(set(slack.keys)) == len(stories)


def test_the_archive_can_be_copied_while_it_is_in_use(
    passed: tuple[Newsdesk, Any], tmp_path: Path, newsroom: Newsroom
) -> None:
    other = Newsdesk(tmp_path / "other", newsroom, CONSOLE)
    copy = other.home / "data" / "pactwatch.db"
    copy.parent.mkdir(exist_ok=True)
    passed[0].call("db", "backup", str(copy))
    assert other.json("db", "check", "--json")["problems"] == []
    assert other.stored() == len(newsroom.articles)
