"""`run` as cron calls it: one pass, one summary, nothing lost and nothing twice, whatever is wrong or happens."""

from __future__ import annotations

import json
import random
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

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


def test_a_pass_prints_one_summary_and_the_next_one_fetches_nothing_again(desk: Newsdesk, newsroom: Newsroom) -> None:
    first = desk.json("run", "--all", "--json")
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


def test_a_broken_source_file_is_one_line_and_the_others_still_run(desk: Newsdesk, newsroom: Newsroom) -> None:
    broken = desk.home / "sources" / "broken.yaml"
    broken.write_text(
        "name: Broken\nhome: https://broken.example/\nentry_points:\n  - fed: https://broken.example/rss\n"
    )
    done = desk.call("run", "--all", "--json")
    [line] = [said for said in done.stderr.splitlines() if said.startswith("pactwatch: ")]
    assert f"{broken}:4: unknown key 'entry_points.0.fed'; allowed: " in line
    summary = json.loads(done.stdout)
    assert summary["articles"]["new"] == len(newsroom.articles)
    assert {s["id"]: s["outcome"] for s in summary["sources"]}["broken"] == "invalid"
    assert line in desk.call("sources", "check", code=2).stderr
    assert desk.call("run", "--source", "broken", code=2).stderr.strip() == line


def test_a_broken_rule_file_is_one_line_and_the_others_still_match(desk: Newsdesk) -> None:
    rules = desk.home / "rules"
    rules.mkdir()
    (rules / "mine.yaml").write_text("title: Mine\nquery: 'colour:red'\n")
    done = desk.call("run", "--all", "--json")
    assert "mine.yaml:2: " in done.stderr
    assert json.loads(done.stdout)["hits"] > 0
    assert "mine.yaml:2: " in desk.call("rules", "check", code=2).stderr


def test_a_dead_outlet_is_named_and_the_others_still_run(desk: Newsdesk, newsroom: Newsroom) -> None:
    (desk.home / "sources" / "dead.yaml").write_text(
        "name: Dead\nhome: http://127.0.0.1:9/\nentry_points:\n  - feed: http://127.0.0.1:9/rss\n"
    )
    summary = desk.json("run", "--all", "--json")
    dead = next(s for s in summary["sources"] if s["id"] == "dead")
    assert dead["outcome"] == "connection_error"
    assert dead["reason"]
    assert summary["articles"]["new"] == len(newsroom.articles)


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


def test_the_archive_can_be_copied_while_it_is_in_use(desk: Newsdesk, tmp_path: Path) -> None:
    desk.call("run", "--all", "--json")
    copy = tmp_path / "copy.db"
    desk.call("db", "backup", str(copy))
    shutil.copyfile(copy, desk.home / "data" / "pactwatch.db")
    for leftover in ("-wal", "-shm"):
        (desk.home / "data" / f"pactwatch.db{leftover}").unlink(missing_ok=True)
    assert desk.json("db", "check", "--json")["problems"] == []
