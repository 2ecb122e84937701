"""Frames: how a language says that organisations have to do with each other. Read from YAML, compiled to patterns.

A frame names its relation words and the shapes they stand in. A shape is a regular expression over a sentence in
lower case in which names are slots: `{A}` and `{B}` are one organisation or a list of them, `{ORGS}` is a list of two
or more, `{_}` is a name that is no party, `{R}` is the relation word, `...` is a gap without other names, `<name>` a
word group of the file; separators and ends of lists may hold word groups too.

Under `roles` a file tells by kind of event who plays which part, in patterns over the whole sentence whose slots are
the roles: `{supplier} supplies {customer}`. They say more than a shape, which knows where names stand only.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

from pydantic import BaseModel, ConfigDict, Field, field_validator

from core.records import ROLES
from pipeline.expressions import PartPattern, Word, any_of
from pipeline.knowledge_files import Language, Number, Whole

# Placeholders in a sentence: names from the private area, and the relation word that is looked at.
FIRST_NAME = 0xE000
MOST_NAMES = 60
RELATION = "\uf8ff"
NAME = f"[\\ue000-\\u{FIRST_NAME + MOST_NAMES:04x}]"
_GAP = f"[^\\ue000-\\u{FIRST_NAME + MOST_NAMES:04x};]{{0,90}}?"
_SLOT = re.compile(r"\{(A|B|ORGS|R|_)\}|\.\.\.")
_ROLE = re.compile(r"\{([a-z]+|_)\}|\.\.\.")
SLOTS = ("{A}", "{B}", "{ORGS}", "{_}", "{R}")
_GROUP = re.compile(r"<([a-z_]+)>")
_GROUP_AT_END = re.compile(r"<[a-z_]+>\Z")


def _check_role(role: str) -> None:
    if role not in ROLES:
        raise ValueError(f"unknown role {role!r}; allowed: {', '.join(ROLES)}")


class Shape(BaseModel):
    """One way of placing names around a relation word."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    id: str
    pattern: str
    score: Number = 0.0                  # added to the event's score: less for looser shapes
    roles: dict[str, str] = Field(default_factory=dict)
    implied: bool = False                # one party is not in the sentence: the text's main organisation
    unnamed: bool = False                # one party has no name in it: "colaboramos con", "mit einem Start-up"
    titled: bool = False                 # no party is in it: the organisations of the headline, as in "the partnership"

    @field_validator("roles")
    @classmethod
    def _are_known(cls, roles: dict[str, str]) -> dict[str, str]:
        for role in roles.values():
            _check_role(role)
        return roles


