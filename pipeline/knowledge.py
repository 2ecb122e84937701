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
    check_patterns,
    compile_appositions,
    compile_asides,
    compile_descriptions,
    compile_file,
    compile_roles,
)
from pipeline.headlines import HeadlineRules
from pipeline.items import ItemRules
from pipeline.knowledge_files import (
    Boilerplate,
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
    weights = checked.read(files[-1], TypeAdapter(Weights), Weights.model_fields, error=KnowledgeFileError)
    return weights.alert_score


def load_knowledge(*directories: Path) -> Knowledge:
    """The knowledge of several folders, later ones over earlier ones: the same name or id wins whole.

    An organisation that `extends` only adds to the one below.

    A file that is wrong raises KnowledgeFileError with file, line, the bad value and what is allowed. A folder that
    does not exist holds nothing.
    """
    digest = hashlib.sha256()
    organisations = OrganisationLayers()
    frames: dict[str, FrameFile] = {}
    parts: dict[str, Any] = {name: {} for name in _MAPPINGS}
    for directory in directories:
        organisations.begin()
        for path in _files(directory):
            digest.update(path.relative_to(directory).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
            _read(path, directory, organisations, frames, parts)
    return _ready(organisations.finish(), frames, parts, digest.hexdigest()[:12])


def _files(directory: Path) -> list[Path]:
    return sorted(path for path in directory.rglob("*.yaml") if path.is_file()) if directory.is_dir() else []


def _read(path: Path, directory: Path, organisations: OrganisationLayers, frames: dict[str, FrameFile],
          parts: dict[str, Any]) -> None:
    """Lay one file over what was read before."""
    inner = path.relative_to(directory)
    kind = inner.parts[0].removesuffix(".yaml")
    if kind == "organisations":
        organisations.add(path, _mapping(path, Organisation))
    elif kind == "frames" and len(inner.parts) == 2:
        frame_file = checked.read(path, TypeAdapter(FrameFile), FrameFile.model_fields, error=KnowledgeFileError)
        below = frames.get(frame_file.language)
        frames[frame_file.language] = below.under(frame_file) if below else frame_file
        try:
            compile_file(frames[frame_file.language])
            compile_roles(frames[frame_file.language])
            # The shipped shapes are proved by their tests; what a user writes is tried before it is used.
            if directory != shipped_knowledge():
                check_patterns(frames[frame_file.language])
        except ValueError as failure:
            raise KnowledgeFileError(str(failure), file=str(path)) from failure
    elif kind in _MAPPINGS and len(inner.parts) == 1:
        parts[kind] |= _mapping(path, _MAPPINGS[kind])
    elif kind in _SINGLE and len(inner.parts) == 1:
        model = _SINGLE[kind]
        parts[kind] = checked.read(path, TypeAdapter(model), model.model_fields, error=KnowledgeFileError)
    else:
        raise KnowledgeFileError(f"unknown knowledge file {inner.as_posix()!r}; allowed: {_ALLOWED}", file=str(path))


def _mapping(path: Path, model: type[Model]) -> dict[str, Model]:
    adapter: TypeAdapter[Any] = TypeAdapter(dict[str, model] | None)  # type: ignore[valid-type, arg-type]
    content: dict[str, Model] | None = checked.read(path, adapter, model.model_fields, error=KnowledgeFileError)
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
