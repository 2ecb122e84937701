"""Pages that only scripts fill are read with a browser that has no network of its own."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.crawl_once import run_crawl, write_source
from tests.outlet_server import Outlet, Reply

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
