"""From a record to a page: the answer's head, its codings, its kind and date, and whose page it is."""

from __future__ import annotations

import gzip
import zlib
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scrapy.utils._compression import brotli, zstd  # type: ignore[attr-defined]

from core.captures import Capture, Left, Outlet
from scrapers.captures import Wanted, captures
from scrapers.hosts import Outlets
from scrapers.source import SourceFile
from tests.warc_files import HEAD, record, write

HTML = b"<!doctype html><html><head><title>T</title></head><body><p>Text of the page.</p></body></html>"
LARGEST = 100_000
ANY = Wanted(Outlets([], others=True), LARGEST)


def found(tmp_path, *records, wanted=ANY):
    return [item for _, item in captures(write(tmp_path / "a.warc.gz", *records), wanted)]


def one(tmp_path, body=HTML, head=HEAD, url="https://a.example/1", wanted=ANY, **more):
    [item] = found(tmp_path, record(url, body, head=head, **more), wanted=wanted)
    return item


def head(*lines, status="200 OK", kind="text/html"):
    return "\r\n".join([f"HTTP/1.1 {status}", *([f"Content-Type: {kind}"] if kind else []), *lines, "", ""])


def test_an_answer_becomes_a_page_with_the_charset_of_its_head_and_the_date_of_its_fetch(tmp_path):
    item = one(tmp_path, head=head(kind="text/html; charset=EUC-KR"), url="http://WWW.a.example/1?utm_source=x")
    assert item == Capture(Outlet("a.example", "a.example"), "http://www.a.example/1", HTML, "cp949",
                           datetime(2020, 1, 7, 18, 32, tzinfo=UTC))


@pytest.mark.parametrize(("coding", "encode"), [
    ("gzip", gzip.compress), ("x-gzip", gzip.compress), ("deflate", zlib.compress), ("br", brotli.compress),
    ("zstd", zstd.compress), ("identity", bytes), ("gzip, br", lambda body: brotli.compress(gzip.compress(body))),
])
def test_a_body_that_was_stored_as_it_came_is_decoded(tmp_path, coding, encode):
    assert one(tmp_path, encode(HTML), head(f"Content-Encoding: {coding}")).body == HTML


def test_a_chunked_body_is_joined(tmp_path):
    rest = f"{len(HTML) - 16:x}".encode()
    chunked = b"10;x=y\r\n" + HTML[:16] + b"\r\n" + rest + b"\r\n" + HTML[16:] + b"\r\n0\r\n\r\n"
    assert one(tmp_path, chunked, head("Transfer-Encoding: chunked")).body == HTML


@pytest.mark.parametrize("line", ["Content-Encoding: gzip", "Content-Encoding: br", "Transfer-Encoding: chunked",
                                  "Content-Encoding: gzip\r\nTransfer-Encoding: chunked", "Content-Encoding: whatever"])
def test_a_body_that_was_stored_decoded_beside_its_old_head_is_taken_as_it_is(tmp_path, line):
    assert one(tmp_path, HTML, head(line)).body == HTML


@pytest.mark.parametrize(("left", "answer"), [
    (Left.HTTP_STATUS, {"head": head(status="404 Not Found")}),
    (Left.HTTP_STATUS, {"head": head("Location: /x", status="301 Moved")}),
    (Left.HTTP_STATUS, {"head": head(status="206 Partial Content")}),
    (Left.NOT_HTML, {"head": head(kind="application/pdf"), "body": b"%PDF-1.4"}),
    (Left.NOT_HTML, {"head": head(kind="application/rss+xml"), "body": b"<rss/>"}),
    (Left.NOT_HTML, {"head": head(kind=""), "body": b"plain words"}),
    (Left.BROKEN, {"head": "", "body": HTML}),
    (Left.BROKEN, {"head": "HTTP/1.1 200 OK\r\n" + "X-A: b\r\n" * 40_000 + "\r\n", "body": b""}),
    (Left.BROKEN, {"head": head("Content-Encoding: gzip"), "body": b"\x1f\x8b\x08broken"}),
    (Left.TOO_LARGE, {"body": HTML + b" " * LARGEST}),
    (Left.TOO_LARGE, {"head": head("Content-Encoding: gzip"), "body": gzip.compress(b"\0" * 50_000_000)}),
    (Left.TOO_LARGE, {"head": head("Content-Encoding: gzip, gzip"),
                      "body": gzip.compress(gzip.compress(b"\0" * 50_000_000))}),
    (Left.NO_ADDRESS, {"url": "dns:a.example"}),
    (Left.NO_ADDRESS, {"url": "https://user:word@a.example/"}),
    (Left.NO_DATE, {"date": "yesterday"}),
    (Left.NO_DATE, {"date": "0001-01-01T00:00:00Z"}),
    (Left.NO_DATE, {"date": "9999-12-31T23:59:59Z"}),
])
def test_what_is_no_article_page_is_left_out_under_a_name(tmp_path, left, answer):
    assert one(tmp_path, **answer) is left


def test_an_undeclared_page_counts_as_one_where_it_begins_like_one(tmp_path):
    assert one(tmp_path, head=head(kind="")).body == HTML


def test_a_page_that_was_fetched_before_the_wanted_dates_cannot_be_of_them(tmp_path):
    wanted = Wanted(ANY.outlets, LARGEST, datetime(2020, 1, 8, tzinfo=UTC))
    assert one(tmp_path, wanted=wanted) is Left.OTHER_DATE
    assert isinstance(one(tmp_path, wanted=wanted, date="2020-01-08T00:00:00Z"), Capture)


def test_only_pages_of_the_wanted_sources_are_taken(tmp_path):
    source = SourceFile.model_validate({
        "id": "a", "name": "A", "home": "https://www.a.example/", "language": "ko", "publisher": "A Corp",
        "entry_points": [{"feed": "https://a.example/rss"}]})
    wanted = Wanted(Outlets([source]), LARGEST)
    mine, other = found(tmp_path, record("https://biz.a.example/1", HTML), record("https://b.example/1", HTML),
                        wanted=wanted)
    assert mine.outlet == Outlet("a", "A", "ko", "A Corp")
    assert other is Left.OTHER_OUTLET


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=st.sampled_from(["", head(), head("Content-Encoding: gzip"), head("Transfer-Encoding: chunked")]),
       block=st.binary(max_size=300))
def test_whatever_an_answer_holds_it_is_a_page_or_left_out(tmp_path, before, block):
    assert isinstance(one(tmp_path, block, before), Capture | Left)
