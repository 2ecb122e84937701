"""The demo's newsroom: its articles are complete and labelled, and its outlets answer as real ones do."""

import json
import re
import tomllib
from collections.abc import Iterator
from difflib import SequenceMatcher
from email.utils import parsedate_to_datetime
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import yaml
from lxml import etree, html

from core.settings import Settings
from pactwatch.demo import Newsroom, OutletInfo, write_workspace
from pactwatch.demo.content import Article
from pactwatch.demo.workspace import KNOWLEDGE
from scrapers.catalogue import load_sources

EVENT_TYPES = {
    "partnership", "strategic_alliance", "joint_venture", "consortium", "joint_development",
    "research_collaboration", "mou", "content_licensing", "equity_investment", "infrastructure_deal",
    "public_sector",
}
NEAR_MISSES = {
    "customer_case", "product", "integration", "marketplace_listing", "partner_program", "acquisition",
    "funding", "grant", "job_move", "lawsuit", "rivalry", "denied", "ended", "background", "list_digest",
    "opinion", "event", "earnings", "ranking", "research", "incidental_ai", "non_ai_alliance", "metaphor",
    "fiction", "sports", "military_political", "corporate",
}
ARTICLES = Newsroom().articles


@pytest.fixture(scope="module")
def newsroom() -> Iterator[Newsroom]:
    with Newsroom() as running:
        yield running


def fetch(url: str, headers: dict[str, str] | None = None) -> tuple[HTTPResponse, bytes]:
    parts = urlsplit(url)
    assert parts.hostname
    connection = HTTPConnection(parts.hostname, parts.port, timeout=10)
    try:
        target = f"{parts.path}?{parts.query}" if parts.query else parts.path
        connection.request("GET", target, headers={"Connection": "close"} | (headers or {}))
        answer = connection.getresponse()
        return answer, answer.read()
    finally:
        connection.close()


def outlet(newsroom: Newsroom, name: str) -> OutletInfo:
    return next(found for found in newsroom.outlets if found.id == name)


def links(info: OutletInfo, body: bytes) -> list[str]:
    """The article addresses that an entry point names."""
    if info.entry_kind == "json":
        return [item["url"] for item in json.loads(body)["items"]]
    if info.entry_kind == "listing":
        found = html.fromstring(body).xpath("//article[contains(@class, 'card')]//h2/a/@href")
        return [info.base_url + str(path) for path in found]
    tree = etree.fromstring(body)
    path = {"rss": "//item/link/text()", "atom": "//*[local-name()='entry']/*[local-name()='link']/@href",
            "sitemap": "//*[local-name()='loc']/text()"}[info.entry_kind]
    found = tree.xpath(path)
    assert isinstance(found, list)
    return [str(link) for link in found]


@pytest.mark.parametrize("article", ARTICLES, ids=lambda article: f"{article.outlet}/{article.slug}")
def test_an_article_is_a_plausible_text_with_one_label(article: Article) -> None:
    paragraphs = article.text.splitlines()
    assert 4 <= len(paragraphs) <= 8
    assert 90 <= len(article.text.split()) <= 260
    assert article.title
    assert article.summary
    assert all(paragraph.strip() == paragraph for paragraph in paragraphs)
    if article.expect == "alliance":
        assert article.event_type in EVENT_TYPES
        assert article.status in {"announced", "rumoured"}
        assert len(article.parties) >= 2
        assert article.kind is None
    else:
        assert article.expect == "near_miss"
        assert article.kind in NEAR_MISSES
        assert not article.parties
        assert article.status is None
        assert article.event_type is None


def test_the_newsroom_has_alliances_and_near_misses_of_every_kind() -> None:
    alliances = [article for article in ARTICLES if article.expect == "alliance"]
    korean = [article for article in ARTICLES if article.outlet == "hangang-it-news"]
    assert len(ARTICLES) >= 44
    assert len({article.key for article in alliances}) >= 12
    assert {article.kind for article in ARTICLES if article.kind} == NEAR_MISSES
    assert {article.event_type for article in alliances} == EVENT_TYPES
    assert any(article.status == "rumoured" for article in alliances)
    assert len(korean) >= 8
    assert sum(article.expect == "near_miss" for article in korean) >= 3
    assert all(re.search("[가-힣]", article.title + article.text) for article in korean)
    assert len({article.path for article in ARTICLES}) == len(ARTICLES)


