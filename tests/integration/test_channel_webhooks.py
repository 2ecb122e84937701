"""Webhooks: signed JSON for programs, Slack's incoming webhook, and Apprise; all at-least-once, and they say so."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import logging
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from alerts.channels import opening, services
from alerts.channels.slack_webhook import REPEAT
from alerts.deliver import Courier
from alerts.tick import announce_routes
from archive import routes
from archive.engine import reading
from archive.tables import Delivery
from core.settings import Settings
from tests.fake_slack import problems
from tests.hook_server import HookServer
from tests.simulated import SimulatedTimer
from tests.stories import add_article, add_hit

NOW = datetime.now(UTC)
SECRET = "whsec_" + base64.b64encode(b"0123456789abcdef0123456789abcdef").decode()
LOST = ["close", "reset", "hang", (500, "internal"), (502, "<html>")]


@pytest.fixture
def hooks() -> Iterator[HookServer]:
    with HookServer() as running:
        yield running


def settings_for(hooks: HookServer, channel: str, path: str = "/hook", **route: Any) -> Settings:
    url = f"json://127.0.0.1:{hooks.port}{path}" if channel.startswith("apprise") else hooks.url(path)
    return Settings(home=Path(), channels={"ops": {"url": url, "secret": SECRET, "timeout": 0.7}},
                    routes=[{"name": "now", "channel": channel, "send": "immediate", **route}])


def deliver(engine: Engine, settings: Settings) -> Any:
    def opener(name: str) -> Any:
        channel = opening.open_channel(name, settings)
        channel.pace = 0.0
        return channel
    announce_routes(engine, settings, NOW)
    return Courier(engine, settings, opener=opener, timer=SimulatedTimer(), patience=120).deliver()


def states(engine: Engine) -> list[str]:
    with reading(engine) as connection:
        return list(connection.scalars(sa.select(Delivery.state).order_by(Delivery.id)))


def test_a_webhook_gets_the_facts_and_a_signature_that_a_receiver_can_check(
        sqlite_engine: Engine, hooks: HookServer) -> None:
    settings = settings_for(hooks, "webhook:ops")
    add_hit(sqlite_engine, settings.routes, NOW)
    assert deliver(sqlite_engine, settings).sent == 1
    (taken,) = hooks.taken
    headers = taken.headers
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + taken.body
    mac = hmac.new(b"0123456789abcdef0123456789abcdef", signed, hashlib.sha256).digest()
    assert headers["webhook-signature"] == "v1," + base64.b64encode(mac).decode()
    assert abs(int(headers["webhook-timestamp"]) - datetime.now(UTC).timestamp()) < 60
    assert headers["content-type"] == "application/json"
    message = taken.json
    assert message["type"] == "pactwatch.alert"
    assert (message["route"], message["repeat"]) == ("now", False)
    (story,) = message["sections"][0]["stories"]
    assert story["parties"] == ["Aurora Chips", "Borealis Telecom"]
    assert story["url"].startswith("https://news.example/")
    assert story["bold"] == ["Aurora Chips", "Borealis Telecom"]
    assert {"score", "event_type", "status", "topics", "sentence", "outlets", "first_seen_at"} <= set(story)


def test_a_key_that_is_any_text_signs_too_and_without_one_nothing_is_signed() -> None:
    from alerts.channels.webhook import key_of, signed
    assert key_of("any text") == b"any text"
    assert "webhook-signature" in signed("k", 1, b"{}", "any text")
    assert "webhook-signature" not in signed("k", 1, b"{}", None)


@pytest.mark.parametrize("channel", ["webhook:ops", "slack-webhook:ops", "apprise:ops"])
@pytest.mark.parametrize("fault", LOST, ids=str)
def test_a_doubtful_message_is_sent_again_and_says_that_it_may_be_a_repeat(
        sqlite_engine: Engine, hooks: HookServer, channel: str, fault: Any) -> None:
    pytest.importorskip("apprise")
    settings = settings_for(hooks, channel)
    add_hit(sqlite_engine, settings.routes, NOW)
    hooks.answers.append(fault)
    assert deliver(sqlite_engine, settings).sent == 1
    first, second = hooks.taken
    if channel == "webhook:ops":
        assert (first.json["repeat"], second.json["repeat"]) == (False, True)
        assert first.headers["webhook-id"] == second.headers["webhook-id"]
    else:
        assert REPEAT not in first.body.decode()
        assert REPEAT in second.body.decode()


@pytest.mark.parametrize("channel", ["webhook:ops", "slack-webhook:ops"])
def test_after_three_doubtful_repeats_it_ends_as_possibly_sent(
        sqlite_engine: Engine, hooks: HookServer, channel: str) -> None:
    settings = settings_for(hooks, channel)
    add_hit(sqlite_engine, settings.routes, NOW)
    hooks.answers.extend(["close"] * 9)
    assert deliver(sqlite_engine, settings).possibly_sent == 1
    assert len(hooks.taken) == 4


@pytest.mark.parametrize("channel", ["webhook:ops", "slack-webhook:ops"])
def test_what_asks_to_wait_gets_the_message_once_more_and_unmarked(
        sqlite_engine: Engine, hooks: HookServer, channel: str) -> None:
    settings = settings_for(hooks, channel)
    add_hit(sqlite_engine, settings.routes, NOW)
    hooks.answers.append((429, "rate_limited", {"Retry-After": "1"}))
    assert deliver(sqlite_engine, settings).sent == 1
    assert len(hooks.taken) == 2
    assert REPEAT not in hooks.taken[1].body.decode()
    assert '"repeat": true' not in hooks.taken[1].body.decode()


@pytest.mark.parametrize(("channel", "answer", "word"), [
    ("slack-webhook:ops", (404, "no_service"), "make a new one"),
    ("slack-webhook:ops", (410, "channel_is_archived"), "archived"),
    ("slack-webhook:ops", (403, "invalid_token"), "revoked"),
    ("webhook:ops", (401, ""), "check its address and key"),
    ("webhook:ops", (404, ""), "check its address"),
    ("webhook:ops", (302, "", {"Location": "http://127.0.0.1:1/"}), "sends on to another address"),
])
def test_a_webhook_that_is_gone_stops_the_route_and_keeps_the_backlog(
        sqlite_engine: Engine, hooks: HookServer, channel: str, answer: Any, word: str,
        capsys: pytest.CaptureFixture[str]) -> None:
    settings = settings_for(hooks, channel)
    for _ in range(2):
        add_hit(sqlite_engine, settings.routes, NOW)
    hooks.answers.append(answer)
    assert deliver(sqlite_engine, settings).pending == 2
    with reading(sqlite_engine) as connection:
        assert word in routes.overview(connection, NOW)[0]["stopped_reason"]
    assert deliver(sqlite_engine, settings).sent == 2
    assert hooks.url("") not in "".join(capsys.readouterr())         # the address is a secret


@pytest.mark.parametrize(("channel", "answer"), [
    ("slack-webhook:ops", (400, "invalid_payload")), ("webhook:ops", (422, "unknown field"))])
def test_a_message_that_a_webhook_cannot_take_fails_visibly_and_the_next_goes_on(
        sqlite_engine: Engine, hooks: HookServer, channel: str, answer: Any) -> None:
    settings = settings_for(hooks, channel)
    for _ in range(2):
        add_hit(sqlite_engine, settings.routes, NOW)
    hooks.answers.append(answer)
    counts = deliver(sqlite_engine, settings)
    assert (counts.sent, counts.failed) == (1, 1)


def test_slacks_webhook_gets_blocks_within_the_limits_or_the_text_alone(
        sqlite_engine: Engine, hooks: HookServer) -> None:
    settings = settings_for(hooks, "slack-webhook:ops")
    add_hit(sqlite_engine, settings.routes, NOW)
    hooks.answers.append((400, "invalid_blocks"))
    assert deliver(sqlite_engine, settings).sent == 1
    assert problems(hooks.taken[0].json) == []
    assert "blocks" not in hooks.taken[1].json


def test_an_address_of_slacks_webhooks_is_one_in_either_spelling(sqlite_engine: Engine, hooks: HookServer) -> None:
    channel = f"webhook:{hooks.url('/services/T000/B000/secret')}"
    settings = settings_for(hooks, channel)
    add_hit(sqlite_engine, settings.routes, NOW)
    assert deliver(sqlite_engine, settings).sent == 1
    assert "blocks" in hooks.taken[0].json
    with reading(sqlite_engine) as connection:
        (row,) = routes.overview(connection, NOW)
    assert row["channel"] == "slack-webhook:http://127.0.0.1/…"


def test_later_outlets_make_no_message_where_there_are_no_threads(sqlite_engine: Engine, hooks: HookServer) -> None:
    settings = settings_for(hooks, "webhook:ops")
    _, story = add_hit(sqlite_engine, settings.routes, NOW)
    deliver(sqlite_engine, settings)
    add_article(sqlite_engine, settings.routes, NOW, story, "Second Post")
    deliver(sqlite_engine, settings)
    assert len(hooks.taken) == 1


def test_a_webhook_that_nobody_listens_at_is_no_doubt(sqlite_engine: Engine) -> None:
    with HookServer() as gone:
        settings = settings_for(gone, "webhook:ops")
    add_hit(sqlite_engine, settings.routes, NOW)
    announce_routes(sqlite_engine, settings, NOW)
    assert Courier(sqlite_engine, settings).deliver().pending == 1
    assert states(sqlite_engine) == ["pending"]


def test_apprise_hands_title_and_text_to_a_service(sqlite_engine: Engine, hooks: HookServer) -> None:
    pytest.importorskip("apprise")
    settings = settings_for(hooks, "apprise:ops")
    add_hit(sqlite_engine, settings.routes, NOW, title="@everyone <!channel> [bank](https://evil.example)")
    assert deliver(sqlite_engine, settings).sent == 1
    message = hooks.taken[0].json["message"]
    assert "Aurora Chips ↔ Borealis Telecom" in message
    assert "@\u200beveryone ‹!channel› [bank]\u200b(https://evil.example)" in message
    assert logging.getLogger("apprise").level == logging.CRITICAL


def test_an_address_that_apprise_does_not_know_stops_the_route(sqlite_engine: Engine) -> None:
    pytest.importorskip("apprise")
    settings = Settings(home=Path(), routes=[{"name": "now", "channel": "apprise:nosuch://x", "send": "immediate"}])
    add_hit(sqlite_engine, settings.routes, NOW)
    assert deliver(sqlite_engine, settings).pending == 1
    with reading(sqlite_engine) as connection:
        assert "does not know" in routes.overview(connection, NOW)[0]["stopped_reason"]


def test_without_apprise_the_route_says_what_to_install(
        sqlite_engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "apprise", None)
    settings = Settings(home=Path(), routes=[{"name": "now", "channel": "apprise:json://x", "send": "immediate"}])
    add_hit(sqlite_engine, settings.routes, NOW)
    assert deliver(sqlite_engine, settings).pending == 1
    with reading(sqlite_engine) as connection:
        assert "pip install 'pactwatch[apprise]'" in routes.overview(connection, NOW)[0]["stopped_reason"]


def test_an_address_from_a_file_is_read_when_it_is_needed(
        sqlite_engine: Engine, hooks: HookServer, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, channels={"ops": {"url_file": "hook"}},
                        routes=[{"name": "now", "channel": "webhook:ops", "send": "immediate"}])
    add_hit(sqlite_engine, settings.routes, NOW)
    assert deliver(sqlite_engine, settings).pending == 1
    with reading(sqlite_engine) as connection:
        assert "channels.ops.url_file" in routes.overview(connection, NOW)[0]["stopped_reason"]
    (tmp_path / "hook").write_text(hooks.url() + "\n")
    assert deliver(sqlite_engine, settings).sent == 1


def test_json_that_is_signed_is_plain_ascii() -> None:
    assert json.dumps({"a": "삼성"}, ensure_ascii=True).isascii()
    assert services.harmless("a@b <c> ](d)") == "a@\u200bb ‹c› ]\u200b(d)"
