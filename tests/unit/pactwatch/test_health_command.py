"""`health` on the command line: what is wrong, since when and why, what to do next, and an exit code for monitors."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from archive import health, troubles
from archive.engine import open_engine, writing
from archive.migrate import upgrade
from archive.tables import EntryPoint, Source, SourceDay
from archive.troubles import Finding, Kind
from core.clock import now
from tests import factories

HOUR = timedelta(hours=1)


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Engine]:
    """The archive of the workspace that the program runs in, with two sources that go well."""
    (tmp_path / "pactwatch.toml").write_text("[catalog]\nbuiltin = false\n")
    engine = open_engine(f"sqlite:///{tmp_path / 'data' / 'pactwatch.db'}")
    upgrade(engine)
    with writing(engine) as connection:
        for id_ in ("post", "wire"):
            factories.source(connection, id_)
        set_source(connection, "post", last_polled_at=now(), outcome="ok")
        set_source(connection, "wire", last_polled_at=now() - 30 * HOUR, outcome="unchanged")
    yield engine
    engine.dispose()


def set_source(connection: Connection, id_: str, **values: object) -> None:
    connection.execute(sa.update(Source).where(Source.id == id_).values(**values))


def test_where_nothing_is_wrong_it_says_so_and_a_monitor_hears_0(archive: Engine, program) -> None:
    code, out, err = program("health")
    assert (code, err) == (0, "")
    assert out.startswith("1 of 2 sources were asked in the last day, the last one at ")
    assert "0 fail at present" in out
    assert "Missed between polls: 0 in 30 days." in out
    assert out.endswith("Nothing is wrong.\n")
    assert json.loads(program("health", "--json")[1])["healthy"] is True


def test_what_is_wrong_is_said_with_its_reason_and_what_to_do_next_and_a_monitor_hears_1(
    archive: Engine, program
) -> None:
    with writing(archive) as connection:
        set_source(connection, "post", failures=9, failing_since=now() - 5 * HOUR, last_polled_at=now(),
                   outcome="http_error", reason="HTTP 404 Not Found")
        connection.execute(sa.insert(EntryPoint).values(
            source_id="wire", kind="feed", url="https://wire.example/rss", moved_to="https://wire.example/new"))
        connection.execute(sa.insert(SourceDay).values(source_id="wire", day=now().date(), gaps=3, missed=40))
        health.examine(connection, now())
    code, out, err = program("health")
    assert (code, err) == (1, "")
    assert "1 fail at present" in out
    assert f"\npost: broken since {now() - 5 * HOUR:%Y-%m-%d}\n  http error: HTTP 404 Not Found\n" in out
    assert "\n  Next: look up the outlet's present feed" in out
    assert "\nwire: https://wire.example/rss has moved\n  Next: put https://wire.example/new into" in out
    assert "Missed between polls: about 40 (3 polls without overlap) in 30 days." in out
    assert "Nothing is wrong" not in out
    told = json.loads(program("health", "--json")[1])
    assert told["healthy"] is False
    assert [(one["source"], one["kind"]) for one in told["troubles"]] == [("post", "broken")]


def test_a_holiday_is_said_and_wakes_nobody(archive: Engine, program) -> None:
    with writing(archive) as connection:
        note = Finding(None, Kind.HOLIDAY, now(), "nothing from 4 of 5 outlets of KR")
        troubles.settle(connection, [note], set(), now())
    code, out, _ = program("health")
    assert code == 0
    assert "\noutlets: holiday since " in out
    assert "nothing from 4 of 5 outlets of KR" in out


def test_a_source_that_is_switched_off_is_no_trouble_any_more(archive: Engine, program) -> None:
    with writing(archive) as connection:
        set_source(connection, "post", failures=9, failing_since=now() - 30 * HOUR, last_polled_at=now(),
                   outcome="http_error", reason="HTTP 410 Gone")
        health.examine(connection, now())
        set_source(connection, "post", enabled=False)
    assert program("health")[0] == 0
