"""Check what users write under knowledge/ against the rest of the knowledge: names that mean nothing, odd patterns.

The shipped files are proved by their tests, so that reading them stays quick.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from core.records import ROLES
from pipeline.expressions import Attempt, mistake, read_patterns, shortened, try_out, unreadable
from pipeline.frames import SLOTS, FrameFile, bare_shape, role_pattern
from pipeline.knowledge_files import EventType, Organisation, Refinement, StatusCue, Topic, Veto

_ROLE_SLOTS = ("{_}", *(f"{{{role}}}" for role in ROLES))
_SLOT_LIKE = re.compile(r"\{(?![\d,]+\})[^{}]*\}")
_GROUP_LIKE = re.compile(r"(?<!\?)(?<!\?P)<([a-z_]+)>")


@dataclass(slots=True)
class UserFiles:
    """The files of users as they were read, to be checked when all of the knowledge is there."""

    attempts: list[Attempt] = field(default_factory=list)
    _frames: list[tuple[Path, FrameFile]] = field(default_factory=list)
    _entries: list[tuple[Path, str, Any]] = field(default_factory=list)

    def add(self, path: Path, content: Any) -> None:
        """Take note of a file. KnowledgeFileError names a pattern that cannot be read."""
        self.attempts += read_patterns(path, content)
        if isinstance(content, FrameFile):
            self._frames.append((path, content))
        elif isinstance(content, Mapping):
            self._entries += [(path, name, entry) for name, entry in content.items()]

    def check(self, frames: Mapping[str, FrameFile], event_types: Mapping[str, EventType],
              organisations: Mapping[str, Organisation], cues: Collection[str]) -> None:
        """Raise KnowledgeFileError for the first name that nothing has, and for a pattern that can take very long."""
        families = {one.family for one in event_types.values()}
        for path, own in self._frames:
            _check_frames(path, own, frames[own.language], event_types, families)
            self.attempts += _check_shapes(path, own, frames[own.language])
            self.attempts += _check_roles(path, own, frames[own.language], event_types)
        for path, name, entry in self._entries:
            _check_entry(path, name, entry, event_types, families, organisations)
            if isinstance(entry, StatusCue):
                for number, cue in enumerate(entry.silences):
                    _known(cue, cues, f"{name}: no cue has the name", path, [name, "silences", number])
        try_out(self.attempts)


def _check_frames(path: Path, own: FrameFile, merged: FrameFile, event_types: Collection[str],
                  families: Collection[str]) -> None:
    for number, frame in enumerate(own.frames):
        for one in frame.shapes:
            _known(one, merged.shapes, f"frame {frame.id}: unknown shapes", path, ["frames", number, "shapes"])
        _known(frame.family, families, f"frame {frame.id}: unknown family", path, ["frames", number, "family"])
        _known(frame.type, event_types, f"frame {frame.id}: unknown type", path, ["frames", number, "type"])
    lists = (("separators", own.separators), ("tails", own.tails))
    for key, patterns in lists:
        for number, pattern in enumerate(patterns):
            for group in _GROUP_LIKE.findall(pattern):
                _known(group, merged.groups, f"{key}: unknown group", path, [key, number])


def _check_shapes(path: Path, own: FrameFile, merged: FrameFile) -> list[Attempt]:
    attempts = []
    for name, shapes in own.shapes.items():
        for number, shape in enumerate(shapes):
            place: list[str | int] = ["shapes", name, number, "pattern"]
            subject = f"shape {shape.id}: pattern {shortened(shape.pattern)}"
            for group in _GROUP_LIKE.findall(shape.pattern):
                _known(group, merged.groups, f"shape {shape.id}: unknown group", path, place)
            for slot in _SLOT_LIKE.findall(shape.pattern):
                _known(slot, SLOTS, f"shape {shape.id}: unknown slot", path, place)
            problem = unreadable(shape.pattern)
            if problem is None and "{R}" not in shape.pattern:
                problem = "has no {R}, the place of the relation word"
            compiled = bare_shape(merged, shape) if problem is None else ""
            problem = problem or unreadable(compiled, own_groups=True)
            if problem:
                raise mistake(f"{subject} {problem.replace('cannot be read', 'is not a pattern')}", path, place)
            attempts.append(Attempt(path, place, compiled, fragment=False, shown=shape.pattern))
    return attempts


def _check_roles(path: Path, own: FrameFile, merged: FrameFile, event_types: Collection[str]) -> list[Attempt]:
    attempts = []
    for kind, patterns in own.roles.items():
        _known(kind, event_types, "roles: unknown type of event", path, ["roles", kind])
        for number, pattern in enumerate(patterns):
            place: list[str | int] = ["roles", kind, number]
            for group in _GROUP_LIKE.findall(pattern):
                _known(group, merged.groups, f"roles of {kind}: unknown group", path, place)
            for slot in _SLOT_LIKE.findall(pattern):
                _known(slot, _ROLE_SLOTS, f"roles of {kind}: unknown role", path, place)
            problem = unreadable(pattern)
            compiled = role_pattern(merged, pattern) if problem is None else ""
            problem = problem or unreadable(compiled, own_groups=True)
            if problem:
                told = problem.replace("cannot be read", "is not a pattern")
                raise mistake(f"roles of {kind}: pattern {shortened(pattern)} {told}", path, place)
            attempts.append(Attempt(path, place, compiled, fragment=False, shown=pattern))
    return attempts


def _check_entry(path: Path, name: str, entry: Any, event_types: Collection[str], families: Collection[str],
                 organisations: Collection[str]) -> None:
    match entry:
        case Veto():
            for number, family in enumerate(entry.families):
                _known(family, families, f"{name}: unknown family", path, [name, "families", number])
        case Refinement():
            _known(name, event_types, "unknown type of event", path, [name])
            if entry.maker_role is not None:
                _known(entry.maker_role, ROLES, f"{name}: unknown role", path, [name, "maker_role"])
            for number, maker in enumerate(entry.makers):
                _known(maker, organisations, f"{name}: no organisation has the name", path, [name, "makers", number])
        case Topic():
            for number, maker in enumerate(entry.makers):
                _known(maker, organisations, f"{name}: no organisation has the name", path, [name, "makers", number])


def _known(value: str, allowed: Collection[str], what: str, path: Path, place: Sequence[str | int]) -> None:
    if value not in allowed:
        raise mistake(f"{what} {value!r}{_said(value, allowed)}", path, place)


def _said(value: str, allowed: Iterable[str]) -> str:
    """What is allowed: all of it where it is short, else what is written alike."""
    names = sorted(allowed)
    if len(names) <= 60:
        return f"; allowed: {', '.join(names)}"
    close = get_close_matches(value, names, 3, 0.7)
    return f"; did you mean {' or '.join(map(repr, close))}?" if close else "; it must be a canonical name"


