"""Lines that stand on several pages of a site: sign-up boxes, notes on rights, lists that no rule of looks catches."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import blake2b

from core.text import fold

_MOST_LINES = 200          # of one text that are remembered
_SHORTEST = 12             # letters and digits; "Germany" may be the whole line of two tables


def line_hash(line: str) -> int | None:
    """A signed 64-bit hash of what a line says, whatever its blanks and signs; None where that is too little."""
    letters = "".join(filter(str.isalnum, fold(line)))
    if len(letters) < _SHORTEST and (letters.isascii() or len(letters) < _SHORTEST // 2):
        return None
    return int.from_bytes(blake2b(letters.encode("utf-8", "replace"), digest_size=8).digest(), "big", signed=True)


def line_hashes(lines: Iterable[str]) -> tuple[int, ...]:
    """The hashes by which the lines of a text are found again, each once."""
    found = dict.fromkeys(number for line in lines if (number := line_hash(line)) is not None)
    return tuple(found)[:_MOST_LINES]


def repeated(lines: Sequence[str], known: frozenset[int]) -> list[bool]:
    """Which lines stand on other pages, too. None where more than half of it repeats: the same story twice."""
    if not known:
        return [False] * len(lines)
    again = [line_hash(line) in known for line in lines]
    share = sum(len(line) for line, one in zip(lines, again, strict=True) if one) / (sum(map(len, lines)) or 1)
    if 2 * sum(again) > len(lines) or share > 0.5:
        return [False] * len(lines)
    return again
