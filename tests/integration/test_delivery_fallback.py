"""A channel that refuses for good: somebody hears of it elsewhere, once, and again when it is mended."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from alerts.tick import tick
from archive.engine import reading
from archive.tables import Delivery
from core.settings import Settings
from tests.courier_process import quick_courier
from tests.fake_slack import FakeSlack, problems
from tests.stories import add_hit

NOW = datetime.now(UTC)


@pytest.fixture
def slack() -> Iterator[FakeSlack]:
    with FakeSlack() as running:
        yield running


def settings_for(slack: FakeSlack, fallback: str | None) -> Settings:
    return Settings(home=Path(), slack={"token": "xoxb-test", "api_url": slack.url}, alerts={"fallback": fallback},
                    channels={"ops": {"url": "http://127.0.0.1:9/x"}}, routes=[
        {"name": "now", "channel": "slack:C0000000001", "send": "immediate"},
        {"name": "daily", "channel": "slack:C0000000001"}])


def deliver(engine: Engine, settings: Settings) -> Any:
    return tick(engine, settings, datetime.now(UTC), quick_courier(engine, settings), crawled=False)


def only_one_refuses(slack: FakeSlack, error: str) -> None:
    original = slack.take

    def take(payload: dict[str, Any]) -> dict[str, Any]:
        if payload["channel"] == "C0000000001" and slack.error is None and error:
            return {"ok": False, "error": error}
        return original(payload)

    slack.take = take  # type: ignore[method-assign]


def test_the_fallback_channel_hears_once_that_a_channel_refuses_and_once_that_it_works_again(
        engine: Engine, slack: FakeSlack) -> None:
    settings = settings_for(slack, "slack:C0000000002")
    for _ in range(2):
        add_hit(engine, settings.routes[:1], NOW)
    original = slack.take
    only_one_refuses(slack, "is_archived")
    for _ in range(3):
        deliver(engine, settings)                # each a process of its own
    (notice,) = slack.messages
    assert notice["channel"] == "C0000000002"
    assert notice["text"].startswith("Stopped: now, daily")
    assert "the channel is archived; name another one in the route (is_archived)" in notice["text"]
    assert "2 messages wait; nothing is lost" in notice["text"]
    assert problems(notice) == []
    slack.take = original  # type: ignore[method-assign]
    deliver(engine, settings)
    assert [m["channel"][-1] for m in slack.messages] == ["2", "1", "1", "2"]
    assert slack.messages[-1]["text"].startswith("Works again: now, daily")


@pytest.mark.parametrize("fallback", [None, "slack:C0000000001"])
def test_without_another_channel_nobody_is_told_and_nothing_goes_round_in_circles(
        sqlite_engine: Engine, slack: FakeSlack, fallback: str | None) -> None:
    settings = settings_for(slack, fallback)
    add_hit(sqlite_engine, settings.routes[:1], NOW)
    slack.error = "invalid_auth"
    assert deliver(sqlite_engine, settings).pending == 1
    with reading(sqlite_engine) as connection:
        assert connection.scalars(sa.select(Delivery.kind)).all() == ["alert"]


def test_a_notice_that_the_fallback_cannot_take_waits_like_any_message(
        sqlite_engine: Engine, slack: FakeSlack) -> None:
    settings = settings_for(slack, "webhook:ops")
    add_hit(sqlite_engine, settings.routes[:1], NOW)
    slack.error = "invalid_auth"
    courier = quick_courier(sqlite_engine, settings)
    courier._open = lambda name: _open(name, settings)
    tick(sqlite_engine, settings, datetime.now(UTC), courier, crawled=False)
    with reading(sqlite_engine) as connection:
        assert [tuple(row) for row in connection.execute(sa.select(Delivery.kind, Delivery.state))] == [
            ("alert", "pending"), ("notice", "pending")]


def _open(name: str, settings: Settings) -> Any:
    from alerts.channels.opening import open_channel
    return open_channel(name, settings)
