"""`pactwatch web` and `pactwatch serve` listen, answer, and end when told; and add a source by its address."""

from __future__ import annotations

import re
import signal
import socket
import time
from pathlib import Path
from urllib.request import urlopen

import pytest
from starlette.testclient import TestClient

from archive.engine import Engine
from core.workspace import load_workspace
from pactwatch.webtools import site_of
from tests.programs import Program, run
from tests.site import SETTINGS, app_of, browser, page, send
from web import tools
from web.access import Keys
from web.lookouts import Lookouts
from web.serving import bind


def home_of(folder: Path, more: str = "") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "pactwatch.toml").write_text(SETTINGS + more, encoding="utf-8")
    return folder


@pytest.mark.parametrize("command", ["web", "serve"])
def test_it_listens_on_this_machine_and_ends_when_told(tmp_path: Path, command: str) -> None:
    home = home_of(tmp_path, "\n[web]\nenabled = true\nport = 0\n")
    with Program("pactwatch", command, "--home", str(home)) as program:
        until, address = time.monotonic() + 60, None
        while address is None and time.monotonic() < until:
            time.sleep(0.1)
            address = re.search(r"http://127\.0\.0\.1:\d+/", program._outputs[1].read_text(encoding="utf-8"))
        assert address, program._outputs[1].read_text(encoding="utf-8")
        with urlopen(address[0] + "healthz", timeout=20) as answer:
            assert answer.read() == b"ok\n"
        began = time.monotonic()
        program.send_signal(signal.SIGTERM)
        out, err = program.communicate(timeout=30)
        assert program.returncode == 0
        assert time.monotonic() - began < 15
        assert "Traceback" not in out + err


def test_it_does_not_start_where_others_can_reach_it_without_a_token(tmp_path: Path) -> None:
    done = run("pactwatch", "web", "--home", str(home_of(tmp_path)), "--host", "0.0.0.0", "--port", "0")
    assert done.returncode == 2
    assert done.stderr.startswith("pactwatch: web.host is '0.0.0.0', which others can reach, and there is no token;")


def test_a_port_that_is_taken_is_told_in_a_line(tmp_path: Path, sqlite_engine: Engine) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        home = home_of(tmp_path, f"\n[web]\nport = {taken.getsockname()[1]}\n")
        site = site_of(load_workspace(home, environ={}), sqlite_engine)
        with pytest.raises(Exception, match=r"cannot listen on 127\.0\.0\.1:\d+: Address already in use"):
            bind(site)


class Scouting:
    """Tools that find an outlet at once."""

    def __init__(self, real: tools.Tools, *, found: bool = True) -> None:
        self._real, self._found = real, found

    def __getattr__(self, name: str) -> object:
        return getattr(self._real, name)

    async def scout(self, url: str) -> tools.Proposal:
        facts = {"name": "<b>Outlet</b>", "home": url, "country": "KR", "language": "ko", "requests": 3, "seconds": 1,
                 "reasons": ["a reason"], "preview": [
                     {"url": "https://o.example/1", "outcome": "ok", "reason": "", "title": "<i>One</i>", "words": 300,
                      "published_at": None, "first_sentence": "First.", "rules": [{"rule": "r", "score": 0.7}]}]}
        text = "name: Outlet\nhome: https://o.example/\nentry_points:\n  - feed: https://o.example/rss\n"
        if not self._found:
            return tools.Proposal("o", "", facts, (), f"no entry point for {url}: nothing there announces articles")
        return tools.Proposal("o-example", text, facts, ())


def looked_at(client: TestClient, url: str) -> str:
    begun = send(client, "/sources/add", "/sources/add", {"url": url})
    assert begun.status_code == 303, begun.text
    where = str(begun.headers["location"])
    for _ in range(100):
        if "Looking at" not in page(client, where).words:
            return where
        time.sleep(0.02)
    raise AssertionError("the look did not end")


def test_an_outlet_is_looked_at_shown_and_added(tmp_path: Path, sqlite_engine: Engine) -> None:
    app = app_of(tmp_path, sqlite_engine)
    app.state.lookouts = Lookouts(Scouting(app.state.site.tools))  # type: ignore[arg-type]
    with browser(app) as client:
        where = looked_at(client, "https://o.example/")
        shown = page(client, where)
        assert "What a run would read" in shown.words
        assert "<i>One</i>" in shown.words
        assert send(client, where, where, {"id": "../evil"}).status_code == 400
        assert send(client, where, where, {}).headers["location"] == "/sources/o-example"
        assert (tmp_path / "sources" / "o-example.yaml").read_text(encoding="utf-8").startswith("name: Outlet")
        assert "there already" in send(client, where, where, {}).text
        assert "Outlet" in page(client, "/sources").words
        page(client, "/sources/proposals/unknown", 404)


def test_an_address_without_news_says_why(tmp_path: Path, sqlite_engine: Engine) -> None:
    app = app_of(tmp_path, sqlite_engine)
    app.state.lookouts = Lookouts(Scouting(app.state.site.tools, found=False))  # type: ignore[arg-type]
    with browser(app) as client:
        where = looked_at(client, "https://o.example/")
        assert "nothing there announces articles" in page(client, where).words
        assert client.post(where, data=page(client, "/rules").form("/theme")).status_code == 400
        assert send(client, "/sources/add", "/sources/add", {"url": " "}).status_code == 400


def test_tokens_of_the_settings_are_the_keys_of_the_site(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("the-token-in-a-file\n", encoding="utf-8")
    space = load_workspace(home_of(tmp_path, '\n[web]\ntoken_file = "token"\n'), environ={})
    assert Keys.of(space.settings).needed
    assert Keys.of(space.settings).role_of("the-token-in-a-file") > 0
