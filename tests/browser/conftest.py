"""A desk over the demo's newsroom, its pages in a real browser, and an eye on all that the browser says and asks."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tarfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from pactwatch.demo import Newsroom
from tests.journeys.newsdesk import Newsdesk
from tests.served import served

PICTURES = os.environ.get("PACTWATCH_JOURNEYS")        # the folder for pictures; set by `make journeys`
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
NEWCOMER = "morrowell-newsroom"                        # the outlet that is added in a journey
AXE = "4.14.1"
AXE_HASH = "29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c"
ROUTE = ('[[routes]]\nname = "daily"\nrules = ["ai-alliances"]\nchannel = "console"\nsend = "digest"\nat = ["23:59"]\n'
         'zone = "UTC"\n')


def missing() -> str | None:
    """Why there is no journey here."""
    if PICTURES is None:
        return "journeys in a browser are made by `make journeys`"
    if find_spec("playwright") is None:
        return "the extra js (playwright) is not installed"
    return None if CHROMIUM else "there is no chromium on this machine"


@dataclass
class Desk:
    """Where the pages are, and the outlet that is not watched yet."""

    url: str
    outlet: str
    home: Path


@dataclass
class Watched:
    """What a browser said and asked for."""

    errors: list[str] = field(default_factory=list)
    hosts: set[str] = field(default_factory=set)

    def look_at(self, page: Any) -> None:
        """Note all that a page does."""
        page.on("console", lambda line: self.errors.append(line.text) if line.type == "error" else None)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("request", lambda request: self.hosts.add(urlsplit(request.url).hostname or request.url[:20]))


@pytest.fixture(scope="session", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def desk(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    if why := missing():
        pytest.skip(why)
    with ExitStack() as stack:
        database = ""
        if request.param == "postgresql":
            url = stack.enter_context(request.getfixturevalue("fresh_postgres")())
            database = f'[database]\nurl = "{url}"\n'
        newsroom = stack.enter_context(Newsroom())
        newsdesk = Newsdesk(tmp_path_factory.mktemp("desk") / "home", newsroom, database + ROUTE)
        (newsdesk.home / "sources" / f"{NEWCOMER}.yaml").unlink()
        newsdesk.call("run", "--all")
        newsroom.publish_corrections()
        newsdesk.call("run", "--all")
        outlet = next(one for one in newsroom.outlets if one.id == NEWCOMER)
        yield Desk(stack.enter_context(served(newsdesk.home)), f"{outlet.base_url}/", newsdesk.home)


@pytest.fixture(scope="session")
def chromium(desk: Desk) -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield launched
        launched.close()


@pytest.fixture
def open_page(desk: Desk, chromium: Any) -> Iterator[Callable[..., Any]]:
    """Opens a page of the site; at the end nothing may have gone wrong, and nothing may have been asked elsewhere."""
    watched, contexts = Watched(), []

    def opened(path: str = "/", *, theme: str = "light", width: int = 1280, scripts: bool = True) -> Any:
        context = chromium.new_context(viewport={"width": width, "height": 900}, color_scheme=theme,
                                       java_script_enabled=scripts)
        contexts.append(context)
        page = context.new_page()
        watched.look_at(page)
        page.goto(desk.url + path)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert watched.errors == []
    assert watched.hosts <= {"127.0.0.1"}


@pytest.fixture(scope="session")
def axe() -> str:
    """axe-core, fetched once by npm: it is no part of this repository."""
    folder = Path(PICTURES or ".") / "axe"
    script = folder / "package" / "axe.min.js"
    if not script.exists():
        npm = shutil.which("npm")
        if npm is None:
            pytest.skip("npm, which fetches axe-core, is not installed")
        folder.mkdir(parents=True, exist_ok=True)
        subprocess.run([npm, "pack", f"axe-core@{AXE}"], cwd=folder, check=True, capture_output=True)
        with tarfile.open(next(folder.glob("axe-core-*.tgz"))) as packed:
            packed.extractall(folder, filter="data")
    content = script.read_bytes()
    assert hashlib.sha256(content).hexdigest() == AXE_HASH, f"{script} is not axe-core {AXE}"
    return content.decode()
