"""The door of the site: hosts, tokens, roles, forms, headers. What is not allowed does not happen."""

from __future__ import annotations

import shutil
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.routing import Route
from starlette.testclient import TestClient

from tests.site import EDITORS, READERS, SETTINGS, TOKENS, app_of, browser, page, send, small_archive
from web import guard
from web.pages import PAGES

POSTS = sorted({route.path for router in PAGES for route in router.routes
                if isinstance(route, Route) and "POST" in (route.methods or ())})


@pytest.fixture(scope="module")
def archive(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, FastAPI, FastAPI]]:
    home = tmp_path_factory.mktemp("door")
    shutil.copyfile(sqlite_template, home / "a.db")
    with small_archive(f"sqlite:///{home / 'a.db'}") as engine:
        yield home, app_of(home / "open", engine), app_of(home / "closed", engine, SETTINGS + TOKENS)


@pytest.fixture
def client(archive: tuple[Path, FastAPI, FastAPI]) -> TestClient:
    return browser(archive[1])


@pytest.fixture
def closed(archive: tuple[Path, FastAPI, FastAPI]) -> TestClient:
    return browser(archive[2])


def log_in(client: TestClient, token: str, **more: str) -> TestClient:
    answer = send(client, "/login", "/login", {"token": token, **more})
    assert answer.status_code == 303, answer.text
    return client


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example:8420", "",
                                  "[::1].evil.example"])
def test_a_foreign_name_that_leads_here_is_refused(client: TestClient, host: str) -> None:
    answer = client.get("/", headers={"Host": host})
    assert (answer.status_code, answer.headers["content-type"]) == (421, "application/problem+json")


@pytest.mark.parametrize("host", ["localhost", "localhost:1", "127.0.0.1:8420", "[::1]:8420", "LOCALHOST"])
def test_the_names_of_this_machine_are_known(client: TestClient, host: str) -> None:
    assert client.get("/healthz", headers={"Host": host}).text == "ok\n"


def test_every_answer_forbids_what_no_page_needs(client: TestClient) -> None:
    for path in ("/", "/search?q=(", "/nowhere", "/static/pactwatch.css", "/api/v1/search", "/feeds/rss", "/healthz"):
        headers = client.get(path).headers
        assert headers["content-security-policy"] == guard.POLICY, path
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        assert headers["x-frame-options"] == "DENY"
        assert headers["cross-origin-opener-policy"] == "same-origin"
    assert "unsafe" not in guard.POLICY
    assert guard.POLICY.startswith("default-src 'none'")


def test_cookies_are_for_this_site_and_out_of_the_reach_of_scripts(closed: TestClient) -> None:
    first = closed.get("/login").headers["set-cookie"]
    then = send(closed, "/login", "/login", {"token": EDITORS}).headers["set-cookie"]
    assert first.startswith("pactwatch_visit=")
    assert then.startswith("pactwatch_login=")
    assert all("; Path=/; HttpOnly; SameSite=Strict" in cookie for cookie in (first, then))


def test_behind_tls_cookies_never_go_without_and_the_public_name_is_known(archive: tuple[Path, FastAPI, FastAPI],
                                                                            sqlite_url: str) -> None:
    with small_archive(sqlite_url) as engine:
        public = SETTINGS + TOKENS + 'public_url = "https://news.example.org"\n'
        client = browser(app_of(archive[0] / "public", engine, public))
        answer = client.get("/login", headers={"Host": "news.example.org"})
        assert answer.status_code == 200
        assert answer.headers["set-cookie"].endswith("; Secure")


def test_nobody_sees_anything_without_a_token(closed: TestClient) -> None:
    for path in ("/", "/search?q=a b", "/stories/1", "/rules", "/feedback", "/nowhere", "/api"):
        answer = closed.get(path)
        if path.startswith("/api"):
            continue
        assert (answer.status_code, answer.headers["location"].partition("?")[0]) == (303, "/login"), path
    for path, scheme in (("/api/v1/search", "Bearer"), ("/api/v1/openapi.json", "Bearer"), ("/feeds/rss", "Basic")):
        answer = closed.get(path)
        assert (answer.status_code, answer.headers["www-authenticate"].split()[0]) == (401, scheme), path
    assert closed.get("/api").status_code == 303
    assert closed.get("/healthz").status_code == 200


def test_a_login_leads_back_to_where_one_was_going_and_nowhere_else(closed: TestClient) -> None:
    going = closed.get("/search?q=a%20b").headers["location"]
    fields = page(closed, going).form("/login")
    assert closed.post("/login", data={**fields, "token": READERS}).headers["location"] == "/search?q=a%20b"
    for elsewhere in ("https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", ""):
        fields = page(closed, "/login").form("/login") | {"next": elsewhere, "token": READERS}
        assert closed.post("/login", data=fields).headers["location"] == "/"


