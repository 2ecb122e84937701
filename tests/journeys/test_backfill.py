"""`backfill` as people run it: interrupted at any moment it goes on, each record once; and it sends nothing."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from archive.check import check
from archive.engine import open_engine, reading
from archive.search import search
from archive.tables import Address, Article, Backfill, Delivery, DigestEntry, Hit
from core.query import parse
from tests.programs import Program
from tests.warc_files import page, record, write

SETTINGS = """[database]
url = "{url}"
[crawl]
processes = 1
[catalog]
builtin = false
[[routes]]
name = "now"
channel = "console"
send = "immediate"
[[routes]]
name = "daily"
channel = "console"
"""
SOURCE = """name: The Paper
home: https://www.paper.example/
language: en
entry_points:
  - feed: https://paper.example/rss
"""
ALLIANCE = ("Samsung Electronics and SK Telecom said on Tuesday that they will work together on artificial "
            "intelligence. The two companies signed a memorandum of understanding to develop AI services jointly.")
FILLER = "The hall was full on the second day, and the crowd stayed until the lights went out in the evening."


class Desk:
    """A workspace with one source, on the database of an address."""

    def __init__(self, home: Path, url: str) -> None:
        self.home, self.engine = home, open_engine(url)
        (home / "sources").mkdir(parents=True)
        (home / "sources" / "paper.yaml").write_text(SOURCE)
        (home / "pactwatch.toml").write_text(SETTINGS.format(url=url))

    def start(self, *arguments: str) -> Program:
        return Program("pactwatch", *arguments, "--home", str(self.home), env={**os.environ, "COLUMNS": "200"},
                       session=True)

    def call(self, *arguments: str, code: int = 0) -> tuple[str, str]:
        with self.start(*arguments) as process:
            out, err = process.communicate(timeout=100)
        assert process.returncode == code, (process.returncode, out, err)
        assert "Traceback" not in out + err
        return out, err

    def number(self, table: Any) -> int:
        with self.engine.connect() as connection:
            return int(connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one())

    def done(self) -> int:
        with self.engine.connect() as connection:
            return connection.scalar(sa.select(sa.func.max(Backfill.records))) or 0

    def interrupted(self, number: int, *arguments: str) -> tuple[int, str]:
        """Start a command and send it a signal as soon as it has written some records. Its code and what it said."""
        before = self.done()
        with self.start(*arguments) as process:
            while process.poll() is None and self.done() == before:
                time.sleep(0.02)
            process.send_signal(number)
            _, err = process.communicate(timeout=60)
            return process.wait(), err


@pytest.fixture
def desk(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Callable[[str], Desk]]:
    made: list[Desk] = []

    def on(database: str) -> Desk:
        made.append(Desk(tmp_path / "desk", request.getfixturevalue(database)))
        return made[-1]

    yield on
    for one in made:
        one.engine.dispose()


def article(number: int) -> bytes:
    words = " ".join(f"word{number}x{k}" for k in range(40))
    body = page(f"Report number {number}", f"{ALLIANCE if number % 50 == 0 else FILLER} {words}.", FILLER)
    return record(f"https://www.paper.example/2020/report-{number}", body)


@pytest.mark.parametrize(("database", "signals"), [
    ("sqlite_url", (signal.SIGKILL, signal.SIGINT)),
    pytest.param("postgres_url", (signal.SIGKILL,), marks=pytest.mark.postgres),
])
def test_each_record_comes_once_whatever_interrupts(desk, tmp_path, database, signals):
    here, pages = desk(database), 350
    asked = (record("https://www.paper.example/", "", kind="request", head="GET / HTTP/1.1\r\n\r\n"),)
    path = write(tmp_path / "old.warc.gz", *asked, *(article(n) for n in range(pages)))
    reached = 0
    for number in signals:
        code, err = here.interrupted(number, "backfill", str(path))
        assert reached < here.done() < pages, "it was over before it could be interrupted"
        reached = here.done()
        if number == signal.SIGINT:
            assert (code, err.strip()) == (
                1, "pactwatch: interrupted; the same command goes on where this one stopped")
    # A record is never counted without its article, nor the other way round.
    assert here.number(Article) == reached - 1
    summary = json.loads(here.call("backfill", str(path), "--json")[0])
    assert summary["records"] == pages + 1 - reached
    [file] = summary["files"]
    assert (file["state"], file["records"]) == ("done", pages + 1)
    assert file["counts"] == {"new": pages, "not_a_response": 1}
    assert here.number(Article) == here.number(Address) == pages
    assert here.number(Hit) > 0
    assert here.number(Delivery) == here.number(DigestEntry) == 0


def test_dates_outlets_and_languages_choose_and_a_rehearsal_stores_nothing(desk, tmp_path):
    here = desk("sqlite_url")
    korean = "삼성전자와 SK텔레콤은 인공지능 분야에서 협력하기로 했다고 밝혔다. 두 회사는 양해각서를 체결했다. " * 4

    def paper(place: str, title: str, *texts: str, **more: str) -> bytes:
        return record(f"https://www.paper.example/{place}", page(title, *texts, **more))

    path = write(
        tmp_path / "old.warc",
        paper("alliance", "Samsung and SK Telecom join forces in AI", ALLIANCE, FILLER),
        paper("older", "An older report", FILLER, FILLER * 2, published="2019-12-01T09:00:00Z"),
        paper("korean", "삼성전자와 SK텔레콤, 인공지능 협력", korean, language="ko"),
        record("https://other.example/1", page("Of another outlet", FILLER, ALLIANCE)),
        record("https://www.paper.example/early", page("Early", FILLER), date="2019-12-31T00:00:00Z"),
        record("https://www.paper.example/empty", "<html><body><p>No.</p></body></html>"),
    )
    narrow = ("--since", "2020-01-06", "--until", "2020-01-10", "--language", "en")
    tried = json.loads(here.call("backfill", str(path), *narrow, "--source", "paper", "--dry-run", "--json")[0])
    left = {"other_date": 2, "other_language": 1, "other_outlet": 1, "empty": 1}
    assert (tried["dry_run"], tried["articles"], tried["left"]) == (True, {"new": 1, "updated": 0, "known": 0}, left)
    assert (tried["hits"], tried["sources"]) == (1, {"paper": 1})
    assert here.number(Article) == here.number(Backfill) == here.number(Address) == 0

    out, err = here.call("backfill", str(path), *narrow)
    assert err == ""
    assert "1 of 1 file, 6 records: 1 new article stored, 0 updated, 0 known, 1 hit. Nothing is sent." in out
    assert "Left out: 2 other date, 1 other language, 1 other outlet, 1 empty." in out
    assert "was read before" in here.call("backfill", str(path), *narrow)[0]
    with reading(here.engine) as connection:
        found = search(connection, parse("rule:ai-alliances"))
    assert [item.url for item in found.items] == ["https://www.paper.example/alliance"]

    # Something else asked of the same file: it is read again, and what is there is known.
    wide = json.loads(here.call("backfill", str(path), "--any-outlet", "--json")[0])
    assert wide["articles"] == {"new": 4, "updated": 0, "known": 1}
    assert wide["sources"] == {"other.example": 1, "paper": 3}
    assert here.number(Delivery) == here.number(DigestEntry) == 0
    assert check(here.engine) == []
