"""Prepare the text of a query for luqum, whose grammar trips over signs that people paste: addresses, times, dashes."""

from __future__ import annotations

import re

from core.errors import QueryError

_ESCAPED_OR_QUOTED = re.compile(r'\\.|"(?:[^"\\]|\\.)*"', re.DOTALL)
_ADDRESS = re.compile(r'https?://[^\s()"]*', re.IGNORECASE)
_TIME = re.compile(r"(?<![\w.])\d{1,2}:\d{2}(?::\d{2})?(?![\w:])")
_LONE_DASH = re.compile(r"(?<![^\s(])[-+]+(?=[\s)]|$)")
_BAD_START = re.compile(r"(?<![^\s(:+-])['/]+|/(?=\s|$)")
_PATTERN = re.compile(r"(?<![^\s(:+-])/(?=[^\s/]*[][*+?^$|\\{}])[^\s/]+/(?=[\s)]|$)")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")   # no database takes them
_GROUP = re.compile(r'"\+(?=[\s),]|$)')            # "SK Telecom"+, with those that belong to it
_CURLY_QUOTES = str.maketrans("“”„«»", '"""""')


def check_slashes(text: str) -> None:
    """Raise QueryError for /…/ with signs of a pattern in it: other languages have patterns, this one does not."""
    bare = _ESCAPED_OR_QUOTED.sub(lambda m: " " * len(m[0]), text)
    if found := _PATTERN.search(bare):
        raise QueryError(f"patterns between slashes are not part of the language: {found[0]!r}; write the start of a "
                         "word, as sam*, or put \"quotes\" around it", column=found.start() + 1)


def readable(text: str) -> str:
    """The text as luqum reads it. Each replacement keeps its length, so that columns stay true."""
    text = _GROUP.sub('+"', _UNSTORABLE.sub(" ", text.translate(_CURLY_QUOTES)))
    out: list[str] = []
    at = 0
    for held in _ESCAPED_OR_QUOTED.finditer(text):
        out += [_outside_quotes(text[at : held.start()]), held[0]]
        at = held.end()
    out.append(_outside_quotes(text[at:]))
    return "".join(out)


def _outside_quotes(text: str) -> str:
    text = _ADDRESS.sub(lambda m: re.sub(r"[^\w.]", ".", m[0]), text)
    text = _TIME.sub(lambda m: m[0].replace(":", "."), text)
    text = _LONE_DASH.sub(lambda m: " " * len(m[0]), text)
    return _BAD_START.sub(lambda m: " " * len(m[0]), text)


def check_brackets(text: str, deepest: int) -> None:
    """Raise QueryError for a quote or bracket without its partner, or brackets nested more than `deepest` times."""
    text = text.translate(_CURLY_QUOTES)
    bare = _ESCAPED_OR_QUOTED.sub(lambda m: " " * len(m[0]), text)
    if (quote := bare.find('"')) >= 0:
        raise QueryError('this quote is not closed; add a "', column=quote + 1)
    opened: list[int] = []
    for at, sign in enumerate(bare):
        if sign == "(":
            opened.append(at)
            if len(opened) > deepest:
                raise QueryError("the query is nested too deeply", column=at + 1)
        elif sign == ")":
            if not opened:
                raise QueryError("this bracket closes none; remove it or add a ( before", column=at + 1)
            opened.pop()
    if opened:
        raise QueryError("this bracket is not closed; add a )", column=opened[-1] + 1)
