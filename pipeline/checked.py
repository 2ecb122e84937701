"""Read a YAML file into pydantic models, and turn the first mistake into one line with file and line."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError

from core import yamlfile
from core.errors import FileError

T = TypeVar("T")

# pydantic's words for these are those of a programmer.
_PLAIN = {
    "list_type": "must be a list",
    "tuple_type": "must be a list",
    "dict_type": "must be keys with values",
    "model_type": "must be keys with values",
    "model_attributes_type": "must be keys with values",
    "string_type": "must be text",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "float_type": "must be a number",
    "float_parsing": "must be a number",
    "finite_number": "must be a number",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "greater_than_equal": "must be at least {ge:g}",
    "less_than_equal": "must be at most {le:g}",
    "too_short": "must not be empty",
}
_CHANGES = {"add", "remove"}


def read(path: Path, adapter: TypeAdapter[T], *, error: type[FileError], shown: str | None = None,
         below: BaseModel | None = None) -> T:
    """The checked content of a file. A mistake raises `error` with file, line, bad value and the allowed ones.

    With `below` the file's keys are laid over those of another: what it does not say stays, a list may be replaced or
    given as `{add: […], remove: […]}`.
    """
    shown = shown or str(path)
    content: Any = yamlfile.load(path, error=error, shown=shown)
    if below is not None and (content is None or isinstance(content, Mapping)):
        content = _laid_over(below.model_dump(), content or {})
    try:
        return adapter.validate_python(content)
    except ValidationError as failure:
        first = failure.errors(include_url=False)[0]
        place = [key for key in first["loc"] if not (isinstance(key, str) and key.endswith("]"))]
        raise error(_sentence(first, place, adapter), file=shown, line=yamlfile.line_of(path, place)) from failure


def _laid_over(below: Mapping[Any, Any], upper: Mapping[Any, Any]) -> dict[Any, Any]:
    laid = dict(below)
    for key, value in upper.items():
        under = below.get(key)
        if isinstance(under, list) and isinstance(value, Mapping) and value and value.keys() <= _CHANGES:
            gone, more = value.get("remove") or [], value.get("add") or []
            if isinstance(gone, list) and isinstance(more, list):
                laid[key] = [one for one in under if one not in gone] + [one for one in more if one not in under]
                continue
        nested = isinstance(under, Mapping) and isinstance(value, Mapping)
        laid[key] = _laid_over(under, value) if nested else value  # type: ignore[arg-type]
    return laid


def _sentence(first: Any, place: list[str | int], adapter: TypeAdapter[Any]) -> str:
    where = "".join(f", entry {key + 1}" if isinstance(key, int) else f", {key}" for key in place)[2:] or "the file"
    if first["type"] == "extra_forbidden":
        return f"unknown key {str(place[-1])!r}; allowed: {', '.join(_keys(adapter, place[:-1]))}"
    if first["type"] == "missing":
        of = f" of {where.rpartition(', ')[0]}" if len(place) > 1 else ""
        return f"{str(place[-1])!r}{of} is missing"
    message = first["msg"].removeprefix("Value error, ").replace("Input should be", "must be")
    if first["type"] in _PLAIN:
        message = _PLAIN[first["type"]].format_map(first.get("ctx") or {})
    if first["type"] == "value_error":
        return f"{where}: {message}"
    return f"{where}: {message}, not {_shown(first['input'])}"


def _shown(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str | int | float):
        return repr(value)
    return "keys with values" if isinstance(value, Mapping) else "a list"


def _keys(adapter: TypeAdapter[Any], place: list[str | int]) -> list[str]:
    """The keys that may stand at a place, by the schema of the file."""
    whole = adapter.json_schema()
    kinds = [whole]
    for key in place:
        kinds = [inner for kind in kinds for one in _meant(kind, whole) if (inner := _inside(one, key)) is not None]
    return [name for kind in kinds for one in _meant(kind, whole) for name in one.get("properties", ())]


def _meant(kind: Any, whole: Mapping[str, Any]) -> list[Any]:
    """The kinds that a reference or a choice stands for."""
    if "$ref" in kind:
        return _meant(whole["$defs"][kind["$ref"].rpartition("/")[2]], whole)
    return [one for choice in kind.get("anyOf", ()) for one in _meant(choice, whole)] or [kind]


def _inside(kind: Any, key: str | int) -> Any:
    """What a key or a number of an entry leads to."""
    if isinstance(key, int):
        return kind.get("items")
    more = kind.get("additionalProperties")
    return kind.get("properties", {}).get(key) or (more if isinstance(more, Mapping) else None)
