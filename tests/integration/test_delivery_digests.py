"""Digests: each local date once, with all that waited, whoever looks at the clock and how often."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from alerts.digest import build_due_digests, preview, send
from alerts.health import look_after
from alerts.tick import announce_routes, tick
from archive import entries
from archive.engine import reading, writing
from archive.tables import Delivery, Digest, DigestEntry, Run, Source
from core.errors import UserError
from core.records import EventStatus
from core.settings import Settings
from tests.courier_process import quick_courier
from tests.fake_slack import FakeSlack, problems
from tests.stories import add_hit, add_source

MORNING = datetime(2026, 5, 4, 8, 0, 20, tzinfo=UTC)


@pytest.fixture
def slack() -> Iterator[FakeSlack]:
    with FakeSlack() as running:
        yield running


def settings_for(url: str = "http://127.0.0.1:9/api/", **route: Any) -> Settings:
    values = {"name": "daily", "channel": "slack:C0000000001", "at": ["08:00"], "zone": "UTC", **route}
    return Settings(home=Path(), slack={"token": "xoxb-test", "api_url": url, "timeout": 1}, routes=[values])


def build(engine: Engine, settings: Settings, now: datetime) -> int:
    announce_routes(engine, settings, now)
    return build_due_digests(engine, settings.routes, now)


def payloads(engine: Engine) -> list[str]:
    with reading(engine) as connection:
        return [p["text"] for p in connection.scalars(sa.select(Delivery.payload).order_by(Delivery.id)) if p]


def test_a_digest_tells_each_story_once_and_the_next_one_tells_only_what_is_new(engine: Engine) -> None:
    settings = settings_for()
    _, story = add_hit(engine, settings.routes, MORNING - timedelta(hours=3), title="First story", score=0.6)
    add_hit(
        engine,
        settings.routes,
        MORNING - timedelta(hours=2),
        title="A copy",
        story=story,
        outlet="Copy Post",
        score=0.6,
    )
    add_hit(
        engine,
        settings.routes,
        MORNING - timedelta(hours=1),
        title="Second story",
        parties=("Cirrus", "Delta"),
        score=0.9,
    )
    assert build(engine, settings, MORNING) == 1
    assert build(engine, settings, MORNING + timedelta(minutes=1)) == 0
    add_hit(
        engine,
        settings.routes,
        MORNING + timedelta(hours=1),
        title="It is denied",
        story=story,
        status=EventStatus.DENIED,
    )
    assert build(engine, settings, MORNING + timedelta(days=1)) == 1
    first, second = payloads(engine)
    assert first.startswith("Digest 2026-05-04\n2 new stories")
    assert first.index("Second story") < first.index("First story")
    assert "A copy" not in first
    assert "1 copy: Copy Post" in first
    assert second.startswith("Digest 2026-05-05\n1 development")
    assert "It is denied" in second
    assert "First story" not in second


def test_an_alliance_that_is_only_called_to_mind_is_a_quiet_note_after_all_news(engine: Engine) -> None:
    settings = settings_for()
    early = MORNING - timedelta(hours=3)
    add_hit(engine, settings.routes, early, title="They recalled it", status=EventStatus.BACKGROUND, score=0.95)
    _, story = add_hit(engine, settings.routes, early, title="Fresh story", parties=("Cirrus", "Delta"), score=0.6)
    add_hit(engine, settings.routes, early, title="Now denied", parties=("Cirrus", "Delta"), story=story,
            status=EventStatus.DENIED, score=0.9)
    build(engine, settings, MORNING)
    (text,) = payloads(engine)
    assert text.startswith("Digest 2026-05-04\n1 new story · 1 development · 1 note\n")
    assert text.index("Fresh story") < text.index("Now denied") < text.index("In passing") < text.index("They recalled")


def test_a_group_and_its_unit_are_told_once_and_the_headline_names_the_unit(engine: Engine) -> None:
    settings = settings_for()
    first, early = MORNING - timedelta(hours=3), MORNING - timedelta(hours=2)
    _, story = add_hit(engine, settings.routes, first, parties=("Hull Group", "Nvane"), parents={"Hull": "Hull Group"})
    add_hit(engine, settings.routes, early, parties=("Hull", "Nvane"), story=story, outlet="Second Post")
    assert build(engine, settings, MORNING) == 1
    (text,) = payloads(engine)
    assert "1 new story" in text
    with reading(engine) as connection:
        (entry,) = connection.scalars(sa.select(DigestEntry.hit_id))
        assert entries.load(connection, [entry])[entry].parties == ("Hull", "Nvane")


def test_a_quiet_day_has_its_digest(engine: Engine) -> None:
    settings = settings_for()
    add_source(engine, "Example Wire", MORNING)
    assert build(engine, settings, MORNING) == 1
    [text] = payloads(engine)
    assert text == (
        "Digest 2026-05-04\nnothing new\n\nChecked 1 of 1 source · 0 new articles\nMissed between polls: 0 in 30 days"
    )


def test_the_receipt_names_what_was_silent_failed_or_not_asked(engine: Engine) -> None:
    settings = settings_for()
    add_source(engine, "Fine Post", MORNING)
    add_source(engine, "Silent Post", MORNING, last_new_at=MORNING - timedelta(days=9))
    add_source(engine, "Broken Post", MORNING, failures=2, outcome="dns_error")
    add_source(engine, "Idle Post", MORNING, last_polled_at=MORNING - timedelta(days=3))
    add_source(engine, "Closed Post", MORNING, enabled=False)
    with writing(engine) as connection:
        connection.execute(
            sa.insert(Run),
            [{"kind": "run", "process": "x", "started_at": MORNING - timedelta(hours=1), "outcome": "failed"}],
        )
    add_hit(engine, (), MORNING, outlet="Fine Post")
    build(engine, settings, MORNING)
    (text,) = payloads(engine)
    assert text.splitlines()[-6:] == [
        "Checked 2 of 4 sources · 1 new article", "Failed: Broken Post (dns error)", "Silent: Silent Post (9 days)",
        "Not checked: Idle Post", "Missed between polls: 0 in 30 days", "1 run of 1 did not finish"]


def test_missed_days_are_each_sent_late_and_each_tells_what_was_found_before_it(engine: Engine) -> None:
    settings = settings_for()
    build(engine, settings, MORNING)
    add_hit(engine, settings.routes, MORNING + timedelta(hours=5), title="On the first day")
    add_hit(engine, settings.routes, MORNING + timedelta(hours=30), title="On the second day")
    assert build(engine, settings, MORNING + timedelta(days=2, hours=2)) == 2
    _, second, third = payloads(engine)
    assert second.startswith("Digest 2026-05-05 (late)")
    assert "On the first day" in second
    assert "On the second day" not in second
    assert third.startswith("Digest 2026-05-06 (late)")
    assert "On the second day" in third


def test_a_route_started_after_its_time_sends_that_days_digest_late_with_what_was_just_found(engine: Engine) -> None:
    settings = settings_for()
    now = MORNING + timedelta(hours=6)
    add_hit(engine, settings.routes, now - timedelta(minutes=1), title="Just found")
    assert build(engine, settings, now) == 1
    (text,) = payloads(engine)
    assert text.startswith(
        "Digest 2026-05-04 (late)\n1 new story · late: due 2026-05-04 08:00, made 2026-05-04 14:00 UTC"
    )
    assert "Just found" in text


@pytest.mark.parametrize(("zone", "at", "start", "days"), [
    ("Europe/Berlin", "02:30", "2026-03-27T12:00", 4), ("Europe/Berlin", "00:30", "2026-10-23T12:00", 4),
    ("America/New_York", "00:30", "2026-03-06T12:00", 4), ("America/New_York", "02:30", "2026-10-30T12:00", 4),
])
def test_over_the_change_of_clocks_each_local_date_has_one_digest_whatever_restarts(
        sqlite_engine: Engine, zone: str, at: str, start: str, days: int) -> None:
    settings = settings_for(zone=zone, at=[at])
    now = datetime.fromisoformat(start).replace(tzinfo=UTC)
    announce_routes(sqlite_engine, settings, now)
    build(sqlite_engine, settings, now)                      # that of the first day
    for _ in range(days * 24 * 4):
        now += timedelta(minutes=15)
        build(sqlite_engine, settings, now)
        build(sqlite_engine, settings, now - timedelta(hours=2))     # a clock set back changes nothing
    with reading(sqlite_engine) as connection:
        dates = list(connection.scalars(sa.select(Digest.local_date).order_by(Digest.id)))
    first = date.fromisoformat(dates[0])
    assert dates == [(first + timedelta(days=n)).isoformat() for n in range(days + 1)]


def test_a_digest_that_does_not_fit_is_sent_as_a_thread_and_goes_on_after_a_fault(
    sqlite_engine: Engine, slack: FakeSlack
) -> None:
    now = datetime.now(UTC)
    settings = settings_for(slack.url, at=["00:00"])
    for number in range(40):
        add_hit(
            sqlite_engine,
            settings.routes,
            now,
            title=f"Story {number:02d} " + "long " * 60,
            parties=(f"Firm {number}", "Borealis"),
        )
    slack.fail(["ok", "post-close", "reset"])
    counts = tick(sqlite_engine, settings, now, quick_courier(sqlite_engine, settings))
    assert counts.pending == 0
    assert counts.sent == len(slack.messages) > 2
    assert [problems(m) for m in slack.messages] == [[]] * counts.sent
    first, *replies = slack.messages
    assert "thread_ts" not in first
    assert {m["thread_ts"] for m in replies} == {first["ts"]}
    key = slack.keys[0]
    assert slack.keys == [key] + [f"{key}/{n}" for n in range(1, len(slack.messages))]


def test_a_digest_sent_by_hand_takes_the_days_slot(engine: Engine) -> None:
    settings = settings_for()
    route, early = settings.routes[0], MORNING - timedelta(hours=2)
    announce_routes(engine, settings, early)
    add_hit(engine, settings.routes, early, title="Early news")
    assert send(engine, route, None, early)[1] is None
    window, there = send(engine, route, None, early + timedelta(minutes=1))
    assert there is not None
    assert (window.local_date, window.slot) == ("2026-05-04", "08:00")
    assert build(engine, settings, MORNING) == 0
    assert build(engine, settings, MORNING + timedelta(days=1)) == 1
    assert "Early news" in payloads(engine)[0]
    assert "nothing new" in payloads(engine)[1]


def test_a_date_ahead_cannot_be_sent(sqlite_engine: Engine) -> None:
    settings = settings_for()
    announce_routes(sqlite_engine, settings, MORNING)
    with pytest.raises(UserError, match="2026-05-05 is in the future; today is 2026-05-04 in UTC"):
        send(sqlite_engine, settings.routes[0], date(2026, 5, 5), MORNING)


def test_a_preview_shows_what_would_be_sent_and_marks_nothing(engine: Engine) -> None:
    settings = settings_for()
    route = settings.routes[0]
    announce_routes(engine, settings, MORNING)
    add_hit(engine, settings.routes, MORNING, title="Fresh news")
    for _ in range(2):
        found = preview(engine, route, None, MORNING + timedelta(minutes=1))
        assert "Fresh news" in found.payloads[0]["text"]
    with reading(engine) as connection:
        assert connection.scalars(sa.select(DigestEntry.digest_id)).all() == [None]
        assert connection.scalars(sa.select(Digest.id)).all() == []
    build(engine, settings, MORNING + timedelta(minutes=2))
    then = preview(engine, route, date(2026, 5, 4), MORNING + timedelta(minutes=3))
    assert then.past is not None
    assert then.payloads == [{**found.payloads[0], "text": found.payloads[0]["text"]}]
    ahead = preview(engine, route, None, MORNING + timedelta(minutes=3))
    assert ahead.window.local_date == "2026-05-05"
    assert "nothing new" in ahead.payloads[0]["text"]


def test_what_changes_with_a_source_is_told_once_again_after_days_and_when_it_is_over(sqlite_engine: Engine) -> None:
    """Twelve days by a clock that is moved: a source fails from the second morning on and works on the tenth."""
    settings = settings_for()
    told: dict[int, list[str]] = {}
    for name in ("Post", "Wire"):
        add_source(sqlite_engine, name, MORNING)
    build(sqlite_engine, settings, MORNING - timedelta(days=1))
    for day in range(12):
        for hour in (0, 12):
            moment = MORNING + timedelta(days=day, hours=hour)
            failing = 1 <= day < 10
            with writing(sqlite_engine) as connection:
                for id_, fails in (("post", failing), ("wire", False)):
                    connection.execute(sa.update(Source).where(Source.id == id_).values(
                        failures=9 if fails else 0, last_polled_at=moment,
                        failing_since=sa.func.coalesce(Source.failing_since, moment) if fails else None,
                        outcome="http_error" if fails else "ok", reason="HTTP 404 Not Found" if fails else None))
            look_after(sqlite_engine, settings, moment)
            before = len(payloads(sqlite_engine))
            build(sqlite_engine, settings, moment)
            for text in payloads(sqlite_engine)[before:]:
                said = [line for line in text.splitlines() if "Post " in line and ("fails" in line or "works" in line)]
                told[day] = [line.partition(" since")[0].partition(",")[0].strip("• ") for line in said]
    assert {day: lines for day, lines in told.items() if lines} == {
        2: ["Post fails"], 3: ["Post still fails"], 5: ["Post still fails"], 9: ["Post still fails"],
        10: ["Post works again"],
    }, told
    assert set(told) == set(range(12)), "a digest each morning"
