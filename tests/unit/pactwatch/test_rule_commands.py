"""The commands about rules: what they print, refuse and warn of, on an archive in a workspace."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from archive.engine import writing
from archive.tables import Feedback
from core.clock import now
from tests.called import caller
from tests.factories import add, article, event, hit

MINE = "title: Mine\nquery: event:alliance AND topic:ai\nmin_score: 0.6\n"


@pytest.fixture
def home(tmp_path: Path, monkeypatch) -> Path:
    (tmp_path / "pactwatch.toml").write_text("")
    (tmp_path / "rules").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    return tmp_path


@pytest.fixture
def run(home: Path, capsys):
    """Run a command in the workspace; its exit code, output and errors."""
    return caller(capsys)


@pytest.fixture
def archive(home: Path, home_engine):
    """Four articles: two hits of `mine`, one of them confirmed and low by now; one new hit; one that is none."""
    day = now() - timedelta(days=2)
    with writing(home_engine) as connection:
        kept = article(connection, "Kept", published_at=day, url="https://news.example/kept")
        hit(connection, kept, "mine", event_id=event(connection, kept, "Naver", "Kakao", score=0.8))
        lost = article(connection, "Lost", published_at=day)
        right = hit(connection, lost, "mine", event_id=event(connection, lost, "KT", "Naver", score=0.55))
        add(connection, Feedback, hit_id=right, verdict="relevant", created_at=day)
        fresh = article(connection, "Fresh", published_at=day)
        event(connection, fresh, "LG Electronics", "KT", score=0.7)
        article(connection, "Weather", published_at=day)
    (home / "rules" / "mine.yaml").write_text(MINE)


@pytest.mark.usefixtures("archive")
def test_a_replay_tells_what_a_changed_rule_adds_and_loses_and_what_was_confirmed(run):
    code, out, _ = run("rules", "replay", "mine", "--json")
    found = json.loads(out)
    assert code == 0
    assert found["stories"] == {"added": 1, "removed": 1, "unchanged": 1}
    assert [one["title"] for one in found["added"]] == ["Fresh"]
    (removed,) = found["removed"]
    assert (removed["title"], removed["was"], removed["score"], removed["confirmed"]) == ("Lost", 0.9, 0.55, True)
    assert found["confirmed"] == {"kept": 0, "lost": 1}
    assert (found["articles"], found["interrupted"]) == (4, False)


@pytest.mark.usefixtures("archive")
def test_a_replay_changes_nothing(run, home):
    before = run("search", "*", "--format", "json")[1]
    run("rules", "replay", "mine")
    assert run("search", "*", "--format", "json")[1] == before


@pytest.mark.usefixtures("archive")
def test_a_replay_keeps_to_its_window(run):
    found = json.loads(run("rules", "replay", "mine", "--until", "2001", "--json")[1])
    assert (found["articles"], found["stories"]["removed"]) == (0, 0)


@pytest.mark.usefixtures("archive")
def test_a_forecast_tells_stories_a_day_by_band_and_examples(run):
    found = json.loads(run("rules", "forecast", "mine", "--days", "10", "--json")[1])
    assert (found["articles"], found["hits"], found["warning"]) == (4, 2, None)
    assert found["per_day"]["alert"]["mean"] == found["per_day"]["digest"]["mean"] == 0.1
    assert found["per_day"]["archive"]["busiest"]["stories"] == 1
    assert [one["title"] for one in found["best"]] == ["Kept", "Fresh"]
    assert [one["title"] for one in found["just_below"]] == ["Lost"]


@pytest.mark.usefixtures("archive")
@pytest.mark.parametrize(("query", "warning"), [("zeppelin", "never fires"), ('"*"', "fires on nearly every article")])
def test_a_forecast_warns_of_a_rule_that_never_or_always_fires(run, home, query, warning):
    (home / "rules" / "odd.yaml").write_text(f"title: Odd\nquery: {query}\n")
    assert warning in run("rules", "forecast", "odd")[1]


@pytest.mark.usefixtures("archive")
def test_the_list_has_rules_that_are_off_or_broken_and_those_that_never_fired(run, home):
    (home / "rules" / "broken.yaml").write_text("title: Broken\nquery: 'org:('\n")
    _, out, _ = run("rules", "list", "--json")
    rows = {row["id"]: row for row in json.loads(out)}
    assert (rows["mine"]["state"], rows["mine"]["hits"]) == ("on", 0)
    assert (rows["hbm"]["state"], rows["hbm"]["firing"]) == ("off", None)
    assert rows["broken"]["state"] == "broken"
    assert "broken.yaml:2" in rows["broken"]["problem"]


@pytest.mark.parametrize(("query", "told"), [
    ("event:allliance", "column 7: unknown event 'allliance' (did you mean 'alliance'?); allowed: acquisition, "),
    ("event:alliance AND topic:ia", "column 26: unknown topic 'ia'; allowed: ai, "),
    ("status:certain", "column 8: unknown status 'certain'; allowed: announced, planned"),
    ("(samsung AND naver", "column 1: this bracket is not closed"),
])
def test_a_condition_that_no_text_can_meet_is_refused_with_line_column_and_allowed_values(run, home, query, told):
    (home / "rules" / "mine.yaml").write_text(f"title: Mine\nquery: '{query}'\n")
    code, _, err = run("rules", "check")
    assert code == 2
    assert "mine.yaml:2: query" in err
    assert told in err


def test_an_unknown_organisation_is_a_warning_with_a_suggestion(run, home):
    (home / "rules" / "mine.yaml").write_text("title: Mine\nquery: event:alliance AND org:(samsng OR naver)\n")
    code, out, err = run("rules", "check")
    assert code == 0
    assert "mine.yaml:2: query: column 25: no organisation is known as 'samsng' (did you mean 'samsung'?)" in err
    assert "naver'" not in err
    assert "in order" in out


def test_an_explanation_names_conditions_parties_and_each_part_of_the_score(run, home):
    text = "Naver and Kakao announced a joint venture in artificial intelligence."
    (home / "story.txt").write_text(text, encoding="utf-8")
    code, out, _ = run("rules", "explain", "story.txt", "--title", "Two firms", "--json")
    found = json.loads(out)
    assert (code, found["flagged"], found["title"]) == (0, True, "Two firms")
    assert [party["organisation"] for party in found["event"]["parties"]] == ["Naver", "Kakao"]
    assert all(condition["held"] for condition in found["conditions"])
    total = sum(part["weight"] for part in found["contributions"])
    assert min(1.0, total) == pytest.approx(found["score"], abs=0.001)
    assert {one["text"] for one in found["event"]["evidence"]} <= {text, *text.rstrip(".").split(), "joint venture",
                                                                   "artificial intelligence"}
    assert "the relation word" in run("rules", "explain", "story.txt", "--title", "Two firms")[1]


@pytest.mark.usefixtures("archive")
def test_an_address_of_the_archive_is_explained_without_a_request(run):
    code, out, _ = run("rules", "explain", "https://news.example/kept")
    assert code == 0
    assert "Kept (article 1 of the archive)" in out


def test_an_evaluation_prints_its_table_and_its_mistakes(run, home):
    lines = [{"id": "a", "text": "Naver and Kakao announced an AI partnership.", "match": True},
             {"id": "b", "text": "Naver and KT announced an AI partnership.", "match": False},
             {"id": "c", "text": "It rains.", "match": True}]
    (home / "texts.jsonl").write_text("\n".join(map(json.dumps, lines)))
    code, out, _ = run("rules", "eval", "texts.jsonl", "--errors")
    assert code == 0
    assert "precision 0.500  recall 0.500  F1 0.500" in out
    assert "false alarm: b" in out
    assert "miss: c" in out
    assert "event:alliance: no event was found" in out


def test_a_language_without_anything_to_find_is_not_shown_as_a_failure(run, home):
    lines = [{"text": "Naver and Kakao announced an AI partnership.", "match": True, "lang": "en"},
             {"text": "Es regnet.", "match": False, "lang": "de"}]
    (home / "texts.jsonl").write_text("\n".join(map(json.dumps, lines)))
    out = run("rules", "eval", "texts.jsonl")[1]
    assert next(line for line in out.splitlines() if line.startswith("  de")).split(maxsplit=1)[1] == \
        "none wanted, none flagged"


def test_weights_that_prove_no_better_are_not_written(run, home):
    lines = [{"text": f"Naver and Kakao announced an AI partnership {number}.", "match": True,
              "source": str(number % 3)} for number in range(6)]
    (home / "texts.jsonl").write_text("\n".join(map(json.dumps, lines)))
    code, out, _ = run("rules", "fit", "texts.jsonl", "--write")
    assert code == 0
    assert "Nothing was written" in out
    assert not (home / "knowledge").exists()
    assert run("rules", "fit", "texts.jsonl", "--write", "--force", "--into", "own")[0] == 0


@pytest.mark.usefixtures("archive")
def test_a_search_tells_the_band_of_each_article(run):
    found = json.loads(run("search", "*", "--format", "json")[1])["items"]
    bands = {item["title"]: item["band"] for item in found}
    # What was flagged is a hit; what only would be is not.
    assert bands == {"Kept": "alert", "Lost": "alert", "Fresh": "archive", "Weather": None}
    assert "hit: mine (0.90, alert)" in run("show", "1")[1]


@pytest.mark.usefixtures("archive")
def test_an_article_that_no_rule_flags_for_its_score_is_in_the_band_archive(run, home):
    strict = MINE.replace("0.6", "0.95")
    (home / "rules" / "mine.yaml").write_text(strict)
    (home / "rules" / "ai-alliances.yaml").write_text(strict)
    found = json.loads(run("search", "title:fresh", "--format", "json")[1])["items"]
    assert [item["band"] for item in found] == ["archive"]
