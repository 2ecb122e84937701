"""Every address that a page names is there: the whole site is walked, from Today on."""

from __future__ import annotations

import shutil
from collections import deque
from pathlib import Path
from urllib.parse import urlsplit

import time_machine

from tests import factories
from tests.site import OURS, Page, app_of, browser, harms, small_archive

MOST = 220                               # addresses; facets narrow facets without end
DEEPEST = 4                              # words of a query that facets have made narrower


def test_all_links_of_all_pages_lead_somewhere(sqlite_template: Path, tmp_path: Path) -> None:
    shutil.copyfile(sqlite_template, tmp_path / "a.db")
    with small_archive(f"sqlite:///{tmp_path / 'a.db'}") as engine, time_machine.travel(factories.NOW, tick=True):
        client = browser(app_of(tmp_path / "desk", engine))
        waiting, seen = deque([f"{OURS}/"]), {f"{OURS}/"}
        wrong = []
        while waiting and len(seen) < MOST:
            address = waiting.popleft()
            answer = client.get(address)
            if answer.status_code != 200:
                wrong.append((address, answer.status_code))
            if not answer.headers["content-type"].startswith("text/html"):
                continue
            assert harms(answer.text) == [], address
            for link in Page(answer.text, address).links():
                if link not in seen and urlsplit(link).query.count("%3A") < DEEPEST:
                    seen.add(link)
                    waiting.append(link)
    assert wrong == []
    kinds = {urlsplit(address).path.split("/")[1] for address in seen}
    assert kinds >= {"", "search", "stories", "articles", "organisations", "rules", "sources", "deliveries", "feedback",
                     "static", "feeds", "api"}
