"""What strangers write can neither break a proposed file nor the reading of a page or a list."""

from __future__ import annotations

import contextlib

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from core.errors import FileError
from core.records import Outcome
from scrapers.opml import read_opml
from scrapers.scout.measure import Candidate, measure
from scrapers.scout.page import read_page, site_of
from scrapers.scout.propose import comment, country_of, id_of, new_file, scalar
from scrapers.scout.reach import Got
from scrapers.source import ID

URL = "https://paper.example/"
WILD = st.text(st.characters(exclude_categories=("Cs",)), max_size=80)
MARKUP = st.lists(
    st.sampled_from(["<html>", "<a href='/rss'>", "<link rel=alternate type=application/rss+xml href='", "'>", "<rss>",
                     "<item>", "<title>", "</title>", "&#x0;", "<base href='//['>", "<![CDATA[", "\x00", "http://[::1",
                     "<opml>", "<outline xmlUrl='", "<body>", "{\"items\": [", "<urlset>", "<loc>", "<a href='//'>"]),
    max_size=25,
).map("".join)


@given(WILD)
def test_a_name_comes_back_from_yaml_as_it_was(name: str) -> None:
    printable = "".join(letter if letter.isprintable() else " " for letter in name)
    assert yaml.safe_load(f"name: {scalar(name)}\n") == {"name": " ".join(printable.split())}


@given(WILD)
def test_a_reason_stays_a_comment(reason: str) -> None:
    text = new_file({"name": "A"}, "entry_points: []\n", "", [reason]) + comment(reason, "  ")
    assert yaml.safe_load(text) == {"name": "A", "entry_points": []}


@given(MARKUP)
def test_any_answer_can_be_looked_at(body: str) -> None:
    got = Got(URL, URL, Outcome.OK, body=body.encode(), kind="text/html")
    read_page(got)
    for kind in ("feed", "listing"):
        candidate = Candidate(URL, "a test", kind)
        measure(candidate, got, URL, lambda _: None)
        assert candidate.outcome is not None


@given(MARKUP)
def test_any_list_is_read_or_refused(body: str) -> None:
    with contextlib.suppress(FileError):
        assert read_opml(body.encode(), "feeds.opml") is not None


@pytest.mark.parametrize(
    ("url", "id_", "country", "site"),
    [
        ("https://www.example.co.kr/a", "example", "KR", "example.co.kr"),
        ("https://tech.example.com/", "example-tech", None, "example.com"),
        ("https://news.bbc.co.uk/", "bbc", "GB", "bbc.co.uk"),
        ("https://the-decoder.de/", "the-decoder", "DE", "the-decoder.de"),
        ("https://start.ai/", "start", None, "start.ai"),
        ("http://127.0.0.1:80/", "127-0-0-1", None, "127.0.0.1"),
        ("http://localhost/", "localhost", None, "localhost"),
    ],
)
def test_an_address_tells_id_country_and_site(url: str, id_: str, country: str | None, site: str) -> None:
    assert (id_of(url), country_of(url), site_of(url)) == (id_, country, site)
    assert ID.fullmatch(id_of(url))
