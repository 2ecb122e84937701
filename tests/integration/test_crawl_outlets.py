"""One crawl over outlets of every kind, on real HTTP: what is found, fetched, remembered."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.crawl_once import run_crawl, write_source
from tests.outlet_server import Asked, Outlet, Reply


@pytest.fixture
def outlet() -> Iterator[Outlet]:
    with Outlet().running() as running:
        yield running


def test_every_kind_of_entry_point_leads_to_its_articles(outlet: Outlet, tmp_path: Path) -> None:
    kinds = ("rss", "atom", "rdf", "json", "sitemap", "listing")
    links = {kind: outlet.article(f"/2026/11/{kind}-story-about-a-new-chip") for kind in kinds}
    outlet.rss("/rss", links["rss"])
    outlet.routes["/atom"] = Reply(
        '<feed xmlns="http://www.w3.org/2005/Atom"><title>T</title><entry><title>Atom story</title>'
        f'<link href="{links["atom"]}"/><id>1</id><updated>2026-11-20T10:00:00Z</updated></entry></feed>',
        "application/atom+xml",
    )
    outlet.routes["/rdf"] = Reply(
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"><channel/>'
        f'<item rdf:about="x"><title>RDF story</title><link>{links["rdf"]}</link></item></rdf:RDF>',
        "application/xml",
    )
    outlet.routes["/feed.json"] = Reply(
        f'{{"version": "https://jsonfeed.org/version/1.1", "items": '
        f'[{{"id": "1", "url": "{links["json"]}", "title": "JSON story"}}]}}',
        "application/feed+json",
    )
    outlet.routes["/index.xml"] = Reply(
        f'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><sitemap><loc>{outlet.base}/part.xml.gz</loc></sitemap></sitemapindex>',
        "application/xml",
    )
    pages = (
        f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url><loc>{links["sitemap"]}</loc></url></urlset>'
    )
    outlet.routes["/part.xml.gz"] = Reply(gzip.compress(pages.encode()), "application/gzip")
    outlet.routes["/news"] = Reply(
        f'<html><body><nav><a href="/about">About us</a></nav>'
        f'<h2><a href="{links["listing"]}">A new chip is shown to the press in Seoul</a></h2>'
        "</body></html>"
    )
    write_source(
        tmp_path,
        "all",
        "feed: " + outlet.base + "/rss",
        "feed: " + outlet.base + "/atom",
        "feed: " + outlet.base + "/rdf",
        "json: " + outlet.base + "/feed.json",
        "sitemap: " + outlet.base + "/index.xml",
        "listing: " + outlet.base + "/news",
    )
    result = run_crawl(tmp_path)
    assert {p["url"] for p in result["pages"]} == set(links.values())
    assert outlet.paths()[0] == "/robots.txt"
    assert outlet.paths().count("/robots.txt") == 1
    assert result["done"] == ["all"]


def test_a_second_crawl_asks_conditionally_and_fetches_nothing_again(outlet: Outlet, tmp_path: Path) -> None:
    link = outlet.article("/a-1")
    outlet.rss("/rss", link)
    feed = outlet.routes["/rss"]

    def conditional(asked: Asked) -> Reply:
        return (
            Reply(status=304)
            if asked.headers.get("if-none-match") == '"v1"'
            else Reply(feed.body, feed.kind, headers={"ETag": '"v1"'})
        )

    outlet.routes["/rss"] = conditional
    outlet.rss("/plain", link)  # no validators: told by the hash of its body
    write_source(tmp_path, "one", "feed: " + outlet.base + "/rss", "feed: " + outlet.base + "/plain")
    run_crawl(tmp_path)
    outlet.asked.clear()
    result = run_crawl(tmp_path, "--all")
    assert sorted(outlet.paths()) == ["/plain", "/robots.txt", "/rss"]
    assert {p["outcome"] for p in result["polls"]} == {"unchanged"}
    assert result["pages"] == []


def test_an_unchanged_sitemap_index_is_asked_conditionally_and_its_sitemaps_are_still_read(
    outlet: Outlet, tmp_path: Path
) -> None:
    index = (
        '<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
        f"<sitemap><loc>{outlet.base}/part.xml</loc></sitemap></sitemapindex>"
    )

    def part(*links: str) -> str:
        urls = "".join(f"<url><loc>{link}</loc></url>" for link in links)
        return f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{urls}</urlset>'

    def conditional(asked: Asked) -> Reply:
        if asked.headers.get("if-none-match") == '"v1"':
            return Reply(status=304)
        return Reply(index, "application/xml", headers={"ETag": '"v1"'})

    outlet.routes["/index.xml"] = conditional
    outlet.routes["/part.xml"] = Reply(part(outlet.article("/a-1")), "application/xml")
    write_source(tmp_path, "one", "sitemap: " + outlet.base + "/index.xml")
    run_crawl(tmp_path)
    outlet.routes["/part.xml"] = Reply(part(outlet.article("/a-1"), outlet.article("/a-2")), "application/xml")
    outlet.asked.clear()
    run_crawl(tmp_path, "--all")
    asked = {a.path: a.headers.get("if-none-match") for a in outlet.asked}
    assert asked["/index.xml"] == '"v1"'
    assert "/a-2" in asked
    assert "/a-1" not in asked


def test_an_article_listed_twice_or_under_variants_is_fetched_once(outlet: Outlet, tmp_path: Path) -> None:
    link = outlet.article("/2026/story-one-two-three")
    outlet.rss("/rss", link + "?utm_source=rss", link + "#comments", link)
    outlet.rss("/other", link + "/amp", link + "?fbclid=1")
    write_source(tmp_path, "one", "feed: " + outlet.base + "/rss", "feed: " + outlet.base + "/other")
    assert len(run_crawl(tmp_path)["pages"]) == 1
    assert [p for p in outlet.paths() if p.startswith("/2026")] == ["/2026/story-one-two-three"]


def test_where_a_redirect_leads_is_not_fetched_again(outlet: Outlet, tmp_path: Path) -> None:
    link = outlet.article("/real/story")
    outlet.routes["/go/1"] = Reply(status=302, headers={"Location": "/real/story?utm_source=x"})
    outlet.rss("/rss", outlet.base + "/go/1")
    write_source(tmp_path, "one", "feed: " + outlet.base + "/rss")
    first = run_crawl(tmp_path)
    outlet.rss("/rss", link)
    second = run_crawl(tmp_path, "--all")
    assert [p["final"] for p in first["pages"]] == [link]
    assert second["pages"] == []
    assert second["addresses"][link][0] == "known"


def test_a_correction_in_the_feed_brings_the_article_in_again(outlet: Outlet, tmp_path: Path) -> None:
    link = outlet.article("/story")
    entry = '<feed xmlns="http://www.w3.org/2005/Atom"><entry>'
    entry += '<title>T</title><link href="{}"/><updated>{}</updated></entry></feed>'
    outlet.routes["/atom"] = Reply(entry.format(link, "2026-11-20T10:00:00Z"), "application/atom+xml")
    write_source(tmp_path, "one", "feed: " + outlet.base + "/atom")
    assert len(run_crawl(tmp_path)["pages"]) == 1
    outlet.routes["/atom"] = Reply(entry.format(link, "2026-11-20T11:00:00Z"), "application/atom+xml")
    assert len(run_crawl(tmp_path, "--all")["pages"]) == 1
    assert run_crawl(tmp_path, "--all")["pages"] == []


def test_after_a_kill_the_next_crawl_fetches_what_is_missing_and_nothing_twice(outlet: Outlet, tmp_path: Path) -> None:
    links = [outlet.article(f"/story-{i}") for i in range(40)]
    outlet.rss("/rss", *links, ETag='"v1"')
    write_source(tmp_path, "one", "feed: " + outlet.base + "/rss")
    assert run_crawl(tmp_path, "dies_after=15") == {"killed": True}
    outlet.rss("/rss", links[0])  # the feed has moved on: what it listed before must not be lost
    result = run_crawl(tmp_path, "--all")
    assert {row[0] for row in result["addresses"].values()} == {"stored"}
    assert len(result["addresses"]) == 40
    fetched = [p for p in outlet.paths() if p.startswith("/story-")]
    assert len(fetched) - len(set(fetched)) <= 8 + 1  # what was in flight, and the page that was in hand


def test_korean_pages_and_feeds_in_their_own_encoding_are_read(outlet: Outlet, tmp_path: Path) -> None:
    link = outlet.article("/view/1001")
    feed = '<?xml version="1.0" encoding="euc-kr"?><rss><channel>'
    feed += f"<item><title>똠방 반도체 협력</title><link>{link}</link></item></channel></rss>"
    outlet.routes["/rss"] = Reply(feed.encode("cp949"), "text/xml; charset=utf-8")
    write_source(tmp_path, "one", "feed: " + outlet.base + "/rss", more="language: ko\n")
    assert run_crawl(tmp_path)["polls"][0]["titles"] == ["똠방 반도체 협력"]


def test_more_new_articles_than_a_poll_takes_wait_for_the_next(outlet: Outlet, tmp_path: Path) -> None:
    links = [outlet.article(f"/story-{i}") for i in range(7)]
    outlet.rss("/rss", *links, ETag='"v1"')
    write_source(tmp_path, "one", "feed: " + outlet.base + "/rss", more="limits: {articles: 5}\n")
    assert len(run_crawl(tmp_path)["pages"]) == 5
    assert len(run_crawl(tmp_path, "--all")["pages"]) == 2


def test_a_broken_source_file_is_named_and_the_others_still_run(outlet: Outlet, tmp_path: Path) -> None:
    outlet.rss("/rss", outlet.article("/a-1"))
    write_source(tmp_path, "good", "feed: " + outlet.base + "/rss")
    write_source(tmp_path, "bad", "feed: " + outlet.base + "/rss", more="paywall: maybe\n")
    result = run_crawl(tmp_path)
    assert len(result["pages"]) == 1
    [mistake] = result["mistakes"]
    assert "bad.yaml:5" in mistake
    assert "'maybe'" in mistake
    assert "'none', 'soft', 'hard' or 'unknown'" in mistake


def test_articles_that_are_those_of_the_feed_are_never_asked_for(outlet: Outlet, tmp_path: Path) -> None:
    walled = [f"{outlet.base}/2026/11/story-{n}" for n in (1, 2)]
    outlet.rss("/rss", *walled)
    write_source(tmp_path, "walled", f"feed: {outlet.base}/rss", more="articles: feed\n")
    result = run_crawl(tmp_path)
    assert {p["url"]: p["title"] for p in result["pages"]} == {url: f"About {url}" for url in walled}
    assert outlet.paths() == ["/robots.txt", "/rss"]
    assert result["done"] == ["walled"]
    outlet.rss("/rss", *walled, f"{outlet.base}/2026/11/story-3")
    assert [p["url"] for p in run_crawl(tmp_path, "--all")["pages"]] == [f"{outlet.base}/2026/11/story-3"]


def test_a_page_without_text_is_read_from_its_amp_version_once_and_as_robots_allows(
    outlet: Outlet, tmp_path: Path
) -> None:
    text = "<p>" + "Two firms said on Monday that they will build a new chip together in the spring. " * 4 + "</p>"
    empty = '<html><head><link rel="amphtml" href="{}"></head><body><div id=app></div></body></html>'
    for name in ("good", "gone", "forbidden"):
        outlet.routes[f"/{name}-story"] = Reply(empty.format(f"/amp/{name}"))
    outlet.routes["/amp/good"] = Reply(f"<html><body><article>{text}</article></body></html>")
    outlet.routes["/amp/gone"] = Reply("no", status=404)
    outlet.routes["/amp/forbidden"] = outlet.routes["/amp/good"]
    outlet.routes["/robots.txt"] = Reply("User-agent: *\nDisallow: /amp/forbidden\n", "text/plain")
    outlet.rss("/rss", *(f"{outlet.base}/{name}-story" for name in ("good", "gone", "forbidden")))
    write_source(tmp_path, "one", "feed: " + outlet.base + "/rss")
    result = run_crawl(tmp_path)
    sizes = {page["url"].rsplit("/", 1)[1]: page["size"] > 300 for page in result["pages"]}
    assert sizes == {"good-story": True, "gone-story": False, "forbidden-story": False}
    assert sorted(path for path in outlet.paths() if path.startswith("/amp/")) == ["/amp/gone", "/amp/good"]
    assert result["done"] == ["one"]
