"""Find the words and phrases of a query in an article, with their places."""

from __future__ import annotations

import re
from functools import cached_property

from core.query import Term
from core.records import Article, Evidence, Field, Span
from core.text import search_tokens
from pipeline import sentences
from pipeline.views import View, views

_GAP = r"[\W_]*"
_LEAD = 1_000             # characters
_DROPPED = 0.5
_SCORES = {"title": 1.0, "lead": 0.9, "body": 0.75}


class TermSearch:
    """The search tokens of one article, made once."""

    def __init__(self, article: Article) -> None:
        self._article = article
        self._views = views(article)

    @cached_property
    def _dropped(self) -> str:
        return " " + " ".join(search_tokens(self._article.dropped)) + " "

    @cached_property
    def _tokens(self) -> dict[Field, list[str]]:
        return {"title": search_tokens(self._article.title), "text": search_tokens(self._article.text)}

    @cached_property
    def _joined(self) -> dict[Field, str]:
        return {field: " " + " ".join(tokens) + " " for field, tokens in self._tokens.items()}

    def find(self, term: Term) -> tuple[tuple[Evidence, ...], float]:
        """Where a term stands: the sentence and the words; and a score by how far up. Empty and 0 where it does not.

        Of lines that were left out of the text there is no place to show, only that the term stands there.
        """
        if term.field == "dropped":
            return (), _DROPPED if f" {' '.join(term.tokens)}{'' if term.prefix else ' '}" in self._dropped else 0.0
        for view in self._views:
            if term.field in {"any", view.field} and self._holds(term, view.field):
                return self._evidence(term, view)
        return (), 0.0

    def _holds(self, term: Term, field: Field) -> bool:
        if term.slop is not None:
            return _within(self._tokens[field], term)
        return f" {' '.join(term.tokens)}{'' if term.prefix else ' '}" in self._joined[field]

    def _evidence(self, term: Term, view: View) -> tuple[tuple[Evidence, ...], float]:
        match = _pattern(term).search(view.folded)
        start, end = match.span() if match else (0, 0)
        place = "title" if view.field == "title" else "lead" if start < _LEAD else "body"
        around = _sentence(view, start)
        words = (Evidence("term", view.span(start, end)),) if match else ()
        return (Evidence("sentence", around), *words), _SCORES[place]


def _sentence(view: View, place: int) -> Span:
    low, high = max(0, place - sentences.LONGEST), min(len(view.plain), place + sentences.LONGEST)
    for start, end in sentences.split(view.plain[low:high], high - low):
        if start <= place - low < end:
            text = view.plain[low + start : low + end]
            return view.span(low + start + len(text) - len(text.lstrip()), low + start + len(text.rstrip()))
    return view.span(low, min(high, low + 200))


def _pattern(term: Term) -> re.Pattern[str]:
    """A pattern for the first place of a term; overlapping pairs of CJK letters become one run again."""
    pieces: list[str] = []
    for token in term.tokens:
        if pieces and len(token) == 2 and not token.isascii() and pieces[-1][-1] == token[0]:
            pieces[-1] += token[1]
        else:
            pieces.append(token)
    if term.slop is not None:
        return re.compile(rf"(?<![a-z0-9]){re.escape(pieces[0])}")
    body = _GAP.join(re.escape(piece) for piece in pieces)
    return re.compile(rf"(?<![a-z0-9]){body}" + ("" if term.prefix or not pieces[-1].isascii() else "(?![a-z0-9])"))


def _within(tokens: list[str], term: Term) -> bool:
    """Whether all tokens of a term stand near each other, in any order, with at most `slop` others among them."""
    places = [(number, token) for number, token in enumerate(tokens) if token in term.tokens]
    width = len(term.tokens) + (term.slop or 0)
    wanted = set(term.tokens)
    for first, (number, _) in enumerate(places):
        seen = set()
        for later, token in places[first:]:
            if later - number >= width:
                break
            seen.add(token)
        if seen == wanted:
            return True
    return False
