"""The weekly picture: drawn from the archive, in Slack and in mail, once a week."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from alerts.channels.slack import SlackChannel
from alerts.deliver import Courier
from alerts.digest import build_due_digests, preview
from alerts.tick import announce_routes
from alerts.weekly import week_of
from archive.engine import reading
from archive.tables import Delivery, Digest, DigestEntry
from core.records import EventStatus
from core.settings import RouteSettings, Settings
from tests.fake_slack import FakeSlack, problems
from tests.mail_server import MailServer
from tests.simulated import SimulatedTimer
from tests.stories import add_hit

MONDAY = datetime(2026, 5, 4, 8, 0, 20, tzinfo=UTC)
PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture
def slack() -> Iterator[FakeSlack]:
    with FakeSlack() as running:
        yield running


def settings_for(**route: Any) -> Settings:
    weekly = {"name": "weekly", "channel": "slack:C0000000001", "send": "picture", **route}
    return Settings(home=Path(), routes=[weekly, {"name": "daily", "channel": "console"}])


def fill(engine: Engine, settings: Settings) -> None:
    """Five stories of the week before, one of the week before that, one of this week, and copies."""
    def told(days: float, *parties: str, status: EventStatus = EventStatus.ANNOUNCED, story: int | None = None) -> int:
        return add_hit(engine, settings.routes, MONDAY - timedelta(days=days), parties=parties, status=status,
                       story=story)[1]

    told(10, "Old", "Older")
    told(3, "Aurora", "Borealis")
    known = told(3.1, "Aurora", "Cirrus", status=EventStatus.RUMOURED)
    told(3, "Aurora", "Cirrus", status=EventStatus.RUMOURED, story=known)
    told(4, "Aurora", "Borealis", "Delta")
    told(5, "Elm", "Fir", status=EventStatus.BACKGROUND)
    ended = told(6, "Gorse", "Hazel")
    told(5, "Gorse", "Hazel", status=EventStatus.DENIED, story=ended)
    told(0.1, "Ivy", "Juniper")


def send(engine: Engine, settings: Settings, slack: FakeSlack, timer: SimulatedTimer | None = None) -> Courier:
    courier = Courier(engine, settings, timer=timer or SimulatedTimer(MONDAY), patience=600, budget=1e6,
                      opener=lambda name: SlackChannel(name.removeprefix("slack:"), "xoxb-x", slack.url, 1.0, 0.01))
    courier.deliver()
    return courier


def test_the_facts_are_those_of_the_seven_days_before_and_count_no_denied_and_no_recalled_alliance(
        engine: Engine) -> None:
    settings = settings_for(min_score=0.1)
    fill(engine, settings)
    with reading(engine) as connection:
        facts = week_of(connection, settings.routes[0], date(2026, 5, 4))
    assert (facts["from"], facts["to"]) == ("2026-04-27", "2026-05-03")
    assert facts["weeks"] == [{"from": "2026-04-20", "stories": 1}, {"from": "2026-04-27", "stories": 5}]
    assert [(one["name"], one["stories"]) for one in facts["organisations"]] == [
        ("Aurora", 3), ("Borealis", 2), ("Cirrus", 1), ("Delta", 1)]
    assert facts["organisations"][0]["with"] == ["Borealis", "Cirrus", "Delta"]
    assert [(pair["a"], pair["b"], pair["stories"], pair["rumoured"]) for pair in facts["pairs"]] == [
        ("Aurora", "Borealis", 2, False), ("Aurora", "Cirrus", 1, True), ("Aurora", "Delta", 1, False),
        ("Borealis", "Delta", 1, False)]


def test_it_takes_only_what_its_route_takes(sqlite_engine: Engine) -> None:
    settings = settings_for(organisations=["Delta"])
    fill(sqlite_engine, settings)
    with reading(sqlite_engine) as connection:
        facts = week_of(connection, settings.routes[0], date(2026, 5, 4))
    assert [one["name"] for one in facts["organisations"]] == ["Aurora", "Borealis", "Delta"]


def test_slack_gets_the_picture_in_one_message_and_no_story_is_taken_from_a_digest(
        sqlite_engine: Engine, slack: FakeSlack) -> None:
    settings = settings_for()
    fill(sqlite_engine, settings)
    announce_routes(sqlite_engine, settings, MONDAY - timedelta(days=8))
    for _ in range(2):
        build_due_digests(sqlite_engine, settings.routes[:1], MONDAY)
        send(sqlite_engine, settings, slack)
    (message,) = slack.messages
    assert problems(message) == []
    (file,) = slack.files.values()
    assert PNG in file[:300]
    shown = message["blocks"][2]
    assert (shown["type"], shown["slack_file"]["id"]) == ("image", next(iter(slack.files)))
    assert "Aurora and Borealis" in shown["alt_text"]
    assert message["text"].startswith("The week to 2026-05-03\n5 new stories (1 the week before) · 4 organisations\n")
    assert "Aurora · 3 stories · with Borealis, Cirrus, Delta" in message["text"]
    with reading(sqlite_engine) as connection:
        assert set(connection.scalars(sa.select(DigestEntry.route))) == {"daily"}
        assert set(connection.scalars(sa.select(DigestEntry.digest_id))) == {None}
        assert connection.scalars(sa.select(Digest.local_date)).all() == ["2026-05-04"]


@pytest.mark.parametrize("fault", ["post-close", "post-reset", "post-500", "post-hang", "close", "500", "ratelimited"])
def test_a_lost_answer_makes_no_second_picture(sqlite_engine: Engine, slack: FakeSlack, fault: str) -> None:
    settings, timer = settings_for(), SimulatedTimer(MONDAY)
    fill(sqlite_engine, settings)
    announce_routes(sqlite_engine, settings, MONDAY - timedelta(days=8))
    build_due_digests(sqlite_engine, settings.routes[:1], MONDAY)
    slack.fail([fault])
    send(sqlite_engine, settings, slack, timer)
    assert [m["blocks"][2]["type"] for m in slack.messages] == ["image"]
    with reading(sqlite_engine) as connection:
        assert connection.scalars(sa.select(Delivery.state).where(Delivery.route == "weekly")).all() == ["sent"]


@pytest.mark.parametrize(("slow", "faults", "error", "said"), [
    (2, [], None, ""),
    (99, [], None, "Slack took it and does not show it"),
    (0, ["reset", "500"], None, ""),
    (0, ["reset"] * 99, None, "takes no picture"),
    (0, [], "missing_scope", "give the app files:write and install it again"),
])
def test_a_picture_is_waited_for_and_left_out_with_a_reason_when_it_cannot_be_had(
        sqlite_engine: Engine, slack: FakeSlack, slow: int, faults: list[str], error: str | None, said: str) -> None:
    settings, timer = settings_for(), SimulatedTimer(MONDAY)
    fill(sqlite_engine, settings)
    announce_routes(sqlite_engine, settings, MONDAY - timedelta(days=8))
    build_due_digests(sqlite_engine, settings.routes[:1], MONDAY)
    slack.slow_files, slack.upload_error = slow, error
    slack.upload_faults.extend(faults)
    send(sqlite_engine, settings, slack, timer)
    (message,) = slack.messages
    assert problems(message) == []
    shown = message["blocks"][2]
    assert shown["type"] == ("context" if said else "image")
    assert said in str(shown)
    assert len(message["blocks"]) == 4


def test_without_the_library_the_message_comes_all_the_same_and_says_what_to_install(
        sqlite_engine: Engine, slack: FakeSlack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    settings = settings_for()
    announce_routes(sqlite_engine, settings, MONDAY - timedelta(days=8))
    build_due_digests(sqlite_engine, settings.routes[:1], MONDAY)
    send(sqlite_engine, settings, slack)
    (message,) = slack.messages
    assert "pip install 'pactwatch[picture]'" in str(message["blocks"][2])
    assert message["text"] == "The week to 2026-05-03\nno new stories"


def test_a_mail_shows_the_picture_that_comes_with_it(sqlite_engine: Engine) -> None:
    with MailServer() as server:
        settings = Settings(
            home=Path(), routes=[{"name": "weekly", "channel": "email:desk@example.org", "send": "picture"}],
            email={"host": "127.0.0.1", "port": server.port, "security": "none", "sender": "news@example.org"})
        fill(sqlite_engine, settings)
        announce_routes(sqlite_engine, settings, MONDAY - timedelta(days=8))
        build_due_digests(sqlite_engine, settings.routes, MONDAY)
        Courier(sqlite_engine, settings).deliver()
        (mail,) = server.mails
    assert mail["Subject"].startswith("Pactwatch: The week to 2026-05-03 · 5 new stories")
    text, related = mail.iter_parts()
    page, picture = related.iter_parts()
    assert (mail.get_content_type(), related.get_content_type()) == ("multipart/alternative", "multipart/related")
    assert "Aurora · 3 stories" in text.get_content()
    assert isinstance(picture, EmailMessage)
    assert f"cid:{picture['Content-ID'].strip('<>')}" in page.get_content()
    assert (picture.get_content_type(), picture.get_content_disposition()) == ("image/png", "inline")
    assert picture.get_content().startswith(PNG)


def test_a_missed_monday_is_told_late_and_still_about_its_own_week(sqlite_engine: Engine) -> None:
    settings = settings_for()
    fill(sqlite_engine, settings)
    announce_routes(sqlite_engine, settings, MONDAY - timedelta(days=8))
    route, late = settings.routes[0], MONDAY + timedelta(days=2)
    build_due_digests(sqlite_engine, [route], late)
    found = preview(sqlite_engine, route, date(2026, 5, 4), late)
    assert found.payloads[0]["text"].startswith("The week to 2026-05-03 (late)\n5 new stories")
    assert preview(sqlite_engine, route, None, late).window.local_date == "2026-05-11"


def test_a_digest_route_that_becomes_a_picture_route_loses_no_story(sqlite_engine: Engine) -> None:
    before, after = settings_for(send="digest"), settings_for()
    announce_routes(sqlite_engine, before, MONDAY - timedelta(days=8))
    add_hit(sqlite_engine, before.routes, MONDAY - timedelta(days=1))
    announce_routes(sqlite_engine, after, MONDAY)
    assert build_due_digests(sqlite_engine, after.routes[:1], MONDAY) == 1
    with reading(sqlite_engine) as connection:
        waiting = sa.select(DigestEntry.digest_id).where(DigestEntry.route == "weekly")
        assert connection.scalars(waiting).all() == [None]


def test_a_picture_route_sends_on_mondays_unless_it_says_otherwise() -> None:
    assert RouteSettings(name="w", channel="console", send="picture").weekdays == {0}
    assert RouteSettings(name="w", channel="console", send="picture", days="fri").weekdays == {4}
    assert RouteSettings(name="w", channel="console").weekdays == set(range(7))
    with pytest.raises(ValueError, match="'quiet' is for routes with send = \"immediate\""):
        RouteSettings(name="w", channel="console", send="picture", quiet="22:00-07:00")
