"""`db prune` and `db copy` on the command line."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from archive.engine import open_engine, writing
from core.clock import now
from tests.called import caller
from tests.factories import article, hit


@pytest.fixture
def run(tmp_path: Path, capsys, monkeypatch, home_engine):
    """Run a command in a workspace with an old article and an old hit; its exit code, output and errors."""
    (tmp_path / "pactwatch.toml").write_text("[retention]\nunflagged_days = 365\n")
    monkeypatch.chdir(tmp_path)
    with writing(home_engine) as connection:
        for title in ("Rain", "Alliance"):
            id_ = article(connection, title, seen_at=now() - timedelta(days=400))
        hit(connection, id_)

    return caller(capsys)


def test_a_dry_run_counts_and_prune_removes(run):
    assert run("db", "prune", "--dry-run") == (
        0, "Would remove: 1 articles, 1 stories, 0 versions, 0 fetches, 0 runs.\n", "")
    assert json.loads(run("db", "prune", "--json")[1]) == {
        "dry_run": False, "articles": 1, "stories": 1, "versions": 0, "fetches": 0, "runs": 0}
    assert run("db", "check")[0] == 0
    assert json.loads(run("search", "*", "--format", "json")[1])["items"][0]["title"] == "Alliance"


def test_without_a_rule_every_article_is_kept(run, tmp_path):
    (tmp_path / "pactwatch.toml").write_text("")
    assert run("db", "prune") == (0, "Removed: 0 articles, 0 stories, 0 versions, 0 fetches, 0 runs.\n", "")


@pytest.mark.parametrize(("text", "problem"), [("unflagged_days = 7", "greater than or equal to 31"),
                                               ("article_days = 90", "unknown setting 'retention.article_days'")])
def test_a_wrong_rule_is_told_with_its_place(run, tmp_path, text, problem):
    (tmp_path / "pactwatch.toml").write_text(f"[retention]\n{text}\n")
    code, _, err = run("db", "prune")
    assert (code, err.count("\n")) == (2, 1)
    assert problem in err


def test_copy_says_what_it_copied_and_refuses_what_is_not_empty(run, tmp_path):
    code, out, err = run("db", "copy", f"sqlite:///{tmp_path / 'copy.db'}")
    assert (code, err) == (0, "")
    assert "Copied and counted 8 rows of " in out
    assert out.endswith("tables: 2 articles, 2 stories, 2 addresses, 1 hits, 0 deliveries.\n")
    engine = open_engine(f"sqlite:///{tmp_path / 'copy.db'}")
    engine.dispose()
    code, _, err = run("db", "copy", f"sqlite:///{tmp_path / 'copy.db'}")
    assert (code, err.count("\n")) == (2, 1)
    assert "copy.db is not empty" in err
    assert run("db", "copy", "mysql://x/y")[0] == 2


def test_a_target_that_cannot_be_reached_is_one_line(run):
    code, _, err = run("db", "copy", "postgresql://nobody@127.0.0.1:1/none")
    assert (code, err.count("\n")) == (1, 1)
    assert "the database at postgresql://nobody@127.0.0.1:1/none cannot be used" in err
