"""One message a story: what comes later goes into its thread, and the message keeps count."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from alerts.tick import tick
from archive.engine import reading, writing
from archive.tables import Delivery
from core.records import EventStatus
from core.settings import Settings
from tests.courier_process import quick_courier
from tests.fake_slack import FakeSlack, problems
from tests.stories import add_article, add_hit

NOW = datetime.now(UTC)


@pytest.fixture
def slack() -> Iterator[FakeSlack]:
    with FakeSlack(page=50) as running:
        yield running


def settings_for(slack: FakeSlack, **route: Any) -> Settings:
    values = {"name": "now", "channel": "slack:C0000000001", "send": "immediate", **route}
    return Settings(home=Path(), slack={"token": "xoxb-test", "api_url": slack.url, "timeout": 2}, routes=[values])


def deliver(engine: Engine, settings: Settings) -> Any:
    return tick(engine, settings, datetime.now(UTC), quick_courier(engine, settings))


def told(engine: Engine, slack: FakeSlack, **route: Any) -> tuple[Settings, int]:
    """A story of which the channel has the alert."""
    settings = settings_for(slack, **route)
    _, story = add_hit(engine, settings.routes, NOW, title="Two firms join forces")
    assert deliver(engine, settings).sent == 1
    return settings, story


def test_a_denial_goes_into_the_storys_thread_and_the_first_message_says_so(engine: Engine, slack: FakeSlack) -> None:
    settings, story = told(engine, slack)
    add_hit(engine, settings.routes, NOW, story=story, status=EventStatus.DENIED, title="It is denied",
            outlet="Second Post")
    deliver(engine, settings)
    first, denial = slack.messages          # which names the second outlet, so that no further reply has to
    assert denial["thread_ts"] == first["ts"]
    assert denial["text"].startswith("Aurora Chips ↔ Borealis Telecom · denied")
    assert denial["reply_broadcast"] in {"0", "False", False}
    assert "since then: denied" in first["text"]
    assert "2 outlets" in first["text"]
    assert [problems(m) for m in slack.messages] == [[]] * len(slack.messages)


def test_where_the_route_says_so_later_news_shows_in_the_channel_too(sqlite_engine: Engine, slack: FakeSlack) -> None:
    settings, story = told(sqlite_engine, slack, on_top=True)
    add_hit(sqlite_engine, settings.routes, NOW, story=story, status=EventStatus.ENDED)
    deliver(sqlite_engine, settings)
    assert slack.messages[1]["thread_ts"] == slack.messages[0]["ts"]
    assert slack.messages[1]["reply_broadcast"] in {"1", "True", True}


def test_a_new_party_is_named_as_what_is_new(sqlite_engine: Engine, slack: FakeSlack) -> None:
    settings, story = told(sqlite_engine, slack)
    add_hit(sqlite_engine, settings.routes, NOW, story=story, parties=("Aurora Chips", "Cirrus"))
    deliver(sqlite_engine, settings)
    assert "new party: Cirrus" in slack.messages[1]["text"].splitlines()[0]
    assert "since then: new party: Cirrus" in slack.messages[0]["text"]


def test_a_denial_found_before_the_alert_is_out_waits_for_it_and_follows_in_its_thread(
        sqlite_engine: Engine, slack: FakeSlack) -> None:
    settings = settings_for(slack)
    _, story = add_hit(sqlite_engine, settings.routes, NOW)
    add_hit(sqlite_engine, settings.routes, NOW, story=story, status=EventStatus.DENIED)
    slack.fail(["ratelimited"])
    assert deliver(sqlite_engine, settings).sent == 2
    assert slack.messages[1]["thread_ts"] == slack.messages[0]["ts"]


def test_later_outlets_are_named_in_the_thread_once_and_the_count_of_the_message_grows(
        engine: Engine, slack: FakeSlack) -> None:
    settings, story = told(engine, slack)
    for outlet in ("Second Post", "Third Post"):
        add_article(engine, settings.routes, NOW, story, outlet)
    add_article(engine, settings.routes, NOW, story, "Example Wire")
    deliver(engine, settings)
    first, reply = slack.messages
    assert reply["thread_ts"] == first["ts"]
    assert reply["text"] == "Also reported by Second Post, Third Post · now 3 outlets, 3 independent"
    assert "Two firms join forces" not in reply["text"]          # no second message with the story's title
    assert "3 outlets" in first["text"]
    assert first["metadata"]["event_payload"]["key"] == slack.keys[0]
    assert problems(reply) == problems(first) == []
    deliver(engine, settings)
    assert (len(slack.messages), first["changes"]) == (2, 1)


def test_outlets_that_come_one_by_one_make_one_reply_in_ten_minutes(sqlite_engine: Engine, slack: FakeSlack) -> None:
    settings, story = told(sqlite_engine, slack)
    for number in range(4):
        add_article(sqlite_engine, settings.routes, datetime.now(UTC), story, f"Post {number}")
        deliver(sqlite_engine, settings)
    assert [m["text"].partition(" ·")[0] for m in slack.messages[1:]] == ["Also reported by Post 0"]
    with writing(sqlite_engine) as connection:
        connection.execute(sa.update(Delivery).values(hold_until=None))
    deliver(sqlite_engine, settings)
    assert slack.messages[2]["text"].startswith("Also reported by Post 1, Post 2, Post 3 · now 5 outlets")
    assert "5 outlets" in slack.messages[0]["text"]


def test_outlets_found_before_the_alert_is_out_stand_in_it(sqlite_engine: Engine, slack: FakeSlack) -> None:
    settings = settings_for(slack)
    _, story = add_hit(sqlite_engine, settings.routes, NOW)
    add_article(sqlite_engine, settings.routes, NOW, story, "Second Post")
    deliver(sqlite_engine, settings)
    assert len(slack.messages) == 1
    assert "2 outlets" in slack.messages[0]["text"]


@pytest.mark.parametrize("fault", ["500", "reset", "hang", "ratelimited", "refuse:message_not_found"])
def test_a_change_that_fails_costs_no_message_and_is_tried_again_unless_it_never_can_be(
        sqlite_engine: Engine, slack: FakeSlack, fault: str) -> None:
    settings, story = told(sqlite_engine, slack)
    add_article(sqlite_engine, settings.routes, NOW, story, "Second Post")
    slack.hang = 2.5
    slack.change_faults.append(fault)
    assert deliver(sqlite_engine, settings).sent == 1
    with reading(sqlite_engine) as connection:
        again = connection.scalar(sa.select(Delivery.refresh_at).where(Delivery.id == 1))
    assert (again is None) is fault.startswith("refuse")
    with writing(sqlite_engine) as connection:
        connection.execute(sa.update(Delivery).where(Delivery.refresh_at.is_not(None)).values(refresh_at=NOW))
    deliver(sqlite_engine, settings)
    assert ("2 outlets" in slack.messages[0]["text"]) is not fault.startswith("refuse")
    assert len(slack.messages) == 2


def test_where_somebody_deleted_the_first_message_later_news_stands_by_itself(
        sqlite_engine: Engine, slack: FakeSlack) -> None:
    settings, story = told(sqlite_engine, slack)
    slack.messages.clear()
    add_hit(sqlite_engine, settings.routes, NOW, story=story, status=EventStatus.DENIED)
    assert deliver(sqlite_engine, settings).sent == 1
    assert "thread_ts" not in slack.messages[0]


@pytest.mark.parametrize("fault", ["post-close", "close", "post-500", "ratelimited"])
def test_replies_are_in_the_thread_once_whatever_happens_to_their_posts(
        sqlite_engine: Engine, slack: FakeSlack, fault: str) -> None:
    settings, story = told(sqlite_engine, slack)
    add_hit(sqlite_engine, settings.routes, NOW, story=story, status=EventStatus.DENIED, outlet="Second Post")
    add_article(sqlite_engine, settings.routes, NOW, story, "Third Post")
    slack.fail([fault, "ok", fault])
    assert deliver(sqlite_engine, settings).pending == 0
    assert len(slack.keys) == len(set(slack.keys)) == 2
    assert {m.get("thread_ts") for m in slack.messages[1:]} == {slack.messages[0]["ts"]}


def test_a_backfilled_article_makes_no_reply(sqlite_engine: Engine, slack: FakeSlack) -> None:
    from archive.tables import Article, Backfill
    settings, story = told(sqlite_engine, slack)
    add_article(sqlite_engine, (), NOW, story, "Old Post")
    with writing(sqlite_engine) as connection:
        values = {c.name: NOW if c.name.endswith("_at") else "x" for c in Backfill.__table__.columns
                  if not c.nullable and c.name != "id" and c.default is None}
        backfill = connection.execute(sa.insert(Backfill).values(**values).returning(Backfill.id)).scalar_one()
        connection.execute(sa.update(Article).where(Article.title == "The same told again").values(
            backfill_id=backfill))
    add_article(sqlite_engine, settings.routes, NOW, story, "Example Wire")
    deliver(sqlite_engine, settings)
    assert len(slack.messages) == 1
