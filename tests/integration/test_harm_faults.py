"""Faults of the machine: signals, full disk, locked or damaged database. Nothing is lost, nothing is fetched twice."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.harm_desk import ARTICLES, Desk
from tests.harm_server import article, http, serving

IN_FLIGHT = 2  # requests at once to a host with a delay: what a crash may cost


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path / "desk")
    with serving([made.host]):
        made.open()
        yield made


def one_line_about(desk: Desk, err: str, problem: str) -> None:
    """The last line names the file and the problem, and nothing before it is a traceback."""
    assert "Traceback" not in err, err
    last = err.strip().splitlines()[-1]
    assert problem in last, err
    assert str(desk.home / "data") in last, err


def overwrite(file: Path, damage: str) -> None:
    """Damage a database as a broken disk does, under a process that has it open."""
    size = file.stat().st_size
    if damage == "header":
        with file.open("r+b") as open_file:
            open_file.write(b"\xff" * 200)
    elif damage == "middle":
        with file.open("r+b") as open_file:
            open_file.seek(4096)
            open_file.write(os.urandom(size - 4096))
    else:
        os.truncate(file, size // 3 if damage == "short" else 0)


@contextmanager
def locked(file: Path) -> Iterator[None]:
    """Another process holds the database's write lock."""
    with closing(sqlite3.connect(file, isolation_level=None, timeout=30)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        yield
        holder.execute("ROLLBACK")


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """A disk of its own for a folder, and a file on it that takes all room when something is written to it."""
    folder.mkdir(parents=True, exist_ok=True)
    mount = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("only root may mount a small disk, and not everywhere")
    try:
        yield folder / "filler"
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=False)


def fill(filler: Path) -> None:
    """Take all the room there is, to the last byte."""
    with filler.open("wb", buffering=0) as file:
        for size in (65_536, 4096, 1):
            try:
                while file.write(b"x" * size):
                    pass
            except OSError:
                continue


def test_a_killed_crawl_goes_on_where_it_was(desk: Desk) -> None:
    for pages in (5, 9):
        with desk.start("run", "--all") as process:
            desk.wait_for(pages)
            process.kill()
            process.communicate()
    assert desk.call("run", "--all")[0] == 0
    desk.assert_complete(again=2 * IN_FLIGHT)


@pytest.mark.postgres
def test_a_killed_crawl_goes_on_where_it_was_on_postgresql(desk: Desk, postgres_url: str) -> None:
    environ = {"PACTWATCH_DATABASE__URL": postgres_url}
    with desk.start("run", "--all", **environ) as process:
        desk.wait_for(5)
        process.kill()
        process.communicate()
    assert desk.call("run", "--all", **environ)[0] == 0
    assert f"{ARTICLES} articles" in desk.call("db", "check", **environ)[1]
    desk.assert_asked(again=IN_FLIGHT)


@pytest.mark.timeout(300)  # each process that is lost has a successor, which takes seconds to start
def test_pages_that_crash_or_fill_their_process_are_named_and_the_others_are_stored(desk: Desk) -> None:
    harm = {3: "crash", 9: "memory"}
    for number, what in harm.items():
        page = http(article(f"Two firms build site {number}", more=f"<p>harm: {what}</p>"))
        desk.host.serves = {**desk.host.serves, f"/a-{number}": page}
    with desk.start("run", "--all", PACTWATCH_TESTS_HARM="1") as process:
        _, err = process.communicate(timeout=280)
    assert (process.returncode, "Traceback" in err) == (0, False)
    assert len(set(desk.stored())) == ARTICLES - len(harm)
    with closing(sqlite3.connect(desk.file)) as database:
        lost = dict(database.execute("SELECT url, outcome FROM addresses WHERE state = 'failed'"))
    found = {int(url.rpartition("-")[2]): outcome for url, outcome in lost.items()}
    assert found == {3: "crashed", 9: "too_much_memory"}
    assert desk.host.paths().count("/a-5") == 1


def test_a_crawl_that_is_told_to_stop_ends_soon_and_loses_nothing(desk: Desk) -> None:
    with desk.start("run", "--all") as process:
        desk.wait_for(5)
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)
    assert time.monotonic() - began < 15
    assert desk.call("run", "--all")[0] == 0
    desk.assert_complete(again=IN_FLIGHT)


