"""What the doctor advises, and that a file keeps what it does not change."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from core.clock import now
from core.records import Discovery, Outcome
from core.yamlfile import load
from pactwatch import doctor
from pactwatch.scout import Scouted
from scrapers.catalogue import load_sources
from scrapers.scout.choose import choose
from scrapers.scout.edit import with_key
from scrapers.scout.measure import Candidate, fill
from scrapers.scout.search import Look

HOME = "https://paper.example/"
PRESENT = "the present file"
SHIPPED = f"""# shipped
name: Paper
home: {HOME}
entry_points:
  - feed: {HOME}rss   # the old one
  - listing: {HOME}tech
    links: "h2 a"

# about tags
tags: [x]
"""


def entries(count: int, age: timedelta = timedelta()) -> list[Discovery]:
    return [Discovery(f"{HOME}{n}-a-b-c", f"Title {n}", now() - age - timedelta(hours=n + 1)) for n in range(count)]


def candidate(path: str, found_by: str = "a link tag", *, outcome: Outcome = Outcome.OK, **more) -> Candidate:
    one = Candidate(HOME + path, found_by, outcome=outcome, form=more.pop("form", "rss"), **more)
    if outcome is Outcome.OK:
        fill(one, entries(9), HOME, lambda _: None)
    return one


def scouted(*candidates: Candidate) -> Scouted:
    look = Look(HOME, HOME, candidates=list(candidates))
    look.chosen = choose(look.candidates, None)
    return Scouted(look)


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    shipped, own = tmp_path / "shipped" / "us", tmp_path / "own"
    shipped.mkdir(parents=True)
    own.mkdir()
    (shipped / "paper.yaml").write_text(SHIPPED)
    return shipped.parent, own


def read(folders: tuple[Path, Path]):
    sources, mistakes = load_sources(folders)
    assert mistakes == []
    return sources["paper"]


def listing() -> Candidate:
    return candidate("tech", PRESENT, kind="listing", form="listing")


def test_a_dead_feed_is_dropped_and_a_live_one_added(folders) -> None:
    dead = candidate("rss", PRESENT, outcome=Outcome.HTTP_ERROR, reason="HTTP 404 Not Found")
    result = scouted(dead, listing(), candidate("feed"))
    plan = doctor.steps(read(folders), result)
    assert [(s.advice, s.url.removeprefix(HOME)) for s in plan] == [("drop", "rss"), ("drop", "tech"), ("add", "feed")]
    assert "HTTP 404" in plan[0].why
    assert "not needed beside" in plan[1].why


def test_a_feed_that_leads_elsewhere_is_replaced(folders) -> None:
    moved = candidate("feed", PRESENT, moved_from=HOME + "rss")
    plan = doctor.steps(read(folders), scouted(moved, listing()))
    assert (plan[0].advice, plan[0].new_url) == ("replace", HOME + "feed")


def test_where_nothing_is_found_everything_stays(folders) -> None:
    down = candidate("rss", PRESENT, outcome=Outcome.TIMEOUT, reason="no complete answer in time")
    plan = doctor.steps(read(folders), scouted(down))
    assert {s.advice for s in plan} == {"keep"}


def test_a_shipped_file_that_is_right_gets_only_the_record_of_the_check(folders) -> None:
    (folders[0] / "us" / "paper.yaml").write_text(SHIPPED.replace("  - listing: https://paper.example/tech\n    links: "
                                                                 '"h2 a"\n', ""))
    source = read(folders)
    result = scouted(candidate("rss", PRESENT))
    plan = doctor.steps(source, result)
    assert [s.advice for s in plan] == ["keep"]
    path = doctor.write(folders[1], source, doctor.mended(source, result, plan))
    assert set(load(path)) == {"checked"}
    again = read(folders)
    assert again.checked is not None
    assert again.tags == ("x",)


def test_a_listing_keeps_its_selectors_and_the_file_its_comments(folders) -> None:
    source = read(folders)
    dead = candidate("rss", PRESENT, outcome=Outcome.HTTP_ERROR, reason="HTTP 404 Not Found")
    result = scouted(dead, listing())
    plan = doctor.steps(source, result)
    path = doctor.write(folders[1], source, doctor.mended(source, result, plan))
    assert path == folders[1] / "us" / "paper.yaml"
    assert load(path)["entry_points"] == [{"listing": HOME + "tech", "links": "h2 a"}]
    assert "# about tags\ntags: [x]\n" in path.read_text()
    assert (folders[0] / "us" / "paper.yaml").read_text() == SHIPPED


def test_an_own_change_of_a_shipped_file_is_kept(folders) -> None:
    own = folders[1] / "paper.yaml"
    own.write_text("# why\nevery: 30m\n")
    source = read(folders)
    dead = candidate("rss", PRESENT, outcome=Outcome.HTTP_ERROR, reason="HTTP 404 Not Found")
    result = scouted(dead, candidate("feed"))
    doctor.write(folders[1], source, doctor.mended(source, result, doctor.steps(source, result)))
    data = load(own)
    assert data["every"] == "30m"
    assert data["entry_points"] == [{"feed": HOME + "feed"}]
    assert read(folders).name == "Paper"


def test_a_key_is_replaced_in_its_place_or_added_at_the_end() -> None:
    text = "a: 1\nb:\n  - x\n\n# of c\nc: 3"
    assert with_key(text, "b", "b: 2\n") == "a: 1\nb: 2\n\n# of c\nc: 3"
    assert with_key(text, "d", "d: 4\n") == text + "\nd: 4\n"
