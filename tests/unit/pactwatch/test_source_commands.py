"""`sources` on the command line: lists that stay readable, packs, switches."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import pytest

PACKS = """\
north: {title: The north, countries: ["NO", SE]}
ships: {title: Ships, topics: [ships]}
"""


def write(home: Path, id_: str, country: str, topics: str, more: str = "") -> None:
    path = home / "sources" / country.lower() / f"{id_}.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        f"name: {id_.title()}\nhome: https://{id_}.example/\ncountry: {country}\nlanguage: en\ntopics: [{topics}]\n"
        f"entry_points: [{{feed: 'https://{id_}.example/rss'}}]\n{more}"
    )


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "pactwatch.toml").write_text("[catalog]\nbuiltin = false\n")
    (tmp_path / "packs.yaml").write_text(PACKS)
    write(tmp_path, "fjord", "NO", "tech, ships")
    write(tmp_path, "skerry", "SE", "tech", "enabled: false\n")
    write(tmp_path, "walled", "SE", "ships", "enabled: false\ndisabled_because: Their terms ask for permission.\n")
    write(tmp_path, "quay", "NL", "ships")
    return tmp_path


@pytest.fixture
def run(home: Path, program):
    """Run `pactwatch sources …` in the workspace: exit code, output, errors."""
    return partial(program, "sources")


def enabled(run) -> set[str]:
    return {row["id"] for row in json.loads(run("list", "--json")[1]) if row["enabled"]}


def test_what_is_watched_comes_first_then_what_is_not_and_why(run) -> None:
    code, out, err = run("list")
    assert (code, err) == (0, "")
    order = [out.index(word) for word in ("fjord", "quay", "skerry", "switched off here", "walled", "Their terms")]
    assert order == sorted(order)
    assert out.splitlines()[-1] == "4 sources: 2 watched, 2 disabled."


def test_a_list_can_be_narrowed_to_packs_and_countries(run) -> None:
    def ids(*options: str) -> list[str]:
        return [row["id"] for row in json.loads(run("list", "--json", *options)[1])]

    assert ids("--pack", "north") == ["fjord", "skerry", "walled"]
    assert ids("--pack", "ships", "--country", "no", "--country", "NL") == ["fjord", "quay"]
    assert ids("--pack", "ships", "--pack", "north") == ["fjord", "quay", "skerry", "walled"]
    assert "1 source: 1 watched, 0 disabled." in run("list", "--country", "NL")[1]


def test_the_packs_are_listed_with_how_many_are_watched(run) -> None:
    rows = {row["pack"]: row for row in json.loads(run("packs", "--json")[1])}
    assert rows["north"] == {"pack": "north", "title": "The north", "sources": 3, "watched": 1}
    assert "korea-tech" in rows, "the shipped packs take the workspace's own sources too"
    assert "The north" in run("packs")[1]


def test_a_pack_is_switched_as_one_and_what_is_off_for_a_reason_stays_off(run) -> None:
    code, out, _ = run("enable", "--pack", "north")
    assert code == 0
    assert "Enabled 1 of 2 sources; the others were enabled before." in out
    assert "walled stays off: Their terms ask for permission." in out
    assert enabled(run) == {"fjord", "skerry", "quay"}
    run("disable", "--pack", "all")
    assert enabled(run) == set()
    run("enable", "walled", "--country", "NL")
    assert enabled(run) == {"walled", "quay"}


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["list", "--pack", "south"], "no pack is named 'south'; packs: all, korea-tech,"),
        (["enable", "--pack", "south"], "no pack is named 'south'; packs: all, korea-tech,"),
        (["list", "--country", "XX"], "no source is of the country 'XX'; countries: NL, NO, SE"),
        (["disable", "quay", "pier"], "no source is named 'pier'; see `pactwatch sources list`"),
        (["enable", "--pack", "north", "--country", "NL"], "no source is in these packs and countries"),
        (["enable"], "name a source, a --pack or a --country"),
    ],
)
def test_a_mistake_names_what_is_allowed(run, arguments: list[str], told: str) -> None:
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert told in err
    assert err.count("\n") == 1
    assert enabled(run) == {"fjord", "quay"}, "nothing is switched by halves"


def test_a_mistake_in_the_packs_is_told_with_its_line(run, home: Path) -> None:
    (home / "packs.yaml").write_text("north:\n  title: N\n  country: [NO]\n")
    code, _, err = run("packs")
    assert code == 2
    told = f"pactwatch: {home / 'packs.yaml'}:3: unknown key 'north.country'; allowed: countries"
    assert err.startswith(told)
    code, _, err = run("check")
    assert (code, err.startswith(told)) == (2, True)


def test_the_shipped_catalogue_fits_a_terminal_of_80_columns(run, home: Path, monkeypatch) -> None:
    from rich.console import Console

    (home / "pactwatch.toml").write_text("")
    monkeypatch.setattr(
        "pactwatch.cli.sources.console", lambda: Console(width=80, markup=False, highlight=False, emoji=False)
    )
    lines = run("list")[1].splitlines()
    assert max(map(len, lines)) <= 80
    # One line for each source that is watched, two at most for one that is not, and no id is cut.
    assert len(lines) < 600
    assert any(line.startswith("robotics-automation-news ") for line in lines)
