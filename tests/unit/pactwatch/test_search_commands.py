"""`search`, `export` and `searches`: forms, stories, saved searches, and hints for what finds nothing."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from archive.engine import writing
from pactwatch.cli import main
from pipeline.rulebook import read_rule
from tests.factories import NOW, article, event, version


@pytest.fixture
def run(tmp_path: Path, capsysbinary, monkeypatch, home_engine):
    """Run a command in a workspace with a story of two outlets, and an article about something else."""
    (tmp_path / "pactwatch.toml").write_text("")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    with writing(home_engine) as connection:
        first = article(connection, "Samsung and Naver agree", "=1+1 is what they said of AI chips.",
                        topics={"ai": 0.9})
        event(connection, first, "Samsung Electronics", "Naver")
        story = connection.exec_driver_sql("SELECT story_id FROM articles").scalar_one()
        article(connection, "+Naver, Samsung: deal", "Told again.", source_id="post", story=story, language="ko",
                published_at=NOW - timedelta(days=40))
        version(connection, first, "Samsung and Naver talk", "Old words.")
        article(connection, "Rain", "It rained.")

    def command(*arguments: str, binary: bool = False) -> tuple[int, Any, str]:
        code = 0
        try:
            main(arguments)
        except SystemExit as end:
            code = int(end.code or 0)
        out, err = capsysbinary.readouterr()
        return code, out if binary else out.decode("utf-8", "surrogateescape"), err.decode()

    return command


def test_a_story_is_one_result_however_many_outlets_tell_it(run):
    found = json.loads(run("search", "samsung", "--group", "story", "--format", "json")[1])
    assert (found["total"], found["total_is_exact"], found["cursor"]) == (1, True, None)
    (item,) = found["items"]
    assert (item["title"], item["matches"]) == ("Samsung and Naver agree", 2)
    assert [one["title"] for one in item["also"]] == ["+Naver, Samsung: deal"]
    _, out, err = run("search", "samsung", "--group", "story")
    assert "2 articles of story 1" in out
    assert err == "1 story\n"


@pytest.mark.parametrize("sort", ["time", "relevance", "score"])
def test_stories_follow_by_cursor_and_none_comes_twice(run, sort):
    arguments = ("search", "samsung OR rain", "--group", "story", "--limit", "1", "--format", "json", "--sort", sort)
    first = json.loads(run(*arguments)[1])
    second = json.loads(run(*arguments, "--cursor", first["cursor"])[1])
    assert first["total"] == second["total"] == 2
    assert len({one["items"][0]["story"] for one in (first, second)}) == 2
    assert second["cursor"] is None


def test_json_lines_are_the_records_of_json(run):
    lines = [json.loads(line) for line in run("search", "*", "--format", "jsonl")[1].splitlines()]
    assert lines == json.loads(run("search", "*", "--format", "json")[1])["items"]


def test_facets_say_whom_and_when(run):
    found = json.loads(run("search", "samsung", "--facets", "--format", "json")[1])["facets"]
    assert [one["label"] for one in found["organisations"]] == ["Naver", "Samsung Electronics"]
    assert [(month["start"][:7], month["count"]) for month in found["months"]] == [("2026-02", 1), ("2026-03", 1)]
    assert "Naver 1, Samsung Electronics 1" in run("search", "samsung", "--facets")[1]


def test_a_saved_search_is_asked_listed_narrowed_and_removed(run, tmp_path: Path):
    code, _, err = run("search", "samsung", "--since", "2026-03", "--sort", "score", "--save", "chips-deals")
    assert code == 0
    assert "pactwatch search --saved chips-deals" in err
    assert json.loads(run("searches", "list", "--json")[1]) == [
        {"name": "chips-deals", "query": "(samsung) published:[2026-03 TO *]", "title": "", "sort": "score"}]
    assert json.loads(run("search", "--saved", "chips-deals", "--format", "json")[1])["total"] == 1
    assert json.loads(run("search", "rain", "--saved", "chips-deals", "--format", "json")[1])["total"] == 0
    file = tmp_path / "searches.yaml"
    before = "# Ours\nother:\n  query: rain   # for Monday\n\n"
    file.write_text(before + file.read_text() + "last:\n  query: naver\n")
    assert run("searches", "remove", "chips-deals")[0] == 0
    assert "chips-deals" in run("search", "--saved", "chips-deals")[2]
    assert "for Monday" in file.read_text()
    assert [one["name"] for one in json.loads(run("searches", "list", "--json")[1])] == ["other", "last"]


def test_a_saved_search_becomes_a_rule(run, tmp_path: Path):
    run("search", "event:alliance org:samsung", "--save", "samsung-pacts")
    assert run("searches", "to-rule", "samsung-pacts")[0] == 0
    made = read_rule(tmp_path / "rules" / "samsung-pacts.yaml")
    assert (made.title, made.query) == ("samsung-pacts", "event:alliance org:samsung")
    assert run("searches", "to-rule", "samsung-pacts")[0] == 2


@pytest.mark.parametrize(("arguments", "words"), [
    (("search",), "what is to be looked for?"),
    (("search", "(x", "--save", "a"), "column 1"),
    (("search", "x", "--save", "A b"), "'A b' is no name for a search"),
    (("search", "x", "--save", "taken"), "already"),
    (("search", "--saved", "none"), "saved are: taken, told"),
    (("searches", "remove", "none"), "saved are: taken, told"),
    (("searches", "to-rule", "told"), "rule: is for searching the archive"),
    (("export", "(x"), "column 1"),
    (("export", "x", "--since", "soon"), "--since"),
    (("export", "x", "--since", "2021", "--until", "2020"), "is before"),
])
def test_a_mistake_is_one_line_and_exit_code_2(run, arguments, words):
    run("search", "x", "--save", "taken")
    run("search", "rule:ai-alliances", "--save", "told")
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert words in err
    assert err.count("\n") == 1


@pytest.mark.parametrize(("text", "words"), [
    ("taken: [1]\n", "searches.yaml:1: "),
    ("taken:\n  query: (x\n", "searches.yaml:2: "),
    ("taken:\n  query: x\n  sotr: time\n", "searches.yaml:3: "),
    ("Big Name:\n  query: x\n", "searches.yaml:1: 'Big Name' is no name")])
def test_a_mistake_in_the_file_names_its_line(run, tmp_path: Path, text, words):
    (tmp_path / "searches.yaml").write_text(text)
    code, _, err = run("searches", "list")
    assert code == 2
    assert words in err


@pytest.mark.parametrize(("query", "hint"), [
    ("event:aliance samsung", "column 7: no kind of event is known as 'aliance'; did you mean 'alliance'?"),
    ("org:samsnug", "column 5: no organisation is known as 'samsnug'; did you mean 'samsung'?"),
    ("pair:(samsung, navre)", "no organisation is known as 'navre'; did you mean 'naver'?"),
    ("source:wier x", "no source is known as 'wier'; did you mean 'wire'?"),
    ("topic:qqqq", "no topic is known as 'qqqq'\n"),
    ("rule:none", "no rule is known as 'none'"),
])
def test_a_search_that_finds_nothing_says_which_value_nothing_has(run, query, hint):
    code, _, err = run("search", query)
    assert code == 0
    assert hint in err


def test_an_export_is_every_row_and_no_formula(run, tmp_path: Path):
    rows = list(csv.DictReader(io.StringIO(run("export", "--format", "csv", "--text")[1])))
    assert [row["title"] for row in rows] == ["Rain", "Samsung and Naver agree", "'+Naver, Samsung: deal"]
    assert rows[1]["text"] == "'=1+1 is what they said of AI chips."
    lines = [json.loads(line) for line in run("export", "samsung")[1].splitlines()]
    assert lines == json.loads(run("search", "samsung", "--format", "json")[1])["items"]
    _, _, err = run("export", "samsung", "--format", "csv", "--output", "out.csv")
    assert err == "2 articles written to out.csv\n"
    assert len((tmp_path / "out.csv").read_text().splitlines()) == 3


@pytest.mark.skipif(find_spec("pyarrow") is None, reason="needs pactwatch[parquet]")
def test_parquet_holds_the_same_rows(run, tmp_path: Path):
    from pyarrow import parquet

    code, out, _ = run("export", "*", "--format", "parquet", "--output", "out.parquet")
    assert (code, out) == (0, "")
    table = parquet.read_table(tmp_path / "out.parquet").to_pylist()
    assert [row["title"] for row in table] == ["Rain", "Samsung and Naver agree", "+Naver, Samsung: deal"]
    assert table[1]["organisations"] == ["Samsung Electronics", "Naver"]
    assert table[0]["published_at"] == NOW
    code, out, _ = run("search", "samsung", "--format", "parquet", binary=True)
    Path("page.parquet").write_bytes(out)
    assert [row["title"] for row in parquet.read_table("page.parquet").to_pylist()] == [
        "Samsung and Naver agree", "+Naver, Samsung: deal"]


def test_show_gives_the_spans_of_an_event_and_what_a_correction_changed(run):
    out = run("show", "1")[1]
    assert "party Samsung Electronics: “Samsung Electronics” at text 0-19" in out
    assert "relation: “join forces” at text 5-16" in out
    assert "changed after version 1:" in out
    assert "  - Old words." in out
    assert "  + =1+1 is what they said of AI chips." in out