def test_a_locked_database_is_waited_for(desk: Desk) -> None:
    assert desk.call("db", "upgrade")[0] == 0
    with desk.start("run", "--all") as process:
        desk.wait_for(3)
        with locked(desk.file):
            time.sleep(3)
        _, err = process.communicate(timeout=100)
    assert (process.returncode, "Traceback" in err) == (0, False)
    desk.assert_complete(again=0)


def test_a_database_that_stays_locked_is_named(desk: Desk) -> None:
    assert desk.call("db", "upgrade")[0] == 0
    with locked(desk.file):
        code, _, err = desk.call("run", "--all", PACTWATCH_TESTS_BUSY_MS="300")
    assert code == 1
    one_line_about(desk, err, "is locked")
    assert desk.call("run", "--all")[0] == 0
    desk.assert_complete(again=0)


def test_a_database_that_is_locked_in_mid_crawl_costs_no_second_fetch_of_what_had_arrived(desk: Desk) -> None:
    with desk.start("run", "--all", PACTWATCH_TESTS_BUSY_MS="300") as process:
        desk.wait_for(4)
        with locked(desk.file):
            _, err = process.communicate(timeout=100)
    assert process.returncode == 1
    one_line_about(desk, err, "is locked")
    assert desk.call("run", "--all")[0] == 0
    desk.assert_complete(again=IN_FLIGHT)


def test_a_service_whose_database_is_locked_for_long_goes_on_when_it_is_free(desk: Desk) -> None:
    with desk.start("serve", PACTWATCH_TESTS_BUSY_MS="300") as service:
        desk.wait_for(4)
        with locked(desk.file):
            time.sleep(4)
        desk.wait_until_stored(ARTICLES)
        service.send_signal(signal.SIGTERM)
        _, err = service.communicate(timeout=30)
    assert service.returncode == 0
    assert "is locked" in err
    assert "Traceback" not in err
    desk.assert_complete(again=IN_FLIGHT)


def test_a_disk_that_is_full_before_the_crawl_costs_no_request(desk: Desk) -> None:
    with small_disk(desk.home / "data") as filler:
        assert desk.call("db", "upgrade")[0] == 0
        fill(filler)
        code, _, err = desk.call("run", "--all")
        assert code == 1
        one_line_about(desk, err, "the disk is full")
        assert not desk.host.asked
        filler.unlink()
        assert desk.call("run", "--all")[0] == 0
        desk.assert_complete(again=0)


def test_a_disk_that_fills_up_in_mid_crawl_stops_it_in_one_line_and_costs_no_second_fetch(desk: Desk) -> None:
    with small_disk(desk.home / "data") as filler:
        assert desk.call("db", "upgrade")[0] == 0
        with desk.start("run", "--all") as process:
            desk.wait_for(4)
            fill(filler)
            _, err = process.communicate(timeout=100)
        assert process.returncode == 1
        one_line_about(desk, err, "full")
        filler.unlink()
        assert desk.call("run", "--all")[0] == 0
        desk.assert_complete(again=2 * IN_FLIGHT)


def test_a_service_on_a_full_disk_says_so_and_goes_on_when_there_is_room(desk: Desk) -> None:
    with small_disk(desk.home / "data") as filler:
        assert desk.call("db", "upgrade")[0] == 0
        with desk.start("serve") as service:
            desk.wait_for(4)
            fill(filler)
            time.sleep(3)
            filler.unlink()
            desk.wait_until_stored(ARTICLES)
            service.send_signal(signal.SIGTERM)
            _, err = service.communicate(timeout=30)
        assert service.returncode == 0
        assert "full" in err
        assert "Traceback" not in err
        desk.assert_complete(again=2 * IN_FLIGHT)


@pytest.mark.parametrize(("damage", "command"), [
    ("header", "run --all"), ("middle", "serve"), ("short", "run --all"), ("empty", "serve")])
def test_a_damaged_database_stops_everything_in_one_line(desk: Desk, damage: str, command: str) -> None:
    assert desk.call("db", "upgrade")[0] == 0
    overwrite(desk.file, damage)
    code, _, err = desk.call(*command.split())
    assert code == 1
    one_line_about(desk, err, "is not an intact SQLite database")
    assert desk.host.asked == []
