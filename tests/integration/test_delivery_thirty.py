"""Runs of thirty messages: a fault at each of them, an hour without Slack, and the pace over several processes."""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from alerts.channels.slack import SlackChannel
from alerts.deliver import Courier, DeliveryCounts
from alerts.tick import announce_routes
from archive.engine import open_engine, reading
from archive.tables import Delivery
from core.settings import Settings
from tests.fake_slack import FakeSlack, problems
from tests.simulated import SimulatedTimer
from tests.stories import add_hit

RUN = 30
NOW = datetime.now(UTC)
REFUSED = ["ratelimited"]                          # surely not taken
LOST = ["500", "html", "badjson", "reset", "close", "hang", "refuse:internal_error"]
TAKEN = [f"post-{fault}" for fault in LOST]
# Without the history all doubts end alike; PACTWATCH_ALL_FAULTS=1 tries each all the same.
DOUBTS = [*REFUSED, *LOST, *TAKEN] if os.environ.get("PACTWATCH_ALL_FAULTS") else [
    "ratelimited", "close", "post-500", "post-hang"]


@pytest.fixture
def slack() -> Iterator[FakeSlack]:
    with FakeSlack(page=200, hang=0.3) as running:
        yield running


def settings_for(url: str, fault: str = "") -> Settings:
    timeout = 0.2 if fault.endswith("hang") else 5
    return Settings(home=Path(), slack={"token": "xoxb-test", "api_url": url, "timeout": timeout}, routes=[
        {"name": "now", "channel": "slack:C0000000001", "send": "immediate"}])


