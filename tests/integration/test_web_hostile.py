"""Hostile titles, texts, names and queries through every page, feed and answer: they stay text."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from urllib.parse import quote, urlsplit

import pytest
import sqlalchemy as sa
import time_machine
from starlette.routing import compile_path
from starlette.testclient import TestClient

from archive import tables
from archive.engine import open_engine, writing
from pipeline.searches import SavedSearch, save_search
from tests import factories
from tests.site import Page, app_of, browser, harms, page
from web.api import OTHERS, VERSIONED
from web.api.document import PREFIX
from web.lookouts import Lookout
from web.pages import PAGES
from web.tools import Proposal

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
    save_search(home / "desk", "kept", SavedSearch(query="*", title=ALL.replace("\0", "")))
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


def test_every_cell_of_a_table_says_on_a_phone_which_column_it_is(pages: dict[str, str]) -> None:
    seen = 0
    for path, text in pages.items():
        for table in Page(text).tree.xpath("//main//table"):
            columns = [str(one.text_content()) for one in table.xpath("./thead//th[@role='columnheader']")]
            for row in table.xpath("./tbody/tr[@role='row'][not(td/@colspan)]"):
                cells = row.xpath("./td[@role='cell']")
                assert len(cells) == len(columns) > 1, (path, columns)
                for cell, column in zip(cells, columns, strict=True):
                    assert cell.get("data-name") in {None, column}, (path, column)
                seen += 1
            assert len(table.xpath("./tbody/tr")) == len(table.xpath("./tbody/tr[@role='row']")), path
    assert seen > 20


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


def test_feeds_of_a_saved_search_keep_its_title_as_text(client: TestClient) -> None:
    for form in ("atom", "rss"):
        title = next(one for one in ET.fromstring(client.get(f"/feeds/{form}/kept").content).iter()
                     if one.tag.rpartition("}")[2] == "title")
        assert "<script>alert(1)</script>" in (title.text or "")
        assert len(title) == 0
    assert "<script>alert(1)</script>" in client.get("/feeds/json/kept").json()["title"]


def test_a_graph_for_other_programs_is_well_formed(client: TestClient) -> None:
    answer = client.get("/api/v1/graph?form=graphml")
    assert "html" not in answer.headers["content-type"]
    said = [text for element in ET.fromstring(answer.content).iter() if (text := element.text) and text.strip()]
    assert any("<script>alert(1)</script>" in text for text in said)


def test_what_a_look_at_an_outlet_found_stays_text(client: TestClient) -> None:
    facts = {"name": ALL, "home": "javascript:alert(1)", "country": ALL, "language": ALL, "requests": 1, "seconds": 1,
             "reasons": [ALL], "preview": [
                 {"published_at": None, "url": "javascript:alert(1)", "title": ALL, "outcome": outcome, "reason": ALL,
                  "first_sentence": ALL, "words": 1, "rules": [{"rule": ALL, "score": 1.0}]}
                 for outcome in ("ok", "no_article")]}
    looks = client.app.state.lookouts._looks  # type: ignore[attr-defined]
    for key, look in {"found": Lookout(ALL, proposal=Proposal(ALL, ALL, facts, known=[ALL])),
                      "lost": Lookout(ALL, problem=ALL), "goes-on": Lookout(ALL)}.items():
        looks[key] = look
        answer = client.get(f"/sources/proposals/{key}")
        assert answer.status_code == 200
        assert harms(answer.text) == [], key
        assert "<script>alert(1)</script>" in Page(answer.text).words
        assert Page(answer.text).tree.xpath("//main//a[starts-with(@href, 'javascript')]") == []


FORMS: tuple[tuple[str, dict[str, str]], ...] = (
         ("/sources/add", {"url": "{}"}), ("/rules/try", {"id": "{}", "text": "{}"}),
         ("/rules/save", {"id": "{}", "text": "title: x\nquery: '{}'\n"}), ("/searches", {"q": "x", "name": "{}"}),
         ("/searches", {"q": "orgg:{}", "name": "x"}), ("/searches/remove", {"name": "{}"}), ("/watch", {"name": "{}"}),
         ("/feedback", {"verdict": "{}", "back": "{}"}),
         ("/feedback", {"verdict": "relevant", "article": "1", "note": "{}", "back": "{}"}),
         ("/deliveries/test", {"route": "{}"}), ("/deliveries/retry", {"id": "{}"}), ("/sources/{}", {"watch": "{}"}),
         ("/sources/evil", {"watch": "{}"}), ("/theme", {"theme": "{}", "back": "{}"}), ("/mutes/{}/lift", {}),
         ("/login", {"token": "{}", "next": "{}"}))


@pytest.mark.parametrize(("action", "fields"), FORMS, ids=[f"{action} {' '.join(fields)}" for action, fields in FORMS])
@pytest.mark.parametrize("script", [False, True], ids=["by form", "by htmx"])
def test_forms_stay_text_too_and_lead_nowhere_else(client: TestClient, action: str, fields: dict[str, str],
                                                   script: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client.app.state.lookouts, "begin", lambda _url: "key")  # type: ignore[attr-defined]
    hidden = page(client, "/feedback").form("/theme")
    for payload in (*PAYLOADS, "//evil.example", "https://evil.example/", "/\\evil.example"):
        filled = {name: value.replace("{}", payload) for name, value in fields.items()}
        answer = client.post(action.replace("{}", quote(payload.replace("\0", ""), safe="")), data={**hidden, **filled},
                             headers={"hx-request": "true"} if script else {})
        assert answer.status_code < 500, (payload, answer.text[:300])
        assert answer.status_code != 403 or action == "/login", "the form's token was not taken"
        if answer.text and answer.headers.get("content-type", "").startswith("text/html"):
            assert harms(answer.text) == [], payload
        where = answer.headers.get("location", "/")
        assert where.startswith("/"), (payload, where)
        assert not where.startswith(("//", "/\\")), (payload, where)


def test_figures_for_monitors_have_a_line_each(client: TestClient) -> None:
    for line in client.get("/metrics").text.splitlines():
        assert re.fullmatch(r'#.*|[a-z_0-9]+(\{([a-z_]+="([^"\\]|\\.)*",?)*\})? \S+( \S+)?', line), line


def test_every_door_of_the_site_is_in_this_file(client: TestClient) -> None:
    """A page or form that is added later is added here, or is named as one that shows nothing of a stranger."""
    own = {"/static/{name:path}", "/logout", "/healthz", "/readyz", "/api/v1/openapi.json", "/api/v1/health",
           "/api/v1/searches"}
    asked = {path.partition("?")[0] for path in [*paths(), *queried(), *(action for action, _ in FORMS)]}
    asked |= {f"/feeds/{form}" for form in ("atom", "rss", "json")} | {"/feeds/atom/kept", "/metrics"}
    asked |= {"/sources/proposals/found", "/api/v1/search", "/api/v1/articles/1", "/api/v1/stories/1",
              "/api/v1/organisations/x", "/api/v1/graph", "/api/v1/rules", "/api/v1/sources", "/api/v1/deliveries",
              "/api/v1/feedback", "/api/v1/today", "/api/v1/facets", "/api/v1/new"}
    routes = {str(getattr(route, "path")) for router in (*PAGES, *OTHERS) for route in router.routes}  # noqa: B009
    routes |= {PREFIX + str(getattr(route, "path")) for router in VERSIONED for route in router.routes}  # noqa: B009
    routes |= {route.path for route in client.app.state.site.watch.routes()}  # type: ignore[attr-defined]
    left = [route for route in routes - own if not any(compile_path(route)[0].match(path) for path in asked)]
    assert left == []
