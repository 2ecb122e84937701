"""`sources add` finds what announces an outlet's articles, in the ways of the open web and of its traps."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
import yaml

from tests.outlet_server import Reply
from tests.scout_once import run_scout
from tests.scouted_web import GERMAN, NEWS, Paper

SETTINGS = '[crawl]\nallow_networks = ["127.0.0.0/8"]\ndelay = 0\ntimeout = 5\nbrowser = "/no/such/browser"\n'
MANY = {"plain", "page_of_feeds", "monthly"}  # outlets that are looked at by several of their addresses
MAKERS: dict[str, Callable[[], Paper]] = {}


def outlet(maker: Callable[[], Paper]) -> Callable[[], Paper]:
    """An outlet of the module's web, under the function's name."""
    MAKERS[maker.__name__] = maker
    return maker


@outlet
def plain() -> Paper:
    paper = Paper()
    paper.feed("/rss.xml")
    paper.front(paper.links("/rss.xml"))
    return paper


@outlet
def untold() -> Paper:
    paper = Paper()
    paper.feed("/feed")
    return paper


@outlet
def redirected() -> Paper:
    paper = Paper()
    paper.feed("/syndication/news.xml")
    paper.routes["/rss"] = Reply(status=301, headers={"Location": "/rss/all"})
    paper.routes["/rss/all"] = Reply(status=308, headers={"Location": "/syndication/news.xml"})
    paper.front(paper.links("/rss"))
    return paper


@outlet
def lent() -> Paper:
    paper = Paper()
    paper.feed("/syndication/news.xml")
    paper.routes["/rss"] = Reply(status=302, headers={"Location": "/syndication/news.xml"})
    paper.front(paper.links("/rss"))
    return paper


@outlet
def half_dead() -> Paper:
    paper = Paper()
    paper.feed("/live.xml")
    paper.front(paper.links("/dead.xml", "/live.xml"))
    return paper


@outlet
def commented() -> Paper:
    paper = Paper()
    paper.feed("/feed/")
    paper.feed("/comments/feed/", title="Comments on The Paper")
    paper.feed("/replies.xml", title="Comments on The Paper")
    paper.front(paper.links("/comments/feed/", "/replies.xml", "/feed/"))
    return paper


@outlet
def bilingual() -> Paper:
    paper = Paper()
    paper.feed("/en.xml")
    german = [
        (f"{paper.base}/de/{n}-eine-geschichte", f"{GERMAN} {n}", paper.now - timedelta(hours=n)) for n in range(9)
    ]
    paper.feed("/de.xml", entries=german)
    paper.front(paper.links("/de.xml", "/en.xml"))
    return paper


@outlet
def frozen() -> Paper:
    paper = Paper()
    paper.feed("/old.xml", shift=timedelta(days=-2600))
    paper.sitemap("/news-map.xml", news=True)
    paper.robots(f"User-agent: *\nDisallow:\nSitemap: {paper.base}/news-map.xml\n")
    paper.front(paper.links("/old.xml"))
    return paper


@outlet
def index_only() -> Paper:
    paper = Paper()
    paper.sitemap("/sitemap-1.xml", slice(6, None))
    paper.sitemap("/sitemap-2.xml", slice(0, 6))
    maps = "".join(
        f"<sitemap><loc>{paper.base}/sitemap-{n}.xml</loc><lastmod>{paper.now.isoformat()}</lastmod></sitemap>"
        for n in (1, 2)
    )
    paper.routes["/sitemap.xml"] = Reply(f'<?xml version="1.0"?><sitemapindex>{maps}</sitemapindex>', "application/xml")
    return paper


@outlet
def atom_only() -> Paper:
    paper = Paper()
    entries = "".join(
        f"<entry><title>{t}</title><id>{u}</id><link href='{u}'/><updated>{d.isoformat()}</updated></entry>"
        for u, t, d in paper.entries
    )
    paper.routes["/atom"] = Reply(f'<feed xmlns="http://www.w3.org/2005/Atom"><title>The Paper</title>{entries}</feed>',
                                  "application/atom+xml")
    paper.front('<link rel="alternate" type="application/atom+xml" href="/atom">')
    return paper


@outlet
def monthly() -> Paper:
    paper = Paper()
    paper.sitemap("/sitemap-2026-11.xml")
    paper.routes["/map.xml"] = Reply(
        f"<sitemapindex><sitemap><loc>{paper.base}/sitemap-2026-11.xml</loc><lastmod>{paper.now.isoformat()}</lastmod>"
        "</sitemap></sitemapindex>", "application/xml")
    paper.robots(f"User-agent: *\nDisallow:\nSitemap: {paper.base}/map.xml\n")
    return paper


@outlet
def scripts_only() -> Paper:
    paper = Paper()
    paper.front(body='<div id="root"></div><script src="/app.js"></script>')
    return paper


@outlet
def listing_only() -> Paper:
    paper = Paper()
    paper.front(body=paper.anchors())
    return paper


@outlet
def forbidden() -> Paper:
    paper = Paper()
    paper.feed("/rss.xml")
    paper.front(paper.links("/rss.xml"))
    paper.robots("User-agent: *\nDisallow: /\n")
    return paper


@outlet
def closed_articles() -> Paper:
    paper = Paper()
    paper.feed("/rss.xml")
    paper.front(paper.links("/rss.xml"))
    paper.robots("User-agent: *\nDisallow: /news/\n")
    return paper


@outlet
def consent() -> Paper:
    paper = Paper()
    paper.feed("/rss.xml")
    paper.routes["/"] = Reply(
        "<html><head><title>Before you continue</title></head><body><p>We value your privacy. We and our partners use "
        "cookies. Accept all cookies to continue.</p></body></html>"
    )
    return paper


@outlet
def walled() -> Paper:
    paper = Paper()
    paper.routes["/"] = Reply(
        "<html><head><title>Just a moment...</title></head><body>Checking your browser</body></html>",
        status=403, headers={"cf-mitigated": "challenge"},
    )
    return paper


@outlet
def json_only() -> Paper:
    paper = Paper()
    items = [{"id": u, "url": u, "title": t, "date_published": d.isoformat()} for u, t, d in paper.entries]
    feed = {"version": "https://jsonfeed.org/version/1.1", "title": "The Paper", "items": items}
    paper.routes["/feed.json"] = Reply(json.dumps(feed), "application/feed+json")
    paper.front('<link rel="alternate" type="application/feed+json" href="/feed.json">')
    return paper


@outlet
def undated() -> Paper:
    paper = Paper()
    paper.feed("/rss.xml", dates=False)
    paper.front(paper.links("/rss.xml"))
    return paper


@outlet
def parked() -> Paper:
    paper = Paper(0)
    paper.routes["/"] = Reply("<html><head><title>paper.example is for sale</title></head><body><p>This domain is for "
                              "sale. Buy this domain.</p></body></html>")
    return paper


@outlet
def sections() -> Paper:
    paper = Paper(30)
    paper.feed("/tech.xml", slice(0, 30, 2))
    paper.feed("/business.xml", slice(1, 30, 2))
    paper.feed("/atom.xml", slice(0, 30, 2))
    paper.front(paper.links("/tech.xml", "/business.xml", "/atom.xml"))
    return paper


@outlet
def short_feed() -> Paper:
    paper = Paper(40)
    paper.feed("/rss.xml", slice(0, 40, 4))
    paper.sitemap("/news-map.xml", news=True)
    paper.robots(f"User-agent: *\nDisallow:\nSitemap: {paper.base}/news-map.xml\n")
    paper.front(paper.links("/rss.xml"))
    return paper


@outlet
def page_of_feeds() -> Paper:
    paper = Paper()
    paper.feed("/feed-of-tech.xml")
    paper.routes["/rss-feeds"] = Reply('<html><body><a href="/feed-of-tech.xml">Technology</a></body></html>')
    paper.front(body='<a href="/rss-feeds">RSS</a>')
    return paper


@outlet
def pay() -> Paper:
    paper = Paper(6)
    for url, title, _ in paper.entries:
        paper.routes[url.removeprefix(paper.base)] = Reply(
            f'<html><head><title>{title}</title><script type="application/ld+json">{{"@type": "NewsArticle", '
            f'"headline": "{title}", "isAccessibleForFree": false}}</script></head><body><article><h1>{title}</h1>'
            f"<p>{NEWS[0]}</p><p>Subscribe to continue reading.</p></article></body></html>"
        )
    paper.feed("/rss.xml")
    paper.front(paper.links("/rss.xml"))
    return paper


@dataclass
class Web:
    """The outlets, and what was found of each."""

    papers: dict[str, Paper] = field(default_factory=dict)
    found: dict[str, dict] = field(default_factory=dict)


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    home: Path = tmp_path_factory.mktemp("scout")
    (home / "pactwatch.toml").write_text(SETTINGS)
    made = {name: maker() for name, maker in MAKERS.items()}
    moved = Paper(0)
    moved.routes["/"] = Reply(status=301, headers={"Location": made["plain"].base + "/"})
    asked = {name: paper.base + "/" for name, paper in made.items()} | {"moved": moved.base + "/"}
    asked["from_article"] = made["plain"].entries[3][0]
    asked["from_feed"] = made["page_of_feeds"].base + "/feed-of-tech.xml"
    asked["from_index"] = made["monthly"].base + "/map.xml"
    asked["from_month"] = made["monthly"].base + "/sitemap-2026-11.xml"
    asked["no_such_host"] = "http://no-such-host.invalid/"
    with ExitStack() as stack:
        for paper in (*made.values(), moved):
            stack.enter_context(paper.running())
        found = run_scout(home, *asked.values())
        yield Web(made, {name: found[url] for name, url in asked.items()})


def chosen(web: Web, name: str) -> list[list[str]]:
    """The entry points that were chosen, their addresses without the host."""
    return [[kind, "/" + url.split("/", 3)[3]] for kind, url in web.found[name]["chosen"]]


def why_not(web: Web, name: str, path: str) -> str:
    return str(web.found[name]["dropped"][web.papers[name].base + path])


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("plain", [["feed", "/rss.xml"]]),
        ("untold", [["feed", "/feed"]]),
        ("redirected", [["feed", "/syndication/news.xml"]]),
        ("lent", [["feed", "/rss"]]),
        ("half_dead", [["feed", "/live.xml"]]),
        ("commented", [["feed", "/feed/"]]),
        ("bilingual", [["feed", "/en.xml"]]),
        ("frozen", [["sitemap", "/news-map.xml"]]),
        ("index_only", [["sitemap", "/sitemap.xml"]]),
        ("atom_only", [["feed", "/atom"]]),
        ("monthly", [["sitemap", "/map.xml"]]),
        ("from_index", [["sitemap", "/map.xml"]]),
        ("from_month", [["sitemap", "/map.xml"]]),
        ("scripts_only", []),
        ("listing_only", [["listing", "/"]]),
        ("forbidden", []),
        ("closed_articles", [["feed", "/rss.xml"]]),
        ("consent", [["feed", "/rss.xml"]]),
        ("walled", []),
        ("json_only", [["json", "/feed.json"]]),
        ("undated", [["feed", "/rss.xml"]]),
        ("parked", []),
        ("sections", [["feed", "/tech.xml"], ["feed", "/business.xml"]]),
        ("short_feed", [["sitemap", "/news-map.xml"]]),
        ("page_of_feeds", [["feed", "/feed-of-tech.xml"]]),
        ("moved", [["feed", "/rss.xml"]]),
        ("from_article", [["feed", "/rss.xml"]]),
        ("from_feed", [["feed", "/feed-of-tech.xml"]]),
        ("no_such_host", []),
    ],
)
def test_the_smallest_set_that_covers_the_outlet_is_chosen(web: Web, name: str, expected: list[list[str]]) -> None:
    assert sorted(chosen(web, name)) == sorted(expected), web.found[name]


def test_what_is_left_out_says_why(web: Web) -> None:
    assert "HTTP 404" in why_not(web, "half_dead", "/dead.xml")
    assert why_not(web, "commented", "/comments/feed/") == "a feed of comments"
    assert why_not(web, "commented", "/replies.xml") == "a feed of comments"
    assert "another language (de; the outlet's is en)" in why_not(web, "bilingual", "/de.xml")
    assert "frozen: its newest entry was published on 2019-" in why_not(web, "frozen", "/old.xml")
    assert "lists nothing that is not in" in why_not(web, "sections", "/atom.xml")
    assert "all that it lists is in" in why_not(web, "short_feed", "/rss.xml")
    assert "robots.txt" in why_not(web, "forbidden", "/feed")


def test_an_outlet_that_cannot_be_read_is_named_for_what_it_is(web: Web) -> None:
    def reasons(name: str) -> str:
        return " ".join(web.found[name]["reasons"])

    assert "bot_wall" in reasons("walled")
    assert "parked" in reasons("parked")
    assert "robots_denied" in reasons("forbidden")
    assert "dns_error" in reasons("no_such_host")
    assert "consent_page" in reasons("consent")
    assert "has moved" in reasons("moved")
    assert "links to no article without JavaScript; to have its scripts run, " in reasons("scripts_only")
    assert web.found["moved"]["home"] == web.papers["plain"].base + "/"


def test_robots_is_asked_first_and_kept(web: Web) -> None:
    assert web.papers["forbidden"].paths() == ["/robots.txt"]
    assert not [path for path in web.papers["closed_articles"].paths() if path.startswith("/news/")]


def test_five_articles_are_read_with_title_time_words_and_first_sentence(web: Web) -> None:
    previews = web.found["plain"]["previews"]
    assert [p["outcome"] for p in previews] == ["ok"] * 5
    assert all(p["title"] and p["published_at"] and p["words"] > 20 for p in previews)
    assert previews[1]["first_sentence"].startswith("The minister said")


def test_articles_that_robots_forbids_are_read_by_title_and_summary(web: Web) -> None:
    found = web.found["closed_articles"]
    assert found["articles"] == "feed"
    assert "\narticles: feed\n" in found["file"]


def test_a_paywall_is_seen(web: Web) -> None:
    assert web.found["pay"]["paywall"] == "hard"


def test_a_look_costs_at_most_25_requests_and_a_few_seconds(web: Web) -> None:
    assert max(one["requests"] for one in web.found.values()) <= 25
    assert max(len(paper.asked) for name, paper in web.papers.items() if name not in MANY) <= 25
    assert max(one["seconds"] for one in web.found.values()) < 30


def test_the_proposed_file_is_a_valid_source_with_its_reasons(web: Web) -> None:
    text = web.found["half_dead"]["file"]
    data = yaml.safe_load(text)
    assert (data["name"], data["language"]) == ("The Paper", "en")
    assert data["entry_points"] == [{"feed": web.papers["half_dead"].base + "/live.xml"}]
    assert "sources add" in data["checked"]["by"]
    assert "# Left out:" in text
    assert "RSS feed, 12 entries, the newest less than an hour ago" in text
    assert "# Atom feed, 12 entries" in web.found["atom_only"]["file"]


def test_an_outlet_that_asks_for_long_pauses_is_looked_at_as_far_as_the_time_goes(tmp_path: Path) -> None:
    (tmp_path / "pactwatch.toml").write_text(SETTINGS)
    slow, hanging = Paper(), Paper()
    for paper in (slow, hanging):
        paper.feed("/rss.xml")
        paper.front(paper.links("/rss.xml"))
    slow.robots("User-agent: *\nCrawl-delay: 100\n")
    hanging.routes["/rss.xml"] = Reply(hang=20)
    with slow.running(), hanging.running():
        found = run_scout(tmp_path, slow.base, hanging.base, seconds=3, timeout=40)
    for one in found.values():
        assert one["seconds"] < 6
        assert one["chosen"] == []
    assert "the time for it was over" in " ".join(found[slow.base]["reasons"])
    assert len(slow.asked) <= 2
