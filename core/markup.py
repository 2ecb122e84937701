"""Guard against markup that costs its parser more than its size: one tag with a hundred thousand attributes."""

from __future__ import annotations

import re

# libxml2 compares each attribute of an HTML tag with all before it: 5,000 take 0.2 s, 20,000 take 5 s.
MOST_ATTRIBUTES = 5_000
_MOST_COMPARISONS = 100_000_000  # in a document, about a second
_SHORT = 1_000  # characters: what so short a tag costs is not worth counting
# A tag as HTML's own rules read it, so that no quote hides where it ends.
_TAG = re.compile(
    r"""<([A-Za-z][^\s/>]{0,100}+)[^\s/>]*+
        (?:[\s/]++ | =?[^\s/>=]++ (?:\s*+=\s*+(?:"[^"]*+(?:"|\Z) | '[^']*+(?:'|\Z) | [^\s>]*+))?+ | =)*+ (?:>|\Z)""",
    re.VERBOSE,
)
_LONG_TAG = re.compile(r"<[A-Za-z][^<>]{20000}")


def without_floods(markup: str, *, thorough: bool = True) -> str:
    """The HTML with tags of far too many attributes reduced to their names.

    Not `thorough` looks for the plain form alone, at a twentieth of the cost: for documents whose parser can be ended.
    """
    if not thorough and _LONG_TAG.search(markup) is None:
        return markup
    spent = 0

    def shortened(tag: re.Match[str]) -> str:
        nonlocal spent
        text = tag[0]
        if len(text) < _SHORT:
            return text
        attributes = len(text.replace("/", " ").split())
        spent += attributes**2
        return text if attributes <= MOST_ATTRIBUTES and spent <= _MOST_COMPARISONS else f"<{tag[1]}>"

    return _TAG.sub(shortened, markup)
