"""Hostile titles, texts, names and queries through every page, feed and answer: they stay text."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from urllib.parse import quote, urlsplit

import pytest
import sqlalchemy as sa
import time_machine
from starlette.testclient import TestClient

from archive import tables
from archive.engine import open_engine, writing
from tests import factories
from tests.site import Page, app_of, browser, harms

PAYLOADS = (
    "<script>alert(1)</script>", "\"'><img src=x onerror=alert(1)>", "</title><svg onload=alert(1)>",
    "{{ 7*7 }}{% raw %}", "javascript:alert(1)", "<![CDATA[x]]>&lt;b&gt;", "</textarea><iframe src=//evil.example>",
    "\u202egpj.exe\u2066 \u0000\u0007\x1b[31m", "<bdi></bdi></bdi><style>*{}</style>", "']];}--><!--",
)
ALL = " ".join(PAYLOADS)
QUERIES = [quote(payload.replace("\0", ""), safe="") for payload in PAYLOADS]


@pytest.fixture(scope="module")
def client(sqlite_template, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    home = tmp_path_factory.mktemp("hostile")
    (home / "a.db").write_bytes(sqlite_template.read_bytes())
    engine = open_engine(f"sqlite:///{home / 'a.db'}")
    with writing(engine) as connection:
        factories.source(connection, "evil", name=ALL, country="<b", language='"x', outcome="dns_error", reason=ALL,
                         failures=2)
        for number, payload in enumerate(PAYLOADS):
            one = factories.article(
                connection, payload, f"{ALL}\n{payload}", source_id="evil", mentions=(payload, f"Org {number}"),
                url=f"javascript:alert({number})//", authors=[payload], language='"><b', topics={payload: 0.9})
            event = factories.event(connection, one, payload, f"Org {number}", type_=payload,
                                    sentence=payload, topics=[payload])
            hit = factories.hit(connection, one, rule=payload, event_id=event)
            factories.version(connection, one, payload[::-1], ALL[::-1])
            factories.add(connection, tables.Person, article_id=one, name=payload, role=payload, field="text", start=0,
                          end=1)
            factories.add(connection, tables.Delivery, key=f"k{number}", route=payload, channel="console",
                          kind="alert", state="failed", hit_id=hit, created_at=factories.NOW, attempts=1, error=payload)
            connection.execute(sa.update(tables.Hit).where(tables.Hit.id == hit).values(evidence=[
                {"role": "relation", "field": "text", "start": 0, "end": 8, "text": payload},
                {"role": "sentence", "field": "text", "start": 0, "end": 8, "text": payload},
                {"role": "story", "reason": payload, "article": one}]))
            factories.add(connection, tables.Feedback, verdict="wrong_party", article_id=one, rule=payload,
                          details={"party": payload, "instead": payload}, author=payload, note=payload, replaced=False,
                          created_at=factories.NOW)
            factories.add(connection, tables.Mute, kind="organisation", name=payload, author=payload,
                          created_at=factories.NOW, until=factories.NOW.replace(year=2027))
            connection.execute(sa.insert(tables.Watched).values(name=payload, author=payload,
                                                                created_at=factories.NOW))
        # One organisation allied with another of an evil name, so that the graph shows it.
        ally = factories.article(connection, "Plain", "Plain text.", source_id="evil")
        factories.event(connection, ally, "Plain Org", PAYLOADS[0], type_="joint_venture")
        factories.add(connection, tables.EntryPoint, source_id="evil", kind="feed", url="javascript:alert(1)",
                      outcome="ok", reason=ALL, failures=1, moved_to="data:text/html,x")
    (home / "desk").mkdir()
    (home / "desk" / "sources").mkdir()
    (home / "desk" / "rules").mkdir()
    (home / "desk" / "rules" / "evil.yaml").write_text(
        f"title: {json.dumps(ALL.replace(chr(0), ''))}\nquery: '\"<script>\" OR x'\n", encoding="utf-8")
    with time_machine.travel(factories.NOW, tick=True):
        yield browser(app_of(home / "desk", engine))
    engine.dispose()


def paths() -> list[str]:
    fixed = ["/", "/search?q=*", "/search?q=*&counts=yes", "/organisations",
             "/rules", "/rules/evil", "/sources?show=all", "/sources/evil",
             "/deliveries", "/feedback", "/organisations/Plain%20Org", "/api"]
    fixed += [f"/articles/{id_}" for id_ in range(1, len(PAYLOADS) + 1)]
    fixed += [f"/stories/{id_}" for id_ in range(1, len(PAYLOADS) + 1)]
    return fixed


def queried() -> list[str]:
    places = ("/search?q={}", "/search?q=*&since={}", "/search?q=*&cursor={}", "/rules/new?query={}", "/rules/{}",
              "/organisations/{}", "/organisations?name={}", "/sources/{}", "/sources?name={}", "/stories/{}",
              "/static/{}", "/{}", "/login?next={}", "/sources/proposals/{}")
    return [place.format(query) for place in places for query in QUERIES]


@pytest.fixture(scope="module")
def pages(client: TestClient) -> dict[str, str]:
    found = {}
    for path in paths():
        answer = client.get(path)
        assert answer.status_code == 200, (path, answer.text[:400])
        found[path] = answer.text
    return found


def test_what_strangers_wrote_stays_text(pages: dict[str, str]) -> None:
    assert {path: harms(text) for path, text in pages.items() if harms(text)} == {}
    assert "{{ 7*7 }}" in Page(pages["/articles/4"]).words


def test_the_evil_words_are_all_there_to_be_read(pages: dict[str, str]) -> None:
    shown = Page(pages["/articles/1"])
    assert "<script>alert(1)</script>" in shown.words
    assert shown.tree.xpath("//main//a[starts-with(@href, 'javascript')]") == []
    titles = Page(pages["/search?q=*"]).tree.xpath("//h2//bdi/text()")
    assert any("\u202e" in str(title) for title in titles)


def test_direction_marks_stand_only_where_they_are_kept_inside(pages: dict[str, str]) -> None:
    for path, text in pages.items():
        tree = Page(text).tree
        for element in tree.iter():
            values = [value for value in getattr(element, "attrib", {}).values() if "\u202e" in value]
            kept = element.tag in {"input", "option", "button"} or element.get("href")
            assert not values or kept, (path, values)
        for outside in tree.xpath("//title/text()|//svg//text()"):
            assert "\u202e" not in str(outside), path


def test_queries_stay_text_too(client: TestClient) -> None:
    for path in queried():
        answer = client.get(path)
        assert answer.status_code in {200, 303, 400, 404, 422}, (path, answer.text[:300])
        if answer.headers.get("content-type", "").startswith("text/html"):
            assert harms(answer.text) == [], path
        if "location" in answer.headers:
            assert answer.headers["location"].startswith("/"), path


def test_feeds_are_well_formed_and_lead_to_the_web_only(client: TestClient) -> None:
    for query in ("*", *QUERIES):
        for form in ("atom", "rss", "json"):
            answer = client.get(f"/feeds/{form}?q={query}")
            assert answer.status_code in {200, 400}
            if answer.status_code == 400:
                continue
            if form == "json":
                links = [item.get("url") for item in answer.json()["items"]]
            else:
                root = ET.fromstring(answer.content)
                links = [element.get("href") or element.text for element in root.iter()
                         if element.tag.rpartition("}")[2] == "link"]
            assert {urlsplit(link).scheme for link in links if link} <= {"http", "https"}, (form, links)
            assert b"<script" not in answer.content or form == "json"


def test_answers_for_programs_are_json_that_no_browser_takes_for_a_page(client: TestClient) -> None:
    for path in ("search?q=*", "articles/1", "stories/1", "organisations/Plain%20Org", "graph", "rules", "sources",
                 "deliveries", "feedback", "today", "facets?q=*", "new", *(f"search?q={query}" for query in QUERIES),
                 *(f"organisations/{query}" for query in QUERIES)):
        answer = client.get(f"/api/v1/{path}")
        assert answer.headers["content-type"] in {"application/json", "application/problem+json"}, path
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.content.isascii()
        assert isinstance(answer.json(), dict)


def test_the_origin_of_links_is_ours_or_the_web(pages: dict[str, str]) -> None:
    for path, text in pages.items():
        for href in Page(text).tree.xpath("//a/@href"):
            assert str(href).startswith(("/", "#", "http://", "https://")), (path, href)
