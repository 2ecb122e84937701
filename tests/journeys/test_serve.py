"""`serve` as a service manager runs it: it crawls and sends by itself, two at once do no harm, it ends when told."""

from __future__ import annotations

import shutil
import signal
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from archive.engine import open_engine, writing
from archive.tables import Article
from core.clock import now
from pactwatch.demo import Newsroom
from tests.factories import article
from tests.fake_slack import FakeSlack
from tests.journeys.newsdesk import Newsdesk
from tests.outlet_server import Outlet, Reply
from tests.programs import Program

ROUTE = (
    '[[routes]]\nname = "daily"\nrules = ["ai-alliances"]\nchannel = "slack:C0000000001"\nsend = "digest"\n'
    'at = ["00:00"]\nzone = "UTC"\n'
)


@pytest.fixture(scope="module")
def newsroom() -> Iterator[Newsroom]:
    with Newsroom() as running:
        yield running


def wait_for(condition: Callable[[], bool], seconds: float = 60) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if condition():
            return True
        time.sleep(0.1)
    return False


def test_two_services_send_one_digest_marked_late_and_end_when_told(tmp_path: Path, newsroom: Newsroom) -> None:
    with FakeSlack() as slack:
        desk = Newsdesk(tmp_path / "desk", newsroom, ROUTE, slack.url)
        services = [desk.start("serve"), desk.start("serve")]
        try:
            assert wait_for(lambda: len(slack.messages) > 0)
            assert wait_for(lambda: desk.stored() == len(newsroom.articles))
            time.sleep(1.0)
        finally:
            ended = []
            for service in services:
                began = time.monotonic()
                service.send_signal(signal.SIGTERM)
                _, said = service.communicate(timeout=30)
                ended.append((service.returncode, time.monotonic() - began < 15, "Traceback" in said))
        assert ended == [(0, True, False)] * 2
        first = [key for key in slack.keys if "/" not in key]
        assert len(first) == 1
        assert slack.messages[0]["text"].startswith("Digest ")
        assert "(late)" in slack.messages[0]["text"].splitlines()[0]


def test_a_source_that_is_added_while_it_runs_is_watched(tmp_path: Path, newsroom: Newsroom) -> None:
    desk = Newsdesk(tmp_path / "desk", newsroom, ROUTE.replace("slack:C0000000001", "console"))
    held_back = {path: path.read_text(encoding="utf-8") for path in (desk.home / "sources").glob("*.yaml")}
    newcomer = next(path for path in held_back if path.stem == "morrowell-newsroom")
    newcomer.unlink()
    service = desk.start("serve")
    try:
        total = len([a for a in newsroom.articles if a.outlet != "morrowell-newsroom"])
        assert wait_for(lambda: desk.stored() == total)
        newcomer.write_text(held_back[newcomer], encoding="utf-8")
        assert wait_for(lambda: desk.stored() == len(newsroom.articles))
    finally:
        service.send_signal(signal.SIGTERM)
        service.communicate(timeout=30)
    assert service.returncode == 0


def test_rules_and_knowledge_take_effect_without_a_restart_and_a_broken_one_keeps_its_last_good_version(
    tmp_path: Path, newsroom: Newsroom
) -> None:
    desk = Newsdesk(tmp_path / "desk", newsroom, ROUTE.replace("slack:C0000000001", "console"))
    sources = {path: path.read_text(encoding="utf-8") for path in (desk.home / "sources").glob("*.yaml")}
    later, last = sorted(sources)[:2]
    for path in (later, last):
        path.unlink()

    def stored(count: int) -> bool:
        return wait_for(lambda: desk.stored() == count)

    def flagged(source: Path) -> int:
        found = desk.json("search", f"rule:everything AND source:{source.stem}", "--format", "json")
        return int(found["total"])

    def number(*paths: Path) -> int:
        return len([a for a in newsroom.articles if a.outlet in {path.stem for path in paths}])

    rule = desk.home / "rules" / "everything.yaml"
    rule.parent.mkdir(exist_ok=True)
    service = desk.start("serve")
    try:
        first = len(newsroom.articles) - number(later, last)
        assert stored(first)
        rule.write_text("title: Everything\nquery: '*'\n", encoding="utf-8")
        later.write_text(sources[later], encoding="utf-8")
        assert stored(first + number(later))
        assert flagged(later) == number(later)
        rule.write_text("title: Everything\nquery: 'org:('\n", encoding="utf-8")
        broken = desk.home / "knowledge" / "organisations" / "own.yaml"
        broken.write_text("Zellwerk Motors:\n  colour: red\n", encoding="utf-8")
        last.write_text(sources[last], encoding="utf-8")
        assert stored(len(newsroom.articles))
        assert flagged(last) == number(last)
    finally:
        service.send_signal(signal.SIGTERM)
        _, said = service.communicate(timeout=30)
    assert service.returncode == 0
    assert said.count("everything.yaml:2: query") == 1
    assert said.count("own.yaml:2: unknown key 'colour'") == 1


def test_a_slow_source_delays_no_other(tmp_path: Path, newsroom: Newsroom) -> None:
    desk = Newsdesk(tmp_path / "desk", newsroom, ROUTE.replace("slack:C0000000001", "console"))
    folder = desk.home / "sources"
    held_back = {path: path.read_text(encoding="utf-8") for path in folder.glob("*.yaml")}
    for path in held_back:
        path.unlink()
    with Outlet().running() as outlet:
        outlet.routes["/feed"] = Reply("late", hang=25)
        (folder / "slow.yaml").write_text(
            f"name: Slow\nhome: {outlet.base}/\nentry_points:\n  - feed: {outlet.base}/feed\n", encoding="utf-8")
        service = desk.start("serve")
        try:
            assert wait_for(lambda: "/feed" in outlet.paths())
            for path, text in held_back.items():
                path.write_text(text, encoding="utf-8")
            began = time.monotonic()
            assert wait_for(lambda: desk.stored() > 0, 24)
            assert time.monotonic() - began < 24
        finally:
            service.send_signal(signal.SIGTERM)
            service.communicate(timeout=30)


def test_what_need_not_be_kept_is_removed_while_it_serves(tmp_path: Path, sqlite_template: Path) -> None:
    (tmp_path / "data").mkdir()
    database = tmp_path / "data" / "pactwatch.db"
    shutil.copyfile(sqlite_template, database)
    (tmp_path / "pactwatch.toml").write_text("[catalog]\nbuiltin = false\n[retention]\nunflagged_days = 31\n")
    engine = open_engine(f"sqlite:///{database}")
    with writing(engine) as connection:
        article(connection, "old", seen_at=now() - timedelta(days=40))
        article(connection, "new", seen_at=now())

    def titles() -> list[str]:
        with engine.connect() as connection:
            return list(connection.scalars(sa.select(Article.title)))

    with Program("pactwatch", "serve", "--home", str(tmp_path)) as service:
        assert wait_for(lambda: titles() == ["new"])
        service.send_signal(signal.SIGTERM)
        _, said = service.communicate(timeout=30)
    assert service.returncode == 0
    assert "housekeeping" in said
    engine.dispose()
