"""The one query language of search and rules: from text to a tree of `core.querynodes`.

Words, "phrases", starts of words (`sams*`), "near words"~8, AND OR NOT, brackets, title:, text: and dropped: (lines
that were left out of the text), the filters
org: pair: person: topic: event: status: rule: source: country: lang: story:, the ranges score: published: seen:, and
* for all.
Words side by side must all be there; OR binds them tighter than that, AND tighter than OR.
"""

from __future__ import annotations

import re
from difflib import get_close_matches
from functools import lru_cache

from luqum import tree
from luqum.exceptions import ParseError
from luqum.thread import parse as luqum_parse

from core.clock import now
from core.errors import QueryError
from core.periods import bounds
from core.querynodes import (
    OF_EVENT,
    TOPIC_LEAST,
    And,
    Everything,
    Filter,
    Not,
    Or,
    Query,
    Range,
    SearchedField,
    Term,
    about_one_event,
    join_names,
    names_organisations,
    pair_of,
    positive_terms,
    split_names,
    walk,
)
from core.querytext import check_brackets, check_slashes, readable
from core.records import EventStatus
from core.text import is_lone_cjk, search_tokens

__all__ = ["FIELDS", "OF_EVENT", "TOPIC_LEAST", "And", "Everything", "Filter", "Not", "Or", "Query", "Range", "Term",
           "about_one_event", "names_organisations", "pair_of", "parse", "positive_terms", "walk"]

TEXT_FIELDS: dict[str, SearchedField] = {"title": "title", "text": "text", "dropped": "dropped"}
FILTERS = ("org", "pair", "person", "topic", "event", "status", "rule", "source", "country", "lang", "story")
DATES = ("published", "seen")
RANGES = ("score", *DATES)
FIELDS = (*TEXT_FIELDS, *FILTERS, *RANGES)
SYNONYMS = {"organisation": "org", "organization": "org", "company": "org", "date": "published", "since": "published",
            "language": "lang", "headline": "title", "body": "text", "outlet": "source", "site": "source",
            "type": "event", "with": "pair", "people": "person", "who": "person"}
LONGEST = 8000
DEEPEST = 60
MOST = 500                                   # words and filters: databases limit the depth of a condition
WIDEST_SLOP = 1000
_STATUSES = tuple(status.value for status in EventStatus)


@lru_cache(maxsize=512)
def parse(text: str) -> Query:
    """The query that a text says. Raises QueryError, and nothing else, with the column and what to write instead."""
    if len(text) > LONGEST:
        raise QueryError(f"the query is longer than {LONGEST} characters")
    check_brackets(text, DEEPEST)
    check_slashes(text)
    plain = readable(text)
    if not plain.strip():
        raise QueryError("the query is empty; write * for every article")
    try:
        parsed = luqum_parse(plain)
    except (ParseError, ValueError, ArithmeticError) as failure:
        raise _syntax_error(failure, text) from failure
    except RecursionError as failure:
        raise QueryError("the query is nested too deeply") from failure
    query = _convert(parsed, None, 0)
    if query is None:
        raise QueryError(f"there is nothing to search for in {text.strip()!r}; write words, or * for every article")
    if sum(not isinstance(part, And | Or | Not) for part in walk(query)) > MOST:
        raise QueryError(f"the query has more than {MOST} words and filters")
    return query


def _syntax_error(failure: Exception, text: str) -> QueryError:
    message = str(failure)
    at = re.search(r"at position (\d+)", message)
    column = int(at[1]) + 1 if at else None
    if "unexpected end" in message:
        return QueryError("the query ends where a word is expected", column=len(text.rstrip()) + 1)
    if column is None:
        return QueryError('cannot be read; a number after ~ is a whole number of words, as in "a b"~8')
    found = text[column - 1 : column + 11].split(" ", 1)[0] or text[column - 1 : column]
    return QueryError(f"{found!r} does not fit here; put \"quotes\" around text that has signs in it", column=column)


def _convert(node: tree.Item, field: str | None, depth: int) -> Query | None:
    """The query of a parsed node, None for text without any letter. `field` is what stands before an open bracket."""
    if depth > DEEPEST:
        raise QueryError("the query is nested too deeply")
    column = None if node.pos is None else node.pos + 1
    match node:
        case tree.Group() | tree.FieldGroup() | tree.Plus():
            return _convert(node.children[0], field, depth + 1)
        case tree.AndOperation() | tree.UnknownOperation():
            return _join(And, [_convert(c, field, depth + 1) for c in node.children])
        case tree.OrOperation():
            return _join(Or, [_convert(c, field, depth + 1) for c in node.children])
        case tree.Not() | tree.Prohibit():
            child = _convert(node.children[0], field, depth + 1)
            return None if child is None else Not(child)
        case tree.SearchField():
            if field is not None:
                raise QueryError(f"{node.name}: stands inside {field}:(…)", column=column)
            return _of_field(node.children[0], _known(node.name, column), column, depth)
        case tree.Word() | tree.Phrase() | tree.Proximity():
            return _leaf(node, field, column)
        case tree.From() | tree.To() | tree.Range():
            return _range(node, field, column)
        case tree.Fuzzy():
            raise QueryError('~ stands after a phrase: "two words"~8', column=column)
        case tree.Boost():
            raise QueryError("^ is not part of the language; leave it out", column=column)
    raise QueryError("cannot be read; put \"quotes\" around it", column=column)


def _of_field(node: tree.Item, field: str, column: int | None, depth: int) -> Query | None:
    return _pair(node, column) if field == "pair" else _convert(node, field, depth + 1)