def test_parties_are_organisations_of_the_demo_and_stand_in_the_text() -> None:
    organisations = yaml.safe_load(KNOWLEDGE.read_text(encoding="utf-8"))
    publishers = {"morrowell-newsroom": "Morrowell Systems"}
    assert len(organisations) >= 25
    # One article is about firms that exist: what the archive is asked about the past.
    nameless: dict[str, list[str]] = {"aliases": [], "ko": []}
    real = dict.fromkeys(("SK Telecom", "Samsung Electronics"), nameless)
    aliases = [alias for name, entry in organisations.items()
               for alias in (name, *entry["aliases"], *entry["ko"])]
    assert len(aliases) == len(set(aliases))
    for article in ARTICLES:
        for party in article.parties:
            entry = (organisations | real)[party]
            names = [party, *entry["aliases"], *entry["ko"]]
            text = f"{article.title}\n{article.text}"
            assert any(name in text for name in names) or party == publishers.get(article.outlet)


def test_one_wire_story_is_carried_by_three_outlets_with_small_edits() -> None:
    copies = [article for article in ARTICLES if article.story == "corvath-nimbrel"]
    assert len({article.outlet for article in copies}) == 3
    assert len({article.title for article in copies}) == 3
    for index, first in enumerate(copies):
        for second in copies[index + 1:]:
            words = SequenceMatcher(None, first.text.split(), second.text.split(), autojunk=False)
            assert 0.8 < words.ratio() < 0.99


def test_expected_names_each_story_once(newsroom: Newsroom) -> None:
    stories = newsroom.expected()
    assert len({story.story for story in stories}) == len(stories)
    wire = next(story for story in stories if story.story == "corvath-nimbrel")
    assert wire.parties == ("Corvath Systems", "Nimbrel Cloud")
    assert len(wire.titles) == 3


def test_every_outlet_lists_its_articles_and_serves_each_of_them(newsroom: Newsroom) -> None:
    kinds = set()
    for info in newsroom.outlets:
        kinds.add(info.entry_kind)
        answer, body = fetch(info.entry_url)
        assert answer.status == 200
        own = {article.path: article for article in newsroom.articles if article.outlet == info.id}
        found = links(info, body)
        assert len(found) == len(set(found)) == len(own)
        for link in found:
            page, text = fetch(link)
            assert page.status == 200
            tree = html.fromstring(text)
            article = own[urlsplit(str(tree.xpath("string(//link[@rel='canonical']/@href)"))).path]
            assert tree.xpath("string(//h1)") == article.title
            assert [str(line.text_content()) for line in tree.xpath("//article//p")][-len(
                article.text.splitlines()):] == article.text.splitlines()
    assert kinds == {"rss", "atom", "json", "sitemap", "listing"}


def test_pages_carry_dates_and_metadata(newsroom: Newsroom) -> None:
    info = outlet(newsroom, "hangang-it-news")
    _, body = fetch(f"{info.base_url}/ai/hanbit-wrenfold-llm")
    tree = html.fromstring(body.decode())
    data = json.loads(tree.xpath("string(//script[@type='application/ld+json'])"))
    assert data["inLanguage"] == tree.xpath("string(/html/@lang)") == "ko"
    assert data["headline"] == tree.xpath("string(//meta[@property='og:title']/@content)")
    assert data["datePublished"] == tree.xpath("string(//article//time/@datetime)")
    assert tree.xpath("//nav")
    assert tree.xpath("//footer")
    assert tree.xpath("//*[@class='most-read']//a")


def test_some_feed_links_are_not_the_canonical_address(newsroom: Newsroom) -> None:
    info = outlet(newsroom, "harbour-tech-daily")
    found = links(info, fetch(info.entry_url)[1])
    assert any("utm_source=" in link for link in found)
    accelerated = next(link for link in found if "/amp/" in link)
    tree = html.fromstring(fetch(accelerated)[1])
    assert tree.xpath("string(//link[@rel='canonical']/@href)") == accelerated.replace("/amp/", "/")


