"""Sources are switched on and off by files."""

from __future__ import annotations

from pathlib import Path

from scrapers.catalogue import load_sources
from scrapers.switch import switch

FILE = """\
name: Harbour
home: https://harbour.example/
entry_points:
  - feed: https://harbour.example/rss   # the main one
"""


def test_a_shipped_source_is_switched_off_by_a_file_that_says_no_more_than_that(tmp_path: Path) -> None:
    shipped, own = tmp_path / "shipped", tmp_path / "home" / "sources"
    (shipped / "gb").mkdir(parents=True)
    (shipped / "gb" / "harbour.yaml").write_text(FILE)
    sources, _ = load_sources([shipped, own])
    path = switch(own, sources["harbour"], on=False)
    assert path == own / "gb" / "harbour.yaml"
    assert path.read_text() == "enabled: false\n"
    assert (shipped / "gb" / "harbour.yaml").read_text() == FILE
    sources, mistakes = load_sources([shipped, own])
    assert not sources["harbour"].enabled
    assert not mistakes


def test_comments_stay_when_a_source_is_switched(tmp_path: Path) -> None:
    (tmp_path / "harbour.yaml").write_text(FILE + "enabled: false\n")
    sources, _ = load_sources([tmp_path])
    switch(tmp_path, sources["harbour"], on=True)
    text = (tmp_path / "harbour.yaml").read_text()
    assert "# the main one" in text
    assert text.count("enabled:") == 1
    assert load_sources([tmp_path])[0]["harbour"].enabled


def test_a_shipped_source_that_is_mended_later_stays_off_and_is_mended(tmp_path: Path) -> None:
    shipped, own = tmp_path / "shipped", tmp_path / "home" / "sources"
    (shipped / "gb").mkdir(parents=True)
    (shipped / "gb" / "harbour.yaml").write_text(FILE)
    switch(own, load_sources([shipped, own])[0]["harbour"], on=False)
    (shipped / "gb" / "harbour.yaml").write_text(FILE.replace("/rss", "/moved"))
    source = load_sources([shipped, own])[0]["harbour"]
    assert (source.enabled, source.entries[0].url) == (False, "https://harbour.example/moved")


def test_back_as_shipped_means_no_file_of_ones_own(tmp_path: Path) -> None:
    shipped, own = tmp_path / "shipped", tmp_path / "home" / "sources"
    (shipped / "gb").mkdir(parents=True)
    (shipped / "gb" / "harbour.yaml").write_text(FILE)

    def source():
        return load_sources([shipped, own])[0]["harbour"]

    assert switch(own, source(), on=True) is None
    switch(own, source(), on=False)
    assert switch(own, source(), on=True) is None
    assert list(own.rglob("*.yaml")) == []
    (own / "gb" / "harbour.yaml").write_text("delay: 5\nenabled: false\n")
    assert switch(own, source(), on=True) == own / "gb" / "harbour.yaml"
    assert (source().enabled, source().delay) == (True, 5)