def test_a_wrong_token_is_told_so_and_takes_its_time(closed: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("web.pages.door.WRONG_S", 0.01)
    answer = send(closed, "/login", "/login", {"token": "x" * 30})
    assert answer.status_code == 403
    assert "No such token" in answer.text
    assert "pactwatch_login" not in answer.headers.get("set-cookie", "")


def test_readers_look_and_change_nothing(closed: TestClient) -> None:
    log_in(closed, READERS, name="  Kim\n Lee ")
    looked = page(closed, "/")
    assert "Reader Kim Lee" in looked.words
    assert [form.get("action") for form in looked.tree.xpath("//form[@method='post']")] == ["/theme", "/logout"]
    fields = looked.form("/theme")
    for path in POSTS:
        if path in {"/login", "/logout", "/theme"}:
            continue
        answer = closed.post(path.replace("{id_}", "1").replace("{key}", "x"), data=fields)
        assert (answer.status_code, answer.json()["title"]) == (403, "Readers only look"), path
    assert closed.post("/api/v1/feedback", json={"verdict": "relevant", "article": 1}).status_code == 403


def test_editors_say_what_they_think_under_their_name(closed: TestClient) -> None:
    log_in(closed, EDITORS, name="Park")
    answer = send(closed, "/stories/1", "/feedback", {"verdict": "relevant"})
    assert answer.status_code == 303
    assert "Park relevant" in page(closed, "/feedback").words


def test_a_logout_ends_the_login(closed: TestClient) -> None:
    log_in(closed, EDITORS)
    assert closed.get("/").status_code == 200
    send(closed, "/", "/logout", {})
    assert closed.get("/").status_code == 303


def test_programs_bring_a_token_and_feed_readers_a_password(closed: TestClient) -> None:
    def bearer(token: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {token}"}

    assert closed.get("/api/v1/rules", headers=bearer(READERS)).status_code == 200
    assert closed.get("/api/v1/rules", headers=bearer("x" * 20)).status_code == 401
    said = {"verdict": "relevant", "article": 1}
    assert closed.post("/api/v1/feedback", headers=bearer(READERS), json=said).status_code == 403
    assert closed.post("/api/v1/feedback", headers=bearer(EDITORS), json=said).status_code == 201
    for given, code in ((f"any:{READERS}", 200), ("any:wrong", 401), ("no colon", 401)):
        basic = {"Authorization": f"Basic {b64encode(given.encode()).decode()}"}
        assert closed.get("/feeds/atom?q=*", headers=basic).status_code == code
    assert closed.get("/feeds/atom?q=*", headers={"Authorization": "Basic !!!"}).status_code == 401


def test_no_form_is_taken_without_its_token(client: TestClient) -> None:
    page(client, "/")
    assert len(POSTS) > 10
    for path in POSTS:
        address = path.replace("{id_}", "1").replace("{key}", "x")
        for csrf in ({}, {"csrf": "x"}, {"csrf": browser_token_of_somebody_else(client)}):
            answer = client.post(address, data={"verdict": "relevant", "article": "1", **csrf})
            assert answer.status_code == 403, path
            assert "Out of date" in answer.text


def browser_token_of_somebody_else(client: TestClient) -> str:
    return page(browser(client.app), "/feedback").form("/theme")["csrf"]  # type: ignore[arg-type]


@pytest.mark.parametrize("headers", [
    {"Origin": "https://evil.example"}, {"Origin": "null"}, {"Origin": "http://127.0.0.1:9"},
    {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"},
])
def test_no_form_of_another_site_is_taken_even_with_a_token(client: TestClient, headers: dict[str, str]) -> None:
    fields = page(client, "/stories/1").form("/feedback")
    answer = client.post("/feedback", data={**fields, "verdict": "relevant"}, headers=headers)
    assert (answer.status_code, answer.json()["title"]) == (403, "From elsewhere")
    said = {"verdict": "relevant", "article": 1}
    assert client.post("/api/v1/feedback", json=said, headers=headers).status_code == 403


def test_a_page_of_ours_may_send_its_form(client: TestClient) -> None:
    fields = page(client, "/stories/1").form("/feedback")
    own = {"Origin": "http://127.0.0.1:8420", "Sec-Fetch-Site": "same-origin"}
    assert client.post("/feedback", data={**fields, "verdict": "relevant"}, headers=own).status_code == 303


def test_huge_and_broken_requests_are_refused(client: TestClient) -> None:
    fields = page(client, "/rules/new").form("/rules/try")
    assert client.post("/rules/try", data={**fields, "text": "x" * 1_100_000}).status_code == 413

    def drip() -> Iterator[bytes]:
        yield b"csrf=x&text="
        for _ in range(20):
            yield b"x" * 100_000

    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert client.post("/rules/try", content=drip(), headers=form).status_code == 413
    assert client.get("/search?q=a%00b").status_code == 400
    assert client.get("/organisations/a%00b").status_code == 400
    assert client.post("/feedback", data={**page(client, "/stories/1").form("/feedback"), "note": "a\0b"}
                       ).status_code == 400


def test_the_colours_are_remembered(client: TestClient) -> None:
    assert 'data-theme="auto"' in page(client, "/rules").text
    answer = send(client, "/rules", "/theme", {"theme": "dark"})
    assert answer.headers["location"] == "/rules"
    assert 'data-theme="dark"' in page(client, "/rules").text
    send(client, "/rules", "/theme", {"theme": '"><script>'})
    assert 'data-theme="dark"' in page(client, "/rules").text


def test_files_are_kept_by_browsers_and_only_ours_are_there(client: TestClient) -> None:
    for link in page(client, "/").tree.xpath("//link/@href|//script/@src"):
        answer = client.get(str(link))
        assert (answer.status_code, "immutable" in answer.headers["cache-control"]) == (200, True), link
    for wrong in ("/static/../app.py", "/static/%2e%2e/app.py", "/static/vendor/README.md", "/static/", "/static//etc"):
        assert client.get(wrong).status_code == 404, wrong
