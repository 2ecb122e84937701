"""`stories` on the command line: list, show, merge, split."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from core.settings import RouteSettings
from pactwatch.cli import main
from tests.factories import NOW
from tests.stories import add_hit

ROUTE = RouteSettings(name="now", channel="console", send="immediate")
SETTINGS = '[[routes]]\nname = "now"\nchannel = "console"\nsend = "immediate"\n'


@pytest.fixture
def run(tmp_path: Path, capsys, monkeypatch, home_engine):
    """Run a command in a workspace with story 1 of two outlets, one a copy, and story 2; exit code, output, errors."""
    (tmp_path / "pactwatch.toml").write_text(SETTINGS)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    _, story = add_hit(home_engine, [ROUTE], NOW, url="https://a.example/1", title="They \x1b[31mjoin forces")
    add_hit(home_engine, [ROUTE], NOW, url="https://a.example/2", outlet="Copy Post", story=story)
    add_hit(home_engine, [ROUTE], NOW, url="https://a.example/3", title="Two firms ally",
            sentence="The two are allies now.")

    def command(*arguments: str) -> tuple[int, str, str]:
        code = 0
        try:
            main(("stories", *arguments))
        except SystemExit as end:
            code = int(end.code or 0)
        return code, *capsys.readouterr()

    return command


def test_list_prints_the_newest_story_first(run):
    code, out, err = run("list")
    assert (code, err) == (0, "2 stories\n")
    assert out.index("Two firms ally") < out.index("join forces")
    assert "2 outlets, 1 independent" in out
    assert "\x1b" not in out
    first, second = json.loads(run("list", "--json")[1])
    assert list(first) == [
        "id", "title", "first_seen_at", "last_seen_at", "articles", "outlets", "independent", "score"]
    assert (second["articles"], second["outlets"], second["independent"], second["score"]) == (2, 2, 1, 0.8)


def test_list_can_be_narrowed(run):
    code, _, err = run("list", "--rule", "other", "--json")
    assert (code, "no rule is named 'other'" in err) == (2, True)
    assert "more: --before 2" in run("list", "--limit", "1")[2]
    assert [one["id"] for one in json.loads(run("list", "--before", "2", "--json")[1])] == [1]
    assert [one["id"] for one in json.loads(run("list", "--limit", "1", "--since", "2026-03", "--json")[1])] == [2]
    code, _, err = run("list", "--since", "soon")
    assert (code, err.count("\n")) == (2, 1)
    assert err.startswith("pactwatch: --since: 'soon' is not a date")


def test_show_tells_copies_from_the_original(run):
    code, out, _ = run("show", "1")
    assert code == 0
    assert "2 articles, 2 outlets, 1 independent · score 0.80" in out
    assert "syndicated, copy of 1" in out
    found = json.loads(run("show", "1", "--json")[1])
    assert [(one["id"], one["kind"], one["copy_of"]) for one in found["articles"]] == [
        (1, "independent", None), (2, "syndicated", 1)]
    assert [(one["route"], one["kind"], one["state"]) for one in found["messages"]] == [("now", "alert", "pending")]


def test_merge_and_split_say_what_became_of_the_stories(run):
    assert run("merge", "1", "2") == (0, "Story 1 has 3 articles now, from 2 outlets, 1 independent.\n", "")
    assert json.loads(run("show", "2", "--json")[1])["id"] == 1
    code, out, _ = run("split", "1", "3")
    assert (code, out.splitlines()) == (0, [
        "Story 3 has 1 article now, story 1 keeps 2 articles.", "To be sent: alert of route now."])
    found = json.loads(run("merge", "1", "3", "--json")[1])
    assert [one["id"] for one in found["articles"]] == [1, 2, 3]
    assert (found["merged"], found["split"]) == ([2, 3], [])


@pytest.mark.parametrize(("arguments", "said"), [
    (("show", "9"), "the archive has no story 9; `pactwatch stories list` prints the ids"),
    (("merge", "1", "9"), "the archive has no story 9; `pactwatch stories list` prints the ids"),
    (("merge", "1", "1"), "story 1 is one story already; name two different ones"),
    (("split", "1", "3"), "article 3 is not in story 1; its articles: 1, 2"),
    (("split", "1", "1", "2"), "story 1 has only these articles; leave at least one in it"),
])
def test_what_cannot_be_done_is_said_in_one_line(run, arguments, said):
    assert run(*arguments) == (2, "", f"pactwatch: {said}\n")
