"""Rules and knowledge in force: what changed is taken up, what an edit broke keeps its last good version."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from core.errors import KnowledgeFileError
from core.workspace import Workspace, load_workspace
from pactwatch.last_good import LastGood
from pipeline.knowledge import load_knowledge
from pipeline.rulebook import load_rules

GOOD_RULE = "title: Ships\nquery: ship\n"
BAD_RULE = "title: Ships\nquery: 'org:('\n"


@pytest.fixture
def space(tmp_path: Path) -> Workspace:
    (tmp_path / "pactwatch.toml").write_text("")
    (tmp_path / "rules").mkdir()
    (tmp_path / "knowledge").mkdir()
    return load_workspace(tmp_path)


def refreshed(files: LastGood, **how: bool) -> tuple[bool, list[str]]:
    """Whether something changed, and the mistakes that were logged."""
    with capture_logs() as logs:
        changed = asyncio.run(files.refresh(**how))
    return changed, [entry["problem"] for entry in logs]


def rule_titles(files: LastGood) -> dict[str, str]:
    return {rule.id: rule.title for rule in load_rules(*files.rule_dirs)[0]}


def test_a_changed_rule_is_taken_up_and_an_unchanged_one_is_not_read_again(space):
    (space.home / "rules" / "ships.yaml").write_text(GOOD_RULE)
    files = LastGood(space)
    assert refreshed(files) == (True, [])
    assert refreshed(files) == (False, [])
    (space.home / "rules" / "ships.yaml").write_text(GOOD_RULE.replace("Ships", "Boats"))
    assert refreshed(files) == (True, [])
    assert rule_titles(files)["ships"] == "Boats"
    files.close()


def test_a_broken_rule_keeps_its_last_good_version_and_is_told_once_with_file_and_line(space):
    path = space.home / "rules" / "ships.yaml"
    path.write_text(GOOD_RULE)
    files = LastGood(space)
    refreshed(files)
    path.write_text(BAD_RULE)
    (space.home / "rules" / "boats.yaml").write_text(GOOD_RULE)
    changed, (problem,) = refreshed(files)
    assert changed
    assert f"{path}:2: query" in problem
    assert {"ships", "boats"} <= set(rule_titles(files))
    assert refreshed(files) == (False, [])
    files.close()


def test_a_removed_rule_is_out_of_force(space):
    path = space.home / "rules" / "ships.yaml"
    path.write_text(GOOD_RULE)
    files = LastGood(space)
    refreshed(files)
    path.unlink()
    assert refreshed(files) == (True, [])
    assert "ships" not in rule_titles(files)
    files.close()


@pytest.mark.usefixtures("quick_workers")
def test_broken_knowledge_keeps_its_last_good_version_and_is_told_once_with_file_and_line(space):
    path = space.home / "knowledge" / "organisations.yaml"
    path.write_text("Zellwerk Motors:\n  country: DE\n")
    files = LastGood(space)
    refreshed(files)
    path.write_text("Zellwerk Motors:\n  colour: red\n")
    changed, (problem,) = refreshed(files)
    assert not changed
    assert f"{path}:2: unknown key 'colour'" in problem
    assert refreshed(files) == (False, [])
    assert "Zellwerk Motors" in load_knowledge(*files.knowledge_dirs).organisations
    path.write_text("Zellwerk Motoren:\n  country: DE\n")
    assert refreshed(files) == (True, [])
    assert "Zellwerk Motoren" in load_knowledge(*files.knowledge_dirs).organisations
    files.close()


def test_knowledge_that_is_wrong_at_the_start_is_refused_where_that_is_asked(space):
    (space.home / "knowledge" / "organisations.yaml").write_text("Zellwerk Motors:\n  colour: red\n")
    with pytest.raises(KnowledgeFileError, match=r"knowledge/organisations.yaml:2: unknown key 'colour'"):
        asyncio.run(LastGood(space).refresh(strict=True))
