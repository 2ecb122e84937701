"""WARC files: each record once and in order, whatever is broken, and the rest of a file from any record on."""

from __future__ import annotations

import gzip
import tracemalloc

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.captures import Left
from scrapers.warc import is_warc, records
from tests.warc_files import packed, record, write

LARGEST = 1_000_000
NAMES = ("a.warc", "a.warc.gz", "a.warc.zst")
PAGES = [record(f"https://a.example/{n}", f"<html>page {n} " + f"{n * 7919} " * 40) for n in range(6)]
FEW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def seen(path, after=None, largest=LARGEST):
    return [(r.position.number, r.url[-1:], r.left and r.left.value) for r in records(path, largest, after)]


ALL = [(n + 1, str(n), None) for n in range(6)]


@pytest.mark.parametrize("name", NAMES)
def test_plain_and_compressed_files_hold_the_same_records(tmp_path, name):
    path = write(tmp_path / name, *PAGES)
    assert seen(path) == ALL
    assert is_warc(path)
    first = next(records(path, LARGEST))
    assert first.block.startswith(b"HTTP/1.1 200 OK")
    assert first.date.year == 2020


@pytest.mark.parametrize("name", NAMES)
def test_reading_goes_on_after_any_record(tmp_path, name):
    path = write(tmp_path / name, *PAGES)
    for done in records(path, LARGEST):
        assert seen(path, done.position) == ALL[done.position.number :]


def test_a_file_compressed_in_one_piece_is_resumed_by_counting(tmp_path):
    path = tmp_path / "a.warc.gz"
    path.write_bytes(gzip.compress(b"".join(PAGES)))
    places = [r.position for r in records(path, LARGEST)]
    assert len({place.offset for place in places}) < len(places)
    for place in places:
        assert seen(path, place) == ALL[place.number :]


def test_a_record_that_cannot_be_decompressed_costs_only_itself(tmp_path):
    parts = [packed("a.gz", [page]) for page in PAGES]
    parts[2] = parts[2][:60] + b"\0" * 40 + parts[2][100:]
    path = tmp_path / "a.warc.gz"
    path.write_bytes(b"".join(parts))
    assert [(url, left) for _, url, left in seen(path)] == [
        ("0", None), ("1", None), ("", "broken"), ("3", None), ("4", None), ("5", None)]


@pytest.mark.parametrize("name", NAMES[:2])
@pytest.mark.parametrize(("length", "digest"), [(100_000, False), (40, True), (-5, False), (2**70, False)])
def test_a_wrong_length_swallows_no_other_record(tmp_path, name, length, digest):
    wrong = record("https://a.example/w", "<html>wrong " + "word " * 50, length=length, digest=digest)
    path = write(tmp_path / name, PAGES[0], wrong, *PAGES[1:])
    found = seen(path)
    assert [url for _, url, left in found if left is None and url != "w"] == list("012345")
    assert [n for n, _, _ in found] == list(range(1, len(found) + 1))
    assert any(left in {"broken", "truncated"} for _, _, left in found)


def test_a_good_record_before_rubbish_is_kept(tmp_path):
    path = tmp_path / "a.warc"
    path.write_bytes(PAGES[0] + b"rubbish\r\n" * 30 + b"".join(PAGES[1:]))
    assert [url for _, url, left in seen(path) if left is None] == list("012345")


def test_a_page_that_quotes_a_record_makes_none(tmp_path):
    quoting = record("https://a.example/q", b"<html>\r\n\r\n" + PAGES[3])
    path = write(tmp_path / "a.warc", quoting, PAGES[1])
    assert [url for _, url, _ in seen(path)] == ["q", "1"]


def test_records_that_hold_no_whole_answer_are_named(tmp_path):
    path = write(
        tmp_path / "a.warc.gz",
        record("https://a.example/r", "", kind="request"),
        record("https://a.example/m", "", kind="metadata"),
        record("https://a.example/v", "", kind="revisit"),
        record("https://a.example/t", "<html>half", extra="WARC-Truncated: length"),
        record("https://a.example/l", "x" * (LARGEST + 1)),
        PAGES[0],
    )
    assert [left for _, _, left in seen(path)] == [
        "not_a_response", "not_a_response", "not_a_response", "truncated", "too_large", None]


@pytest.mark.parametrize("rubbish", [
    b"", b"<html>" * 100, b"\0" * 5000, b"WARC/1.0\r\n" + b"X: y\r\n" * 100_000, b"WARC/1.0\r\n" + b"X" * 2_000_000,
    gzip.compress(b"<html>", mtime=0), b"\x1f\x8b\x08"], ids=range(7))
def test_what_does_not_begin_with_a_record_is_no_warc_file(tmp_path, rubbish):
    path = tmp_path / "a.warc"
    path.write_bytes(rubbish)
    assert not is_warc(path)
    assert {left for _, _, left in seen(path)} <= {"broken", "truncated"}


@pytest.mark.parametrize("name", NAMES)
@FEW
@given(data=st.data())
def test_a_file_cut_anywhere_gives_all_that_is_before_the_cut(tmp_path, name, data):
    parts = [packed(name, [page]) for page in PAGES]
    whole = b"".join(parts)
    cut = data.draw(st.integers(1, len(whole) - 1))
    path = tmp_path / name
    path.write_bytes(whole[:cut])
    complete = next(n for n in range(len(parts) + 1) if len(b"".join(parts[: n + 1])) > cut)
    found = seen(path)
    good = [url for _, url, left in found if left is None]
    assert good[:complete] == [str(n) for n in range(complete)]
    assert len(good) <= complete + 1  # of the last one only the end of its compression, or line ends, may be missing
    # Less than a few bytes of a record say nothing, not even that there is one.
    stump = cut - len(b"".join(parts[:complete]))
    if stump > 20:
        assert len(good) == complete + 1 or found[-1][2] in {"broken", "truncated"}


@pytest.mark.parametrize("name", NAMES)
@FEW
@given(data=st.data())
def test_whatever_is_overwritten_nothing_raises_and_any_rest_can_be_read_alike(tmp_path, name, data):
    whole = bytearray(packed(name, PAGES))
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(whole) - 1))
        junk = data.draw(st.binary(min_size=1, max_size=60))
        whole[at : at + len(junk)] = junk
    path = tmp_path / name
    path.write_bytes(bytes(whole))
    found = list(records(path, LARGEST))
    assert [r.position.number for r in found] == list(range(1, len(found) + 1))
    assert sum(r.left is None for r in found) >= 1 or len(found) >= 1
    if found:
        after = data.draw(st.sampled_from(found)).position
        assert list(records(path, LARGEST, after)) == found[after.number :]


def test_a_bomb_is_passed_over_without_being_held_in_memory(tmp_path):
    path = tmp_path / "a.warc.gz"
    with gzip.open(path, "wb", compresslevel=1) as file:
        file.write(b"WARC/1.0\r\nWARC-Type: response\r\nContent-Length: 300000000\r\n\r\n")
        for _ in range(300):
            file.write(b"\0" * 1_000_000)
        file.write(b"\r\n\r\n")
    with path.open("ab") as file:
        file.write(packed("a.gz", [PAGES[0]]))
    tracemalloc.start()
    try:
        assert [left for _, _, left in seen(path)] == [Left.TOO_LARGE, None]
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()
