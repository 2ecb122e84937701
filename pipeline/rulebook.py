"""Rule files: which articles are hits, and the labelled examples that test it."""

from __future__ import annotations

import re
from importlib import resources
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, field_validator, model_validator

from core.errors import QueryError, RuleFileError
from core.query import Filter, Query, Range, parse, walk
from core.records import Band, EventStatus
from core.yamlfile import line_of, place_in
from pipeline import checked
from pipeline.knowledge_files import Language, Number

_ARCHIVE_ONLY = {"rule", "story", "seen"}


class RuleExample(BaseModel):
    """A text and whether the rule must flag it. In a text of several lines the first one is the title."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    match: str | None = Field(None, description="Text that must be a hit.")
    no_match: str | None = Field(None, description="Text that must not be a hit.")
    language: Language | None = Field(None, description="Language of the text, in two letters.")
    publisher: str | None = Field(None, description="The organisation that says \"we\" in it.")

    @model_validator(mode="after")
    def _one_of_both(self) -> RuleExample:
        if (self.match is None) == (self.no_match is None):
            raise ValueError("an example has either match or no_match")
        return self

    @property
    def wanted(self) -> bool:
        """Whether the text must be a hit."""
        return self.match is not None

    @property
    def title_and_text(self) -> tuple[str, str]:
        """The example as an article: a lone line is its text."""
        words = (self.match if self.match is not None else self.no_match or "").strip()
        title, line_break, text = words.partition("\n")
        return (title.strip(), text.strip()) if line_break else ("", words)


class RuleFile(BaseModel):
    """A rule: its query, which status and score its events must have, and its examples. The file's name is its id."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    title: str = Field(description="What the rule is about, as messages show it.")
    query: Annotated[str, Field(description="Which articles are hits, in the query language; `*` is every article.")]
    status: tuple[EventStatus, ...] = Field(
        (), description="Status that the event of the query may have; any if left out."
    )
    min_score: Number = Field(0.5, ge=0, le=1, description="Lowest score of a hit.")
    alert_score: Number | None = Field(
        None, ge=0, le=1, description="Score from which a hit is worth an alert; that of weights.yaml if left out."
    )
    label: str | None = Field(
        None, description="The label of the texts that it must flag, for `rules eval` on a file of labelled texts."
    )
    enabled: bool = Field(True, description="`false` switches the rule off, also a shipped one of the same name.")
    examples: tuple[RuleExample, ...] = Field((), description="Labelled texts, run by `rules test`.")

    @field_validator("query")
    @classmethod
    def _readable(cls, value: str) -> str:
        try:
            query = parse(value)
        except QueryError as failure:
            raise ValueError(str(failure)) from failure
        for part in walk(query):
            if isinstance(part, Filter | Range) and part.field in _ARCHIVE_ONLY:
                raise ValueError(f"{part.field}: is for searching the archive, not for rules")
        return value


class Rule(RuleFile):
    """A rule in force."""

    id: str
    file: str = ""

    def band_of(self, score: float, alert_score: float) -> Band:
        """The band of a score. `alert_score` is that of the knowledge, for a rule that names none."""
        if score < self.min_score:
            return Band.ARCHIVE
        return Band.ALERT if score >= (alert_score if self.alert_score is None else self.alert_score) else Band.DIGEST

    @property
    def parsed(self) -> Query:
        """The query as a tree."""
        return parse(self.query)


def shipped_rules() -> Path:
    """The folder of the rules that come with the product."""
    return Path(str(resources.files("pipeline"))) / "rules"


def load_rules(*directories: Path) -> tuple[list[Rule], list[RuleFileError]]:
    """The rules in force, by id, and what is wrong with the files that cannot be used."""
    rules, broken = read_all(*directories)
    return [rule for rule in rules if rule.enabled], broken


def read_all(*directories: Path) -> tuple[list[Rule], list[RuleFileError]]:
    """All rules, also those that are switched off, and what is wrong with the files that cannot be used.

    Later folders win: a file of the same name replaces the earlier one, even where it is broken or switched off.
    """
    files = {
        path.stem: path for directory in directories if directory.is_dir() for path in sorted(directory.glob("*.yaml"))
    }
    rules: list[Rule] = []
    broken = [RuleFileError(f"is not read, because it ends in .yml; rename it to {path.stem}.yaml", file=str(path))
              for directory in directories if directory.is_dir() for path in sorted(directory.glob("*.yml"))]
    for name in sorted(files):
        try:
            rules.append(read_rule(files[name]))
        except RuleFileError as failure:
            broken.append(failure)
    return rules, broken


def read_rule(path: Path) -> Rule:
    """One rule file. A mistake raises RuleFileError with file, line, bad value and what is allowed."""
    try:
        content = checked.read(path, TypeAdapter(RuleFile), error=RuleFileError)
    except RuleFileError as failure:
        at = re.match(r"query: column (\d+): (.*)", failure.problem)
        if at is None:
            raise
        raise query_error(path, int(at[1]), at[2]) from failure
    if not content.title.strip():
        raise RuleFileError("'title' is empty", file=str(path), line=line_of(path, ["title"]))
    return Rule.model_validate({**content.model_dump(), "id": path.stem, "file": str(path)})


def query_error(path: Path, column: int, message: str) -> RuleFileError:
    """A mistake at a column of a rule's query: in a query of several lines, the line of the file and its column."""
    line, column = place_in(path, ["query"], column)
    return RuleFileError(f"query: column {column}: {message}", file=str(path), line=line)
