"""Change some keys of a source file and leave the rest of its text, comments too, as it is."""

from __future__ import annotations

import re

_KEY = re.compile(r"^([A-Za-z_]+):", re.MULTILINE)


def with_key(text: str, key: str, block: str) -> str:
    """The text with a top-level key replaced by a block that ends with a line break; added at the end where new."""
    span = _span(text, key)
    if span is None:
        return (text if text.endswith("\n") or not text else text + "\n") + block
    return text[: span[0]] + block + text[span[1] :]


def block_of(text: str, key: str) -> str | None:
    """The text of a top-level key with all that belongs to it."""
    span = _span(text, key)
    return None if span is None else text[span[0] : span[1]]


def keys_of(text: str) -> list[str]:
    """The top-level keys, in order."""
    return [found[1] for found in _KEY.finditer(text)]


def _span(text: str, key: str) -> tuple[int, int] | None:
    starts = list(_KEY.finditer(text))
    for number, found in enumerate(starts):
        if found[1] != key:
            continue
        end = starts[number + 1].start() if number + 1 < len(starts) else len(text)
        # Comments and blank lines right above the next key belong to that one.
        lines = text[found.start() : end].splitlines(keepends=True)
        while len(lines) > 1 and (not lines[-1].strip() or lines[-1].startswith("#")):
            lines.pop()
        return found.start(), found.start() + sum(map(len, lines))
    return None
