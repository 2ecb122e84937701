"""400 days of digests at once: restarts, sleep, clocks that jump, two schedulers; each local date once, in order."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from alerts.digest import build_due_digests
from alerts.slots import LATE, due_slots
from alerts.tick import announce_routes
from archive import digests
from archive.engine import open_engine, reading
from archive.tables import Digest, DigestEntry
from core.clock import iso
from core.settings import RouteSettings, Settings
from tests.stories import add_hit, add_source

ZONES = ("Europe/Berlin", "America/New_York", "Asia/Seoul", "Australia/Lord_Howe")
START, DAYS = datetime(2026, 1, 1, 12, tzinfo=UTC), 400


class Machine:
    """A computer on which services look for due digests: it sleeps, its clock is set wrong and mended again."""

    def __init__(self, seed: str) -> None:
        self.random, self.true, self.wrong = Random(seed), START, timedelta()
        self.happened: Counter[str] = Counter()

    @property
    def now(self) -> datetime:
        return self.true + self.wrong

    def go_on(self) -> str:
        """Let time pass until the next look, and say what happened in between."""
        what = self.random.choices(["look", "restart", "sleep", "ahead", "back", "both"], [60, 8, 3, 3, 3, 8])[0]
        self.happened[what] += 1
        self.true += timedelta(minutes=self.random.randint(1, 26 * 60))
        if self.wrong and self.random.random() < 0.5:
            self.wrong = timedelta()
        if what == "sleep":
            self.true += timedelta(hours=self.random.randint(6, 90))
        elif what in {"ahead", "back"}:
            self.wrong = timedelta(minutes=self.random.randint(5, 36 * 60)) * (1 if what == "ahead" else -1)
        return what


def consecutive(days: list[str]) -> list[str]:
    """The local dates from the first of these on, as many."""
    return [(date.fromisoformat(days[0]) + timedelta(days=n)).isoformat() for n in range(len(days))]


def build_at_once(engines: list[Engine], routes: tuple[RouteSettings, ...], now: datetime) -> None:
    """Two services look in the same moment."""
    threads = [threading.Thread(target=build_due_digests, args=(engine, routes, now)) for engine in engines]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_each_local_date_of_400_days_has_one_digest_in_order_and_each_story_is_told_once(
        sqlite_engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    # What a receipt says is tried elsewhere; here it would be half of the time.
    monkeypatch.setattr(digests, "receipt", lambda _, since, until: {"since": iso(since), "until": iso(until)})
    machine, stories = Machine("four zones"), 0
    settings = Settings(home=Path(), routes=[
        {"name": zone.lower().replace("/", "-"), "channel": "console", "at": [at], "zone": zone, "format": "short"}
        for zone, at in zip(ZONES, ("02:30", "00:30", "08:00", "02:15"), strict=True)])
    engines = [sqlite_engine, open_engine(sqlite_engine.url.render_as_string(hide_password=False))]
    add_source(sqlite_engine, "Example Wire", START)
    announce_routes(sqlite_engine, settings, START)
    while machine.true < START + timedelta(days=DAYS):
        what = machine.go_on()
        if what == "restart":
            engines[0].dispose()
            announce_routes(engines[0], settings, machine.now)
        elif what == "sleep":
            add_hit(engines[0], settings.routes, machine.now, parties=(f"Firm {stories}", "Borealis"))
            stories += 1
        if what == "both":
            build_at_once(engines, settings.routes, machine.now)
        else:
            build_due_digests(machine.random.choice(engines), settings.routes, machine.now)
    machine.wrong = timedelta()
    machine.true += timedelta(days=2)
    build_due_digests(engines[0], settings.routes, machine.now)
    engines[1].dispose()
    assert min(machine.happened.values()) > 3, machine.happened
    assert stories > 10
    for route in settings.routes:
        with reading(sqlite_engine) as connection:
            rows = connection.execute(sa.select(Digest.local_date, Digest.due_at, Digest.created_at, Digest.late)
                                      .where(Digest.route == route.name).order_by(Digest.id)).all()
            told = connection.scalars(sa.select(DigestEntry.digest_id).where(DigestEntry.route == route.name)).all()
        days = [row.local_date for row in rows]
        assert days == consecutive(days), route.zone
        assert len(days) >= DAYS
        assert [row.local_date for row in rows if row.late != (row.created_at - row.due_at > LATE)] == []
        assert len(told) == stories
        assert None not in told


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("at", [["00:00"], ["00:30"], ["02:00"], ["02:30"], ["03:00"], ["08:00", "02:30", "17:30"]])
def test_every_time_of_day_comes_once_a_date_and_in_order_over_both_clock_changes(zone: str, at: list[str]) -> None:
    for seed in range(2):
        machine = Machine(f"{zone} {at} {seed}")
        route = RouteSettings(name="daily", channel="console", at=at, zone=zone)
        sent: list[tuple[tuple[str, str], datetime]] = []
        while machine.true < START + timedelta(days=DAYS):
            machine.go_on()
            last = max((due for _, due in sent[-40:] if due <= machine.now), default=None)
            found = due_slots(route, last, {id_ for id_, _ in sent[-40:]}, START, machine.now)
            sent += [(slot.id, slot.due_at) for slot in found]
        ids = [id_ for id_, _ in sent]
        days = list(dict.fromkeys(day for day, _ in ids))
        whole = [(day, slot) for day in consecutive(days) for slot in sorted(at)]
        start = whole.index(ids[0])
        assert ids == whole[start:start + len(ids)]
        assert len(ids) >= (DAYS - 7) * len(at)


def test_a_weekly_digest_comes_once_a_week_and_weekdays_only_on_them() -> None:
    for days, weekdays in (("mon", {0}), ("mon-fri", {0, 1, 2, 3, 4})):
        machine = Machine(days)
        route = RouteSettings(name="weekly", channel="console", at=["02:30"], zone="Europe/Berlin", days=days)
        sent: list[tuple[tuple[str, str], datetime]] = []
        while machine.true < START + timedelta(days=DAYS):
            machine.go_on()
            last = max((due for _, due in sent if due <= machine.now), default=None)
            found = due_slots(route, last, {id_ for id_, _ in sent}, START, machine.now)
            sent += [(slot.id, slot.due_at) for slot in found]
        dates = [date.fromisoformat(day) for (day, _), _ in sent]
        expected = [dates[0] + timedelta(days=n) for n in range((dates[-1] - dates[0]).days + 1)]
        assert dates == [day for day in expected if day.weekday() in weekdays]
