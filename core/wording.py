"""Numbers with their words."""

from __future__ import annotations


def number(count: int, word: str) -> str:
    """`1 entry`, `2 entries`, `1,208 articles`."""
    if count == 1:
        return f"1 {word}"
    return f"{count:,} {word[:-1] + 'ies' if word.endswith('y') else word + 's'}"
