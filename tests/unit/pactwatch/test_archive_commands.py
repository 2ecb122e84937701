"""`search`, `show` and `db` on the command line."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from archive.engine import open_engine, writing
from archive.migrate import HEAD
from tests.called import caller
from tests.factories import article, event, hit

TITLE = '=HYPERLINK("http://evil.example") joins forces'


@pytest.fixture
def run(tmp_path: Path, capsys, monkeypatch, home_engine):
    """Run a command in a workspace with two articles; its exit code, output and errors."""
    (tmp_path / "pactwatch.toml").write_text("")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    with writing(home_engine) as connection:
        id_ = article(connection, TITLE, "Samsung and \x1b[31mNaver\x1b[0m agreed.", mentions=["Naver"])
        hit(connection, id_, event_id=event(connection, id_, "Samsung Electronics", "Naver"))
        article(connection, "Rain [bold]on Monday[/bold]", "It rained.")

    return caller(capsys)


def test_search_prints_the_contract_as_json(run):
    code, out, _ = run("search", "samsung", "--format", "json")
    found = json.loads(out)
    assert code == 0
    assert list(found) == ["total", "items", "cursor", "total_is_exact"]
    assert (found["total"], found["cursor"], found["total_is_exact"]) == (1, None, True)
    item = found["items"][0]
    assert list(item) == ["id", "title", "url", "source", "language", "published_at", "seen_at", "story", "score",
                          "organisations", "event_type", "status", "rules", "snippet", "outlets", "independent",
                          "band"]
    assert item["published_at"] == "2026-03-15T12:00:00Z"
    assert item["organisations"] == ["Samsung Electronics", "Naver"]
    assert item["rules"] == ["ai-alliances"]
    assert item["band"] == "alert"


def test_a_cell_of_the_csv_is_never_a_formula(run):
    _, out, _ = run("search", "*", "--format", "csv", "--sort", "score")
    first, second = csv.DictReader(io.StringIO(out))
    assert first["title"] == "'" + TITLE
    assert first["organisations"] == "Samsung Electronics; Naver"
    assert (first["score"], second["score"]) == ("0.9", "")


def test_the_table_shows_texts_as_they_are_and_steers_no_terminal(run):
    code, out, err = run("search", "rain OR samsung")
    assert code == 0
    assert "Rain [bold]on Monday[/bold]" in out
    assert "Samsung Electronics, Naver · partnership announced" in out
    assert "\x1b" not in out
    assert "2 articles" in err


def test_an_alias_of_the_shipped_knowledge_names_an_organisation(run):
    _, out, _ = run("search", "org:네이버", "--format", "json")
    assert json.loads(out)["total"] == 1


def test_pages_follow_by_cursor(run):
    _, out, _ = run("search", "*", "--limit", "1", "--format", "json")
    first = json.loads(out)
    _, out, _ = run("search", "*", "--limit", "1", "--format", "json", "--cursor", first["cursor"])
    second = json.loads(out)
    assert {first["items"][0]["id"], second["items"][0]["id"]} == {1, 2}
    assert second["cursor"] is None


@pytest.mark.parametrize(("options", "total"), [
    (("--since", "2026-03-15"), 2), (("--since", "2026-03-16"), 0), (("--until", "2026-03-15"), 2),
    (("--until", "2026-03-14"), 0), (("--since", "2020", "--until", "2026"), 2)])
def test_since_and_until_mean_whole_days_months_and_years(run, options, total):
    _, out, _ = run("search", "*", "--format", "json", *options)
    assert json.loads(out)["total"] == total


@pytest.mark.parametrize(("arguments", "words"), [
    (("search", "(samsung"), "column 1: this bracket is not closed"),
    (("search", "company:x"), "did you mean org:?"),
    (("search", "*", "--since", "soon"), "--since: 'soon' is not a date"),
    (("search", "*", "--cursor", "x"), "cursor 'x'"),
    (("show", "77"), "no article 77"),
    (("db", "backup", "pactwatch.toml"), "pactwatch.toml exists"),
])
def test_a_mistake_is_one_line_and_exit_code_2(run, arguments, words):
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert words in err
    assert err.count("\n") == 1


def test_show_prints_the_article_its_event_and_why_it_was_flagged(run):
    code, out, _ = run("show", "1")
    assert code == 0
    assert "event: partnership (announced, 0.80) · Samsung Electronics + Naver · ai" in out
    assert "hit: ai-alliances (0.90, alert)" in out
    assert "\x1b" not in out
    _, out, _ = run("show", "1", "--json")
    assert json.loads(out)["hits"][0]["rule"] == "ai-alliances"


def test_db_commands_upgrade_check_and_back_up(run, tmp_path: Path):
    assert run("db", "upgrade")[:2] == (0, f"The database is at revision {HEAD}.\n")
    assert json.loads(run("db", "check", "--json")[1]) == {"ok": True, "problems": []}
    code, out, _ = run("db", "backup", "copy.db")
    assert code == 0
    assert "checked" in out
    assert (tmp_path / "copy.db").stat().st_size > 0


def test_db_check_exits_1_and_names_the_problem(run, tmp_path: Path):
    engine = open_engine(f"sqlite:///{tmp_path / 'data' / 'pactwatch.db'}")
    with writing(engine) as connection:
        connection.exec_driver_sql("UPDATE stories SET article_count = 9 WHERE id = 1")
    engine.dispose()
    code, out, _ = run("db", "check")
    assert (code, out) == (1, "story_count: stories count other articles or outlets than they have: 1\n")
    found = json.loads(run("db", "check", "--json")[1])
    assert found["problems"][0]["kind"] == "story_count"


@pytest.mark.parametrize("command", [("db", "upgrade"), ("db", "check"), ("search", "*")])
def test_a_database_that_cannot_be_reached_is_one_line_and_exit_code_1(run, tmp_path: Path, command):
    (tmp_path / "pactwatch.toml").write_text(f'[database]\nurl = "postgresql://u@/db?host={tmp_path}/none"\n')
    code, out, err = run(*command)
    assert (code, out) == (1, "")
    assert "cannot be used" in err
    assert err.count("\n") == 1


def test_a_newer_database_is_one_line_and_exit_code_1(run, tmp_path: Path):
    engine = open_engine(f"sqlite:///{tmp_path / 'data' / 'pactwatch.db'}")
    with writing(engine) as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    engine.dispose()
    code, out, err = run("search", "*")
    assert (code, out) == (1, "")
    assert "revision 9999" in err
    assert err.count("\n") == 1
