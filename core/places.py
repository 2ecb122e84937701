"""Find the search tokens of a query in a text as it was written: for snippets and evidence."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise

from core.querynodes import Term
from core.text import CJK, TOKEN, fold, pairs_of

Place = tuple[int, int]

_LETTER = rf"[^\W_{CJK}]"                      # of scripts with spaces between words
_GAP = r"[\W_]"


def places(text: str, term: Term) -> list[Place]:
    """Where a term stands in a text: (start, end) of each phrase, or of each word of a near match, in order."""
    folded = fold(text)
    letters: list[int] | range = range(len(text))
    if len(folded) != len(text):
        folded, letters = _with_letters(text)
    found = _near(folded, term) if term.slop is not None else \
        [match.span() for match in _pattern(term.tokens, term.prefix).finditer(folded)]
    return [(letters[start], letters[end - 1] + 1) for start, end in found]


@lru_cache(maxsize=256)
def _pattern(tokens: tuple[str, ...], prefix: bool) -> re.Pattern[str]:
    """A pattern for tokens in folded text; overlapping pairs of CJK letters may be parts of one run."""
    first, last = tokens[0], tokens[-1]
    out = [rf"(?<!{_LETTER})" if not _is_cjk(first) else rf"(?<![{CJK}])" if len(first) == 1 and not prefix else "",
           re.escape(first)]
    for before, token in pairwise(tokens):
        both = _is_cjk(before) and _is_cjk(token)
        if both and len(before) == len(token) == 2 and before[1] == token[0]:
            out += [rf"(?:{_GAP}+{re.escape(token[0])})?", re.escape(token[1])]
        else:
            # Between two scripts there need be no gap: SK텔레콤.
            out += [_GAP, "*" if _is_cjk(before) != _is_cjk(token) else "+", re.escape(token)]
    if not _is_cjk(last):
        out.append(f"{_LETTER}*" if prefix else f"(?!{_LETTER})")
    elif len(last) == 1:
        out.append(f"[{CJK}]?" if prefix else f"(?![{CJK}])")
    return re.compile("".join(out))


def _is_cjk(token: str) -> bool:
    return re.match(f"[{CJK}]", token) is not None


def _near(folded: str, term: Term) -> list[Place]:
    """The words of each window that holds all tokens, with at most `slop` others between the outermost."""
    assert term.slop is not None
    *whole, last = term.tokens
    every = [(token, place) for match in TOKEN.finditer(folded) for token, place in pairs_of(match[0], match.start())]
    at = [[number for number, (token, _) in enumerate(every) if token == wanted] for wanted in whole]
    at.append([number for number, (token, _) in enumerate(every)
               if (token.startswith(last) if term.prefix else token == last)])
    width = term.slop + len(whole)
    found: set[int] = set()
    for start in sorted(set().union(*at)):
        inside = [[number for number in numbers if start <= number <= start + width] for numbers in at]
        if all(inside):
            found.update(*inside)
    return [(every[number][1], every[number][1] + len(every[number][0])) for number in sorted(found)]


def _with_letters(text: str) -> tuple[str, list[int]]:
    """The folded text, and for each of its letters the place in the text that it comes from.

    Letters written as several signs, such as decomposed Hangul, come out apart and are missed.
    """
    known: dict[str, str] = {}
    folded: list[str] = []
    places_: list[int] = []
    for place, letter in enumerate(text):
        form = known.get(letter)
        if form is None:
            form = known[letter] = "" if 0x300 <= ord(letter) <= 0x36F else fold(letter)
        folded.append(form)
        places_ += [place] * len(form)
    return "".join(folded), places_
