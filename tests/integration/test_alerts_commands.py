"""`alerts test` and `alerts preview` on the command line; what a status tells; secrets stay out of sight."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from archive.engine import open_engine
from core.workspace import load_workspace
from pactwatch.cli import main
from tests.fake_slack import FakeSlack, problems
from tests.hook_server import HookServer
from tests.stories import add_hit

pytestmark = pytest.mark.usefixtures("sqlite_url")


@pytest.fixture
def slack() -> Iterator[FakeSlack]:
    with FakeSlack() as running:
        yield running


@pytest.fixture
def hooks() -> Iterator[HookServer]:
    with HookServer() as running:
        yield running


@pytest.fixture
def home(sqlite_url: str, tmp_path: Path, slack: FakeSlack, hooks: HookServer) -> Path:
    (tmp_path / "hook.url").write_text(hooks.url("/very-secret"))
    (tmp_path / "pactwatch.toml").write_text(f"""
[database]
url = "{sqlite_url}"
[slack]
token = "xoxb-test"
api_url = "{slack.url}"
[channels.ops]
url_file = "hook.url"
[[routes]]
name = "now"
channel = "slack:C0000000001"
send = "immediate"
budget = 1
[[routes]]
name = "night"
channel = "webhook:{hooks.url("/very-secret")}"
send = "immediate"
quiet = "00:00-23:59"
[[routes]]
name = "ops"
channel = "webhook:ops"
[[routes]]
name = "old"
channel = "slack-webhook:ops"
send = "immediate"
rules = ["no-such-rule"]
""")
    return tmp_path


def run(home: Path, *arguments: str) -> int:
    try:
        main([*arguments, "--home", str(home)])
    except SystemExit as end:
        return int(end.code or 0)
    return 0


def printed(capsys: pytest.CaptureFixture[str]) -> Any:
    return json.loads(capsys.readouterr().out)


@pytest.mark.parametrize(("route", "promise"), [("now", "exactly once"), ("ops", "at least once"),
                                                ("old", "at least once")])
def test_a_test_message_says_what_the_channel_can_promise(
        home: Path, capsys: pytest.CaptureFixture[str], route: str, promise: str) -> None:
    assert run(home, "alerts", "test", route, "--json") == 0
    found = printed(capsys)
    assert found["posted"] is True
    assert found["promise"].startswith(promise)
    assert "very-secret" not in json.dumps(found)
    assert run(home, "alerts", "test", route) == 0
    assert f"promise: {promise}" in capsys.readouterr().out.replace("\n", " ")


def test_a_test_message_to_slack_is_a_valid_message(home: Path, slack: FakeSlack) -> None:
    assert run(home, "alerts", "test", "now") == 0
    assert slack.messages[0]["text"].startswith("Test message of Pactwatch")
    assert problems(slack.messages[0]) == []


def test_without_the_history_the_test_says_what_that_means(
        home: Path, slack: FakeSlack, capsys: pytest.CaptureFixture[str]) -> None:
    slack.history_error = "missing_scope"
    assert run(home, "alerts", "test", "now", "--json") == 0
    assert "ends as possibly sent" in printed(capsys)["promise"]


def test_a_channel_that_refuses_is_told_in_one_line(
        home: Path, slack: FakeSlack, capsys: pytest.CaptureFixture[str]) -> None:
    slack.error = "not_in_channel"
    assert run(home, "alerts", "test", "now", "--json") == 1
    assert "/invite" in printed(capsys)["problem"]
    assert run(home, "alerts", "test", "nightly") == 2
    assert "no route is named 'nightly'; routes: now, night, ops, old" in capsys.readouterr().err
    assert run(home, "alerts", "preview", "--route", "nightly") == 2


def test_the_preview_tells_what_each_route_sends_today(
        home: Path, sqlite_url: str, slack: FakeSlack, hooks: HookServer, capsys: pytest.CaptureFixture[str]) -> None:
    engine, routes = open_engine(sqlite_url), load_workspace(home).settings.routes
    for title in ("Fresh news", "Over the budget"):
        add_hit(engine, routes, datetime.now(UTC), title=title)
    engine.dispose()
    assert run(home, "alerts", "preview", "--json") == 0
    text = capsys.readouterr().out
    now, night, ops, old = json.loads(text)
    assert [(alert["title"], alert["moved"] is not None) for alert in now["alerts"]] == [
        ("Fresh news", False), ("Over the budget", True)]
    assert [alert["hold_until"] is not None for alert in night["alerts"]] == [True, True]
    assert ops["stories"] == 2
    assert old["alerts"] == []
    assert "very-secret" not in text
    assert run(home, "alerts", "preview") == 0
    shown = capsys.readouterr().out
    for part in ("now → slack:C0000000001 · today: 1 alert, 1 moved to a digest", "over the budget of 1 an hour",
                 "held until 23:59 UTC", "ops → webhook:ops · due", "Fresh news"):
        assert part in shown
    assert not slack.messages
    assert not hooks.taken


def test_the_status_counts_what_is_held_and_moved_and_shows_no_secret(
        home: Path, sqlite_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    engine, routes = open_engine(sqlite_url), load_workspace(home).settings.routes
    for _ in range(2):
        add_hit(engine, routes, datetime.now(UTC))
    engine.dispose()
    assert run(home, "alerts", "status", "--json") == 0
    text = capsys.readouterr().out
    rows = {row["route"]: row for row in json.loads(text)["routes"]}
    assert (rows["now"]["pending"], rows["now"]["moved"], rows["night"]["held"]) == (1, 1, 2)
    assert rows["night"]["channel"] == "webhook:http://127.0.0.1/…"
    assert run(home, "alerts", "status") == 0
    shown = capsys.readouterr().out
    assert "held back by its route" in " ".join(shown.split())
    assert run(home, "config", "show") == 0
    assert "very-secret" not in text + shown + capsys.readouterr().out


def test_what_is_held_is_no_failure_of_a_retry_and_goes_out_when_it_is_named(
        home: Path, sqlite_url: str, hooks: HookServer, capsys: pytest.CaptureFixture[str]) -> None:
    engine, routes = open_engine(sqlite_url), load_workspace(home).settings.routes
    add_hit(engine, routes[1:2], datetime.now(UTC))
    engine.dispose()
    assert run(home, "alerts", "retry", "--json") == 0
    assert printed(capsys)["deliveries"]["sent"] == 0
    assert run(home, "alerts", "retry", "1", "--json") == 0
    assert printed(capsys)["deliveries"]["sent"] == 1
    assert len(hooks.taken) == 1


def test_the_picture_of_a_week_is_drawn_into_a_file(home: Path, sqlite_url: str, capsys: Any) -> None:
    engine = open_engine(sqlite_url)
    add_hit(engine, (), datetime(2026, 5, 1, 9, tzinfo=UTC), parties=("Aurora", "네이버"))
    engine.dispose()
    file = home / "week.png"
    assert run(home, "digest", "picture", str(file), "--date", "2026-05-04") == 0
    assert file.read_bytes().startswith(b"\x89PNG")
    assert "the week to 2026-05-03, 1 new stories, 2 organisations" in capsys.readouterr().out
    assert run(home, "digest", "picture", str(home / "no" / "week.png")) == 2
    assert "cannot be written: No such file or directory" in capsys.readouterr().err
    assert run(home, "digest", "picture", str(file), "--route", "nobody") == 2
    assert "no route is named 'nobody'; routes: now, night, ops, old" in capsys.readouterr().err


def test_the_test_message_of_a_picture_route_tries_the_upload(home: Path, slack: FakeSlack, capsys: Any) -> None:
    settings = home / "pactwatch.toml"
    settings.write_text(settings.read_text() + """
[[routes]]
name = "weekly"
channel = "slack:C0000000001"
send = "picture"
""")
    assert run(home, "alerts", "test", "weekly") == 0
    assert run(home, "digest", "send", "--route", "weekly") == 0
    assert [problems(message) for message in slack.messages] == [[], []]
    assert [message["blocks"][2]["type"] for message in slack.messages] == ["image", "image"]
    assert len(slack.files) == 2
    capsys.readouterr()
    assert run(home, "alerts", "preview", "--route", "weekly") == 0
    assert "The week to" in capsys.readouterr().out