@pytest.fixture(scope="session")
def thirty(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database in which thirty alerts wait."""
    path = tmp_path_factory.mktemp("thirty") / "thirty.db"
    shutil.copyfile(sqlite_template, path)
    engine = open_engine(f"sqlite:///{path}")
    settings = settings_for("http://127.0.0.1:9/api/")
    announce_routes(engine, settings, NOW)
    for number in range(RUN):
        add_hit(engine, settings.routes, NOW, title=f"Story {number}")
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
    return path


@pytest.fixture
def engine(thirty: Path, tmp_path: Path) -> Iterator[Engine]:
    """That database, of one's own."""
    shutil.copyfile(thirty, tmp_path / "own.db")
    opened = open_engine(f"sqlite:///{tmp_path / 'own.db'}")
    yield opened
    opened.dispose()


def keys_of(engine: Engine, *conditions: Any) -> list[str]:
    with reading(engine) as connection:
        return list(connection.scalars(sa.select(Delivery.key).where(*conditions).order_by(Delivery.id)))


def deliver(engine: Engine, settings: Settings, timer: SimulatedTimer) -> DeliveryCounts:
    def opener(name: str) -> SlackChannel:
        return SlackChannel(name.removeprefix("slack:"), "xoxb-test", settings.slack.api_url, settings.slack.timeout)

    courier = Courier(engine, settings, opener=opener, timer=timer, patience=120, budget=20_000)
    counts = courier.deliver()
    for _ in range(5):  # with hardly any patience for what hangs, a busy machine may leave a doubt to the next pass
        if counts.pending:
            timer.wait(120)
            later = courier.deliver()
            counts = replace(later, sent=counts.sent + later.sent,
                             possibly_sent=counts.possibly_sent + later.possibly_sent)
    return counts


@pytest.mark.parametrize("fault", [*REFUSED, *LOST, *TAKEN])
def test_a_fault_at_every_message_leaves_each_in_the_channel_once_and_in_order(
        engine: Engine, slack: FakeSlack, fault: str) -> None:
    settings = settings_for(slack.url, fault)
    keys = keys_of(engine)
    slack.fail([fault] * RUN if fault in TAKEN else [fault, "ok"] * RUN)
    counts = deliver(engine, settings, SimulatedTimer())
    assert (counts.sent, counts.pending, counts.failed, counts.possibly_sent) == (RUN, 0, 0, 0)
    assert slack.keys == keys
    assert not slack.faults
    assert not any(problems(message) for message in slack.messages)


@pytest.mark.parametrize("fault", DOUBTS)
def test_without_the_history_a_doubtful_message_is_marked_and_none_is_there_twice(
        engine: Engine, slack: FakeSlack, fault: str) -> None:
    settings = settings_for(slack.url, fault)
    keys = keys_of(engine)
    slack.history_error = "missing_scope"
    slack.fail([fault, "ok"] * RUN if fault in REFUSED else [fault] * RUN)
    counts = deliver(engine, settings, SimulatedTimer())
    doubtful = 0 if fault in REFUSED else RUN
    assert (counts.sent, counts.possibly_sent, counts.pending, counts.failed) == (RUN - doubtful, doubtful, 0, 0)
    assert max(Counter(slack.keys).values(), default=1) == 1
    assert slack.keys == ([] if fault in LOST else keys)


def test_after_an_hour_without_slack_all_arrive_in_order_at_one_a_second_at_most(
        engine: Engine, slack: FakeSlack) -> None:
    settings = settings_for(slack.url)
    keys = keys_of(engine)
    timer = SimulatedTimer()
    original, times = slack.take, []

    def take(payload: dict[str, Any]) -> dict[str, Any]:
        times.append(timer.waited)
        return original(payload)

    slack.take = take  # type: ignore[method-assign]
    slack.down = True
    courier = Courier(engine, settings, timer=timer)
    while timer.waited < 3600:
        assert courier.deliver().sent == 0
        timer.wait(60)
    slack.down = False
    while courier.deliver().pending:
        timer.wait(15)
    assert slack.keys == keys
    assert all(later - earlier >= 0.999 for earlier, later in pairwise(times))
    assert times[0] < 3600 + 120
    assert times[-1] - times[0] < 2 * RUN
    assert keys_of(engine, Delivery.state != "sent") == []


def test_the_pace_of_a_channel_is_one_over_all_processes(engine: Engine, slack: FakeSlack) -> None:
    settings = settings_for(slack.url)
    begin = datetime.now(UTC)
    timers = [SimulatedTimer(begin), SimulatedTimer(begin)]
    first, second = (Courier(engine, settings, timer=timer, patience=0.5) for timer in timers)
    assert (first.deliver().sent, second.deliver().sent) == (1, 0)
    timers[1].wait(1.0)
    assert second.deliver().sent == 1
    timers[0].wait(0.6)
    assert first.deliver().sent == 0


def test_a_pace_by_a_clock_that_was_ahead_is_void(engine: Engine, slack: FakeSlack) -> None:
    settings = settings_for(slack.url)
    ahead, now = SimulatedTimer(NOW + timedelta(days=3)), SimulatedTimer(NOW)
    assert Courier(engine, settings, timer=ahead, patience=0.5).deliver().sent == 1
    assert Courier(engine, settings, timer=now, patience=0.5).deliver().sent == 1


def test_a_slow_channel_delays_no_other(sqlite_engine: Engine, slack: FakeSlack) -> None:
    slack.hang = 1.0
    with FakeSlack() as other:
        settings = Settings(home=Path(), slack={"token": "xoxb-test", "api_url": slack.url, "timeout": 2}, routes=[
            {"name": "slow", "channel": "slack:C0000000001", "send": "immediate"},
            {"name": "fine", "channel": "slack:C0000000002", "send": "immediate"}])
        announce_routes(sqlite_engine, settings, NOW)
        for _ in range(3):
            add_hit(sqlite_engine, settings.routes, NOW)
        slack.fail(["post-hang"])

        def opener(name: str) -> SlackChannel:
            url = slack.url if name.endswith("1") else other.url
            channel = SlackChannel(name.removeprefix("slack:"), "xoxb-test", url, 2, settle=0.1)
            channel.pace = 0.0
            return channel

        assert Courier(sqlite_engine, settings, opener=opener).deliver().sent == 6
        assert other.messages[-1]["at"] < slack.messages[0]["at"] + 0.9
        assert len(slack.keys) == len(set(slack.keys)) == 3
