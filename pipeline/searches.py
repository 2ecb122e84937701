"""Saved searches: the queries that a team keeps under a name, in searches.yaml of the workspace."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, field_validator

from core import yamlfile
from core.errors import NotFoundError, QueryError, SearchFileError, UserError
from core.query import Query, parse
from pipeline import checked

FILE = "searches.yaml"
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")


class SavedSearch(BaseModel):
    """A query that is kept under a name. Each is a feed, too."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    query: str = Field(description="What it looks for, in the query language.")
    title: str = Field("", description="What it is about, as feeds and pages show it; its name if left out.")
    sort: Literal["time", "relevance", "score"] = Field("time", description="The order of its results.")

    @field_validator("query")
    @classmethod
    def _readable(cls, value: str) -> str:
        try:
            parse(value)
        except QueryError as failure:
            raise ValueError(str(failure)) from failure
        return value

    @property
    def parsed(self) -> Query:
        """The query as a tree."""
        return parse(self.query)


def load_searches(home: Path) -> dict[str, SavedSearch]:
    """The saved searches of a workspace, by name. A mistake raises SearchFileError with file and line."""
    path = home / FILE
    if not path.exists():
        return {}
    if yamlfile.load(path, error=SearchFileError) is None:
        return {}
    found = checked.read(path, TypeAdapter(dict[str, SavedSearch]), error=SearchFileError)
    for name in found:
        if not _NAME.fullmatch(name):
            raise SearchFileError(f"{name!r} is no name: {_RULE}", file=str(path), line=yamlfile.line_of(path, [name]))
    return found


def search_named(home: Path, name: str) -> SavedSearch:
    """A saved search. Raises NotFoundError with those that there are."""
    found = load_searches(home)
    if name not in found:
        there = f"saved are: {', '.join(sorted(found))}" if found else "`search QUERY --save NAME` keeps one"
        raise NotFoundError(f"no search is saved as {name!r}; {there}")
    return found[name]


def save_search(home: Path, name: str, search: SavedSearch) -> Path:
    """Add a search to the file, whose comments stay as they are. Raises UserError for a name that is taken or none."""
    if not _NAME.fullmatch(name):
        raise UserError(f"{name!r} is no name for a search: {_RULE}")
    if name in load_searches(home):
        raise UserError(f"a search is saved as {name!r} already; choose another name, or `searches remove {name}`")
    path = home / FILE
    before = path.read_text(encoding="utf-8") if path.exists() else "# Saved searches; see `pactwatch searches`.\n"
    values = search.model_dump(exclude_defaults=True)
    entry = yaml.safe_dump({name: values}, allow_unicode=True, sort_keys=False, width=10_000)
    path.write_text(before.rstrip("\n") + "\n" + entry, encoding="utf-8")
    return path


def remove_search(home: Path, name: str) -> None:
    """Take a search out of the file: its lines alone."""
    search_named(home, name)
    path = home / FILE
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    first = (yamlfile.line_of(path, [name]) or 1) - 1
    last = first + 1
    while last < len(lines) and (lines[last][:1].isspace() or not lines[last].strip()):
        last += 1
    path.write_text("".join(lines[:first] + lines[last:]), encoding="utf-8")


def as_rule(name: str, search: SavedSearch) -> str:
    """The rule file that flags what a saved search finds. Raises UserError where a rule cannot ask for that."""
    from pipeline.rulebook import RuleFile  # not loaded by those who search

    content = {"title": search.title or name, "query": search.query, "min_score": 0.5}
    try:
        RuleFile.model_validate(content)
    except ValidationError as failure:
        problem = failure.errors(include_url=False)[0]["msg"].removeprefix("Value error, ")
        raise UserError(f"search {name!r} cannot be a rule: {problem}") from failure
    return "# Made of the saved search of this name.\n" + yaml.safe_dump(
        content, allow_unicode=True, sort_keys=False, width=10_000)


_RULE = "write lower-case letters, digits and -, at most 60"
