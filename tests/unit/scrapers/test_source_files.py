"""Source files: what they may say, and how a mistake is told."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from core.errors import SourceFileError
from scrapers.catalogue import load_sources
from scrapers.source import read_source

GOOD = """\
name: Example Daily
home: https://example.org/
country: NO
language: en
topics: [tech]
entry_points:
  - feed: https://example.org/rss
  - listing: https://example.org/news
    links: "h2 a"
every: 2h
paywall: soft
limits:
  articles: 50
delay: 2.5
"""


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / f"{name}.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_a_source_says_what_is_polled_and_how(tmp_path: Path) -> None:
    source = read_source(write(tmp_path, "example-daily", GOOD))
    assert source.id == "example-daily"
    assert source.country == "NO"
    assert [(e.kind, e.url, e.links) for e in source.entries] == [
        ("feed", "https://example.org/rss", None),
        ("listing", "https://example.org/news", "h2 a"),
    ]
    assert source.interval == timedelta(hours=2)
    assert source.limits.articles == 50
    assert source.delay == 2.5
    assert source.enabled


@pytest.mark.parametrize(
    ("good", "bad", "line", "value", "allowed"),
    [
        ("paywall: soft", "paywall: maybe", 11, "'maybe'", "'none', 'soft', 'hard' or 'unknown'"),
        ("every: 2h", "every: often", 10, "'often'", "auto, or 15m, 2h, 1d"),
        ("every: 2h", "every: 10s", 10, "'10s'", "auto, or 15m, 2h, 1d"),
        ("every: 2h", "interval: 2h", 10, "'interval'", "every"),
        ("  articles: 50", "  article: 50", 13, "'limits.article'", "age_days, articles, sitemaps"),
        ("  - feed:", "  - fead:", 7, "fead", "feed, json, links, listing, sitemap"),
        ("https://example.org/rss", "example.org/rss", 7, "'example.org/rss'", "http://"),
        ('"h2 a"', '"h2 >> a"', 9, "'h2 >> a'", "CSS selector"),
        ("country: NO", "country: Norway", 3, "'Norway'", "[A-Z]"),
        ("delay: 2.5", "delay: fast", 14, "'fast'", "number"),
        ("home: https://example.org/\n", "", 1, "'home'", "missing"),
    ],
)
def test_a_mistake_is_one_line_with_place_value_and_what_is_allowed(
    good: str, bad: str, line: int, value: str, allowed: str, tmp_path: Path
) -> None:
    path = write(tmp_path, "example", GOOD.replace(good, bad))
    with pytest.raises(SourceFileError) as caught:
        read_source(path)
    message = str(caught.value)
    assert message.startswith(f"{path}:{line}: ")
    assert value in message
    assert allowed in message
    assert "\n" not in message


def test_an_entry_point_is_exactly_one_of_four_kinds(tmp_path: Path) -> None:
    both = GOOD.replace(
        "  - feed: https://example.org/rss", "  - {feed: https://example.org/rss, sitemap: https://example.org/s.xml}"
    )
    with pytest.raises(SourceFileError, match="feed and sitemap; write exactly one of feed, sitemap, listing, json"):
        read_source(write(tmp_path, "both", both))
    with pytest.raises(SourceFileError, match="only a listing"):
        read_source(write(tmp_path, "links", GOOD.replace("- listing:", "- feed:")))


def test_later_folders_win_and_a_broken_file_leaves_the_others(tmp_path: Path) -> None:
    write(tmp_path / "shipped" / "no", "one", GOOD)
    write(tmp_path / "shipped" / "no", "two", GOOD)
    write(tmp_path / "shipped" / "no", "three", GOOD)
    write(tmp_path / "own", "one", GOOD.replace("Example Daily", "My own"))
    write(tmp_path / "own", "two", "name: [")
    write(tmp_path / "own", "three", GOOD + "enabled: false\n")
    sources, mistakes = load_sources([tmp_path / "shipped", tmp_path / "own", tmp_path / "missing"])
    assert {id_: s.name for id_, s in sources.items()} == {"one": "My own", "three": "Example Daily"}
    assert not sources["three"].enabled
    assert len(mistakes) == 1
    assert "two.yaml" in str(mistakes[0])


def test_a_file_without_entry_points_changes_only_the_keys_that_it_has(tmp_path: Path) -> None:
    write(tmp_path / "shipped" / "no", "one", GOOD)
    changed = write(tmp_path / "own", "one", "every: 1d\n")
    sources, mistakes = load_sources([tmp_path / "shipped", tmp_path / "own"])
    assert mistakes == []
    one = sources["one"]
    assert (one.interval, one.name, one.file) == (timedelta(days=1), "Example Daily", changed)
    changed.write_text("every: 1d\npaywall: maybe\n")
    [mistake] = load_sources([tmp_path / "shipped", tmp_path / "own"])[1]
    assert (mistake.file, mistake.line) == (str(changed), 2)
    [mistake] = load_sources([tmp_path / "own"])[1]
    assert "paywall" in str(mistake) or "is missing" in str(mistake)


def test_without_the_shipped_sources_a_file_that_only_switches_one_is_no_mistake(tmp_path: Path) -> None:
    own = tmp_path / "own"
    write(own, "one", "enabled: false\n")
    write(own, "two", "enabled: false\nevery: 1d\n")
    write(own, "three", GOOD)
    sources, [mistake] = load_sources([own])
    assert (list(sources), mistake.file) == (["three"], str(own / "two.yaml"))
    _, mistakes = load_sources([tmp_path / "shipped", own])
    assert len(mistakes) == 2, "beside shipped sources such a file is a mistake where it fits none of them"


def test_a_file_name_that_cannot_be_an_id_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceFileError, match="My Paper"):
        read_source(write(tmp_path, "My Paper", GOOD))
