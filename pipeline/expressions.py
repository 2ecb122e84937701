"""Patterns in knowledge files: they must be readable, and must not run for ever on any text."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, NamedTuple

from pydantic import AfterValidator, BaseModel

from core.errors import KnowledgeFileError
from core.yamlfile import line_of

PATIENCE_S = 60           # for all patterns together; each has a short limit of its own
_FLAGS = re.compile(r"\(\?[aiLmsux]+\)")


class Expression(str):
    """A pattern that is used as it is."""

    __slots__ = ()
    fragment = False                     # stands inside a larger pattern, so what follows it may not fit
    names = False                        # its first group is a name


class Fragment(Expression):
    """A pattern that stands inside a larger one."""

    __slots__ = ()
    fragment = True


class NameExpression(Expression):
    """A pattern whose first group is a name."""

    __slots__ = ()
    names = True


def _braces(word: str) -> str:
    if "{" in word or "}" in word:
        rest = re.sub(r"\{[^{}]*\}", "", word)
        if "{" in rest or "}" in rest:
            raise ValueError(f"a brace without its partner in {word!r}; write partner{{,s,ed}}")
    if not word.strip():
        raise ValueError("a word is empty")
    return word


Pattern = Annotated[str, AfterValidator(Expression)]
PartPattern = Annotated[str, AfterValidator(Fragment)]
NamePattern = Annotated[str, AfterValidator(NameExpression)]
Word = Annotated[str, AfterValidator(_braces)]


class Attempt(NamedTuple):
    """A pattern that is to be tried, and where it stands."""

    path: Path
    place: Sequence[str | int]
    pattern: str
    fragment: bool
    shown: str = ""                      # what the user wrote, where that is not what is tried


def any_of(patterns: Iterable[str]) -> str:
    """A pattern for any of some; for nothing where there are none."""
    return "|".join(patterns) or "(?!)"


def read_patterns(path: Path, content: Any) -> list[Attempt]:
    """The patterns of a file's content. KnowledgeFileError names the first that cannot be read, with its line."""
    found = []
    for place, pattern in _patterns(content, ()):
        if (pattern or not pattern.fragment) and (problem := unreadable(pattern, names=pattern.names)):
            raise mistake(f"pattern {shortened(pattern)} {problem}", path, place)
        found.append(Attempt(path, place, str(pattern), pattern.fragment))
    return found


def _patterns(value: Any, place: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], Expression]]:
    if isinstance(value, Expression):
        yield place, value
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            if name in value.model_fields_set:
                yield from _patterns(getattr(value, name), (*place, name))
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _patterns(inner, (*place, key))
    elif isinstance(value, list | tuple):
        for number, inner in enumerate(value):
            yield from _patterns(inner, (*place, number))


def unreadable(pattern: str, *, names: bool = False, own_groups: bool = False) -> str | None:
    """What is wrong with a pattern, as the end of a sentence; None where it can be read.

    Patterns are joined to larger ones, so one must not name groups or set flags for all of it.
    """
    if not pattern:
        return "is empty, so it would fit everywhere"
    if not names and (flags := _FLAGS.match(pattern)):
        return f"begins with {flags[0]}; patterns read lower case, and flags for a part are written (?i:…)"
    try:
        compiled = re.compile(pattern)
    except re.error as failure:
        at = "" if failure.pos is None else f", at its sign {failure.pos + 1}"
        return f"cannot be read: {failure.msg}{at}"
    except (OverflowError, RecursionError):
        return "cannot be read: it is too large"
    if compiled.groupindex and not own_groups:
        return f"names a group, {next(iter(compiled.groupindex))!r}; write (?:…) instead"
    if names and not compiled.groups:
        return "has no (…) around the name that it finds"
    return None


def try_out(attempts: Sequence[Attempt]) -> None:
    """Try patterns on hostile texts. KnowledgeFileError names the first that takes too long, with its line."""
    if not attempts:
        return
    given = json.dumps([(one.pattern, one.fragment) for one in attempts])
    program = Path(__file__).with_name("pattern_trial.py")
    try:
        done = subprocess.run(  # noqa: S603 - our own program
            [sys.executable, "-I", "-S", str(program)], input=given, capture_output=True, text=True,
            timeout=PATIENCE_S, check=True)
    except subprocess.TimeoutExpired as failure:
        raise KnowledgeFileError(f"its patterns could not be tried within {PATIENCE_S} seconds",
                                 file=str(attempts[0].path)) from failure
    for number in json.loads(done.stdout):
        slow = attempts[number]
        raise mistake(f"pattern {shortened(slow.shown or slow.pattern)} can take very long, as a repetition inside a "
                      "repetition does; write it so that a text fits in one way only", slow.path, slow.place)


def shortened(pattern: str) -> str:
    """A pattern as a message shows it."""
    return repr(pattern if len(pattern) <= 80 else pattern[:79] + "…")


def mistake(message: str, path: Path, place: Sequence[str | int]) -> KnowledgeFileError:
    """An error with the file and the line of a place in it."""
    return KnowledgeFileError(message, file=str(path), line=line_of(path, place))
