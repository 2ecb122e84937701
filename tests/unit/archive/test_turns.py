"""Turns at hosts, on both databases: one process at a time, by the host's pace, and none is lost with its holder."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from archive import turns
from archive.catalogue import LEASE
from archive.engine import Engine, writing

NOW = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.fixture
def as_process(monkeypatch: pytest.MonkeyPatch):
    def become(name: str) -> None:
        monkeypatch.setattr("core.process.identity", lambda: f"here:{name}:1")

    monkeypatch.setattr("core.process.is_gone", lambda holder: holder == "here:dead:1")
    become("one")
    return become


def take(engine: Engine, *hosts: str, at: datetime = NOW) -> set[str]:
    with writing(engine) as connection:
        return turns.take(connection, hosts, at)


def give_back(engine: Engine, host: str, free_at: datetime) -> None:
    with writing(engine) as connection:
        turns.give_back(connection, {host: free_at})


def test_a_host_that_one_process_asks_is_not_for_another(engine: Engine, as_process) -> None:
    assert take(engine, "a.example", "b.example") == {"a.example", "b.example"}
    assert take(engine, "a.example") == {"a.example"}
    as_process("two")
    assert take(engine, "a.example", "c.example") == {"c.example"}
    with writing(engine) as connection:
        assert turns.waits(connection, ["a.example"], NOW) == {"a.example": ("here:one:1", NOW + LEASE)}


def test_the_next_process_asks_no_sooner_than_the_hosts_pace_allows(engine: Engine, as_process) -> None:
    take(engine, "a.example")
    give_back(engine, "a.example", NOW + 30 * SECOND)
    for name in ("two", "one"):
        as_process(name)
        assert take(engine, "a.example", at=NOW + 29 * SECOND) == set()
    as_process("two")
    assert take(engine, "a.example", at=NOW + 30 * SECOND) == {"a.example"}


def test_the_turn_of_a_dead_process_is_void_at_once_and_that_of_a_silent_one_after_a_while(
    engine: Engine, as_process
) -> None:
    as_process("dead")
    take(engine, "a.example")
    as_process("elsewhere")
    take(engine, "b.example")
    as_process("one")
    assert take(engine, "a.example", "b.example", at=NOW + SECOND) == {"a.example"}
    assert take(engine, "b.example", at=NOW + LEASE) == {"b.example"}


def test_a_turn_that_is_renewed_lasts_and_what_another_process_holds_is_not_given_back(
    engine: Engine, as_process
) -> None:
    take(engine, "a.example")
    with writing(engine) as connection:
        turns.renew(connection, NOW + LEASE / 2)
    as_process("two")
    give_back(engine, "a.example", NOW)
    assert take(engine, "a.example", at=NOW + LEASE) == set()


def test_hosts_of_a_process_that_is_gone_are_left_alone_for_the_usual_pace(engine: Engine, as_process) -> None:
    as_process("dead")
    take(engine, "a.example")
    as_process("two")
    with writing(engine) as connection:
        assert turns.take(connection, ["a.example"], NOW, pace=3.0) == set()
        assert turns.take(connection, ["a.example"], NOW + timedelta(seconds=3), pace=3.0) == {"a.example"}
