"""What a query says, as a tree of small values: frozen, hashable, cheap to pickle, since rules cross processes."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Iterator
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
    """A property with a value: org, pair, person, topic, event, status, rule, source, country, lang or story.

    Values are compared without case; `*` is any value, `x*` any that begins so. `org` names an organisation or one of
    its aliases, with a + behind it those that belong to it too; `pair` two such names, see `pair_of`; `person` words of
    a name; `event` a type or a family.
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

    An `event`, `status` or `pair` filter asks for one event; the `event`, `status`, `pair`, `topic` and `org` filters
    beside it in the same AND speak of that event: its topics, its parties. `about_one_event` tells them apart.
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
OF_EVENT = frozenset({"event", "status", "pair"})
BESIDE_EVENT = OF_EVENT | {"org", "topic"}
_NAME = re.compile(r'(?:"[^"]*"|[^",])+')
_NAME_PART = re.compile(r'"([^"]*)"|([^"]+)')


def about_one_event(query: And) -> tuple[tuple[Query, ...], tuple[Query, ...]]:
    """The children that one event must satisfy together, and the others.

    A child counts when it is a filter of these kinds or an OR of such filters. Without one of the first three
    among them there is no event to speak of, so all are others: `org:a AND topic:b` is about the article.
    """
    scoped = tuple(child for child in query.children if _fields(child) <= BESIDE_EVENT)
    if not any(_fields(child) & OF_EVENT for child in scoped):
        return (), query.children
    return scoped, tuple(child for child in query.children if child not in scoped)


def _fields(query: Query) -> frozenset[str]:
    """The fields of a filter or an OR of filters; something else for all else."""
    if isinstance(query, Filter):
        return frozenset({query.field})
    if isinstance(query, Or):
        return frozenset().union(*map(_fields, query.children))
    return frozenset({"?"})


def pair_of(query: Filter) -> tuple[str, str]:
    """The two names of a `pair` filter, whose value is `a, b`; a name with a comma stands in quotes."""
    first, second = split_names(query.value)
    return first, second


def split_names(text: str) -> list[str]:
    """The names of a list with commas."""
    names = ("".join(quoted or bare for quoted, bare in _NAME_PART.findall(part)) for part in _NAME.findall(text))
    return [name for part in names if (name := " ".join(part.split()))]


def join_names(names: Iterable[str]) -> str:
    """The list that `split_names` takes apart."""
    return ", ".join(f'"{name}"' if "," in name else name for name in names)


def walk(query: Query) -> Iterator[Query]:
    """The query and all its parts."""
    yield query
    if isinstance(query, And | Or):
        for child in query.children:
            yield from walk(child)
    elif isinstance(query, Not):
        yield from walk(query.child)


def names_organisations(query: Query) -> bool:
    """Whether a query asks for an organisation."""
    return any(isinstance(part, Filter) and part.field in {"org", "pair"} for part in walk(query))


def positive_terms(query: Query) -> Iterator[Term]:
    """The terms that speak for a match in title or text: those that are not under a NOT. Snippets mark them."""
    if isinstance(query, Term):
        if query.field != "dropped":
            yield query
    elif isinstance(query, And | Or):
        for child in query.children:
            yield from positive_terms(child)
