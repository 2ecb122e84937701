"""Read a YAML file into pydantic models, and turn the first mistake into one line with file and line."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

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
}


def read(path: Path, adapter: TypeAdapter[T], keys: Iterable[str], *, error: type[FileError],
         shown: str | None = None) -> T:
    """The checked content of a file. A mistake raises `error` with file, line, bad value and the allowed ones.

    `keys` are the keys that an entry of this kind of file may have; they are named when another one is found.
    """
    shown = shown or str(path)
    content: Any = yamlfile.load(path, error=error, shown=shown)
    try:
        return adapter.validate_python(content)
    except ValidationError as failure:
        first = failure.errors(include_url=False)[0]
        place = [key for key in first["loc"] if not (isinstance(key, str) and key.endswith("]"))]
        raise error(_sentence(first, place, keys), file=shown, line=yamlfile.line_of(path, place)) from failure


def _sentence(first: Any, place: list[str | int], keys: Iterable[str]) -> str:
    where = ".".join(str(key) for key in place) or "the file"
    if first["type"] == "extra_forbidden":
        return f"unknown key {str(place[-1])!r}; allowed: {', '.join(keys)}"
    if first["type"] == "missing":
        return f"{str(place[-1])!r} is missing"
    message = first["msg"].removeprefix("Value error, ").replace("Input should be", "must be")
    message = _PLAIN.get(first["type"], message)
    if first["type"] == "value_error":
        return f"{where}: {message}"
    value = first["input"]
    shown = repr(value) if isinstance(value, str | int | float) or value is None else f"a {type(value).__name__}"
    return f"{where}: {message}, not {shown}"
