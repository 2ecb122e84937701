"""Pages that only scripts fill are read with a browser that has no network of its own."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from scrapers import render
from tests.crawl_once import run_crawl, write_source
from tests.outlet_server import Outlet, Reply
from tests.scout_once import run_scout
from tests.scouted_web import Paper

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
needs_browser = pytest.mark.skipif(
    not (BROWSER and find_spec("playwright")), reason="needs pactwatch[js] and a chromium of the system"
)
# What a page might try: addresses inside, other ways out, and leaving the page.
ESCAPES = """
fetch('/data.json').then(r => r.json()).then(d => { document.body.innerHTML = '<p>' + d.text + '</p>' });
const inside = 'INSIDE';
fetch(inside + '/fetched').catch(() => {});
fetch('http://10.1.2.3/').catch(() => {});
new Image().src = inside + '/picture';
navigator.sendBeacon(inside + '/beacon');
new WebSocket(inside.replace('http', 'ws') + '/socket');
navigator.serviceWorker && navigator.serviceWorker.register('/worker.js').catch(() => {});
const frame = document.createElement('iframe'); frame.src = inside + '/frame'; document.head.appendChild(frame);
new Worker(URL.createObjectURL(new Blob(["fetch('" + inside + "/thread').catch(() => {})"])));
fetch('/private/secret').catch(() => {});
setTimeout(() => { window.open(inside + '/opened'); location = inside + '/elsewhere' }, 200);
"""


@pytest.fixture
def outlet() -> Iterator[Outlet]:
    with Outlet().running() as outlet:
        yield outlet


@pytest.fixture
def inside() -> Iterator[Outlet]:
    """A server on an address that the guard refuses."""
    with Outlet("127.0.0.9").running() as inside:
        yield inside


def page_of_scripts(outlet: Outlet, inside: Outlet) -> str:
    outlet.routes["/robots.txt"] = Reply("User-agent: *\nDisallow: /private/\n", "text/plain")
    outlet.routes["/app.js"] = Reply(ESCAPES.replace("INSIDE", inside.base), "text/javascript")
    outlet.routes["/data.json"] = Reply('{"text": "' + "Words that only scripts show. " * 50 + '"}', "application/json")
    outlet.routes["/a"] = Reply('<html><head><script src="/app.js" defer></script></head><body>wait</body></html>')
    return outlet.base + "/a"


@needs_browser
def test_a_page_is_filled_by_its_scripts_and_they_reach_nothing_but_the_outlet(
    tmp_path: Path, outlet: Outlet, inside: Outlet
) -> None:
    outlet.rss("/rss", page_of_scripts(outlet, inside))
    write_source(tmp_path, "scripts", f"feed: {outlet.base}/rss", more="render: true\n")
    networks = '["127.0.0.1/32"]'
    done = run_crawl(tmp_path, f"allow_networks={networks}", "browser_sandbox=false", timeout=100)
    assert [page["size"] > 1400 for page in done["pages"]] == [True], done
    assert "/data.json" in outlet.paths()
    assert inside.asked == []
    assert "/private/secret" not in outlet.paths()
    assert "/worker.js" not in outlet.paths()
    assert done["stderr"] == ""


def test_a_browser_that_is_not_there_is_named(tmp_path: Path, outlet: Outlet) -> None:
    outlet.rss("/rss", outlet.article("/a"))
    write_source(tmp_path, "scripts", f"feed: {outlet.base}/rss", more="render: true\n")
    done = run_crawl(tmp_path, 'browser="/no/such/browser"')
    (report,) = done["reports"]
    assert report["outcome"] == "needs_javascript"
    assert "`render: true` needs a browser" in report["reason"]
    assert not report["final"]


LISTING = """
fetch('/data.json').then(r => r.json()).then(all => { document.getElementById('root').innerHTML = all.map(
  one => `<article><h2><a href="${one.url}">${one.title}</a></h2></article>`).join('') });
"""


@needs_browser
def test_an_outlet_that_links_to_its_articles_by_scripts_alone_is_found_and_read_so(tmp_path: Path) -> None:
    (tmp_path / "pactwatch.toml").write_text(
        '[crawl]\nallow_networks = ["127.0.0.0/8"]\ndelay = 0\nbrowser_sandbox = false\n')
    paper = Paper()
    paper.front(body='<div id="root"></div><script src="/app.js"></script>')
    paper.routes["/app.js"] = Reply(LISTING, "text/javascript")
    paper.routes["/data.json"] = Reply(
        json.dumps([{"url": url, "title": title} for url, title, _ in paper.entries]), "application/json")
    with paper.running():
        found = run_scout(tmp_path, paper.base)[paper.base]
    assert found["chosen"] == [["listing", paper.base + "/"]]
    assert "\nrender: listings\n" in found["file"], "the articles themselves are there without scripts"
    assert [one["outcome"] for one in found["previews"]] == ["ok"] * 5


@needs_browser
def test_articles_that_are_empty_without_scripts_are_read_with_them(tmp_path: Path) -> None:
    (tmp_path / "pactwatch.toml").write_text(
        '[crawl]\nallow_networks = ["127.0.0.0/8"]\ndelay = 0\nbrowser_sandbox = false\n')
    paper = Paper(3)
    paper.feed("/rss.xml")
    paper.front(paper.links("/rss.xml"))
    for url, title, _ in paper.entries:
        said = "And this is what was said of it. " * 40
        text = json.dumps(f"<article><h1>{title}</h1><p>{title}. {said}</p></article>")
        paper.routes[url.removeprefix(paper.base)] = Reply(
            f"<html><head><title>{title}</title></head><body><noscript>Please enable JavaScript.</noscript>"
            f'<div id="root"></div><script>document.getElementById("root").innerHTML = {text}</script></body></html>')
    with paper.running():
        found = run_scout(tmp_path, paper.base)[paper.base]
    assert "\nrender: true\n" in found["file"]
    assert [one["outcome"] for one in found["previews"]] == ["ok"] * 2


def test_what_keeps_a_browser_from_starting_is_said_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(render, "find_spec", lambda _name: None)
    assert render.lacking() == "install pactwatch[js] and Debian's chromium"
    monkeypatch.setattr(render, "find_spec", lambda _name: object())
    assert render.lacking("/no/such/browser").startswith("/no/such/browser is not there; install Debian's chromium")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert "crawl.browser_sandbox = false" in render.lacking("/bin/true")
    assert render.lacking("/bin/true", sandbox=False) == ""
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert render.lacking("/bin/true") == ""
