"""Whose page an address is."""

from __future__ import annotations

import pytest

from scrapers.hosts import Outlets
from scrapers.source import SourceFile


def source(id_, home, *feeds):
    return SourceFile.model_validate({"id": id_, "name": id_.upper(), "home": home,
                                      "entry_points": [{"feed": feed} for feed in feeds or (home,)]})


SOURCES = [
    source("paper", "https://www.paper.example/", "https://rss.paper-feeds.example/all"),
    source("paper-en", "https://www.paper.example/english", "https://shared-feeds.example/en"),
    source("wire", "http://wire.example", "https://shared-feeds.example/wire"),
    source("hangul", "https://korea.daily.example"),
]


@pytest.mark.parametrize(("url", "expected"), [
    ("https://www.paper.example/2020/a", "paper"),
    ("http://paper.example/a", "paper"),
    ("https://biz.paper.example/a", "paper"),
    ("https://m.paper.example/a", "paper"),
    ("https://www.paper.example/english/a", "paper-en"),
    ("https://www.paper.example/englishman", "paper"),
    ("https://wire.example/a", "wire"),
    ("https://rss.paper-feeds.example/a", "paper"),
    ("https://shared-feeds.example/a", None),       # of two sources: nobody's
    ("https://daily.example/a", None),              # a host above a home is another outlet
    ("https://notpaper.example/a", None),
    ("https://paper.example.evil/a", None),
])
def test_a_page_belongs_to_the_source_whose_host_it_has(url, expected):
    found = Outlets(SOURCES).of(url)
    assert (found.source_id if found else None) == expected


def test_any_other_host_can_be_a_source_of_its_own():
    outlets = Outlets(SOURCES, others=True)
    assert outlets.of("https://www.other.example/a").source_id == "other.example"
    assert outlets.of("https://wire.example/a").source_id == "wire"


def test_another_catalogue_decides_otherwise_and_the_order_of_files_does_not():
    assert Outlets(SOURCES).known_hosts() == Outlets(SOURCES[::-1]).known_hosts()
    assert Outlets(SOURCES).known_hosts() != Outlets(SOURCES[1:]).known_hosts()
