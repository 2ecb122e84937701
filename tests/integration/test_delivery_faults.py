"""Each message stands in the channel once, whatever Slack does to the posts."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from alerts import lane
from alerts.tick import announce_routes, tick
from archive import claims, routes
from archive.engine import reading, writing
from archive.tables import Delivery
from core.settings import Settings
from tests.courier_process import quick_courier
from tests.fake_slack import FakeSlack, problems
from tests.stories import add_hit

NOW = datetime.now(UTC)
FAULTS = ["ratelimited", "500", "html", "reset", "close", "hang", "refuse:internal_error",
          "post-500", "post-html", "post-reset", "post-close", "post-hang", "post-refuse:fatal_error"]


@pytest.fixture
def slack() -> Iterator[FakeSlack]:
    with FakeSlack() as running:
        yield running


def settings_for(slack: FakeSlack, token: str | None = "xoxb-test", timeout: float = 5.0, **route: Any) -> Settings:
    values = {"name": "now", "channel": "slack:C0000000001", "send": "immediate", **route}
    return Settings(home=Path(), slack={"token": token, "api_url": slack.url, "timeout": timeout}, routes=[values])


def states(engine: Engine) -> list[str]:
    with reading(engine) as connection:
        return list(connection.scalars(sa.select(Delivery.state).order_by(Delivery.id)))


def keys(engine: Engine) -> list[str]:
    with reading(engine) as connection:
        return list(connection.scalars(sa.select(Delivery.key).order_by(Delivery.id)))


def deliver(engine: Engine, settings: Settings) -> Any:
    return tick(engine, settings, datetime.now(UTC), quick_courier(engine, settings))


@pytest.mark.parametrize("fault", FAULTS)
def test_after_a_fault_at_every_second_post_each_message_is_there_once_and_in_order(
        sqlite_engine: Engine, slack: FakeSlack, fault: str) -> None:
    # Each answer that is no fault has to come in time, also where a busy machine stands still for a second.
    settings = settings_for(slack, timeout=2.0 if fault.endswith("hang") else 5.0)
    slack.hang = 3.0
    for number in range(3):
        add_hit(sqlite_engine, settings.routes, NOW, title=f"Story {number}")
    slack.fail([fault, "ok", fault, "ok", fault, "ok"])
    counts = deliver(sqlite_engine, settings)
    assert (counts.sent, counts.pending, counts.failed, counts.possibly_sent) == (3, 0, 0, 0)
    assert slack.keys == keys(sqlite_engine)
    assert [problems(m) for m in slack.messages] == [[], [], []]
    assert not slack.messages[0]["unfurl_links"]


@pytest.mark.parametrize("engine_name", ["sqlite_engine", "postgres_engine"])
def test_a_message_that_a_slow_channel_has_in_hand_is_no_other_process_to_take(
        request: pytest.FixtureRequest, slack: FakeSlack, monkeypatch: pytest.MonkeyPatch, engine_name: str) -> None:
    engine = request.getfixturevalue(engine_name)
    monkeypatch.setattr(lane, "LEASE", timedelta(seconds=1))
    monkeypatch.setattr(lane, "RENEWED_S", 0.1)
    settings = settings_for(slack, timeout=10.0)
    slack.delay = 2.5
    add_hit(engine, settings.routes, NOW)
    sender = threading.Thread(target=deliver, args=(engine, settings))
    sender.start()
    until, seen = monotonic() + 2.0, 0
    while monotonic() < until:
        sleep(0.1)
        if states(engine) == ["sending"]:
            with writing(engine) as connection:
                claims.claim(connection, "slack:C0000000001", ["now"], datetime.now(UTC), lane.LEASE)
            assert states(engine) != ["unclear"], "the claim ran out under the sender"
            seen += 1
    sender.join()
    assert seen > 2
    assert states(engine) == ["sent"]
    assert slack.keys == keys(engine)


def test_a_message_is_found_on_a_later_page_of_the_history(sqlite_engine: Engine, slack: FakeSlack) -> None:
    settings = settings_for(slack)
    add_hit(sqlite_engine, settings.routes, NOW)
    slack.fail(["post-close"])
    slack.page = 1
    old = {"channel": "C0000000001", "text": "x", "metadata": {"event_type": "other", "event_payload": {"key": "x"}}}
    for _ in range(7):
        slack.take(old)
    original = slack.take
    slack.take = lambda payload: (original(payload), original(old))[0]  # type: ignore[method-assign]
    assert deliver(sqlite_engine, settings).sent == 1
    assert slack.keys.count(keys(sqlite_engine)[0]) == 1
    assert slack.calls.count("conversations.history") == 2


def test_without_the_right_to_read_the_history_an_unclear_message_is_possibly_sent(
        sqlite_engine: Engine, slack: FakeSlack) -> None:
    settings = settings_for(slack)
    add_hit(sqlite_engine, settings.routes, NOW)
    add_hit(sqlite_engine, settings.routes, NOW)
    slack.history_error = "missing_scope"
    slack.fail(["post-reset"])
    counts = deliver(sqlite_engine, settings)
    assert (counts.sent, counts.possibly_sent, counts.pending) == (1, 1, 0)
    assert states(sqlite_engine) == ["possibly_sent", "sent"]
    assert len(slack.messages) == 2


def test_while_slack_is_away_nothing_is_lost_and_the_backlog_comes_in_order(
    sqlite_engine: Engine, slack: FakeSlack
) -> None:
    settings = settings_for(slack)
    for _ in range(4):
        add_hit(sqlite_engine, settings.routes, NOW)
    slack.down = True
    counts = deliver(sqlite_engine, settings)
    assert (counts.sent, counts.pending) == (0, 4)
    slack.down = False
    with writing(sqlite_engine) as connection:
        assert routes.retry(connection, None) == (4, [])
    assert deliver(sqlite_engine, settings).sent == 4
    assert slack.keys == keys(sqlite_engine)


def test_a_refused_connection_is_no_doubt_and_waits_for_the_next_pass(sqlite_engine: Engine) -> None:
    with FakeSlack() as gone:
        settings = settings_for(gone)
    add_hit(sqlite_engine, settings.routes, NOW)
    assert deliver(sqlite_engine, settings).pending == 1
    assert states(sqlite_engine) == ["pending"]


@pytest.mark.parametrize(
    "error",
    [
        "channel_not_found",
        "not_in_channel",
        "is_archived",
        "invalid_auth",
        "token_revoked",
        "account_inactive",
        "missing_scope",
        "an_error_of_next_year",
    ],
)
def test_a_channel_that_refuses_for_good_stops_the_route_and_keeps_its_backlog(
        sqlite_engine: Engine, slack: FakeSlack, error: str, capsys: pytest.CaptureFixture[str]) -> None:
    settings = settings_for(slack)
    for _ in range(3):
        add_hit(sqlite_engine, settings.routes, NOW)
    slack.error = error
    announce_routes(sqlite_engine, settings, NOW)
    courier = quick_courier(sqlite_engine, settings)
    assert courier.deliver().pending == 3
    assert courier.deliver().pending == 3
    assert slack.calls == ["chat.postMessage"]                 # asked once, not again and again
    assert error in "".join(capsys.readouterr())
    with reading(sqlite_engine) as connection:
        (row,) = routes.overview(connection, NOW)
    assert row["pending"] == 3
    assert error in row["stopped_reason"]
    slack.error = None
    assert deliver(sqlite_engine, settings).sent == 3          # a new process tries at once
    assert slack.keys == keys(sqlite_engine)
    with reading(sqlite_engine) as connection:
        assert routes.overview(connection, NOW)[0]["stopped_reason"] is None


def test_without_a_token_the_route_says_which_setting_is_missing(sqlite_engine: Engine, slack: FakeSlack) -> None:
    settings = settings_for(slack, token=None)
    add_hit(sqlite_engine, settings.routes, NOW)
    assert deliver(sqlite_engine, settings).pending == 1
    with reading(sqlite_engine) as connection:
        assert "slack.token_file" in routes.overview(connection, NOW)[0]["stopped_reason"]


def test_a_token_file_that_cannot_be_read_stops_the_route_and_not_the_pass(
        sqlite_engine: Engine, slack: FakeSlack) -> None:
    settings = Settings(
        home=Path(),
        slack={"token_file": "no-such-file", "api_url": slack.url},
        routes=[{"name": "now", "channel": "slack:C0000000001", "send": "immediate"}],
    )
    add_hit(sqlite_engine, settings.routes, NOW)
    assert tick(sqlite_engine, settings, NOW).pending == 1
    with reading(sqlite_engine) as connection:
        assert "no-such-file" in routes.overview(connection, NOW)[0]["stopped_reason"]


def test_a_route_that_gets_another_channel_takes_its_backlog_there(sqlite_engine: Engine, slack: FakeSlack) -> None:
    wrong = settings_for(slack, channel="slack:C0000000009")
    add_hit(sqlite_engine, wrong.routes, NOW)
    slack.error = "channel_not_found"
    assert deliver(sqlite_engine, wrong).pending == 1
    slack.error = None
    assert deliver(sqlite_engine, settings_for(slack)).sent == 1
    assert [m["channel"] for m in slack.messages] == ["C0000000001"]


def test_a_message_whose_blocks_are_refused_goes_out_as_text(sqlite_engine: Engine, slack: FakeSlack) -> None:
    settings = settings_for(slack)
    add_hit(sqlite_engine, settings.routes, NOW)
    slack.fail(["refuse:msg_blocks_too_long"])
    assert deliver(sqlite_engine, settings).sent == 1
    assert "blocks" not in slack.messages[0]


def test_a_message_that_is_refused_altogether_fails_visibly_and_can_be_tried_again(
        sqlite_engine: Engine, slack: FakeSlack) -> None:
    settings = settings_for(slack)
    add_hit(sqlite_engine, settings.routes, NOW)
    add_hit(sqlite_engine, settings.routes, NOW)
    slack.fail(["refuse:msg_too_long"])
    counts = deliver(sqlite_engine, settings)
    assert (counts.sent, counts.failed) == (1, 1)
    with writing(sqlite_engine) as connection:
        (failed,) = routes.open_deliveries(connection)
        assert "msg_too_long" in failed["error"]
        assert routes.retry(connection, [failed["id"], 99]) == (1, [99])
    assert deliver(sqlite_engine, settings).sent == 1


def test_posts_to_one_channel_are_a_second_apart(sqlite_engine: Engine, slack: FakeSlack) -> None:
    settings = settings_for(slack)
    for _ in range(3):
        add_hit(sqlite_engine, settings.routes, NOW)
    assert tick(sqlite_engine, settings, NOW).sent == 3
    times = [m["at"] for m in slack.messages]
    assert all(later - earlier > 0.95 for earlier, later in pairwise(times))


def test_a_channel_by_name_is_looked_up_by_its_id(sqlite_engine: Engine, slack: FakeSlack) -> None:
    settings = settings_for(slack, channel="slack:#pacts")
    add_hit(sqlite_engine, settings.routes, NOW)
    original = slack.take
    slack.take = lambda payload: original({**payload, "channel": "C0000000001"})  # type: ignore[method-assign]
    slack.fail(["post-close"])
    assert deliver(sqlite_engine, settings).sent == 1
    assert len(slack.messages) == 1
