"""`sources import` and `export`: lists of other readers go in and out, and what is wrong with them is said."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import pytest

from core.yamlfile import load
from scrapers.catalogue import load_sources

OPML = """<?xml version="1.0" encoding="UTF-8"?>
<opml version="1.0"><head><title>Mine</title></head><body>
  <outline text="Chips &amp; more">
    <outline text="Deep"><outline type="rss" text="Silicon: a &quot;daily&quot;" XMLURL="https://silicon.example/feed?a=1&amp;b=2"
      htmlUrl="https://silicon.example/"/></outline>
    <outline type="rss" title="Known" xmlUrl="https://fjord.example/rss"/>
  </outline>
  <outline type="rss" text="Nowhere" xmlUrl="javascript:alert(1)"/>
  <outline type="rss" text="Silicon again" xmlUrl="https://silicon.example/feed?a=1&amp;b=2"/>
  <outline text="An empty group"/>
</body></opml>
"""


@pytest.fixture
def run(tmp_path: Path, program):
    """Run `pactwatch sources …` in a workspace: exit code, output, errors."""
    (tmp_path / "pactwatch.toml").write_text("[catalog]\nbuiltin = false\n")
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources" / "fjord.yaml").write_text(
        "name: Fjord\nhome: https://fjord.example/\ncountry: 'NO'\nlanguage: nb\ntags: [north, 'sea & ice']\n"
        "entry_points:\n  - feed: https://fjord.example/rss\n  - sitemap: https://fjord.example/map.xml\n"
    )
    return partial(program, "sources")


def test_groups_become_tags_and_what_is_known_is_named(run, tmp_path: Path) -> None:
    (tmp_path / "mine.opml").write_text(OPML)
    code, out, err = run("import", "mine.opml")
    assert (code, err) == (0, "")
    assert "the source fjord names it" in out
    assert "'javascript:alert(1)' is not a web address" in out
    assert "1 outlets to write" in out
    assert not (tmp_path / "sources" / "silicon.yaml").exists()
    run("import", "mine.opml", "--write")
    data = load(tmp_path / "sources" / "silicon.yaml")
    assert data["name"] == 'Silicon: a "daily"'
    assert data["tags"] == ["Chips & more", "Deep"]
    assert data["entry_points"] == [{"feed": "https://silicon.example/feed?a=1&b=2"}]
    assert load_sources([tmp_path / "sources"])[1] == []
    assert "0 outlets written" in run("import", "mine.opml", "--write")[1]


def test_an_export_comes_back_as_it_was(run, tmp_path: Path) -> None:
    code, out, _ = run("export", "--opml")
    assert code == 0
    before = load(tmp_path / "sources" / "fjord.yaml")
    (tmp_path / "out.opml").write_text(out)
    (tmp_path / "sources" / "fjord.yaml").unlink()
    run("import", "out.opml", "--write")
    assert load(tmp_path / "sources" / "fjord.yaml") == before
    assert json.loads(run("export", "--json")[1])[0]["id"] == "fjord"


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ('<!DOCTYPE o [<!ENTITY a SYSTEM "file:///etc/passwd">]><opml><outline text="&a;"/></opml>', "entities"),
        ("<rss><channel/></rss>", "is not OPML: its first element is <rss>"),
        ("<opml><body><outline text=", "is not well-formed XML"),
        ("", "is not well-formed XML"),
        ("<opml>" + "<outline text='x'>" * 5000, "is not well-formed XML"),
    ],
)
def test_a_file_that_cannot_be_read_is_one_line(run, tmp_path: Path, body: str, told: str) -> None:
    (tmp_path / "bad.opml").write_text(body)
    code, _, err = run("import", "bad.opml")
    assert code == 2
    assert told in err
    assert len(err.strip().splitlines()) == 1


def test_two_outlets_of_one_host_get_two_ids(run, tmp_path: Path) -> None:
    feeds = "".join(
        f'<outline type="rss" text="{name}" xmlUrl="https://big.example/{name}.xml"/>' for name in ("Tech", "Markets")
    )
    (tmp_path / "two.opml").write_text(f"<opml><body>{feeds}</body></opml>")
    run("import", "two.opml", "--write")
    assert {p.stem for p in (tmp_path / "sources").iterdir()} == {"fjord", "big", "big-markets"}


def test_check_names_one_source_and_its_mistake(run, tmp_path: Path) -> None:
    assert run("check", "fjord")[1] == "1 source is in order.\n"
    (tmp_path / "sources" / "odd.yaml").write_text("name: Odd\n")
    assert run("check", "fjord")[0] == 0
    code, _, err = run("check", "odd")
    assert code == 2
    assert "odd.yaml" in err
    assert run("check", "nobody")[0] == 2
