"""Which hits a route takes, when it sends them, and what a dry run says of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from alerts.digest import build_due_digests
from alerts.dry_run import alerts_of_today
from alerts.tick import announce_routes
from archive import claims, routes
from archive.engine import reading, writing
from archive.tables import Delivery, DigestEntry
from core.records import EventStatus
from core.settings import Settings
from tests.stories import add_hit

NOON = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
LEASE = timedelta(seconds=60)


def settings_for(*given: dict[str, Any]) -> Settings:
    usual = {"channel": "console", "send": "immediate"}
    return Settings(home=Path(), routes=[{**usual, "name": f"r{n}", **route} for n, route in enumerate(given)])


def deliveries(engine: Engine, **where: Any) -> list[Any]:
    with reading(engine) as connection:
        conditions = [getattr(Delivery, key) == value for key, value in where.items()]
        return list(connection.execute(sa.select(
            Delivery.route, Delivery.key, Delivery.state, Delivery.hold_until, Delivery.error, Delivery.kind)
            .where(*conditions).order_by(Delivery.id)))


def claim(engine: Engine, settings: Settings, now: datetime) -> Any:
    with writing(engine) as connection:
        return claims.claim(connection, "console", [r.name for r in settings.routes], now, LEASE)


@pytest.mark.parametrize(("filters", "taken"), [
    ({}, True),
    ({"languages": ["ko", "EN"]}, True),
    ({"languages": ["ko"]}, False),
    ({"countries": ["kr", "JP"]}, True),
    ({"countries": ["US"]}, False),
    ({"organisations": ["aurora chips"]}, True),
    ({"organisations": ["Aurora Group"]}, True),           # a group stands for its units
    ({"organisations": ["Cirrus"]}, False),
    ({"organisations": ["Aurora Chips"], "languages": ["ko"]}, False),
    ({"min_score": 0.9}, False),
    ({"rules": ["hbm"]}, False),
])
@pytest.mark.parametrize("send", ["immediate", "digest"])
def test_a_route_takes_what_passes_all_its_filters(
    sqlite_engine: Engine, filters: dict[str, Any], taken: bool, send: str
) -> None:
    settings = settings_for({**filters, "send": send})
    add_hit(sqlite_engine, settings.routes, NOON, country="KR", parents={"Aurora Chips": "Aurora Group"})
    with reading(sqlite_engine) as connection:
        table = Delivery if send == "immediate" else DigestEntry
        assert len(connection.execute(sa.select(table.id)).all()) == taken


def test_filters_work_on_postgresql_too(engine: Engine) -> None:
    settings = settings_for({"organisations": ["Aurora Chips"], "languages": ["en"]}, {"countries": ["KR"]})
    add_hit(engine, settings.routes, NOON)
    assert [row.route for row in deliveries(engine)] == ["r0"]


def test_all_routes_that_take_a_hit_send_it(sqlite_engine: Engine) -> None:
    settings = settings_for({}, {"channel": "feed:x"}, {"organisations": ["Aurora Chips"]}, {"send": "digest"})
    add_hit(sqlite_engine, settings.routes, NOON)
    assert [row.route for row in deliveries(sqlite_engine)] == ["r0", "r1", "r2"]


@pytest.mark.parametrize(("at", "until"), [
    ("2026-05-04T21:59", None), ("2026-05-04T22:00", "2026-05-05T07:00"), ("2026-05-05T03:00", "2026-05-05T07:00"),
    ("2026-05-05T07:00", None), ("2026-05-05T12:00", None),
])
def test_alerts_of_quiet_hours_wait_for_their_end(sqlite_engine: Engine, at: str, until: str | None) -> None:
    settings = settings_for({"quiet": "22:00-07:00", "zone": "Asia/Seoul"})
    zone = settings.routes[0].tz
    now = datetime.fromisoformat(at).replace(tzinfo=zone).astimezone(UTC)
    add_hit(sqlite_engine, settings.routes, now)
    (row,) = deliveries(sqlite_engine)
    end = until and datetime.fromisoformat(until).replace(tzinfo=zone).astimezone(UTC)
    assert row.hold_until == end
    if end:
        assert claim(sqlite_engine, settings, now) is None
        with reading(sqlite_engine) as connection:
            assert routes.count_unfinished(connection, ["r0"], now) == 0
            assert routes.channels_with_work(connection, ["r0"], now) == []
            assert routes.overview(connection, now) == []
    assert isinstance(claim(sqlite_engine, settings, end or now), claims.Claimed)


def test_quiet_hours_of_one_route_hold_no_other_back(sqlite_engine: Engine) -> None:
    settings = settings_for({"quiet": "00:00-23:59"}, {})
    add_hit(sqlite_engine, settings.routes, NOON)
    claimed = claim(sqlite_engine, settings, NOON)
    assert isinstance(claimed, claims.Claimed)
    assert claimed.route == "r1"


def test_a_hold_by_a_clock_that_was_ahead_is_void(sqlite_engine: Engine) -> None:
    settings = settings_for({})
    add_hit(sqlite_engine, settings.routes, NOON)
    with writing(sqlite_engine) as connection:
        connection.execute(sa.update(Delivery).values(hold_until=NOON + timedelta(days=300)))
    assert isinstance(claim(sqlite_engine, settings, NOON), claims.Claimed)


def test_what_is_over_the_budget_of_an_hour_goes_into_the_digest_and_nothing_is_told_twice(engine: Engine) -> None:
    settings = settings_for({"budget": 2}, {"name": "daily", "send": "digest", "min_score": 0.99})
    stories = []
    for number in range(5):
        _, story = add_hit(engine, settings.routes, NOON + timedelta(minutes=number), title=f"Story {number}")
        stories.append(story)
    rows = deliveries(engine)
    assert [row.state for row in rows] == ["pending", "pending", "moved", "moved", "moved"]
    assert rows[2].error == "over the budget of 2 an hour; the digest of daily tells it"
    later = NOON + timedelta(minutes=30)
    add_hit(engine, settings.routes, later, story=stories[3], outlet="Copy Post")
    assert len(deliveries(engine, kind="alert")) == 5
    announce_routes(engine, settings, NOON)
    with reading(engine) as connection:
        assert routes.overview(connection, later)[1]["moved"] == 3
    assert build_due_digests(engine, settings.routes, NOON + timedelta(days=1)) >= 1
    with reading(engine) as connection:
        told = " ".join(p["text"] for p in connection.scalars(sa.select(Delivery.payload)
                                                             .where(Delivery.kind == "digest")))
    assert [f"Story {n}" in told for n in range(5)] == [False, False, True, True, True]


def test_the_budget_is_one_of_each_hour(sqlite_engine: Engine) -> None:
    settings = settings_for({"budget": 1}, {"name": "daily", "send": "digest"})
    for minutes in (0, 59, 60, 119, 121):
        add_hit(sqlite_engine, settings.routes, NOON + timedelta(minutes=minutes))
    assert [row.state for row in deliveries(sqlite_engine)] == ["pending", "moved", "pending", "moved", "pending"]


def test_later_news_of_a_told_story_is_not_cut_by_the_budget(sqlite_engine: Engine) -> None:
    settings = settings_for({"budget": 1}, {"name": "daily", "send": "digest"})
    _, story = add_hit(sqlite_engine, settings.routes, NOON)
    add_hit(sqlite_engine, settings.routes, NOON, story=story, status=EventStatus.DENIED)
    assert [(row.kind, row.state) for row in deliveries(sqlite_engine)] == [("alert", "pending"), ("follow", "pending")]


def test_a_denial_of_a_story_that_only_the_digest_tells_is_an_alert_of_its_own(sqlite_engine: Engine) -> None:
    settings = settings_for({"budget": 1}, {"name": "daily", "send": "digest"})
    add_hit(sqlite_engine, settings.routes, NOON)
    _, story = add_hit(sqlite_engine, settings.routes, NOON)
    add_hit(sqlite_engine, settings.routes, NOON + timedelta(hours=2), story=story, status=EventStatus.DENIED)
    assert [(row.kind, row.state) for row in deliveries(sqlite_engine)] == [
        ("alert", "pending"), ("alert", "moved"), ("alert", "pending")]


def test_without_a_digest_what_is_over_the_budget_waits_for_the_next_hours(sqlite_engine: Engine) -> None:
    settings = settings_for({"budget": 2})
    for _ in range(5):
        add_hit(sqlite_engine, settings.routes, NOON)
    hour = timedelta(hours=1)
    assert [row.hold_until for row in deliveries(sqlite_engine)] == [
        None, None, NOON + hour, NOON + hour, NOON + 2 * hour]


def test_after_quiet_hours_the_budget_holds(sqlite_engine: Engine) -> None:
    settings = settings_for({"budget": 2, "quiet": "11:00-14:00"}, {"name": "daily", "send": "digest"})
    for number in range(4):
        add_hit(sqlite_engine, settings.routes, NOON + timedelta(minutes=20 * number))
    assert [row.state for row in deliveries(sqlite_engine)] == ["pending", "pending", "moved", "moved"]


def test_a_dry_run_tells_what_today_gives_even_where_it_was_sent_and_changes_nothing(engine: Engine) -> None:
    settings = settings_for({"budget": 1, "zone": "Asia/Seoul"}, {"name": "daily", "send": "digest"})
    add_hit(engine, settings.routes, NOON - timedelta(days=2), title="Of another day")
    _, story = add_hit(engine, settings.routes, NOON, title="First today")
    add_hit(engine, settings.routes, NOON + timedelta(minutes=1), title="Second today")
    add_hit(engine, settings.routes, NOON + timedelta(minutes=2), title="Denied today", story=story,
            status=EventStatus.DENIED)
    with writing(engine) as connection:
        connection.execute(sa.update(Delivery).values(state="sent", sent_at=NOON))
    before = deliveries(engine)
    wider = settings_for({"budget": 9, "zone": "Asia/Seoul"}, {"name": "daily", "send": "digest"})
    for given, moved in ((settings, [False, True, False]), (wider, [False, False, False])):
        found = alerts_of_today(engine, given.routes, "r0", NOON + timedelta(hours=1))
        assert [told.entry.title for told in found] == ["First today", "Second today", "Denied today"]
        assert [told.kind for told in found] == ["alert", "alert", "follow"]
        assert [told.moved is not None for told in found] == moved
    assert "denied" in found[2].payload["text"].splitlines()[0]
    assert deliveries(engine) == before
