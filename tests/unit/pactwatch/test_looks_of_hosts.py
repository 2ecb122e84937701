"""Commands that look at outlets keep what hosts asked for, and say so before they ask anything."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from archive import hosts
from archive.engine import open_engine, writing
from archive.migrate import upgrade
from core.clock import now
from core.fetching import HostState
from core.workspace import load_workspace
from pactwatch.cli import application

SOURCE = "name: {0}\nhome: http://127.0.0.9:9/\nentry_points:\n  - feed: http://127.0.0.9:9/feed\n"
ALL_DAY = 'quiet: "{0:%H}:00-{1:%H}:00"\n'


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "pactwatch.toml").write_text("[catalog]\nbuiltin = false\n", encoding="utf-8")
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources" / "outlet.yaml").write_text(SOURCE.format("Outlet"), encoding="utf-8")
    return tmp_path


def call(home: Path, *arguments: str) -> tuple[int, str]:
    found = CliRunner().invoke(application(), ["--home", str(home), *arguments])
    return found.exit_code, found.output + (str(found.exception) if found.exception else "")


@pytest.fixture
def asked_for_patience(home: Path) -> str:
    engine = open_engine(load_workspace(home).settings.database_url)
    upgrade(engine)
    until = now() + timedelta(hours=1)
    with writing(engine) as connection:
        hosts.keep(connection, HostState("http://127.0.0.9:9", wait_until=until))
    engine.dispose()
    return f"{until:%Y-%m-%d %H:%M:%S} UTC"


@pytest.mark.parametrize("command", [("sources", "add", "http://127.0.0.9:9/news", "--now"),
                                     ("sources", "doctor", "outlet")])
def test_a_host_is_not_asked_before_the_time_that_it_named(
    command: tuple[str, ...], home: Path, asked_for_patience: str
) -> None:
    code, said = call(home, *command)
    assert code == 1
    assert f"asked for no request before {asked_for_patience}" in said


def test_in_quiet_hours_add_names_the_source_and_the_way_past_them(home: Path) -> None:
    file = home / "sources" / "outlet.yaml"
    hours = ALL_DAY.format(now() - timedelta(hours=2), now() + timedelta(hours=2))
    file.write_text(SOURCE.format("Outlet") + hours, encoding="utf-8")
    code, said = call(home, "sources", "add", "http://127.0.0.9:9/news")
    assert code == 1
    assert "by the file of outlet; add --now" in said