def test_robots_and_pages_of_the_menu_answer_and_others_do_not(newsroom: Newsroom) -> None:
    for info in newsroom.outlets:
        answer, body = fetch(f"{info.base_url}/robots.txt")
        assert answer.status == 200
        assert b"Disallow: /search" in body
        _, front = fetch(f"{info.base_url}/")
        menu = html.fromstring(front).xpath("//nav//a/@href | //footer//a/@href")
        assert len(menu) > 4
        assert {fetch(info.base_url + str(path))[0].status for path in menu} == {200}
        assert fetch(f"{info.base_url}/nothing/here")[0].status == 404


@pytest.mark.parametrize("path", ["/feed.xml", "/media/quillhaven-wrenfold-licence", "/"])
def test_an_unchanged_document_is_answered_with_304(newsroom: Newsroom, path: str) -> None:
    url = outlet(newsroom, "harbour-tech-daily").base_url + path
    first, _ = fetch(url)
    tag, changed = first.headers["ETag"], first.headers["Last-Modified"]
    again, body = fetch(url, {"If-None-Match": f'"other", {tag}'})
    assert (again.status, body) == (304, b"")
    assert again.headers["ETag"] == tag
    assert fetch(url, {"If-Modified-Since": changed})[0].status == 304
    assert fetch(url, {"If-None-Match": '"other"', "If-Modified-Since": changed})[0].status == 200
    assert fetch(url, {"If-Modified-Since": "not a date"})[0].status == 200


def test_a_correction_changes_title_text_tag_and_date() -> None:
    with Newsroom() as running:
        base = outlet(running, "harbour-tech-daily").base_url
        url = f"{base}/enterprise/thornbeck-kitebridge-claims"
        before, old = fetch(url)
        running.publish_corrections()
        after, new = fetch(url, {"If-None-Match": before.headers["ETag"]})
        titles = next(story.titles for story in running.expected() if "thornbeck" in story.story)
        feed = fetch(outlet(running, "harbour-tech-daily").entry_url)[1]
    assert after.status == 200
    assert after.headers["ETag"] != before.headers["ETag"]
    assert (parsedate_to_datetime(after.headers["Last-Modified"])
            > parsedate_to_datetime(before.headers["Last-Modified"]))
    assert "£40m partnership" in old.decode()
    assert "£14m partnership" in new.decode()
    assert titles[0].startswith("Correction:")
    assert titles[0] in feed.decode()


def test_a_closed_newsroom_has_no_outlets_and_can_open_again() -> None:
    newsroom = Newsroom()
    with pytest.raises(RuntimeError, match="closed"):
        _ = newsroom.outlets
    with newsroom:
        with pytest.raises(RuntimeError, match="open already"):
            newsroom.start()
        url = newsroom.outlets[0].entry_url
    with pytest.raises(OSError):
        fetch(url)
    with newsroom:
        assert fetch(newsroom.outlets[0].entry_url)[0].status == 200


def test_the_workspace_names_the_running_outlets(newsroom: Newsroom, tmp_path: Path) -> None:
    write_workspace(tmp_path, newsroom)
    text = (tmp_path / "pactwatch.toml").read_text(encoding="utf-8")
    settings = Settings.model_validate(tomllib.loads(text))
    assert not settings.catalog.builtin
    assert settings.crawl.delay == 0
    assert [(route.rules, route.channel) for route in settings.routes] == [(("ai-alliances",), "console")]
    sources, mistakes = load_sources([tmp_path / "sources"])
    assert mistakes == []
    assert {name: source.entry_points[0].url for name, source in sources.items()} == {
        info.id: info.entry_url for info in newsroom.outlets}
    assert {name: source.entry_points[0].kind for name, source in sources.items()} == {
        "harbour-tech-daily": "feed", "hangang-it-news": "feed", "morrowell-newsroom": "json",
        "signal-wire": "sitemap", "compute-weekly": "listing"}
    assert sources["morrowell-newsroom"].publisher == "Morrowell Systems"
    assert sources["hangang-it-news"].language == "ko"
    assert (tmp_path / "knowledge" / "organisations" / "demo.yaml").read_text(encoding="utf-8") == (
        KNOWLEDGE.read_text(encoding="utf-8"))
