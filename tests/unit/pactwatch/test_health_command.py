"""`health` on the command line: what is wrong, since when and why, what to do next, and an exit code for monitors."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from archive import health, troubles
from archive.engine import open_engine, writing
from archive.migrate import upgrade
from archive.tables import Delivery, EntryPoint, Route, Source, SourceDay
from archive.troubles import Finding, Kind
from core.clock import now
from tests import factories
from tests.programs import run

HOUR = timedelta(hours=1)


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Engine]:
    """The archive of the workspace that the program runs in, with two sources that go well."""
    (tmp_path / "pactwatch.toml").write_text("[catalog]\nbuiltin = false\n")
    engine = open_engine(f"sqlite:///{tmp_path / 'data' / 'pactwatch.db'}")
    upgrade(engine)
    with writing(engine) as connection:
        for id_ in ("post", "wire"):
            factories.source(connection, id_)
        set_source(connection, "post", last_polled_at=now(), outcome="ok")
        set_source(connection, "wire", last_polled_at=now() - 30 * HOUR, outcome="unchanged")
    yield engine
    engine.dispose()


def set_source(connection: Connection, id_: str, **values: object) -> None:
    connection.execute(sa.update(Source).where(Source.id == id_).values(**values))


def test_where_nothing_is_wrong_it_says_so_and_a_monitor_hears_0(archive: Engine, program) -> None:
    code, out, err = program("health")
    assert (code, err) == (0, "")
    assert out.startswith("1 of 2 sources were asked in the last day, the last one at ")
    assert "0 fail at present" in out
    assert "Missed between polls: 0 in 30 days." in out
    assert out.endswith("Nothing is wrong.\n")
    assert json.loads(program("health", "--json")[1])["healthy"] is True


def test_what_is_wrong_is_said_with_its_reason_and_what_to_do_next_and_a_monitor_hears_1(
    archive: Engine, program
) -> None:
    with writing(archive) as connection:
        set_source(connection, "post", failures=9, failing_since=now() - 5 * HOUR, last_polled_at=now(),
                   outcome="http_error", reason="HTTP 404 Not Found")
        connection.execute(sa.insert(EntryPoint).values(
            source_id="wire", kind="feed", url="https://wire.example/rss", moved_to="https://wire.example/new"))
        connection.execute(sa.insert(SourceDay).values(source_id="wire", day=now().date(), gaps=3, missed=40))
        health.examine(connection, now())
    code, out, err = program("health")
    assert (code, err) == (1, "")
    assert "1 fail at present" in out
    assert f"\npost: broken since {now() - 5 * HOUR:%Y-%m-%d}\n  http error: HTTP 404 Not Found\n" in out
    assert "\n  Next: look up the outlet's present feed" in out
    assert "\nwire: https://wire.example/rss has moved\n  Next: put https://wire.example/new into" in out
    assert "Missed between polls: about 40 (3 polls without overlap) in 30 days." in out
    assert "Nothing is wrong" not in out
    told = json.loads(program("health", "--json")[1])
    assert told["healthy"] is False
    assert [(one["source"], one["kind"]) for one in told["troubles"]] == [("post", "broken")]


def test_a_holiday_is_said_and_wakes_nobody(archive: Engine, program) -> None:
    with writing(archive) as connection:
        note = Finding(None, Kind.HOLIDAY, now(), "nothing from 4 of 5 outlets of KR")
        troubles.settle(connection, [note], set(), now())
    code, out, _ = program("health")
    assert code == 0
    assert "\noutlets: holiday since " in out
    assert "nothing from 4 of 5 outlets of KR" in out


def test_a_source_that_is_switched_off_is_no_trouble_any_more(archive: Engine, program) -> None:
    with writing(archive) as connection:
        set_source(connection, "post", failures=9, failing_since=now() - 30 * HOUR, last_polled_at=now(),
                   outcome="http_error", reason="HTTP 410 Gone")
        health.examine(connection, now())
        set_source(connection, "post", enabled=False)
    assert program("health")[0] == 0


def test_what_hangs_in_the_work_itself_is_said_with_its_subject_and_the_next_step(archive: Engine, program,
                                                                                  tmp_path: Path) -> None:
    (tmp_path / "pactwatch.toml").write_text(
        '[catalog]\nbuiltin = false\n\n[[routes]]\nname = "daily"\nrules = ["*"]\nchannel = "console"\n'
        'send = "digest"\nat = ["00:00"]\nzone = "UTC"\n\n[[routes]]\nname = "now"\nrules = ["nowhere"]\n'
        'channel = "console"\nsend = "immediate"\n')
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources" / "bad.yaml").write_text("name: [\n")
    with writing(archive) as connection:
        for id_ in ("post", "wire"):
            set_source(connection, id_, last_polled_at=now() - 5 * HOUR, next_due_at=now() - 4 * HOUR)
        connection.execute(sa.insert(Route).values(
            name="daily", channel="console", send="digest", first_seen_at=now() - 50 * HOUR))
        connection.execute(sa.insert(Route).values(
            name="now", channel="console", send="immediate", first_seen_at=now(), stopped_at=now(),
            stopped_reason="is_archived"))
        hit = factories.hit(connection, factories.article(connection))
        connection.execute(sa.update(Delivery).where(
            Delivery.id == factories.alert(connection, hit, state="possibly_sent")).values(created_at=now()))
        connection.execute(sa.update(Delivery).where(
            Delivery.id == factories.alert(connection, hit, key="old", state="failed")).values(
                created_at=now() - 90 * HOUR))
    code, out, err = program("health", "--json")
    found = {one["subject"]: one for one in json.loads(out)["problems"]}
    assert (code, err) == (1, "")
    assert found["polling"]["problem"].endswith("and 2 are due")
    assert "cron job of `pactwatch run`" in found["polling"]["next"]
    assert "is not sent" in found["route daily"]["problem"]
    told = [one["problem"] for one in json.loads(out)["problems"] if one["subject"] == "route now"]
    assert told == ["its channel refuses messages: is_archived",
                    "1 message of the last days may have arrived or not"], "what is old is history"
    bad = next(one for name, one in found.items() if name.endswith("bad.yaml"))
    assert bad["next"] == "mend it, then see `pactwatch sources check`"
    assert "names the rule 'nowhere'" in found["pactwatch.toml"]["problem"]
    _, text, _ = program("health")
    assert "\npolling\n  no source was asked since " in text
    assert "Nothing is wrong" not in text


def test_messages_of_a_route_that_the_settings_no_longer_name_are_told(archive: Engine, program) -> None:
    with writing(archive) as connection:
        connection.execute(sa.insert(Route).values(
            name="now", channel="console", send="immediate", first_seen_at=now()))
        factories.alert(connection, factories.hit(connection, factories.article(connection)), state="pending")
    code, out, _ = program("health")
    assert code == 1
    assert "\nroute now\n  1 message waits, and pactwatch.toml has no such route\n  Next: name a route so again" in out


def test_a_mistake_in_the_packs_is_told_by_health_and_by_run_as_in_any_other_file(archive: Engine, program,
                                                                                  tmp_path: Path) -> None:
    (tmp_path / "packs.yaml").write_text("memory:\n  titel: x\n")
    code, out, _ = program("health")
    assert code == 1
    assert f"\n{tmp_path / 'packs.yaml'}\n  the key 'memory.title' is missing\n  Next: mend it, then see" in out
    ran = run("pactwatch", "run", "--home", str(tmp_path))
    assert ran.returncode == 0
    assert f"pactwatch: {tmp_path / 'packs.yaml'}:1: the key 'memory.title' is missing\n" in ran.stderr


def test_before_the_first_poll_it_counts_what_is_watched_and_names_the_first_step(program, tmp_path: Path) -> None:
    (tmp_path / "pactwatch.toml").write_text("[catalog]\nbuiltin = false\n")
    folder = tmp_path / "sources"
    folder.mkdir()
    for id_, more in (("post", ""), ("wire", ""), ("off", "enabled: false\n")):
        (folder / f"{id_}.yaml").write_text(f"name: {id_}\nhome: https://{id_}.example/\nentry_points:\n"
                                            f"  - feed: https://{id_}.example/rss\n{more}")
    code, out, err = program("health")
    assert (code, err) == (0, "")
    assert out.startswith("Watched: 2 sources; none was asked yet.\n  Next: `pactwatch run`\n")
    assert "Nothing is wrong" not in out
    assert json.loads(program("health", "--json")[1])["sources"] == 2
