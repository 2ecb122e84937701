"""Packs: what is in one follows from what the source files say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from core.errors import NotFoundError, SourceFileError
from scrapers.packs import Pack, named, read_packs
from scrapers.source import SourceFile


def source(**keys: Any) -> SourceFile:
    points = [{"feed": "https://harbour.example/rss"}]
    usual = {"id": "harbour", "name": "Harbour", "home": "https://harbour.example/", "entry_points": points}
    return SourceFile.model_validate(usual | {"country": "KR", "topics": ["tech", "ai"]} | keys)


@pytest.mark.parametrize(
    ("pack", "holds"),
    [
        ({}, True),
        ({"countries": ["JP", "KR"]}, True),
        ({"countries": ["JP"]}, False),
        ({"topics": ["ai", "cloud"]}, True),
        ({"topics": ["cloud"]}, False),
        ({"countries": ["KR"], "topics": ["cloud"]}, False),
        ({"newsroom": False}, True),
        ({"newsroom": True}, False),
        ({"languages": ["ko"]}, False),
        ({"tags": ["ai-lab"]}, False),
        ({"sources": ["harbour"]}, True),
        ({"sources": ["other"]}, False),
        ({"sources": ["harbour"], "countries": ["JP"]}, True),
        ({"sources": ["other"], "countries": ["KR"]}, True),
    ],
)
def test_every_key_has_to_hold_and_of_a_list_one_value(pack: dict[str, Any], holds: bool) -> None:
    assert Pack.model_validate({"title": "T", **pack}).holds(source()) is holds


def test_a_newsroom_is_a_source_with_a_publisher() -> None:
    assert Pack(title="T", newsroom=True).holds(source(publisher="Samsung Electronics"))


def test_a_pack_of_the_workspace_replaces_a_shipped_one_and_joins_the_others(tmp_path: Path) -> None:
    (tmp_path / "shipped.yaml").write_text("chips: {title: Chips}\ncars: {title: Cars}\n")
    (tmp_path / "own.yaml").write_text("cars: {title: My cars}\nships: {title: Ships}\n")
    packs = read_packs([tmp_path / "shipped.yaml", tmp_path / "own.yaml", tmp_path / "missing.yaml"])
    assert {name: pack.title for name, pack in packs.items()} == {"chips": "Chips", "cars": "My cars", "ships": "Ships"}
    with pytest.raises(NotFoundError, match=r"'trains'; packs: chips, cars, ships"):
        named(packs, ["cars", "trains"])


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        ("chips:\n  title: Chips\n  topic: [ai]\n", 3, "unknown key 'chips.topic'; allowed: countries, languages"),
        ("chips:\n  topics: [ai]\n", 1, "'chips.title' is missing"),
        ("chips:\n  title: Chips\n  newsroom: perhaps\n", 3, "chips.newsroom 'perhaps'"),
        ("- chips\n", 1, "is not a table of packs"),
        ("chips: [\n", 2, "is not valid YAML"),
    ],
)
def test_a_mistake_is_one_line_with_its_place(tmp_path: Path, text: str, line: int, told: str) -> None:
    (tmp_path / "packs.yaml").write_text(text)
    with pytest.raises(SourceFileError) as caught:
        read_packs([tmp_path / "packs.yaml"])
    assert told in str(caught.value)
    assert caught.value.line == line
    assert "\n" not in str(caught.value)
