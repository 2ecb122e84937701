"""A burst pushes more out of a list than it holds: what fell out is found on older pages or in sitemaps."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.crawl_once import run_crawl, write_source
from tests.outlet_server import Outlet, Reply
from tests.programs import run

SETTINGS = '[crawl]\nallow_networks = ["127.0.0.0/8"]\ndelay = 0.0\nprocesses = 1\n[catalog]\nbuiltin = false\n'
A_PAGE = 6  # entries of a list


@pytest.fixture
def outlet():
    with Outlet().running() as running:
        yield running


class Paper:
    """An outlet whose lists hold the newest six articles, and whose older pages go on from there."""

    def __init__(self, outlet: Outlet) -> None:
        self.outlet, self.urls = outlet, list[str]()

    def publish(self, number: int) -> None:
        """So many more."""
        first = len(self.urls)
        self.urls += [self.outlet.article(f"/news/2026/story-number-{n}") for n in range(first, first + number)]

    def page(self, number: int) -> list[str]:
        """The addresses of a page of the list, the newest first; the first page is 1."""
        return self.urls[::-1][(number - 1) * A_PAGE : number * A_PAGE]

    def pages(self, path: str, write: Callable[[list[str], str], str], name: Callable[[int], str], kind: str) -> None:
        """Serve all pages of a list. `write` makes one out of addresses and the address of the next page."""
        for number in range(1, len(self.urls) // A_PAGE + 2):
            further = self.outlet.base + name(number + 1)
            self.outlet.routes[path if number == 1 else name(number)] = Reply(write(self.page(number), further), kind)


def rss(urls: list[str], before: str) -> str:
    items = "".join(f"<item><title>About {u}</title><link>{u}</link></item>" for u in urls)
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>T</title>{before}{items}</channel></rss>'


def paged_rss(urls: list[str], further: str) -> str:
    return rss(urls, f'<a:link xmlns:a="http://www.w3.org/2005/Atom" rel="next" href="{further}"/>')


def wordpress(urls: list[str], _: str) -> str:
    return rss(urls, "<generator>https://wordpress.org/?v=6.9</generator>")


def atom(urls: list[str], further: str) -> str:
    entries = "".join(f'<entry><title>About {u}</title><id>{u}</id><link href="{u}"/></entry>' for u in urls)
    link = f'<link rel="prev-archive" href="{further}"/>'
    return f'<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>T</title>{link}{entries}</feed>'


def json_feed(urls: list[str], further: str) -> str:
    items = [{"id": u, "url": u, "title": f"About {u}"} for u in urls]
    head = {"version": "https://jsonfeed.org/version/1.1", "title": "T", "next_url": further}
    return json.dumps({**head, "items": items})


def listing(urls: list[str], further: str) -> str:
    links = "".join(f'<article><h2><a href="{u}">A headline about {u[-8:]}</a></h2></article>' for u in urls)
    return f'<html><body><main>{links}</main><a rel="next" href="{further}">Older</a></body></html>'


@pytest.mark.parametrize(
    ("entry", "write", "name"),
    [
        ("feed", paged_rss, "/list/page/{}"),
        ("feed", wordpress, "/list?paged={}"),
        ("feed", atom, "/list-{}.xml"),
        ("json", json_feed, "/list-{}.json"),
        ("listing", listing, "/list/page/{}"),
    ],
    ids=["a feed with a next page", "a feed of WordPress", "a feed with an archive", "a JSON feed", "a listing"],
)
def test_what_a_burst_pushed_out_of_a_list_is_read_from_its_older_pages(
    outlet: Outlet, tmp_path: Path, entry: str, write: Callable[[list[str], str], str], name: str
) -> None:
    paper, kind = Paper(outlet), {"json": "application/json", "listing": "text/html"}.get(entry, "application/xml")
    write_source(tmp_path, "paper", f"{entry}: {outlet.base}/list")
    paper.publish(A_PAGE + 3)
    paper.pages("/list", write, name.format, kind)
    first = run_crawl(tmp_path)
    assert {page["url"] for page in first["pages"]} == set(paper.page(1))  # a new source is not read back
    paper.publish(2 * A_PAGE + 2)
    paper.pages("/list", write, name.format, kind)
    outlet.asked.clear()
    second = run_crawl(tmp_path, "--all")
    assert {page["url"] for page in second["pages"]} == set(paper.urls[A_PAGE + 3 :])
    older = [path for path in outlet.paths() if path.startswith("/list") and path != "/list"]
    assert older == [name.format(2), name.format(3)]  # and no further than to what was known
    with sqlite3.connect(tmp_path / "test.db") as database:
        assert database.execute("SELECT gaps, missed FROM source_days").fetchall() == [(0, 0)]
        # How it was looked for says nothing of the entry points: there is still one.
        assert database.execute("SELECT url, outcome FROM entry_points").fetchall() == [(f"{outlet.base}/list", "ok")]


def test_a_list_that_shows_what_was_known_is_not_read_back(outlet: Outlet, tmp_path: Path) -> None:
    paper = Paper(outlet)
    write_source(tmp_path, "paper", f"feed: {outlet.base}/list")
    paper.publish(A_PAGE)
    paper.pages("/list", paged_rss, "/list/{}".format, "application/xml")
    run_crawl(tmp_path)
    paper.publish(A_PAGE - 1)
    paper.pages("/list", paged_rss, "/list/{}".format, "application/xml")
    run_crawl(tmp_path, "--all")
    assert not [path for path in outlet.paths() if path.startswith("/list/")]


def test_a_list_without_end_is_followed_five_pages_and_pages_elsewhere_are_not(outlet: Outlet, tmp_path: Path) -> None:
    paper = Paper(outlet)
    write_source(tmp_path, "paper", f"feed: {outlet.base}/list")
    write_source(tmp_path, "strange", f"feed: {outlet.base}/strange")
    paper.publish(20 * A_PAGE)

    def serve(part: list[str], named: str) -> None:
        outlet.routes["/list"] = Reply(paged_rss(part, f"{outlet.base}/list/2"), "application/xml")
        outlet.routes["/strange"] = Reply(paged_rss([f"{u}?at={named}" for u in part], "http://127.0.0.9:9/list"),
                                          "application/xml")

    serve(paper.page(20), "first")
    run_crawl(tmp_path)
    serve(paper.page(1), "second")
    for number in range(2, 15):
        further = paged_rss(paper.page(number), f"{outlet.base}/list/{number + 1}")
        outlet.routes[f"/list/{number}"] = Reply(further, "application/xml")
    outlet.asked.clear()
    told = run_crawl(tmp_path, "--all")
    assert [path for path in outlet.paths() if path.startswith("/list/")] == [f"/list/{n}" for n in range(2, 7)]
    assert not [poll for poll in told["polls"] if "127.0.0.9" in poll["url"]]
    with sqlite3.connect(tmp_path / "test.db") as database:
        rows = dict(database.execute("SELECT source_id, gaps FROM source_days").fetchall())
    assert rows == {"paper": 1, "strange": 1}  # where it did not lead to what was known, the gap stays told


def _sitemap(urls: list[str]) -> str:
    moment = datetime.now(UTC).isoformat()
    pages = "".join(f"<url><loc>{url}</loc><lastmod>{moment}</lastmod></url>" for url in urls)
    return f'<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{pages}</urlset>'


def test_a_feed_without_older_pages_is_made_whole_from_the_sitemap_that_robots_names(
    outlet: Outlet, tmp_path: Path
) -> None:
    (tmp_path / "pactwatch.toml").write_text(SETTINGS, encoding="utf-8")
    write_source(tmp_path, "paper", f"feed: {outlet.base}/list")
    index = (f"<sitemapindex><sitemap><loc>{outlet.base}/a.xml</loc></sitemap>"
             f"<sitemap><loc>{outlet.base}/news.xml</loc></sitemap></sitemapindex>")
    outlet.routes["/index.xml"] = Reply(index, "application/xml")
    robots = f"User-agent: *\nDisallow: /private\nSitemap: {outlet.base}/index.xml\n"
    outlet.routes["/robots.txt"] = Reply(robots, "text/plain")
    paper = Paper(outlet)
    paper.publish(A_PAGE)
    outlet.rss("/list", *paper.page(1))
    for _ in range(2):  # the robots.txt of the second comes out of the archive
        assert run("pactwatch", "run", "--home", str(tmp_path), "--all", "--json").returncode == 0
    before = len(paper.urls)
    paper.publish(2 * A_PAGE)
    outlet.rss("/list", *paper.page(1))
    old = outlet.article("/news/2026/long-before")
    ancient = _sitemap([old]).replace(datetime.now(UTC).isoformat()[:4], "2019")
    outlet.routes["/a.xml"] = Reply(ancient, "application/xml")
    outlet.routes["/news.xml"] = Reply(_sitemap(paper.urls), "application/xml")
    outlet.asked.clear()
    done = run("pactwatch", "run", "--home", str(tmp_path), "--all", "--json")
    assert done.returncode == 0, done.stderr
    [told] = json.loads(done.stdout)["sources"]
    assert told["outcome"] == "ok"
    assert set(outlet.paths()) >= {url.removeprefix(outlet.base) for url in paper.urls[before:]}
    assert "/news/2026/long-before" not in outlet.paths()  # it is new to us, and no news
    assert outlet.paths().count("/index.xml") == 1
