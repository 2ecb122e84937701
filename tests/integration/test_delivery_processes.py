"""Real processes: killed while they send, and two at once."""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from archive.engine import reading
from archive.tables import Delivery
from core.settings import Settings
from tests.fake_slack import FakeSlack
from tests.programs import Program
from tests.stories import add_hit

SCRIPT = str(Path(__file__).parent.parent / "courier_process.py")


@pytest.fixture
def slack() -> Iterator[FakeSlack]:
    with FakeSlack(page=50) as running:
        yield running


def start(engine: Engine, values: dict[str, Any]) -> Program:
    """A courier that waits for `go`."""
    url = engine.url.render_as_string(hide_password=False)
    child = Program(SCRIPT, url, json.dumps(values), session=True)
    until = time.monotonic() + 30
    while child.said() != "ready\n" and time.monotonic() < until:
        time.sleep(0.01)
    assert child.said() == "ready\n", child.communicate(0)
    return child


def go(child: Program) -> None:
    child.send_signal(signal.SIGUSR1)


def end(child: Program, *, kill: bool = False) -> int:
    if kill and child.pid is not None:
        os.killpg(child.pid, signal.SIGKILL)
    with child:
        return child.wait(60)


def values_for(slack: FakeSlack, **route: Any) -> dict[str, Any]:
    return {"slack": {"token": "xoxb-test", "api_url": slack.url, "timeout": 5},
            "routes": [{"name": "now", "channel": "slack:C0000000001", "send": "immediate", **route}]}


def delivered(engine: Engine) -> tuple[list[str], set[str]]:
    with reading(engine) as connection:
        rows = connection.execute(sa.select(Delivery.key, Delivery.state).order_by(Delivery.id)).all()
    return [key for key, _ in rows], {state for _, state in rows}


KILLS = int(os.environ.get("PACTWATCH_KILLS", "8"))    # more of them, with a seed: PACTWATCH_KILLS=50 PACTWATCH_SEED=1


@pytest.mark.timeout(60 + 15 * KILLS)
def test_killed_at_random_moments_each_message_is_delivered_once_and_in_order(
    sqlite_engine: Engine, slack: FakeSlack
) -> None:
    values = values_for(slack)
    settings = Settings(home=Path(), **values)
    for _ in range(4 * KILLS):
        add_hit(sqlite_engine, settings.routes, datetime.now(UTC))
    slack.delay = 0.03                       # between taking a message and saying so: the moment that loses answers
    chance = random.Random(int(os.environ.get("PACTWATCH_SEED", "7")))
    kills = 0
    for _ in range(KILLS):
        child = start(sqlite_engine, values)
        before = len(slack.messages)
        go(child)
        until = time.monotonic() + 20
        while len(slack.messages) == before and child.poll() is None and time.monotonic() < until:
            time.sleep(0.002)
        time.sleep(chance.random() * 0.12)
        kills += end(child, kill=True) == -9
    child = start(sqlite_engine, values)
    go(child)
    assert end(child) == 0
    keys, states = delivered(sqlite_engine)
    looked_up = slack.calls.count("conversations.history")
    sys.stdout.write(f"{kills} kills, {len(keys)} messages, {looked_up} looked up, {len(slack.keys)} in the channel\n")
    assert kills >= KILLS // 2
    assert slack.keys == keys
    assert states == {"sent"}
    assert "conversations.history" in slack.calls


@pytest.mark.timeout(180)
def test_two_processes_at_once_make_one_digest_and_send_each_alert_once(engine: Engine, slack: FakeSlack) -> None:
    values = values_for(slack)
    values["routes"].append({"name": "daily", "channel": "slack:C0000000001", "at": ["00:00"]})
    settings = Settings(home=Path(), **values)
    for _ in range(8):
        add_hit(engine, settings.routes, datetime.now(UTC))
    children = [start(engine, values) for _ in range(2)]
    for child in children:
        go(child)
    assert [end(child) for child in children] == [0, 0]
    keys, states = delivered(engine)
    assert sorted(slack.keys) == sorted(keys)
    assert len(keys) == 9
    assert sum(m["text"].startswith("Digest ") for m in slack.messages) == 1
    assert states == {"sent"}
