"""Read the knowledge files: organisations, topics, frames, status cues, vetoes, word lists, weights."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, TypeAdapter

from core.errors import KnowledgeFileError
from pipeline import checked
from pipeline.entities import Gazetteer
from pipeline.framebook import FrameBook
from pipeline.frames import (
    FrameFile,
    Reduction,
    compile_appositions,
    compile_asides,
    compile_descriptions,
    compile_file,
)
from pipeline.headlines import HeadlineRules
from pipeline.items import ItemRules
from pipeline.knowledge_check import UserFiles
from pipeline.knowledge_files import (
    Boilerplate,
    EventType,
    LatinNames,
    Names,
    Organisation,
    Refinement,
    StatusCue,
    Theme,
    Topic,
    Veto,
    Weights,
)
from pipeline.latin_names import LatinNameRules
from pipeline.names import NameRules
from pipeline.organisation_layers import OrganisationLayers
from pipeline.party_roles import RoleBook
from pipeline.people import PeopleRules
from pipeline.preparation import Preparation
from pipeline.references import References
from pipeline.status import StatusBook
from pipeline.themes import ThemeBook
from pipeline.topics import TopicBook

Model = TypeVar("Model", bound=BaseModel)

_MAPPINGS: dict[str, type[BaseModel]] = {
    "topics": Topic,
    "themes": Theme,
    "status": StatusCue,
    "vetoes": Veto,
    "event_types": EventType,
    "refinements": Refinement,
    "latin_names": LatinNames,
}
_SINGLE: dict[str, type[BaseModel]] = {"names": Names, "boilerplate": Boilerplate, "weights": Weights}
_ALLOWED = "organisations.yaml, organisations/*.yaml, frames/*.yaml, " + ", ".join(
    f"{name}.yaml" for name in (*_MAPPINGS, *_SINGLE))


@dataclass(frozen=True, slots=True)
class Knowledge:
    """All that the annotation knows, ready for use. `version` changes when any file changes."""

    organisations: dict[str, Organisation]
    gazetteer: Gazetteer
    names: NameRules
    latin: LatinNameRules
    headlines: HeadlineRules
    references: References
    people: PeopleRules
    topics: TopicBook
    themes: ThemeBook
    frames: FrameBook
    status: StatusBook
    preparation: Preparation
    items: ItemRules
    version: str


def shipped_knowledge() -> Path:
    """The folder of the knowledge that comes with the product."""
    return Path(str(resources.files("pipeline"))) / "knowledge"


def default_alert_score(*directories: Path) -> float:
    """The score from which a hit is worth an alert, read without the rest of the knowledge."""
    files = [path for directory in directories if (path := directory / "weights.yaml").is_file()]
    if not files:
        raise KnowledgeFileError("no folder holds weights.yaml")
    weights: Weights | None = None
    for path in files:
        weights = checked.read(path, TypeAdapter(Weights), error=KnowledgeFileError, below=weights)
    return weights.alert_score if weights else 0.0


def load_knowledge(*directories: Path) -> Knowledge:
    """The knowledge of several folders, later ones over earlier ones: the same name or id wins whole.

    An organisation that `extends` only adds to the one below. Of `names`, `boilerplate` and `weights` each key is laid
    over that below. What users write is checked against all the rest, and their patterns are tried.

    A file that is wrong raises KnowledgeFileError with file, line, the bad value and what is allowed. A folder that
    does not exist holds nothing.
    """
    digest = hashlib.sha256()
    mine = UserFiles()
    shipped = shipped_knowledge()
    organisations = OrganisationLayers()
    frames: dict[str, FrameFile] = {}
    parts: dict[str, Any] = {name: {} for name in _MAPPINGS}
    for directory in directories:
        organisations.begin()
        for path in _files(directory):
            digest.update(path.relative_to(directory).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
            content = _read(path, directory, organisations, frames, parts)
            if directory != shipped:
                mine.add(path, content)
    known = organisations.finish()
    mine.check(frames, parts["event_types"], known, parts["status"])
    return _ready(known, frames, parts, digest.hexdigest()[:12])


def load_gazetteer(*directories: Path) -> Gazetteer:
    """The names of organisations alone, read like the whole of the knowledge but in half of the time: for a search."""
    organisations = OrganisationLayers()
    parts: dict[str, Any] = {}
    for directory in directories:
        organisations.begin()
        for path in _files(directory):
            if path.relative_to(directory).parts[0] in {"organisations", "organisations.yaml", "names.yaml"}:
                _read(path, directory, organisations, {}, parts)
    if "names" not in parts:
        raise KnowledgeFileError("no folder holds names.yaml")
    return Gazetteer(organisations.finish(), parts["names"])


def _files(directory: Path) -> list[Path]:
    if not directory.is_dir():
        return []
    for path in sorted(directory.rglob("*.yml")):
        raise KnowledgeFileError(f"is not read, because it ends in .yml; rename it to {path.stem}.yaml", file=str(path))
    return sorted(path for path in directory.rglob("*.yaml") if path.is_file())


def _read(path: Path, directory: Path, organisations: OrganisationLayers, frames: dict[str, FrameFile],
          parts: dict[str, Any]) -> Any:
    """Lay one file over what was read before. Returns what it holds."""
    inner = path.relative_to(directory)
    kind = inner.parts[0].removesuffix(".yaml")
    content: Any
    if kind == "organisations":
        organisations.add(path, content := _mapping(path, Organisation))
    elif kind == "frames" and len(inner.parts) == 2:
        content = checked.read(path, TypeAdapter(FrameFile), error=KnowledgeFileError)
        below = frames.get(content.language)
        frames[content.language] = below.under(content) if below else content
    elif kind in _MAPPINGS and len(inner.parts) == 1:
        parts[kind] |= (content := _mapping(path, _MAPPINGS[kind]))
    elif kind in _SINGLE and len(inner.parts) == 1:
        content = checked.read(path, TypeAdapter(_SINGLE[kind]), error=KnowledgeFileError, below=parts.get(kind))
        parts[kind] = content
    else:
        raise KnowledgeFileError(f"unknown knowledge file {inner.as_posix()!r}; allowed: {_ALLOWED}", file=str(path))
    return content


def _mapping(path: Path, model: type[Model]) -> dict[str, Model]:
    adapter: TypeAdapter[Any] = TypeAdapter(dict[str, model] | None)  # type: ignore[valid-type, arg-type]
    content: dict[str, Model] | None = checked.read(path, adapter, error=KnowledgeFileError)
    return content or {}


def _ready(organisations: dict[str, Organisation], frames: dict[str, FrameFile], parts: dict[str, Any],
           version: str) -> Knowledge:
    missing = [name for name in _SINGLE if name not in parts]
    if missing:
        raise KnowledgeFileError(f"no folder holds {missing[0]}.yaml")
    names: Names = parts["names"]
    rules = NameRules(names)
    boilerplate: Boilerplate = parts["boilerplate"]
    preparation = Preparation(boilerplate)
    return Knowledge(
        organisations=organisations,
        gazetteer=Gazetteer(organisations, names),
        names=rules,
        latin=LatinNameRules(parts["latin_names"]),
        headlines=HeadlineRules(rules),
        references=References(names),
        people=PeopleRules(names),
        topics=TopicBook(parts["topics"]),
        themes=ThemeBook({name: theme.root for name, theme in parts["themes"].items()}),
        frames=FrameBook([frame for file in frames.values() for frame in compile_file(file)], parts["vetoes"],
                         parts["refinements"], parts["weights"],
                         {language: Reduction(compile_descriptions(file), compile_appositions(file),
                                              compile_asides(file))
                          for language, file in frames.items()},
                         RoleBook(frames.values())),
        status=StatusBook(parts["status"]),
        preparation=preparation,
        items=ItemRules(boilerplate.digests, preparation.dateline),
        version=version,
    )