class Frame(BaseModel):
    """One kind of relation in one language."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    id: str
    family: str
    type: str
    words: list[Word]
    shapes: list[str]
    strength: Number = Field(ge=0, le=1)
    parties: Whole = Field(2, ge=0)      # fewest parties that make the event


class FrameFile(BaseModel):
    """A file of frames: word groups, how the language separates and ends lists of names, shapes and frames."""

    model_config = ConfigDict(extra="forbid")
    language: Language
    separators: list[PartPattern] = Field(default_factory=list)
    tails: list[PartPattern] = Field(default_factory=list)           # what may end a list of names: "and others"
    descriptions: list[PartPattern] = Field(default_factory=list)    # what may stand before a name: "the carmaker"
    anchors: list[PartPattern] = Field(default_factory=list)  # words that a described name follows: no relation is lost
    appositions: list[PartPattern] = Field(default_factory=list)  # what may stand after one: ", a rival of X,"
    asides: list[PartPattern] = Field(default_factory=list)  # other names before one: "the rival of X", "backed by X"
    groups: dict[str, list[PartPattern]] = Field(default_factory=dict)
    shapes: dict[str, list[Shape]] = Field(default_factory=dict)
    roles: dict[str, list[str]] = Field(default_factory=dict)    # kind of event -> patterns whose slots are roles
    frames: list[Frame] = Field(default_factory=list)

    def under(self, upper: FrameFile) -> FrameFile:
        """This file with another of its language laid over it: same group, shape set or frame wins whole."""
        frames = {frame.id: frame for frame in (*self.frames, *upper.frames)}
        return FrameFile(language=self.language, separators=[*self.separators, *upper.separators],
                         tails=[*self.tails, *upper.tails],
                         descriptions=[*self.descriptions, *upper.descriptions],
                         anchors=[*self.anchors, *upper.anchors],
                         appositions=[*self.appositions, *upper.appositions],
                         asides=[*self.asides, *upper.asides],
                         groups=self.groups | upper.groups, shapes=self.shapes | upper.shapes,
                         roles=self.roles | upper.roles,
                         frames=list(frames.values()))


@dataclass(frozen=True)
class CompiledShape:
    """A shape ready for search. Its pattern is compiled when a text first needs it: few texts need all languages."""

    id: str
    source: str
    score: float
    roles: dict[str, str]
    implied: bool
    unnamed: bool
    titled: bool

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """The shape as a pattern. ValueError names a shape that is none."""
        try:
            return re.compile(self.source)
        except re.error as failure:
            raise ValueError(f"shape {self.id}: not a pattern: {failure}") from failure


@dataclass(frozen=True, slots=True)
class CompiledFrame:
    """A frame ready for search."""

    id: str
    language: str
    family: str
    type: str
    strength: float
    parties: int
    least: int                           # names that must stand in the sentence: fewer where a shape implies some
    words: tuple[str, ...]
    shapes: tuple[CompiledShape, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Reduction:
    """What a language lets stand before and after a name that only says what it is."""

    descriptions: re.Pattern[str] | None = None
    appositions: tuple[re.Pattern[str], ...] = ()
    asides: re.Pattern[str] | None = None


def compile_file(content: FrameFile) -> list[CompiledFrame]:
    """The frames of a file, ready for search. ValueError names a shape or group that does not exist."""
    sets = _shapes(content)
    compiled = []
    for frame in content.frames:
        unknown = [name for name in frame.shapes if name not in sets]
        if unknown:
            raise ValueError(f"frame {frame.id}: unknown shapes {unknown[0]!r}; allowed: {', '.join(sorted(sets))}")
        shapes = tuple(shape for name in frame.shapes for shape in sets[name])
        compiled.append(CompiledFrame(
            id=frame.id, language=content.language, family=frame.family, type=frame.type, strength=frame.strength,
            parties=frame.parties, least=_least(frame, shapes), words=tuple(frame.words), shapes=shapes,
        ))
    return compiled


def _shapes(content: FrameFile) -> dict[str, tuple[CompiledShape, ...]]:
    separator, tail = _lists(content)
    return {
        name: tuple(_compile(shape, separator, tail, content.groups) for shape in shapes)
        for name, shapes in content.shapes.items()
    }


def bare_shape(content: FrameFile, shape: Shape) -> str:
    """One shape with the groups of a file, each slot as one name. ValueError names a group that does not exist."""
    return _compile(shape, "(?!)", "", content.groups).source


def _lists(content: FrameFile) -> tuple[str, str]:
    """How a language separates the names of a list, and how it ends one."""
    separator = _with_groups("(?:" + any_of(_by_end(content.separators)) + ")", content.groups)
    return separator, _with_groups("(?:" + any_of(content.tails) + ")?", content.groups) if content.tails else ""


def _by_end(patterns: Iterable[str]) -> list[str]:
    """Patterns that end with the same group as one: each stands many times in a language's shapes.

    Which is tried first does not matter: a separator ends before a name, and none reaches over one.
    """
    begins: dict[str, list[str]] = {}
    for pattern in patterns:
        end = _GROUP_AT_END.search(pattern)
        begins.setdefault(end[0] if end else "", []).append(pattern[: end.start()] if end else pattern)
    alone = begins.pop("", [])
    return [f"(?:{any_of(begun)}){end}" for end, begun in begins.items()] + alone


def _with_groups(pattern: str, groups: dict[str, list[str]]) -> str:
    """A pattern with its word groups written out."""
    def expand(match: re.Match[str]) -> str:
        if match[1] not in groups:
            raise ValueError(f"unknown group {match[1]!r}; allowed: {', '.join(groups)}")
        return "(?:" + any_of(groups[match[1]]) + ")"

    return _GROUP.sub(expand, pattern)


def _least(frame: Frame, shapes: Iterable[CompiledShape]) -> int:
    return min((0 if shape.titled else frame.parties - (shape.implied or shape.unnamed) for shape in shapes),
               default=frame.parties)


def _compile(shape: Shape, separator: str, tail: str, groups: dict[str, list[str]]) -> CompiledShape:
    def expand(match: re.Match[str]) -> str:
        slot = match[1]
        if slot == "R":
            return RELATION
        if slot == "_":
            return NAME
        if slot == "ORGS":
            return f"(?P<ORGS>{NAME}(?:{separator}{NAME})+){tail}"
        if slot:
            return f"(?P<{slot}>{NAME}(?:{separator}{NAME})*)"
        return _GAP

    try:
        source = _SLOT.sub(expand, _with_groups(shape.pattern, groups))
    except ValueError as failure:
        raise ValueError(f"shape {shape.id}: {failure}") from failure
    return CompiledShape(shape.id, source, shape.score, shape.roles, shape.implied, shape.unnamed, shape.titled)


def compile_roles(content: FrameFile) -> dict[str, tuple[str, ...]]:
    """The patterns that tell who plays which part, by kind of event. ValueError names an unknown role or group."""
    separator, _ = _lists(content)
    return {kind: tuple(role_pattern(content, pattern, separator) for pattern in patterns)
            for kind, patterns in content.roles.items()}


def role_pattern(content: FrameFile, pattern: str, separator: str = "(?!)") -> str:
    """One pattern of roles with the groups of a file, each slot as one name where no separator is given."""
    def expand(match: re.Match[str]) -> str:
        role = match[1]
        if role is None:
            return _GAP
        if role == "_":
            return NAME
        _check_role(role)
        return f"(?P<{role}>{NAME}(?:{separator}{NAME})*)"

    return _ROLE.sub(expand, _with_groups(pattern, content.groups))


def compile_descriptions(content: FrameFile) -> re.Pattern[str] | None:
    """What stands before a name and only says what it is; group 1 stays. ValueError names a bad pattern."""
    try:
        before = rf"(^|, |& |{RELATION} |\b(?:{'|'.join(content.anchors or ['(?!)'])}) )"
        dropped = "|".join(content.descriptions)
        return re.compile(rf"{before}(?:{dropped}) (?={NAME})") if dropped else None
    except re.error as failure:
        raise ValueError(f"descriptions: not a pattern: {failure}") from failure


def compile_appositions(content: FrameFile) -> tuple[re.Pattern[str], ...]:
    """What stands after a name and only says what it is, in the order in which it is dropped."""
    found = []
    for written in content.appositions:
        source = _with_groups(written, content.groups).replace("{R}", RELATION).replace("{_}", NAME)
        try:
            found.append(re.compile(f"(?<={NAME})(?:{source})"))
        except re.error as failure:
            raise ValueError(f"appositions: not a pattern: {failure}") from failure
    return tuple(found)


def compile_asides(content: FrameFile) -> re.Pattern[str] | None:
    """What names another organisation only to say who the next one is. ValueError names a bad pattern."""
    source = _with_groups("|".join(content.asides), content.groups).replace("{_}", NAME)
    try:
        return re.compile(f"(?:{source})(?={NAME})") if source else None
    except re.error as failure:
        raise ValueError(f"asides: not a pattern: {failure}") from failure
