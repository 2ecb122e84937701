"""The JSON API: the shapes of the command line, mistakes as problem documents, cursors that miss nothing."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from archive.engine import Engine, writing
from tests import factories
from tests.site import app_of, browser, small_archive


@pytest.fixture(scope="module")
def opened(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Engine, TestClient]]:
    home = tmp_path_factory.mktemp("api")
    shutil.copyfile(sqlite_template, home / "a.db")
    with small_archive(f"sqlite:///{home / 'a.db'}") as engine:
        yield engine, browser(app_of(home / "desk", engine))


@pytest.fixture
def client(opened: tuple[Engine, TestClient]) -> TestClient:
    return opened[1]


def ask(client: TestClient, path: str, code: int = 200, **query: Any) -> Any:
    answer = client.get(f"/api/v1/{path}", params=query)
    assert answer.status_code == code, answer.text
    return answer.json()


def test_a_search_answers_with_the_record_of_the_command_line(client: TestClient) -> None:
    found = ask(client, "search", q="forces")
    assert (found["total"], found["cursor"]) == (1, None)
    item = found["items"][0]
    assert item["organisations"] == ["Aurora Chips", "Borealis Telecom"]
    assert item["published_at"] == "2026-03-15T12:00:00Z"
    assert (item["rules"], item["band"], item["outlets"]) == (["ai-alliances"], "alert", 2)


def test_pages_follow_by_their_cursor(client: TestClient) -> None:
    first = ask(client, "search", q="*", limit=2)
    second = ask(client, "search", q="*", limit=2, cursor=first["cursor"])
    ids = [item["id"] for page in (first, second) for item in page["items"]]
    assert len(set(ids)) == 4
    assert ask(client, "search", q="*", cursor=first["cursor"], sort="score", code=400)["status"] == 400


def test_what_is_new_comes_once_and_in_the_order_of_storing(opened: tuple[Engine, TestClient]) -> None:
    engine, client = opened
    seen, cursor = [], ""
    for _ in range(3):
        found = ask(client, "new", q="*", cursor=cursor, limit=2)
        seen += [item["id"] for item in found["items"]]
        cursor = found["cursor"]
    assert seen == sorted(set(seen))
    now = ask(client, "new", cursor="now")
    assert now["items"] == []
    with writing(engine) as connection:
        late = factories.article(connection, "A late one", "It came late.")
    assert [item["id"] for item in ask(client, "new", cursor=now["cursor"])["items"]] == [late]
    assert ask(client, "new", cursor="nonsense", code=400)["detail"].startswith("cursor 'nonsense'")


@pytest.mark.parametrize(("query", "column", "suggestion"), [
    ("orgg:samsung", 1, "org:"), ("samsung AND statsu:x", 13, "status:"), ("status:rumored", 8, "rumoured"),
    ("(a", 1, None),
])
def test_a_query_that_cannot_be_read_names_the_column_and_what_was_meant(
    client: TestClient, query: str, column: int, suggestion: str | None,
) -> None:
    answer = client.get("/api/v1/search", params={"q": query})
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert (problem["status"], problem["title"]) == (400, "The query cannot be read")
    assert problem["column"] in {column, column - 7 if suggestion == "rumoured" else column, 2}
    assert problem.get("suggestion") == suggestion
    assert "\n" not in problem["detail"]


def test_what_is_not_there_or_not_allowed_is_a_problem_too(client: TestClient) -> None:
    for path, code in (("articles/999", 404), ("stories/999", 404), ("articles/x", 422), ("nothing", 404),
                       ("articles/99999999999999999999", 422), ("organisations/zyzzyva", 404),
                       ("search?sort=wrong", 422), ("search?since=tomorrow", 400), ("graph?status=x", 400)):
        answer = client.get(f"/api/v1/{path}")
        assert (answer.status_code, answer.headers["content-type"]) == (code, "application/problem+json"), path
    assert client.delete("/api/v1/search").status_code == 405


def test_an_organisation_that_is_unknown_is_not_there(client: TestClient) -> None:
    assert client.get("/api/v1/organisations/Nobody").status_code == 404
    assert client.get("/api/v1/graph?around=Nobody").status_code == 404


def test_a_method_that_an_address_does_not_take_is_told_with_those_that_it_does(client: TestClient) -> None:
    refused = client.request("TRACE", "/api/v1/today")
    assert (refused.status_code, refused.headers["allow"]) == (405, "GET")
    assert client.request("OPTIONS", "/api/v1/feedback").headers["allow"] == "GET, POST"


def test_fields_that_a_form_leaves_empty_narrow_nothing(client: TestClient) -> None:
    whole = client.get("/api/v1/graph").json()
    assert client.get("/api/v1/graph?around=&topic=&status=&since=").json() == whole


def test_an_organisation_is_found_by_any_of_its_names_with_its_alliances(client: TestClient) -> None:
    found = ask(client, "organisations/aurora chips")
    assert found["name"] == "Aurora Chips"
    assert [(one["a"], one["b"], one["alive"]) for one in found["alliances"]] == [
        ("Aurora Chips", "Borealis Telecom", True), ("Aurora Chips", "Cassini Labs", True)]
    around = ask(client, "graph", around="Borealis Telecom", depth=2)
    assert {node["name"] for node in around["nodes"]} == {"Aurora Chips", "Borealis Telecom", "Cassini Labs"}
    assert client.get("/api/v1/graph?form=graphml").text.startswith("<?xml")


def test_what_a_program_says_is_noted_where_people_say_it(client: TestClient) -> None:
    said = client.post("/api/v1/feedback", json={"verdict": "relevant", "article": 1, "author": "bot", "note": "good"})
    assert (said.status_code, said.json()["told"]) == (201, "Noted: relevant. Nothing changes by itself.")
    line = ask(client, "feedback")["items"][0]
    assert (line["author"], line["verdict"], line["note"]) == ("bot", "relevant", "good")


@pytest.mark.parametrize("body", [
    {"verdict": "great", "article": 1}, {"verdict": "relevant"}, {"verdict": "relevant", "article": 1, "extra": 1},
    {"verdict": "relevant", "article": 0}, {"verdict": "relevant", "article": 1, "note": "a\0b"},
    {"verdict": "mute-story"}, {"verdict": "wrong_party", "article": 1, "party": "Nobody"}, [], "x", None,
])
def test_what_cannot_be_noted_is_refused(client: TestClient, body: Any) -> None:
    answer = client.post("/api/v1/feedback", json=body)
    assert answer.status_code in {400, 404, 422}
    assert answer.headers["content-type"] == "application/problem+json"


def test_feedback_is_taken_as_json_only_since_other_sites_can_send_the_rest(client: TestClient) -> None:
    content = b'{"verdict": "relevant", "article": 1}'
    for kind in ("text/plain", "application/x-www-form-urlencoded", ""):
        answer = client.post("/api/v1/feedback", content=content, headers={"Content-Type": kind})
        assert answer.status_code in {415, 422}, kind
    half = b'{"verdict": "relevant", "article": 1, "note": "\\ud800"}'
    json = {"Content-Type": "application/json"}
    assert client.post("/api/v1/feedback", content=half, headers=json).status_code == 422


def test_the_description_names_every_question_and_its_mistakes(client: TestClient) -> None:
    document = ask(client, "openapi.json")
    assert document["openapi"].startswith("3.1")
    paths = {path.removeprefix("/api/v1/").partition("/")[0] for path in document["paths"]}
    assert paths == {"search", "facets", "new", "articles", "stories", "organisations", "graph", "today", "rules",
                     "searches", "sources", "health", "deliveries", "feedback"}
    for methods in document["paths"].values():
        for operation in methods.values():
            assert operation["description"]
            assert "default" in operation["responses"]


WORDS = st.sampled_from(
    ["aurora", '"join forces"', "org:aurora*", "org:", "pair:(a, b)", "event:alliance", "status:planned", "AND", "OR",
     "NOT", "(", ")", "-", "score:>=0.5", "score:", "published:7d", "seen:2026", "story:1", '"', "*", "~3", "sams*",
     "lang:ko", "topic:ai", "rule:*", "person:kim", "[1 TO", "{", "\\", "/x/", "^2", ":", "칩", "\u202e", "é"])


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.one_of(st.lists(WORDS, max_size=7).map(" ".join), st.text(max_size=40)))
def test_no_query_makes_the_server_fail(client: TestClient, query: str) -> None:
    text = query.encode("utf-8", "replace").decode()
    for path in ("search", "new"):
        answer = client.get(f"/api/v1/{path}", params={"q": text})
        assert answer.status_code in {200, 400}, (text, answer.text)
        assert "\n" not in answer.json().get("detail", "")
