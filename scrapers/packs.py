"""Packs: named groups of sources, which a source joins by what its file says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from core import yamlfile
from core.errors import NotFoundError, SourceFileError
from scrapers.source import SourceFile


class Pack(BaseModel):
    """A group of sources. Each key that is given has to hold for a source; of a list, one value is enough."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str = Field(min_length=1, description="What it is, in a few words")
    countries: tuple[str, ...] = Field((), description="Countries, as KR")
    topics: tuple[str, ...] = Field((), description="Topics, as semiconductor")
    languages: tuple[str, ...] = Field((), description="Languages, as ko")
    tags: tuple[str, ...] = Field((), description="Tags, as ai-lab")
    newsroom: bool | None = Field(None, description="`true`: sources with a `publisher`; `false`: those without")
    sources: tuple[str, ...] = Field((), description="Sources that are in the pack whatever their files say")

    def holds(self, source: SourceFile) -> bool:
        """Whether a source is in the pack."""
        if source.id in self.sources:
            return True
        rules = (
            not self.countries or source.country in self.countries,
            not self.languages or source.language in self.languages,
            not self.topics or not set(self.topics).isdisjoint(source.topics),
            not self.tags or not set(self.tags).isdisjoint(source.tags),
            self.newsroom is None or self.newsroom == (source.publisher is not None),
        )
        named_only = self.sources and not self.model_fields_set - {"title", "sources"}
        return not named_only and all(rules)


def read_packs(files: Sequence[Path]) -> dict[str, Pack]:
    """The packs of all files that exist, a later one over an earlier one. A mistake raises SourceFileError."""
    packs: dict[str, Pack] = {}
    for file in files:
        data = yamlfile.load(file, error=SourceFileError) if file.is_file() else {}
        if not isinstance(data, dict):
            raise SourceFileError("is not a table of packs", file=str(file), line=1)
        for name, keys in data.items():
            try:
                packs[str(name)] = Pack.model_validate(keys)
            except ValidationError as failure:
                raise _explain(failure, file, str(name)) from failure
    return packs


def pack_mistakes(files: Sequence[Path]) -> list[SourceFileError]:
    """The first mistake in the files of packs; none where they are in order."""
    try:
        read_packs(files)
    except SourceFileError as mistake:
        return [mistake]
    return []


def named(packs: Mapping[str, Pack], names: Sequence[str]) -> list[Pack]:
    """The packs of these names; one that does not exist raises NotFoundError with those that do."""
    if unknown := [name for name in names if name not in packs]:
        raise NotFoundError(f"no pack is named {unknown[0]!r}; packs: {', '.join(packs)}")
    return [packs[name] for name in names]


def _explain(failure: ValidationError, file: Path, name: str) -> SourceFileError:
    first = failure.errors(include_url=False)[0]
    where = [str(part) for part in first["loc"]]
    dotted = ".".join([name, *where])
    problem = f"{dotted} {first['input']!r}: {first['msg']}"
    if first["type"] == "extra_forbidden":
        problem = f"unknown key {dotted!r}; allowed: {', '.join(sorted(Pack.model_fields))}"
    elif first["type"] == "missing":
        problem = f"the key {dotted!r} is missing"
    return SourceFileError(problem, file=str(file), line=yamlfile.line_of(file, [name, *first["loc"]]))