def _join(kind: type[And | Or], parts: list[Query | None]) -> Query | None:
    children: list[Query] = []
    for part in parts:
        if isinstance(part, kind):
            children += part.children
        elif part is not None:
            children.append(part)
    children = list({(child, child.written if isinstance(child, Term) else ""): child for child in children}.values())
    return kind(tuple(children)) if len(children) > 1 else next(iter(children), None)


def _known(name: str, column: int | None) -> str:
    field = name.lower()
    if field in FIELDS:
        return field
    close = SYNONYMS.get(field) or next(iter(get_close_matches(field, FIELDS, 1)), None)
    hint = f"did you mean {close}:? " if close else 'put "quotes" around text with a colon; '
    raise QueryError(f"unknown field {name!r}; {hint}fields: {', '.join(FIELDS)}", column=column)


def _text(node: tree.Item) -> str:
    """The words of a Word, Phrase, Proximity or negative number, unescaped and without quotes."""
    if isinstance(node, tree.Proximity):
        node = node.term
    if isinstance(node, tree.Prohibit):
        return "-" + _text(node.children[0])
    value = str(node.value)
    if isinstance(node, tree.Phrase):
        value = value[1:-1]
    return re.sub(r"\\(.)", r"\1", value, flags=re.DOTALL)


def _leaf(node: tree.Item, field: str | None, column: int | None) -> Query | None:
    text = _text(node)
    if field is None or field in TEXT_FIELDS:
        if text == "*" and isinstance(node, tree.Word):
            return Everything()
        slop = int(node.degree) if isinstance(node, tree.Proximity) else None
        return _term(text, slop, TEXT_FIELDS.get(field or "", "any"), column, " ".join(str(node).split()))
    value = " ".join(text.split())
    if not value:
        raise QueryError(f"{field}: has no value", column=column)
    if field in RANGES:
        low, dots, high = value.partition("..")
        return _checked(Range(field, low or None, (high or None) if dots else _same(field, low)), column)
    return _filter(field, value, column)


def _same(field: str, low: str) -> str | None:
    """The upper end of `published:2020-01-09`, which is that day; a span such as `7d` runs to now, so it has none."""
    return None if field in DATES and low[-1:].isalpha() and low[:1].isdigit() and len(low) < 7 else low


def _term(text: str, slop: int | None, field: SearchedField, column: int | None, written: str) -> Term | None:
    body = text.rstrip()
    prefix = body.endswith("*")
    body = body.rstrip("*")
    if "*" in body:
        raise QueryError(f"* stands only at the end of a word: {text!r}", column=column)
    tokens = tuple(search_tokens(body))
    if not tokens:
        return None
    if slop is not None and field == "dropped":
        raise QueryError("dropped: takes words and phrases, no ~", column=column)
    if slop is not None and slop > WIDEST_SLOP:
        raise QueryError(f"~{slop} is too far; at most ~{WIDEST_SLOP}", column=column)
    # A lone CJK letter is the start of a word with its particle (칩 → 칩을); whole words are pairs of letters.
    prefix = (prefix and body[-1:].strip() != "") or is_lone_cjk(tokens[-1])
    if slop is not None and not prefix:
        tokens = tuple(dict.fromkeys(tokens))
    return Term(tokens, slop if len(tokens) > 1 else None, prefix, field, written)


def _pair(node: tree.Item, column: int | None) -> Filter:
    """The two names of `pair:(a, b)`: read as they are written, since a name is no query."""
    written = str(node).strip()
    names = split_names(re.sub(r"\\(.)", r"\1", written[1:-1] if written[:1] in {"(", '"'} else written))
    if len(names) != 2:
        raise QueryError('pair: takes two names: pair:(samsung, "SK Telecom")', column=column)
    return Filter("pair", join_names(names))


def _filter(field: str, value: str, column: int | None) -> Filter:
    if field in {"status", "lang", "event", "topic"}:
        value = value.lower()
    if field == "status" and value not in {*_STATUSES, "*"}:
        close = next(iter(get_close_matches(value, _STATUSES, 1)), None)
        meant = f" (did you mean {close!r}?)" if close else ""
        raise QueryError(f"unknown status {value!r}{meant}; allowed: {', '.join(_STATUSES)}", column=column)
    if field == "person" and not search_tokens(value) and value != "*":
        raise QueryError(f"person {value!r} is no name", column=column)
    if field == "story" and not re.fullmatch(r"[0-9]{1,18}", value):
        raise QueryError(f"story {value!r} is not a number", column=column)
    return Filter(field, value)


def _range(node: tree.Item, field: str | None, column: int | None) -> Range:
    if field not in RANGES:
        where = f"{field}: takes no range" if field else "a comparison needs a field before it"
        raise QueryError(f"{where}; ranges: {', '.join(f'{name}:' for name in RANGES)}", column=column)
    if isinstance(node, tree.From):
        found = Range(field, _end(node.a), None, include_low=node.include)
    elif isinstance(node, tree.To):
        found = Range(field, None, _end(node.a), include_high=node.include)
    else:
        found = Range(field, _end(node.low), _end(node.high), node.include_low, node.include_high)
    return _checked(found, column)


def _end(node: tree.Item) -> str | None:
    text = " ".join(_text(node).split())
    return None if text == "*" else text


def _checked(found: Range, column: int | None) -> Range:
    """The range, once its ends are known to be readable."""
    if found.field in DATES:
        try:
            bounds(found, now())
        except QueryError as failure:
            raise QueryError(failure.problem, column=column) from failure
        return found
    for end in (found.low, found.high):
        if end is not None and not re.fullmatch(r"-?[0-9]{0,4}\.?[0-9]{1,9}", end):
            raise QueryError(f"score {end!r} is not a number between 0 and 1", column=column)
    return found
