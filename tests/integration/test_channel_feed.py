"""A feed in three files: items once, newest on top, well-formed, whole at every moment."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import feedparser
import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from alerts.channels import feed
from alerts.tick import tick
from archive import routes
from archive.engine import reading, writing
from archive.tables import Delivery
from core.settings import Settings
from tests.stories import add_article, add_hit

NOW = datetime.now(UTC)


def settings_for(home: Path, path: str = "feeds/now") -> Settings:
    return Settings(home=home, routes=[{"name": "now", "channel": f"feed:{path}", "send": "immediate"}])


def items(home: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((home / "feeds" / "now.json").read_text())["items"]
    return found


def test_a_feed_has_the_newest_story_on_top_in_all_three_forms(sqlite_engine: Engine, tmp_path: Path) -> None:
    settings = settings_for(tmp_path)
    for title in ("First <b>story</b>", "Second & story"):
        add_hit(sqlite_engine, settings.routes, NOW, title=title, parties=(title, "Borealis"))
    assert tick(sqlite_engine, settings, NOW).sent == 2
    assert [item["title"].partition(" ↔")[0] for item in items(tmp_path)] == ["Second & story", "First <b>story</b>"]
    for ending, kind in ((".atom", "atom10"), (".rss", "rss20")):
        read = feedparser.parse((tmp_path / "feeds" / f"now{ending}").read_bytes())
        assert (read.bozo, read.version) == (False, kind)
        assert [entry.link for entry in read.entries] == ["https://news.example/2", "https://news.example/1"]
        assert len({entry.id for entry in read.entries}) == 2
    atom = ET.parse(tmp_path / "feeds" / "now.atom").getroot()
    assert "Second & story" in [e.text for e in atom.iter("{http://www.w3.org/2005/Atom}title")][1]
    assert not [path for path in (tmp_path / "feeds").iterdir() if path.name.endswith(".new")]


def test_an_item_that_may_have_been_written_is_looked_up_and_not_written_twice(
        sqlite_engine: Engine, tmp_path: Path) -> None:
    settings = settings_for(tmp_path)
    add_hit(sqlite_engine, settings.routes, NOW)
    tick(sqlite_engine, settings, NOW)
    with writing(sqlite_engine) as connection:
        connection.execute(sa.update(Delivery).values(state="unclear", sent_at=None, message_id=None))
    assert tick(sqlite_engine, settings, NOW).sent == 1
    assert len(items(tmp_path)) == 1


def test_a_story_that_grows_is_written_anew_in_its_place(sqlite_engine: Engine, tmp_path: Path) -> None:
    settings = settings_for(tmp_path)
    _, story = add_hit(sqlite_engine, settings.routes, NOW)
    tick(sqlite_engine, settings, NOW)
    add_article(sqlite_engine, settings.routes, NOW, story, "Second Post")
    tick(sqlite_engine, settings, NOW)
    (item,) = items(tmp_path)
    assert "2 outlets" in item["content_text"]
    assert "2 outlets" in (tmp_path / "feeds" / "now.rss").read_text()


def test_a_feed_keeps_its_newest_items(
        sqlite_engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "MOST", 3)
    settings = settings_for(tmp_path)
    for number in range(5):
        add_hit(sqlite_engine, settings.routes, NOW, parties=(f"Firm {number}", "Borealis"))
    tick(sqlite_engine, settings, NOW)
    assert [item["title"][:6] for item in items(tmp_path)] == ["Firm 4", "Firm 3", "Firm 2"]


def test_a_file_that_somebody_spoilt_begins_anew(sqlite_engine: Engine, tmp_path: Path) -> None:
    settings = settings_for(tmp_path)
    (tmp_path / "feeds").mkdir()
    (tmp_path / "feeds" / "now.json").write_text("{")
    add_hit(sqlite_engine, settings.routes, NOW)
    assert tick(sqlite_engine, settings, NOW).sent == 1
    assert len(items(tmp_path)) == 1


@pytest.mark.parametrize(("path", "word"), [("feeds/now.rss", "without .rss"), ("taken/now", "Not a directory")])
def test_a_path_that_cannot_be_a_feed_stops_the_route_with_a_word(
        sqlite_engine: Engine, tmp_path: Path, path: str, word: str) -> None:
    settings = settings_for(tmp_path, path)
    (tmp_path / "taken").write_text("a file")
    add_hit(sqlite_engine, settings.routes, NOW)
    assert tick(sqlite_engine, settings, NOW).pending == 1
    with reading(sqlite_engine) as connection:
        assert word in routes.overview(connection, NOW)[0]["stopped_reason"]
