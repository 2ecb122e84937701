"""`digest` and `alerts` on the command line, as others script them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine import Engine

from archive.engine import open_engine
from core.workspace import load_workspace
from pactwatch.cli import main
from tests.fake_slack import FakeSlack
from tests.stories import add_hit


@pytest.fixture
def slack() -> Iterator[FakeSlack]:
    with FakeSlack() as running:
        yield running


@pytest.fixture
def home(sqlite_url: str, tmp_path: Path, slack: FakeSlack) -> Path:
    (tmp_path / "pactwatch.toml").write_text(f"""
[database]
url = "{sqlite_url}"
[catalog]
builtin = false
[slack]
token = "xoxb-test"
api_url = "{slack.url}"
[[routes]]
name = "daily"
channel = "slack:C0000000001"
[[routes]]
name = "now"
channel = "slack:C0000000001"
send = "immediate"
""")
    return tmp_path


@pytest.fixture
def archive(sqlite_url: str, home: Path) -> Iterator[Engine]:
    engine = open_engine(sqlite_url)
    add_hit(engine, load_workspace(home).settings.routes[:1], datetime.now(UTC), title="Fresh news")
    yield engine
    engine.dispose()


def run(home: Path, *arguments: str) -> int:
    try:
        main([*arguments, "--home", str(home)])
    except SystemExit as end:
        return int(end.code or 0)
    return 0


def printed(capsys: pytest.CaptureFixture[str]) -> Any:
    return json.loads(capsys.readouterr().out)


@pytest.mark.usefixtures("archive")
def test_the_preview_shows_the_digest_and_sends_nothing(
    home: Path, slack: FakeSlack, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(home, "digest", "preview") == 0
    shown = capsys.readouterr().out
    assert "Fresh news" in shown
    assert "daily → slack:C0000000001 · due " in shown
    assert run(home, "digest", "preview", "--json") == 0
    (found,) = printed(capsys)
    assert found["stories"][0]["parties"] == ["Aurora Chips", "Borealis Telecom"]
    assert found["text"].startswith(f"Digest {found['date']}")
    assert slack.messages == []


@pytest.mark.usefixtures("archive")
def test_a_digest_is_sent_once_and_said_so_the_second_time(
    home: Path, slack: FakeSlack, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(home, "digest", "send", "--json") == 0
    first = printed(capsys)
    assert first["digests"][0]["already_sent"] is False
    assert first["deliveries"] == {"sent": 1, "pending": 0, "failed": 0, "possibly_sent": 0}
    assert run(home, "digest", "send", "--route", "daily", "--date", first["digests"][0]["date"]) == 0
    assert "has existed since" in capsys.readouterr().out
    assert len(slack.messages) == 1
    assert run(home, "digest", "preview", "--date", first["digests"][0]["date"], "--json") == 0
    assert printed(capsys)[0]["already_sent"] is True


@pytest.mark.usefixtures("archive")
@pytest.mark.parametrize(("arguments", "problem"), [
    (("digest", "send", "--route", "nightly"), "no route is named 'nightly'; digest routes: daily"),
    (("digest", "preview", "--route", "now"), "route 'now' sends each alert at once; digest routes: daily"),
    (("alerts", "retry", "99"), "no delivery that waits or failed has the number 99"),
])
def test_a_mistake_is_one_line(
    home: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], problem: str
) -> None:
    assert run(home, *arguments) == 2
    shown = capsys.readouterr().err
    assert problem in shown
    assert len(shown.strip().splitlines()) == 1


@pytest.mark.usefixtures("archive")
def test_the_status_tells_why_a_route_stands_still_and_retry_sends_its_backlog(
        home: Path, slack: FakeSlack, capsys: pytest.CaptureFixture[str]) -> None:
    slack.error = "not_in_channel"
    assert run(home, "digest", "send", "--json") == 1
    capsys.readouterr()
    assert run(home, "alerts", "status", "--json") == 0
    found = printed(capsys)
    daily = next(r for r in found["routes"] if r["route"] == "daily")
    assert daily["pending"] == 1
    assert "/invite" in daily["stopped_reason"]
    assert found["deliveries"][0]["kind"] == "digest"
    assert run(home, "alerts", "status") == 0
    assert "daily is stopped since" in capsys.readouterr().out
    slack.error = None
    assert run(home, "alerts", "retry", "--json") == 0
    assert printed(capsys) == {"retried": 1, "deliveries": {"sent": 1, "pending": 0, "failed": 0, "possibly_sent": 0}}


def test_the_console_channel_prints_what_is_sent(
    home: Path, sqlite_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (home / "pactwatch.toml").read_text().replace("slack:C0000000001", "console")
    (home / "pactwatch.toml").write_text(text)
    engine = open_engine(sqlite_url)
    add_hit(
        engine, load_workspace(home).settings.routes, datetime.now(UTC) - timedelta(minutes=1), title="Printed news"
    )
    engine.dispose()
    assert run(home, "digest", "send", "--json") == 0
    shown = capsys.readouterr()
    assert json.loads(shown.out)["deliveries"]["sent"] == 2
    assert shown.err.count("Printed news") == 2
