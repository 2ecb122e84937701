"""The pages over a small archive: each shows what the archive knows, and what is done on it is done."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
import time_machine
from starlette.testclient import TestClient

from archive.engine import Engine, reading, writing
from archive.tables import Delivery, Feedback, Mute, Watched
from tests import factories
from tests.site import app_of, browser, page, send, small_archive

RULE = """title: Ventures
query: event:joint_venture
min_score: 0.5
examples:
  - match: "Tarvela Robotics and Quillon Systems form a joint venture."
  - no_match: "Tarvela Robotics opens a shop."
"""


@pytest.fixture
def engine(sqlite_url: str) -> Iterator[Engine]:
    with small_archive(sqlite_url) as made:
        yield made


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "desk"


@pytest.fixture
def client(engine: Engine, home: Path) -> Iterator[TestClient]:
    with time_machine.travel(factories.NOW, tick=True):
        yield browser(app_of(home, engine))


def rows(engine: Engine, table: type) -> list[sa.Row]:
    with reading(engine) as connection:
        return list(connection.execute(sa.select(table.__table__)))  # type: ignore[attr-defined]


def test_today_shows_what_waits_for_the_digest(engine: Engine, client: TestClient) -> None:
    assert "Nothing new waits for this digest" in page(client, "/").words
    with writing(engine) as connection:
        hit = connection.scalar(sa.text("SELECT max(id) FROM hits"))
        story = connection.scalar(sa.text(f"SELECT story_id FROM hits WHERE id = {hit}"))
        connection.execute(sa.text("INSERT INTO digest_entries (route, key, hit_id, story_id, created_at) VALUES "
                                   f"('daily', 'x', {hit}, {story}, '2026-03-15 11:00:00')"))
    words = page(client, "/").words
    assert "New stories 1" in words
    assert "Cassini Labs and Aurora Chips plan a venture" in words


def test_without_a_route_today_shows_what_was_flagged_last(engine: Engine, home: Path) -> None:
    with time_machine.travel(factories.NOW, tick=True):
        words = page(browser(app_of(home, engine, "[catalog]\nbuiltin = false\n")), "/").words
    assert "Flagged in the last 7 days" in words
    assert "Aurora Chips and Borealis Telecom join forces in AI" in words


def test_search_finds_marks_counts_and_narrows(client: TestClient) -> None:
    found = page(client, "/search?q=forces")
    assert "1 article" in found.words
    assert "<mark>forces</mark>" in found.text
    whole = page(client, next(iter(page(client, "/search?q=*").tree.xpath("//noscript//a/@href"))))
    assert "Articles by day" in whole.words or "Articles by month" in whole.words
    narrower = next(str(href) for href in whole.tree.xpath("//aside//a/@href") if "org" in str(href))
    assert page(client, narrower).words.count("article") >= 1


def test_only_parties_of_an_event_are_joined_by_the_sign_of_allies(engine: Engine, client: TestClient) -> None:
    with writing(engine) as connection:
        factories.article(connection, "A fair opens", "It is open.", mentions=("Aurora Chips", "Cassini Labs"))
    for word, told in (("fair", "Aurora Chips, Cassini Labs"), ("forces", "Aurora Chips ↔ Borealis Telecom")):
        [meta] = page(client, f"/search?q={word}").tree.xpath("//p[@class='meta']")
        assert told in meta.text_content()


def test_a_query_that_cannot_be_read_is_shown_with_its_place(client: TestClient) -> None:
    wrong = page(client, "/search?q=orgg%3Asamsung", 400)
    assert "did you mean org:?" in wrong.words
    assert wrong.tree.xpath("//pre/mark")[0].text_content() == "o"
    assert "Nothing in the archive matches" in page(client, "/search?q=zyzzyva").words


def test_pages_of_results_follow_each_other(client: TestClient) -> None:
    seen: list[str] = []
    path: str | None = "/search?q=*&limit=3"
    while path:
        shown = page(client, path)
        seen += [str(href) for href in shown.tree.xpath("//ol[@class='hits']//h2/a/@href")]
        following = shown.tree.xpath("//a[@rel='next']/@href")
        path = f"{following[0]}&limit=3" if following else None
    assert len(seen) == len(set(seen)) == 4


def test_a_search_is_saved_is_a_feed_and_is_removed(home: Path, client: TestClient) -> None:
    fields = {"name": "aurora", "title": "All of Aurora"}
    assert send(client, "/search?q=org:aurora*", "/searches", fields).headers["location"] == "/search?q=org%3Aaurora%2A"
    assert "aurora:" in (home / "searches.yaml").read_text(encoding="utf-8")
    assert "All of Aurora" in page(client, "/search?q=*").words
    assert "<title>Pactwatch: All of Aurora</title>" in client.get("/feeds/rss/aurora").text
    assert client.get("/api/v1/searches").json()["items"][0]["feed"] == "/feeds/atom/aurora"
    assert send(client, "/search?q=*", "/searches", fields).status_code == 400
    assert send(client, "/search?q=*", "/searches", {"name": "../x"}).status_code == 400
    assert send(client, "/search?q=*", "/searches/remove", {"name": "aurora"}).status_code == 303
    assert client.get("/feeds/rss/aurora").status_code == 404


def test_a_story_shows_outlets_evidence_versions_and_messages(client: TestClient) -> None:
    story = page(client, "/stories/1")
    assert "Herald" in story.words
    assert "Wire" in story.words
    assert story.tree.xpath("//mark[@class='party']")
    assert story.tree.xpath("//del")
    assert "relation: join forces" in story.words
    assert "Why ai-alliances flagged it" in story.words
    assert "daily digest sent" in story.words
    assert "no story 99" in page(client, "/stories/99", 404).words


def test_an_article_shows_all_that_is_known_of_it(client: TestClient) -> None:
    article = page(client, "/articles/1")
    assert "Corrected" in article.words
    assert str(article.tree.xpath("//a[@rel='noopener noreferrer']/@href")[0]).startswith("https://news.example/")
    assert "The same story elsewhere" in article.words
    assert "No rule flagged it" in page(client, "/articles/3").words


def test_an_organisation_shows_its_partners_and_a_graph_to_walk(client: TestClient) -> None:
    aurora = page(client, "/organisations/Aurora%20Chips")
    assert "Allied with 2" in aurora.words
    there = [str(href) for href in aurora.tree.xpath("//svg//a/@href")]
    assert there == ["/organisations/Borealis%20Telecom", "/organisations/Cassini%20Labs",
                     "/organisations/Aurora%20Chips"]
    assert "Aurora Chips" in page(client, there[1]).words
    assert client.get("/organisations?name=chip").headers["location"] == "/organisations/Aurora%20Chips"
    assert "known by this name" in page(client, "/organisations?name=zyzzyva").words
    assert "Aurora Chips" in page(client, "/organisations").words


def test_verdicts_come_where_those_of_slack_and_the_prompt_are(engine: Engine, client: TestClient) -> None:
    for fields in ({"verdict": "not_relevant", "note": "old news"}, {"verdict": "relevant"},
                   {"verdict": "wrong_party", "party": "Borealis Telecom", "instead": "Cassini Labs"}):
        assert send(client, "/stories/1", "/feedback", fields).status_code == 303
    said = [(row.verdict, row.replaced, row.rule, row.story_id) for row in rows(engine, Feedback)]
    assert said == [("not_relevant", True, "ai-alliances", 1), ("relevant", False, "ai-alliances", 1),
                    ("wrong_party", False, "ai-alliances", 1)]
    assert 'value="relevant" aria-pressed="true"' in page(client, "/stories/1").text
    assert "wrong party : Borealis Telecom (it is Cassini Labs )" in page(client, "/feedback").words.replace(
        "party:", "party :")


def test_a_verdict_by_script_is_answered_with_a_piece_of_the_page(client: TestClient) -> None:
    fields = page(client, "/stories/1").form("/feedback") | {"verdict": "relevant"}
    answer = client.post("/feedback", data=fields, headers={"HX-Request": "true"})
    assert answer.text.startswith('<p class="noted" role="status">Noted: relevant.')
    wrong = client.post("/feedback", data=fields | {"verdict": "great"}, headers={"HX-Request": "true"})
    assert (wrong.status_code, "unknown verdict" in wrong.text) == (400, True)


def test_mutes_and_watches_are_made_and_ended(engine: Engine, client: TestClient) -> None:
    for fields in ({"verdict": "mute-organisation", "organisation": "Aurora Chips", "days": "7"},
                   {"verdict": "mute-story"}, {"verdict": "watch", "watch": "Borealis Telecom"}):
        assert send(client, "/stories/1", "/feedback", fields).status_code == 303
    assert [(row.kind, row.name) for row in rows(engine, Mute)] == [("organisation", "Aurora Chips"), ("story", "1")]
    assert [row.name for row in rows(engine, Watched)] == ["Borealis Telecom"]
    assert send(client, "/feedback", "/mutes/1/lift", {}).status_code == 303
    assert rows(engine, Mute)[0].lifted_at is not None
    assert send(client, "/feedback", "/watch", {"name": "", "remove": "Borealis Telecom"}).status_code == 303
    assert rows(engine, Watched) == []
    assert send(client, "/stories/1", "/feedback", {"verdict": "mute-story", "days": "9999"}).status_code == 400


def test_a_rule_is_tried_before_it_is_saved(home: Path, client: TestClient) -> None:
    tried = send(client, "/rules/new?query=event:joint_venture", "/rules/try", {"id": "ventures", "text": RULE})
    assert tried.status_code == 200
    assert "All 2 hold" in tried.text
    assert "+1 stories" in tried.text
    assert not (home / "rules" / "ventures.yaml").exists()
    saved = send(client, "/rules/new", "/rules/save", {"id": "ventures", "text": RULE.replace("\n", "\r\n")})
    assert (saved.status_code, saved.headers["location"]) == (303, "/rules/ventures")
    assert (home / "rules" / "ventures.yaml").read_text(encoding="utf-8") == RULE
    assert "Ventures" in page(client, "/rules").words


@pytest.mark.parametrize(("text", "said"), [
    ("title: x\nquery: orgg:x\n", "line 2: query: column 1: unknown field"),
    ("title: x\nquery: event:allianse\n", "did you mean &#39;alliance&#39;?"),
    ("title: [\n", "line 2"),
    ("title: &a x\nquery: *a\n", "YAML alias"),
    (RULE.replace("no_match", "match"), "examples do not hold"),
    ("", "title"),
])
def test_a_rule_that_is_wrong_is_not_saved_and_says_where(home: Path, client: TestClient, text: str, said: str) -> None:
    answer = send(client, "/rules/new", "/rules/save", {"id": "mine", "text": text})
    assert answer.status_code == 400
    assert said in answer.text
    assert not (home / "rules").exists()


def test_nobody_saves_over_what_somebody_else_changed(home: Path, client: TestClient) -> None:
    send(client, "/rules/new", "/rules/save", {"id": "mine", "text": RULE})
    fields = page(client, "/rules/mine").form("/rules/try")
    (home / "rules" / "mine.yaml").write_text(RULE + "# mine\n", encoding="utf-8")
    answer = client.post("/rules/save", data=fields | {"text": RULE + "# yours\n"})
    assert answer.status_code == 400
    assert "changed by somebody else" in answer.text
    assert send(client, "/rules/new", "/rules/save", {"id": "../x", "text": RULE}).status_code == 400
    assert page(client, "/rules/..%2Fx", 404)


def test_a_source_is_switched_off_and_on_by_its_file(home: Path, client: TestClient) -> None:
    (home / "sources").mkdir(exist_ok=True)
    file = home / "sources" / "wire.yaml"
    file.write_text("name: The Wire\nhome: https://wire.example/\nentry_points:\n  - feed: https://wire.example/rss\n",
                    encoding="utf-8")
    assert send(client, "/sources/wire", "/sources/wire", {"watch": "off"}).status_code == 303
    assert file.read_text(encoding="utf-8").endswith("enabled: false\n")
    assert "switched off" in page(client, "/sources/wire").words
    assert send(client, "/sources/wire", "/sources/wire", {"watch": "on"}).status_code == 303
    assert file.read_text(encoding="utf-8").endswith("enabled: true\n")
    assert send(client, "/sources/wire", "/sources/wire", {"watch": "maybe"}).status_code == 400
    fields = {**page(client, "/sources/wire").form("/sources/wire"), "watch": "on"}
    assert client.post("/sources/nobody", data=fields).status_code == 404


def test_sources_show_how_they_go(home: Path, engine: Engine, client: TestClient) -> None:
    (home / "sources").mkdir(exist_ok=True)
    (home / "sources" / "wire.yaml").write_text(
        "name: The Wire\nhome: https://wire.example/\nentry_points:\n  - feed: https://wire.example/rss\n",
        encoding="utf-8")
    with writing(engine) as connection:
        connection.execute(sa.text("UPDATE sources SET failures = 3, outcome = 'dns_error', reason = 'no such name' "
                                   "WHERE id = 'wire'"))
    listed = page(client, "/sources?show=wrong").words
    assert "The Wire" in listed
    assert "3 in a row" in listed
    assert "The Wire" not in page(client, "/sources?name=herald").words
    one = page(client, "/sources/wire").words
    assert "Last poll dns error" in one
    assert "its file is gone" in page(client, "/sources/herald").words.lower()
    page(client, "/sources/nobody", 404)


def test_deliveries_are_shown_and_tried_again(engine: Engine, client: TestClient) -> None:
    with writing(engine) as connection:
        number = factories.alert(connection, 1, key="again", state="failed")
    assert "failed" in page(client, "/deliveries").words
    answer = send(client, "/deliveries", "/deliveries/retry", {"id": str(number)})
    assert answer.status_code == 303
    with reading(engine) as connection:
        state = connection.scalar(sa.select(Delivery.state).where(Delivery.id == number))
    assert state != "failed"
    unknown = client.post("/deliveries/retry", data=page(client, "/feedback").form("/theme") | {"id": "999"})
    assert unknown.status_code == 404


def test_a_test_message_says_what_the_channel_promises(client: TestClient, engine: Engine) -> None:
    from alerts.tick import announce_routes

    announce_routes(engine, client.app.state.site.settings, factories.NOW)  # type: ignore[attr-defined]
    answer = send(client, "/deliveries", "/deliveries/test", {"route": "daily"})
    assert answer.status_code == 200
    assert "a test message was posted to" in answer.text


def test_pages_for_an_empty_archive_say_so(sqlite_template: Path, tmp_path: Path) -> None:
    from archive.engine import open_engine

    shutil.copyfile(sqlite_template, tmp_path / "empty.db")
    empty = open_engine(f"sqlite:///{tmp_path / 'empty.db'}")
    client = browser(app_of(tmp_path / "empty", empty))
    for path in ("/", "/search?q=*", "/organisations", "/rules", "/sources", "/deliveries", "/feedback", "/api"):
        page(client, path)
    assert "No source was asked yet" in page(client, "/").words
    empty.dispose()
