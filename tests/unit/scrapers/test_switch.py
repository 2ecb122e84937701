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


def test_a_shipped_source_is_switched_off_by_a_copy_in_the_workspace(tmp_path: Path) -> None:
    shipped, own = tmp_path / "shipped", tmp_path / "home" / "sources"
    (shipped / "gb").mkdir(parents=True)
    (shipped / "gb" / "harbour.yaml").write_text(FILE)
    sources, _ = load_sources([shipped, own])
    path = switch(own, sources["harbour"], on=False)
    assert path == own / "gb" / "harbour.yaml"
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
