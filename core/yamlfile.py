"""Read YAML files the user writes, and say where in them a mistake is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from core.errors import FileError

_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_Base):  # type: ignore[misc]
    """YAML 1.2's booleans and numbers only: `country: NO` is Norway, and `08:00` is a time of day.

    A key that stands twice is a mistake: the first one would be lost without a word.
    """

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:
        """The mapping of a node, each key once."""
        seen = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode):
                if key.value in seen:
                    raise yaml.constructor.ConstructorError(None, None, f"the key {key.value!r} is there twice",
                                                            key.start_mark)
                seen.add(key.value)
        return super().construct_mapping(node, deep)


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers
            if tag not in {"tag:yaml.org,2002:bool", "tag:yaml.org,2002:int", "tag:yaml.org,2002:float",
                           "tag:yaml.org,2002:timestamp"}]
    for first, resolvers in _Base.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:bool", re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF")
)
_Loader.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"^[-+]?(?:0|[1-9][0-9]*)$"), list("-+0123456789"))
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(r"^[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?$"),
    list("-+.0123456789"),
)


def load(path: Path, *, error: type[FileError] = FileError, shown: str | None = None) -> Any:
    """The content of a YAML file. A file that cannot be read or parsed raises `error` with file and line."""
    shown = shown or str(path)
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as failure:
        line = failure.object.count(b"\n", 0, failure.start) + 1
        raise error("cannot be read: it is no text in UTF-8", file=shown, line=line) from failure
    except OSError as failure:
        raise error(f"cannot be read: {failure.strerror or failure}", file=shown) from failure
    try:
        return yaml.load(text, Loader=_Loader)  # noqa: S506 - a safe loader with fewer implicit types
    except yaml.YAMLError as failure:
        mark = getattr(failure, "problem_mark", None)
        raise error(_problem(failure), file=shown, line=mark.line + 1 if mark else _line_of_sign(failure, text)) \
            from failure
    except RecursionError as failure:
        raise error("is not valid YAML: it is nested too deeply", file=shown) from failure


def _problem(failure: yaml.YAMLError) -> str:
    """What is wrong, in plain words where the parser's are those of a programmer."""
    problem = getattr(failure, "problem", None)
    if problem is None:
        return "is not valid YAML: it holds a sign that no text has"
    if "found another document" in problem:
        return "holds two documents; keep one, and take away the line --- between them"
    if problem.endswith("there twice"):
        return str(problem)
    if "could not determine a constructor" in problem:
        return "is not valid YAML: values that begin with ! are not read"
    return f"is not valid YAML: {problem}"


def _line_of_sign(failure: yaml.YAMLError, text: str) -> int | None:
    """The line of a sign that cannot be read."""
    position = getattr(failure, "position", None)
    return None if position is None else text.count("\n", 0, position) + 1


def line_of(path: Path, keys: Sequence[str | int]) -> int | None:
    """The line (from 1) of a value, by the keys that lead to it; of the nearest parent where the value is absent."""
    try:
        node = yaml.compose(path.read_text(encoding="utf-8"), Loader=_Loader)
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        return None
    if node is None:
        return None
    line = node.start_mark.line + 1
    for key in keys:
        if isinstance(node, yaml.MappingNode):
            pair = next(((k, v) for k, v in node.value if k.value == str(key)), None)
            if pair is None:
                return int(line)
            line, node = pair[0].start_mark.line + 1, pair[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(key, int) and key < len(node.value):
            node = node.value[key]
            line = node.start_mark.line + 1
        else:
            return int(line)
    return int(line)


def place_in(path: Path, keys: Sequence[str], column: int) -> tuple[int | None, int]:
    """Where a column of a text is that may be written in a block over several lines: line of the file, column there."""
    first = line_of(path, keys)
    lines = path.read_text(encoding="utf-8").splitlines()
    if first is None or not re.search(r":\s*[|>][-+0-9]*\s*(?:#.*)?$", lines[first - 1]):
        return first, column
    for number in range(first, len(lines)):
        written = lines[number].strip()
        if column <= len(written) + 1:
            return number + 1, column
        column -= len(written) + 1
    return first, column
