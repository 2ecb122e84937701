"""A site over an archive of a few rows, and pages looked at as a browser would."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import lxml.html
from fastapi import FastAPI
from starlette.testclient import TestClient

from archive.engine import Engine, open_engine, writing
from core.workspace import load_workspace, shipped
from pactwatch.webtools import site_of
from pipeline.knowledge import Knowledge, load_knowledge
from tests import factories
from web.app import create_app

OURS = "http://127.0.0.1:8420"
SETTINGS = (
    '[catalog]\nbuiltin = false\n\n[[routes]]\nname = "daily"\nrules = ["*"]\nchannel = "console"\nsend = "digest"\n'
    'at = ["08:00"]\nzone = "UTC"\n'
)
EDITORS, READERS = "editors-token-of-the-tests", "readers-token-of-the-tests"
TOKENS = f'\n[web]\ntoken = "{EDITORS}"\nreader_token = "{READERS}"\n'


@cache
def shipped_knowledge() -> Knowledge:
    """The knowledge as it is shipped: it takes a second to read, once for all tests of a process."""
    return load_knowledge(shipped("pipeline", "knowledge"))


def app_of(home: Path, engine: Engine, settings: str = SETTINGS) -> FastAPI:
    """The application of a workspace."""
    home.mkdir(parents=True, exist_ok=True)
    (home / "pactwatch.toml").write_text(settings, encoding="utf-8")
    return create_app(site_of(load_workspace(home, environ={}), engine, lambda *_: shipped_knowledge()))


def browser(app: FastAPI, **more: Any) -> TestClient:
    """A browser on this machine."""
    return TestClient(app, base_url=OURS, follow_redirects=False, **more)


class Page:
    """An answer in HTML, looked at."""

    def __init__(self, text: str, address: str = OURS) -> None:
        self.text, self.address = text, address
        self.tree = lxml.html.document_fromstring(text)

    @property
    def words(self) -> str:
        """What is to be read on it."""
        for gone in self.tree.xpath("//script|//style"):
            gone.drop_tree()
        return " ".join(" ".join(self.tree.itertext()).split())

    def links(self) -> Iterator[str]:
        """Where it leads to, within the site."""
        for href in self.tree.xpath("//a/@href|//link/@href|//script/@src"):
            address = urljoin(self.address, str(href))
            if urlsplit(address).netloc == urlsplit(OURS).netloc:
                yield address.partition("#")[0]

    def form(self, action: str) -> dict[str, str]:
        """The hidden and filled-in fields of a form."""
        form = next(one for one in self.tree.xpath("//form")
                    if action in {one.get("action"), *one.xpath(".//button/@formaction")})
        fields = {str(one.get("name")): str(one.get("value") or "") for one in form.xpath(".//input[@name]")
                  if one.get("type") != "checkbox"}
        return fields | {str(one.get("name")): one.text_content() for one in form.xpath(".//textarea[@name]")}


def page(client: TestClient, path: str, code: int = 200, **more: Any) -> Page:
    """A page of the site."""
    answer = client.get(path, **more)
    assert answer.status_code == code, (path, answer.status_code, answer.text[:500])
    return Page(answer.text, str(answer.url))


def send(client: TestClient, where: str, action: str, fields: Mapping[str, str]) -> Any:
    """Fill in a form of a page and send it."""
    return client.post(action, data={**page(client, where).form(action), **fields})


def harms(text: str) -> list[str]:
    """What on a page could act on whoever looks at it: foreign scripts, handlers, addresses of other kinds."""
    found = []
    for element in lxml.html.document_fromstring(text).iter():
        if not isinstance(element.tag, str):
            continue
        own = str(element.get("src") or element.get("href") or "")
        if element.tag == "script" and (not own.startswith("/static/") or element.text):
            found.append(f"script {own or element.text!r}")
        if element.tag in {"style", "iframe", "object", "embed", "base", "img", "audio", "video", "use"}:
            found.append(element.tag)
        if element.tag == "link" and not own.startswith(("/static/", "/feeds/")):
            found.append(f"link {own}")
        found += _attributes(element)
    return found


def _attributes(element: Any) -> Iterable[str]:
    for name, value in element.attrib.items():
        if name.lower().startswith("on") or name.lower() == "style":
            yield f"{element.tag} {name}={value!r}"
        if name.lower() in {"href", "src", "action", "formaction", "xlink:href", "hx-get", "hx-post"}:
            scheme = urlsplit("".join(str(value).split())).scheme
            if scheme not in {"", "http", "https"}:
                yield f"{element.tag} {name}={value!r}"
            if scheme and "noopener" not in str(element.get("rel")):
                yield f"{element.tag} to elsewhere without noopener: {value!r}"


@contextmanager
def small_archive(url: str) -> Iterator[Engine]:
    """An archive with two stories: an alliance that two outlets tell, one corrected, and a launch."""
    engine = open_engine(url)
    with writing(engine) as connection:
        fill(connection)
    yield engine
    engine.dispose()


def fill(connection: Any) -> dict[str, int]:
    """The rows of the small archive; their ids."""
    factories.source(connection, "herald", country="KR", language="ko")
    one = factories.article(connection, "Aurora Chips and Borealis Telecom join forces in AI",
                            "They join forces. Aurora Chips makes chips.\nBorealis Telecom runs networks.",
                            mentions=("Aurora Chips", "Borealis Telecom"), topics={"ai": 0.9}, version=2)
    event = factories.event(connection, one, "Aurora Chips", "Borealis Telecom")
    hit = factories.hit(connection, one, event_id=event)
    factories.version(connection, one, "Aurora Chips and Borealis join forces", "They join forces, it says.")
    story = connection.exec_driver_sql(f"SELECT story_id FROM articles WHERE id = {one}").scalar_one()
    two = factories.article(connection, "오로라와 보레알리스 손잡다", "인공지능에서 손을 잡았다.", source_id="herald",
                            story=story, language="ko", mentions=("Aurora Chips",))
    three = factories.article(connection, "Cassini Labs launches a robot", "It walks.", mentions=("Cassini Labs",),
                              published_at=factories.NOW.replace(month=1))
    second = factories.article(connection, "Cassini Labs and Aurora Chips plan a venture", "They plan a venture.")
    planned = factories.event(connection, second, "Cassini Labs", "Aurora Chips", status="planned",
                              type_="joint_venture")
    factories.hit(connection, second, event_id=planned, score=0.7)
    factories.alert(connection, hit)
    factories.digest(connection, hit)
    return {"one": one, "two": two, "three": three, "story": story, "hit": hit}
