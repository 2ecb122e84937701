"""The table of outlets becomes source files, again and again the same."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from core.errors import SourceFileError
from core.workspace import shipped
from scrapers import outlets
from scrapers.outlets import HEADER, Outlet, read_outlets, text_of, write_sources
from scrapers.source import read_source

ROWS = """\
harbour,Harbour Post,NO,no,tech ai,,https://har.example/,feed=https://har.example/rss?a=1 sitemap=https://har.example/s,soft,,\
list log,2026-08,high
arm,Arm Newsroom,GB,en,company-newsroom,chip-maker,https://arm.example/,listing=https://arm.example/news,none,Arm,configs,2026,medium
"""
NOTES = """\
arm:
  enabled: false
  disabled_because: "Terms: ask"
  entry_points: [{listing: https://arm.example/press, links: "h2 a"}]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "outlets.csv").write_text(",".join(outlets.COLUMNS) + "\n" + ROWS)
    (tmp_path / "outlets.yaml").write_text(NOTES)
    return tmp_path


def test_a_row_becomes_a_source_file(folder: Path) -> None:
    write_sources(read_outlets(folder), folder / "sources")
    source = read_source(folder / "sources" / "no" / "harbour.yaml")
    assert (source.name, source.country, source.language) == ("Harbour Post", "NO", "no")
    assert [(e.kind, e.url) for e in source.entries] == [
        ("feed", "https://har.example/rss?a=1"),
        ("sitemap", "https://har.example/s"),
    ]
    assert (source.topics, source.paywall, source.publisher, source.enabled) == (("tech", "ai"), "soft", None, True)
    text = (folder / "sources" / "no" / "harbour.yaml").read_text()
    assert text.startswith(HEADER)
    assert yaml.safe_load(text)["country"] == "NO", "other readers of YAML take NO for false"


def test_what_was_noted_by_hand_lies_over_the_table(folder: Path) -> None:
    write_sources(read_outlets(folder), folder / "sources")
    source = read_source(folder / "sources" / "gb" / "arm.yaml")
    assert (source.publisher, source.tags) == ("Arm", ("chip-maker",))
    assert (source.enabled, source.disabled_because) == (False, "Terms: ask")
    assert [(e.url, e.links) for e in source.entries] == [("https://arm.example/press", "h2 a")]


def test_running_it_again_changes_nothing(folder: Path) -> None:
    assert len(write_sources(read_outlets(folder), folder / "sources")) == 2
    assert write_sources(read_outlets(folder), folder / "sources") == []


def test_an_outlet_that_moves_or_goes_leaves_no_file_and_files_by_hand_stay(folder: Path) -> None:
    write_sources(read_outlets(folder), folder / "sources")
    by_hand = folder / "sources" / "no" / "mine.yaml"
    by_hand.write_text("name: Mine\n")
    (folder / "outlets.csv").write_text(",".join(outlets.COLUMNS) + "\n" + ROWS.splitlines()[0].replace(",NO,", ",SE,"))
    (folder / "outlets.yaml").write_text("")
    write_sources(read_outlets(folder), folder / "sources")
    assert sorted(p.relative_to(folder / "sources").as_posix() for p in (folder / "sources").rglob("*.yaml")) == [
        "no/mine.yaml",
        "se/harbour.yaml",
    ]


def test_a_file_by_hand_is_not_written_over(folder: Path) -> None:
    by_hand = folder / "sources" / "no" / "harbour.yaml"
    by_hand.parent.mkdir(parents=True)
    by_hand.write_text("name: Mine\n")
    with pytest.raises(SourceFileError, match=r"harbour\.yaml.*written by hand"):
        write_sources(read_outlets(folder), folder / "sources")
    assert by_hand.read_text() == "name: Mine\n"


@pytest.mark.parametrize(
    ("file", "good", "bad", "line", "told"),
    [
        ("outlets.csv", "listing=https", "page=https", 3, "write kind=address, with one of feed, sitemap"),
        ("outlets.csv", ",configs,", ",rumour,", 3, "seen_in 'rumour': allowed are crawler, list"),
        ("outlets.csv", "arm,Arm", "harbour,Arm", 3, "names 'harbour' twice"),
        ("outlets.csv", ",2026,medium", ",2026", 3, "another number of values"),
        ("outlets.csv", "seen_in", "places", 1, "has other columns"),
        ("outlets.yaml", "arm:", "# a remark\nfarm:", 2, "'farm' is no id of outlets.csv"),
    ],
)
def test_a_mistake_is_told_with_its_line(folder: Path, file: str, good: str, bad: str, line: int, told: str) -> None:
    text = (folder / file).read_text()
    assert good in text
    (folder / file).write_text(text.replace(good, bad, 1))
    with pytest.raises(SourceFileError) as caught:
        read_outlets(folder)
    assert told in str(caught.value)
    assert (Path(caught.value.file).name, caught.value.line) == (file, line)


def test_a_key_that_no_source_file_has_is_named(folder: Path) -> None:
    (folder / "outlets.yaml").write_text("arm: {enabeld: false}\n")
    with pytest.raises(SourceFileError, match=r"unknown key 'enabeld'; allowed: .*enabled"):
        write_sources(read_outlets(folder), folder / "sources")


@given(text=st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1, max_size=60))
def test_any_name_and_note_is_read_back_as_it_was(text: str) -> None:
    keys = {"name": text, "home": "https://a.example/", "country": "NO", "notes": text, "entry_points": []}
    read = yaml.safe_load(text_of(Outlet("a", keys, (), "2026", "high")))
    assert (read["name"], read["notes"], read["country"]) == (text, text, "NO")


def test_the_command_says_what_it_wrote(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    monkeypatch.setattr(outlets, "shipped", lambda *_: folder)
    assert outlets.main() == 0
    assert capsys.readouterr().out.splitlines() == [
        "wrote sources/no/harbour.yaml",
        "wrote sources/gb/arm.yaml",
        "2 outlets, 2 files changed.",
    ]
    (folder / "outlets.yaml").write_text("farm: {}\n")
    assert outlets.main() == 2
    assert capsys.readouterr().err == f"{folder / 'outlets.yaml'}:1: 'farm' is no id of outlets.csv\n"


def test_the_shipped_files_are_those_of_the_table() -> None:
    folder = shipped("scrapers", "")
    wanted = {f"{o.keys['country'].lower()}/{o.id}.yaml": text_of(o) for o in read_outlets(folder)}
    there = {
        p.relative_to(folder / "sources").as_posix(): text
        for p in (folder / "sources").rglob("*.yaml")
        if (text := p.read_text(encoding="utf-8")).startswith(HEADER)
    }
    assert sorted(k for k in wanted.keys() | there.keys() if wanted.get(k) != there.get(k)) == [], "run `make sources`"
