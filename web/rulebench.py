"""A rule that somebody is writing: read, checked, tried by its examples, and saved into the workspace."""

from __future__ import annotations

import hashlib
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import yaml

from core.errors import RuleFileError, UserError
from core.workspace import Workspace
from pipeline.knowledge import Knowledge
from pipeline.match import check_examples
from pipeline.rulebook import Rule, read_rule
from pipeline.rulecheck import doubtful, impossible

ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,60}")
LONGEST = 100_000


@dataclass(frozen=True, slots=True)
class Draft:
    """A rule that can be read, what is doubtful about it, and the examples that it does not judge as labelled."""

    rule: Rule
    doubts: list[str]
    failures: list[str]


def check_id(id_: str) -> str:
    """A rule's id. UserError where a name cannot be one."""
    if not ID.fullmatch(id_):
        raise UserError(f"{id_[:80]!r} cannot be a rule's id; use small letters, digits, '-' and '_'")
    return id_


def read(id_: str, text: str, knowledge: Knowledge) -> Draft:
    """The rule that a text says. RuleFileError with the line where it is wrong, before anything is saved."""
    with _as_file(check_id(id_), text) as path:
        rule = read_rule(path)
        wrong = impossible(rule, knowledge)
        if wrong is not None:
            raise RuleFileError(wrong.problem, file=str(path), line=wrong.line)
        doubts = [_said(one) for one in doubtful(rule, knowledge)]
    rule = rule.model_copy(update={"file": ""})
    return Draft(rule, doubts, [str(failure) for failure in check_examples(rule, knowledge)])


@contextmanager
def _as_file(id_: str, text: str) -> Iterator[Path]:
    if len(text) > LONGEST:
        raise UserError(f"the rule has more than {LONGEST:,} letters")
    try:
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text, yaml.SafeLoader)):
            raise UserError("the rule has a YAML alias (*name); write it out")
    except yaml.YAMLError:
        pass                             # reading it as a rule tells where, in our words
    with tempfile.TemporaryDirectory(prefix="pactwatch-rule-") as folder:
        path = Path(folder) / f"{id_}.yaml"
        path.write_text(text, encoding="utf-8")
        try:
            yield path
        except RuleFileError as failure:  # nobody knows the file that we made for a moment
            raise UserError(_said(failure)) from failure


def _said(failure: RuleFileError) -> str:
    return f"line {failure.line}: {failure.problem}" if failure.line else failure.problem


def text_of(space: Workspace, id_: str) -> tuple[str, bool] | None:
    """The file of a rule as it is in force, and whether it is the workspace's own; None where there is none."""
    for folder in reversed(space.rule_dirs):
        path = folder / f"{check_id(id_)}.yaml"
        if path.is_file():
            return path.read_text(encoding="utf-8", errors="replace"), folder == space.rule_dirs[-1]
    return None


def stamp(text: str) -> str:
    """What tells one state of a file from another."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def new_text(query: str, title: str = "") -> str:
    """The file of a rule that is about to be written."""
    begun = {"title": title or "A new rule", "query": query or "event:alliance AND topic:ai", "min_score": 0.5}
    return yaml.safe_dump(begun, sort_keys=False, allow_unicode=True, width=110) + (
        "# Texts that must be flagged, and texts that must not: they are tested whenever the rule is saved.\n"
        "examples: []\n")


def save(space: Workspace, id_: str, text: str, before: str) -> Path:
    """Write a rule into the workspace, whole or not at all. UserError where the file changed since it was shown."""
    there = text_of(space, id_)
    if stamp(there[0] if there else "") != before:
        raise UserError(f"the rule {id_} was changed by somebody else meanwhile; load it anew and change that")
    folder = space.rule_dirs[-1]
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{id_}.yaml"
    new = folder / f".{id_}.yaml.new"
    new.write_text(text, encoding="utf-8")
    new.replace(path)
    return path
