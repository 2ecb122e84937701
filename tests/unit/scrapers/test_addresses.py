"""A source's patterns choose its articles, and its parameters do not make two of one."""

import time
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from core.records import Discovery
from scrapers.addresses import matches, narrowed, stripped
from scrapers.discovery import Found
from scrapers.source import SourceFile


def source(**keys) -> SourceFile:
    points = [{"feed": "https://a.example/rss"}]
    return SourceFile.model_validate(
        {"id": "a", "file": Path("a.yaml"), "name": "A", "home": "https://a.example/", "entry_points": points, **keys}
    )


def found(*urls: str) -> Found:
    return Found(tuple(Discovery(url=url) for url in urls))


def test_only_what_fits_is_kept_and_the_rest_is_counted() -> None:
    listed = found("https://a.example/tech/1", "https://a.example/sport/2", "https://a.example/tech/video/3")
    kept = narrowed(source(include=["/tech/"], exclude=["*/video/*"]), listed)
    assert [entry.url for entry in kept.discoveries] == ["https://a.example/tech/1"]
    assert kept.left_out == "2 left out by the source's patterns"


def test_addresses_that_differ_in_stripped_parameters_are_one() -> None:
    listed = found("https://a.example/x?id=1&from=home", "https://a.example/x?from=rss&id=1", "https://a.example/y?id=2")
    kept = narrowed(source(strip=["from"]), listed)
    assert [entry.url for entry in kept.discoveries] == ["https://a.example/x?id=1", "https://a.example/y?id=2"]
    assert kept.left_out == ""


def test_a_star_strips_every_parameter() -> None:
    assert stripped("https://a.example/x?id=1&b=2", ["*"]) == "https://a.example/x"
    assert stripped("https://a.example/x?track_a=1&b=2", ["track_*"]) == "https://a.example/x?b=2"


def test_a_source_without_patterns_keeps_everything() -> None:
    listed = found("https://a.example/x?from=home")
    assert narrowed(source(), listed) is listed


def test_no_pattern_can_run_away() -> None:
    began = time.monotonic()
    assert not matches("https://a.example/" + "a" * 2000, ["*a" * 60 + "b"])
    assert time.monotonic() - began < 1


@given(st.text(max_size=30), st.text(max_size=60))
def test_any_pattern_can_be_tried_on_any_address(pattern: str, url: str) -> None:
    assert matches(url, [pattern]) in {True, False}
