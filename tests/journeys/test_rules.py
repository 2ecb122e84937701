"""Rules on a real archive: what a replay says of unchanged rules, and an article that is explained by its address."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pactwatch.demo import Newsroom
from tests.journeys.newsdesk import Newsdesk


@pytest.fixture(scope="module")
def newsroom() -> Iterator[Newsroom]:
    with Newsroom() as running:
        yield running


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory, newsroom: Newsroom) -> tuple[Newsdesk, int]:
    """A workspace that has read the news, and how many hits that gave."""
    desk = Newsdesk(tmp_path_factory.mktemp("watched") / "desk", newsroom, "")
    return desk, desk.json("run", "--all", "--json")["hits"]


def address_of_an_alliance(newsroom: Newsroom) -> str:
    (wanted,) = (one for one in newsroom.articles if one.slug == "corvath-nimbrel-data-centre")
    (outlet,) = (one for one in newsroom.outlets if one.id == wanted.outlet)
    return outlet.base_url + wanted.path


def test_an_unchanged_rule_finds_in_the_archive_what_it_found_in_the_news(
    watched: tuple[Newsdesk, int], newsroom: Newsroom
) -> None:
    desk, hits = watched
    for option in ((), ("--annotate", "--processes", "1")):
        found = desk.json("rules", "replay", "ai-alliances", "--json", *option)
        assert (found["stories"]["added"], found["stories"]["removed"]) == (0, 0)
        assert 0 < found["stories"]["unchanged"] <= hits
        assert found["articles"] == len(newsroom.articles)


def test_an_article_is_explained_by_its_address(
    tmp_path: Path, watched: tuple[Newsdesk, int], newsroom: Newsroom
) -> None:
    address = address_of_an_alliance(newsroom)
    fetched = Newsdesk(tmp_path / "desk", newsroom, "").json("rules", "explain", address, "--json")
    assert fetched["from"] == "fetched now; in the archive's ledger: never listed by a source"
    assert fetched["flagged"]
    stored = watched[0].json("rules", "explain", address, "--json")
    assert "of the archive" in stored["from"]
    assert stored["score"] == fetched["score"]


def test_an_address_on_a_private_network_is_refused_in_one_line(tmp_path: Path, newsroom: Newsroom) -> None:
    desk = Newsdesk(tmp_path / "desk", newsroom, "")
    settings = desk.home / "pactwatch.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace('allow_networks = ["127.0.0.0/8"]', "allow_networks = []"), encoding="utf-8")
    refused = desk.call("rules", "explain", address_of_an_alliance(newsroom), code=1)
    assert "blocked_address" in refused.stderr
    assert len(refused.stderr.strip().splitlines()) == 1
