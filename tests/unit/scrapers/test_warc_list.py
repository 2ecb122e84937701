"""Which files a backfill reads."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime

import pytest

from core.errors import UserError
from scrapers.warc_list import listed, named
from tests.warc_files import record, write

NAMES = [f"CC-NEWS-202001{day:02}183222-000{day:02}.warc.gz" for day in (1, 5, 9)]
LIST = "".join(f"crawl-data/CC-NEWS/2020/01/{name}\n" for name in NAMES)


@pytest.fixture
def folder(tmp_path):
    for name in NAMES[:2]:
        write(tmp_path / name, record("https://a.example/", "<html>"))
    return tmp_path


@pytest.mark.parametrize("name", ["warc.paths", "warc.paths.gz"])
def test_the_files_of_a_published_list_are_found_beside_it(folder, name):
    content = LIST.encode()
    (folder / name).write_bytes(gzip.compress(content) if name.endswith("gz") else content)
    assert listed(folder / name) == ([folder / n for n in NAMES[:2]], [folder / NAMES[2]])


def test_a_list_may_keep_the_folders_or_the_addresses_of_its_files(folder):
    place = folder / "crawl-data" / "CC-NEWS" / "2020" / "01"
    place.mkdir(parents=True)
    (folder / NAMES[0]).rename(place / NAMES[0])
    lines = ("# mine", f"https://data.example/crawl-data/CC-NEWS/2020/01/{NAMES[0]}", "", str(folder / NAMES[1]))
    (folder / "list").write_text("\n".join(lines))
    assert listed(folder / "list") == ([place / NAMES[0], folder / NAMES[1]], [])


def test_files_of_the_news_crawl_that_end_before_the_wanted_dates_are_left_out(folder):
    (folder / "list").write_text(LIST)
    assert listed(folder / "list", datetime(2020, 1, 5, tzinfo=UTC)) == ([folder / NAMES[1]], [folder / NAMES[2]])


@pytest.mark.parametrize(("content", "said"), [
    (b"\x1f\x8b\x08broken", "is not an intact gzip file"), (b"\xff\xfe\x00", "is no list of paths")])
def test_a_list_that_cannot_be_read_is_named(tmp_path, content, said):
    (tmp_path / "list").write_bytes(content)
    with pytest.raises(UserError, match=said):
        listed(tmp_path / "list")


def test_a_file_that_is_not_there_or_no_warc_file_is_named(tmp_path):
    with pytest.raises(UserError, match=r"there is no file .*gone\.warc"):
        named([tmp_path / "gone.warc"])
    (tmp_path / "a.txt").write_text("words")
    with pytest.raises(UserError, match=r"a\.txt is no WARC file"):
        named([tmp_path / "a.txt"])
    with pytest.raises(UserError, match="--list: there is no file"):
        listed(tmp_path / "gone.list")


def test_a_file_that_is_named_twice_is_read_once(folder):
    assert named([folder / NAMES[0], folder / "." / NAMES[0]]) == [folder / NAMES[0]]
