"""Mutes and the watch list: what is held back, what says so, what comes first."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from alerts.digest import build_due_digests, preview
from alerts.dry_run import alerts_of_today
from alerts.tick import announce_routes
from archive import mutes, regroup, routes, watchlist
from archive.engine import reading, writing
from archive.tables import Delivery, DigestEntry
from core.records import EventStatus
from core.settings import Settings
from tests.stories import add_hit

NOON = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
MORNING = datetime(2026, 5, 5, 8, 0, 20, tzinfo=UTC)
DAY = timedelta(days=1)


def settings_for(*given: dict[str, Any]) -> Settings:
    return Settings(home=Path(), routes=[{"channel": "console", "name": f"r{n}", **one} for n, one in enumerate(given)])


NOW_AND_DAILY = ({"send": "immediate"}, {"name": "daily", "at": ["08:00"], "zone": "UTC"})


def mute(engine: Engine, kind: str, name: str, days: int = 7, now: datetime = NOON) -> mutes.Muted:
    with writing(engine) as connection:
        return mutes.add(connection, kind, name, days, "mina", now)


def states(engine: Engine) -> list[str]:
    with reading(engine) as connection:
        return list(connection.scalars(sa.select(Delivery.state).where(Delivery.kind.in_(("alert", "follow")))
                                       .order_by(Delivery.id)))


def digest(engine: Engine, settings: Settings, now: datetime) -> str:
    announce_routes(engine, settings, NOON - DAY)
    assert build_due_digests(engine, settings.routes, now)
    with reading(engine) as connection:
        payload = connection.scalars(sa.select(Delivery.payload).where(Delivery.kind == "digest")
                                     .order_by(Delivery.id.desc())).first()
    return str(payload["text"])


@pytest.mark.parametrize(("kind", "name"), [
    ("organisation", "aurora chips"), ("organisation", "Aurora Group"), ("source", "example-wire"), ("story", "1")])
def test_what_is_muted_is_neither_alerted_nor_in_a_digest_and_the_receipt_says_so(
    engine: Engine, kind: str, name: str
) -> None:
    settings = settings_for(*NOW_AND_DAILY)
    announce_routes(engine, settings, NOON - DAY)
    made = mute(engine, kind, name)
    add_hit(engine, settings.routes, NOON, title="Muted news", parents={"Aurora Chips": "Aurora Group"})
    add_hit(engine, settings.routes, NOON, title="Other news", parties=("Cirrus", "Dorado"), outlet="Other Post")
    assert states(engine) == ["muted", "pending"]
    with reading(engine) as connection:
        (row,) = [row for row in routes.overview(connection, NOON) if row["route"] == "r0"]
        assert (row["muted"], row["pending"]) == (1, 1)
        assert not routes.open_deliveries(connection)[1:]
    text = digest(engine, settings, MORNING)
    assert "Other news" in text
    assert "Muted news" not in text
    assert f"{made.name} (until 2026-05-11, 1 story held back)" in text


def test_a_mute_holds_back_what_already_waits_and_takes_nothing_that_was_sent(engine: Engine) -> None:
    settings = settings_for(*NOW_AND_DAILY)
    add_hit(engine, settings.routes, NOON, title="Sent")
    add_hit(engine, settings.routes, NOON, title="Waits", parties=("Aurora Chips", "Cirrus"))
    with writing(engine) as connection:
        connection.execute(sa.update(Delivery).where(Delivery.id == 1).values(state="sent", attempts=1, sent_at=NOON))
    mute(engine, "organisation", "Aurora Chips")
    assert states(engine) == ["sent", "muted"]


def test_a_mute_ends_by_itself_and_later_news_of_the_story_are_told_on_top(engine: Engine) -> None:
    settings = settings_for({"send": "immediate"})
    mute(engine, "organisation", "Aurora Chips", days=1)
    _, story = add_hit(engine, settings.routes, NOON)
    later = NOON + 2 * DAY
    add_hit(engine, settings.routes, later, story=story, status=EventStatus.DENIED, outlet="Other Post")
    assert states(engine) == ["muted", "pending"]
    with reading(engine) as connection:
        kinds = list(connection.scalars(sa.select(Delivery.kind).order_by(Delivery.id)))
        assert mutes.active(connection, later) == []
    assert kinds == ["alert", "alert"]          # nobody saw a message that it could follow


def test_a_lifted_mute_lets_go_what_it_held_back_only_when_asked(engine: Engine) -> None:
    settings = settings_for(*NOW_AND_DAILY)
    made = mute(engine, "source", "example-wire")
    add_hit(engine, settings.routes, NOON, title="Held back")
    assert "Held back" not in digest(engine, settings, MORNING)
    with writing(engine) as connection:
        assert mutes.lift(connection, made.id, MORNING)[1] == 0
    assert states(engine) == ["muted"]
    with writing(engine) as connection:
        assert mutes.lift(connection, made.id, MORNING, release=True)[1] == 2
    assert states(engine) == ["pending"]
    text = digest(engine, settings, MORNING + DAY)
    assert "Held back" in text
    assert "New stories" in text


def test_a_second_mute_of_the_same_prolongs_the_first(engine: Engine) -> None:
    first, second = mute(engine, "source", "wire", 7), mute(engine, "source", "Wire", 30)
    assert (second.id, second.until) == (first.id, NOON + 30 * DAY)
    assert mute(engine, "source", "wire", 1).until == second.until


def test_a_muted_story_that_is_merged_stays_muted(sqlite_engine: Engine) -> None:
    settings = settings_for({"send": "immediate"})
    _, one = add_hit(sqlite_engine, [], NOON)
    _, other = add_hit(sqlite_engine, [], NOON, outlet="Other Post")
    mute(sqlite_engine, "story", str(other))
    with writing(sqlite_engine) as connection:
        regroup.merge(connection, one, [other], NOON)
    add_hit(sqlite_engine, settings.routes, NOON, story=one, outlet="Third Post")
    assert states(sqlite_engine) == ["muted"]


def test_previews_leave_out_what_is_muted(sqlite_engine: Engine) -> None:
    settings = settings_for(*NOW_AND_DAILY)
    add_hit(sqlite_engine, settings.routes, NOON, title="Muted news")
    add_hit(sqlite_engine, settings.routes, NOON, title="Other news", parties=("Cirrus", "Dorado"))
    announce_routes(sqlite_engine, settings, NOON - DAY)
    mute(sqlite_engine, "organisation", "Aurora Chips")
    told = alerts_of_today(sqlite_engine, settings.routes, "r0", NOON)
    assert {one.entry.title: (one.moved or "")[:5] for one in told} == {"Muted news": "muted", "Other news": ""}
    shown = str(preview(sqlite_engine, settings.routes[1], None, NOON).payloads)
    assert "Other news" in shown
    assert "Muted news" not in shown
    with reading(sqlite_engine) as connection:
        assert set(connection.scalars(sa.select(DigestEntry.muted_by))) == {None}


def test_watched_organisations_come_first_and_a_route_may_ask_for_them(engine: Engine) -> None:
    settings = settings_for({"name": "daily", "at": ["08:00"]}, {"send": "immediate", "organisations": ["@watch"]})
    with writing(engine) as connection:
        assert watchlist.add(connection, "Aurora Group", "mina", NOON)
        assert not watchlist.add(connection, "aurora group", "mina", NOON)
    add_hit(engine, settings.routes, NOON, title="Strong", parties=("Cirrus", "Dorado"), score=0.99)
    add_hit(engine, settings.routes, NOON, title="Watched", score=0.6, parents={"Aurora Chips": "Aurora Group"})
    assert states(engine) == ["pending"]
    text = digest(engine, settings, MORNING)
    assert text.index("Watched") < text.index("Strong")
    with writing(engine) as connection:
        assert watchlist.remove(connection, "AURORA GROUP")
    add_hit(engine, settings.routes, NOON, title="Another", parties=("Aurora Chips", "Fennec"))
    assert states(engine) == ["pending"]
