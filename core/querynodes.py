"""What a query says, as a tree of small values: frozen, hashable, cheap to pickle, since rules cross processes."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

SearchedField = Literal["any", "title", "text", "dropped"]    # any: title and text


@dataclass(frozen=True, slots=True)
class Everything:
    """`*`: every article."""


@dataclass(frozen=True, slots=True)
class Term:
    """A word or phrase. `tokens` are those of `core.text.search_tokens`.

    Without `slop` the tokens stand next to each other, in this order, in the title or in the text (a phrase never
    runs from one into the other). With it they stand in any order in one of the two, with at most `slop` other
    tokens between the first and the last of them. With `prefix` the last token is only the start of one.
    """

    tokens: tuple[str, ...]
    slop: int | None = None
    prefix: bool = False
    field: SearchedField = "any"
    written: str = dataclasses.field(default="", compare=False)    # as its user spells it; that makes no other term


@dataclass(frozen=True, slots=True)
class Filter:
    """A property with a value: org, topic, event, status, rule, source, country, lang or story. `*` is any value.

    Values are compared without case. `org` names an organisation or one of its aliases, `event` a type or a family.
    """

    field: str
    value: str


@dataclass(frozen=True, slots=True)
class Range:
    """A property between two values, either may be open: score (numbers), published and seen (see `core.periods`)."""

    field: str
    low: str | None
    high: str | None
    include_low: bool = True
    include_high: bool = True


@dataclass(frozen=True, slots=True)
class And:
    """All of at least two queries.

    An `event` or `status` filter asks for one event; the `event`, `status`, `topic` and `org` filters beside it in
    the same AND speak of that event: its topics, its parties. `about_one_event` tells them apart.
    """

    children: tuple[Query, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """Any of at least two queries."""

    children: tuple[Query, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """Every article that the query does not match."""

    child: Query


Query = Everything | Term | Filter | Range | And | Or | Not

TOPIC_LEAST = 0.3                             # salience from which `topic:` holds for an article
OF_EVENT = frozenset({"event", "status"})
BESIDE_EVENT = OF_EVENT | {"org", "topic"}


def about_one_event(query: And) -> tuple[tuple[Query, ...], tuple[Query, ...]]:
    """The children that one event must satisfy together, and the others.

    A child counts when it is a filter of the four kinds or an OR of such filters. Without an `event` or `status`
    among them there is no event to speak of, so all are others: `org:a AND topic:b` is about the article.
    """
    scoped = tuple(child for child in query.children if _fields(child) <= BESIDE_EVENT)
    if not any(_fields(child) & OF_EVENT for child in scoped):
        return (), query.children
    return scoped, tuple(child for child in query.children if child not in scoped)


def _fields(query: Query) -> frozenset[str]:
    """The fields of a filter or an OR of filters; something outside the four for all else."""
    if isinstance(query, Filter):
        return frozenset({query.field})
    if isinstance(query, Or):
        return frozenset().union(*map(_fields, query.children))
    return frozenset({"?"})


def walk(query: Query) -> Iterator[Query]:
    """The query and all its parts."""
    yield query
    if isinstance(query, And | Or):
        for child in query.children:
            yield from walk(child)
    elif isinstance(query, Not):
        yield from walk(query.child)


def positive_terms(query: Query) -> Iterator[Term]:
    """The terms that speak for a match in title or text: those that are not under a NOT. Snippets mark them."""
    if isinstance(query, Term):
        if query.field != "dropped":
            yield query
    elif isinstance(query, And | Or):
        for child in query.children:
            yield from positive_terms(child)
