"""Pages on their way to the archive outlive the process that fetched them, and nothing else is taken for them."""

from __future__ import annotations

import errno
import os
import time
from dataclasses import replace
from datetime import timedelta
from io import FileIO
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine import Engine

from archive import catalogue, ledger
from archive.engine import writing
from core import clock
from core.errors import DatabaseFullError
from core.fetching import Answer, EntryState, FetchOrder, Poll
from core.records import Discovery, Outcome, Page
from pactwatch.kept import MOST_TRIES, OLDEST_S, KeptPages
from scrapers.source import SourceFile

FEED = "http://outlet.example/feed"


@pytest.fixture
def orders(sqlite_engine: Engine) -> list[FetchOrder]:
    """Two addresses that wait to be fetched."""
    source = SourceFile.model_validate(
        {"id": "outlet", "name": "Outlet", "home": "http://outlet.example/", "entry_points": [{"feed": FEED}]}
    )
    found = tuple(Discovery(f"http://outlet.example/{n}", title=f"Title {n}") for n in (1, 2))
    with writing(sqlite_engine) as connection:
        catalogue.sync_sources(connection, {"outlet": source}, clock.now())
        answer = Answer(Outcome.OK, clock.now())
        poll = Poll(EntryState("outlet", "feed", FEED), answer, found, 100)
        return list(ledger.record_polls(connection, [poll], clock.now())[0].orders)


def page_of(order: FetchOrder, **more: Any) -> Page:
    return Page(order.address_id, "outlet", order.url, order.url, b"<p>\n\x00\xff", "utf-8", clock.now(),
                title_hint=order.title_hint, published_hint=clock.now() - timedelta(hours=1), **more)  # fmt: skip


def restarted(folder: Path, engine: Engine) -> KeptPages:
    """What the next process finds."""
    kept = KeptPages(folder)
    kept.look(engine)
    return kept


def test_a_page_that_was_not_stored_comes_back_whole_and_once(
    sqlite_engine: Engine, orders: list[FetchOrder], tmp_path: Path
) -> None:
    folder, page = tmp_path / "arrived", page_of(orders[0])
    KeptPages(folder).keep(page)
    kept = restarted(folder, sqlite_engine)
    assert [kept.take(order) for order in (*orders, *orders)] == [page, None, None, None]


def test_what_was_stored_leaves_nothing_behind(
    sqlite_engine: Engine, orders: list[FetchOrder], tmp_path: Path
) -> None:
    folder = tmp_path / "arrived"
    kept = KeptPages(folder)
    kept.keep(page_of(orders[0]))
    kept.drop([orders[0].address_id])
    kept.leave()
    assert not folder.exists()
    assert restarted(folder, sqlite_engine).take(orders[0]) is None


def test_a_file_for_an_address_that_nobody_waits_for_is_removed(
    sqlite_engine: Engine, orders: list[FetchOrder], tmp_path: Path
) -> None:
    KeptPages(tmp_path).keep(page_of(replace(orders[0], address_id=4711)))
    restarted(tmp_path, sqlite_engine)
    assert list(tmp_path.glob("*.0")) == []


@pytest.mark.parametrize("spoil", [
    lambda path: os.truncate(path, path.stat().st_size - 1),
    lambda path: os.truncate(path, 0),
    lambda path: path.write_bytes(path.read_bytes()[:-1] + b"!"),
    lambda path: os.utime(path, (0, time.time() - OLDEST_S - 1)),
    lambda path: path.rename(path.with_suffix(f".{MOST_TRIES}")),
])
def test_a_file_that_is_not_whole_or_too_old_or_was_tried_too_often_is_fetched_again(
    sqlite_engine: Engine, orders: list[FetchOrder], tmp_path: Path, spoil: Any
) -> None:
    folder = tmp_path / "arrived"
    KeptPages(folder).keep(page_of(orders[0]))
    spoil(next(folder.iterdir()))
    assert restarted(folder, sqlite_engine).take(orders[0]) is None
    assert list(folder.iterdir()) == []


def test_a_page_of_another_address_under_the_same_number_is_not_taken(
    sqlite_engine: Engine, orders: list[FetchOrder], tmp_path: Path
) -> None:
    KeptPages(tmp_path / "arrived").keep(page_of(orders[0]))
    other = replace(orders[0], url="http://outlet.example/of-another-database")
    assert restarted(tmp_path / "arrived", sqlite_engine).take(other) is None


def test_a_full_disk_is_told_at_once_and_leaves_no_half_page(
    orders: list[FetchOrder], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_file: FileIO, _data: bytes) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("pactwatch.kept.FileIO", type("Full", (FileIO,), {"write": full}))
    with pytest.raises(DatabaseFullError, match="the disk is full"):
        KeptPages(tmp_path / "arrived").keep(page_of(orders[0]))
    assert list((tmp_path / "arrived").iterdir()) == []


def test_where_no_file_may_be_written_the_crawl_goes_on(orders: list[FetchOrder], tmp_path: Path) -> None:
    (tmp_path / "arrived").write_text("a file in the folder's place")
    kept = KeptPages(tmp_path / "arrived")
    kept.keep(page_of(orders[0]))
    kept.drop([orders[0].address_id])
    assert kept.take(orders[0]) is None
    assert (tmp_path / "arrived").read_text() == "a file in the folder's place"
