"""Full-text conditions: FTS5 on SQLite, tsvector on PostgreSQL, with the same rows on both."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, TSQUERY
from sqlalchemy.sql.elements import ColumnElement

from archive.searchkey import SEARCH_KEY
from archive.tables import Article, DroppedLines
from core.query import And, Or, Query, Term

FTS = sa.table("article_search", sa.column("rowid"))       # the rowid is SEARCH_KEY
VECTOR: sa.Column[str] = sa.Column("search_vector")
_WEIGHTS = {"any": "", "title": "A", "text": "B"}
_TITLE_COUNTS = 10.0                          # times as much as the text, where hits are ranked


def is_text(query: Query) -> bool:
    """Whether FTS5 can answer the query in one go: terms, joined by AND and OR."""
    if isinstance(query, Term):
        return query.field != "dropped"
    return isinstance(query, And | Or) and all(map(is_text, query.children))


def in_dropped_lines(term: Term, *, sqlite: bool) -> ColumnElement[bool]:
    """The articles of whose pages a line with the term was left out of the text. No index: these texts are short."""
    sought = " " + " ".join(term.tokens) + ("" if term.prefix else " ")
    padded = sa.literal(" ").concat(DroppedLines.search_text).concat(" ")
    place = sa.func.instr if sqlite else sa.func.strpos
    return Article.id.in_(sa.select(DroppedLines.article_id).where(place(padded, sought) > 0))


# ---- SQLite

def fts_match(query: Query) -> str:
    """The FTS5 expression of a query that `is_text`."""
    if isinstance(query, And | Or):
        word = " AND " if isinstance(query, And) else " OR "
        return "(" + word.join(map(fts_match, query.children)) + ")"
    assert isinstance(query, Term)
    last = "*" if query.prefix else ""
    if query.slop is None:
        found = f'"{" ".join(query.tokens)}" {last}'
    else:
        near = " ".join(f'"{token}"' for token in query.tokens)
        found = f"NEAR({near} {last}, {query.slop + len(query.tokens) - 2})"
    return found if query.field == "any" else f"{{search_{query.field}}} : {found}"


def sqlite_match(query: Query) -> ColumnElement[bool]:
    """The articles of a query that `is_text`, by one FTS5 expression."""
    return SEARCH_KEY.in_(sa.select(FTS.c.rowid).where(*matches(fts_match(query))))


def matches(expression: str, first: int | None = None, last: int | None = None) -> list[ColumnElement[bool]]:
    """The conditions on the index under which an FTS5 expression matches, between two keys, both included."""
    found: list[Any] = [sa.literal_column("article_search").bool_op("MATCH")(sa.literal(expression))]
    if first is not None:
        found.append(FTS.c.rowid >= sa.literal(first, sa.BigInteger))
    if last is not None:
        found.append(FTS.c.rowid <= sa.literal(last, sa.BigInteger))
    return found


def sqlite_ranks(terms: Iterable[Term]) -> sa.Subquery:
    """(key, rank) of the articles in which any of the terms stands; a higher rank is a better match."""
    rank = -sa.func.bm25(sa.literal_column("article_search"), _TITLE_COUNTS, 1.0)
    found = matches(" OR ".join(map(fts_match, terms)))
    return sa.select(FTS.c.rowid.label("key"), rank.label("rank")).where(*found).subquery()


# ---- PostgreSQL

def tsquery(term: Term) -> str:
    """The words of a term, all of them somewhere in its fields: what the index answers."""
    weight = _WEIGHTS[term.field]
    last = len(term.tokens) - 1
    marks = [("*" if term.prefix and at == last else "") + weight for at in range(last + 1)]
    return "(" + " & ".join(f"'{t}'" + (f":{m}" if m else "") for t, m in zip(term.tokens, marks, strict=True)) + ")"


def postgresql_match(term: Term) -> ColumnElement[bool]:
    """The articles of a term. The index finds its words; the stored text says whether they stand as they should.

    PostgreSQL's own phrase operator forgets places after 256 of a word or 16,383 words, and joins title and text.
    """
    indexed = VECTOR.bool_op("@@")(sa.cast(sa.literal(tsquery(term)), TSQUERY))
    if len(term.tokens) == 1:
        return indexed
    check = _phrase if term.slop is None else _near
    fields = ("title", "text") if term.field == "any" else (term.field,)
    return sa.and_(indexed, sa.or_(*(check(f"articles.search_{field}", term) for field in fields)))


def _phrase(column: str, term: Term) -> sa.TextClause:
    sought = " " + " ".join(term.tokens) + ("" if term.prefix else " ")
    found = sa.text(f"strpos(' ' || {column} || ' ', :sought) > 0")
    return found.bindparams(sa.bindparam("sought", sought, sa.Text, unique=True))


def _near(column: str, term: Term) -> sa.TextClause:
    """Whether some window of the text holds all tokens, with at most `slop` others between the outermost."""
    assert term.slop is not None
    whole, start = _parts(term)
    hit, near = "word = ANY(:whole)", "words @> :whole"
    if start is not None:
        hit += " OR starts_with(word, :start)"
        near += " AND EXISTS (SELECT 1 FROM unnest(words) AS word WHERE starts_with(word, :start))"
    # By the places of the tokens alone: to look up one word of an array PostgreSQL walks over all before it. Only names
    # of ours stand in the text; values are bound.
    found = sa.text(f"""EXISTS (SELECT 1 FROM (
        SELECT array_agg(word) OVER (ORDER BY at RANGE BETWEEN CURRENT ROW AND :width FOLLOWING) AS words
        FROM unnest(string_to_array({column}, ' ')) WITH ORDINALITY AS each (word, at) WHERE {hit}) AS windows
        WHERE {near})""")  # noqa: S608
    found = found.bindparams(sa.bindparam("width", term.slop + len(term.tokens) - 1, sa.BigInteger, unique=True),
                             sa.bindparam("whole", list(whole), ARRAY(sa.Text), unique=True))
    return found if start is None else found.bindparams(sa.bindparam("start", start, sa.Text, unique=True))


def _parts(term: Term) -> tuple[Sequence[str], str | None]:
    """The whole words of a term, and the one that is only a start."""
    return (term.tokens[:-1], term.tokens[-1]) if term.prefix else (term.tokens, None)


def postgresql_ranks(terms: Iterable[Term]) -> sa.Subquery:
    """(id, rank) of the articles in which any of the terms stands; a higher rank is a better match."""
    any_of = sa.cast(sa.literal(" | ".join(map(tsquery, terms))), TSQUERY)
    weights = sa.cast([0.0, 0.0, 1 / _TITLE_COUNTS, 1.0], ARRAY(sa.REAL))
    rank = sa.cast(sa.func.ts_rank(weights, VECTOR, any_of), sa.Double)
    return sa.select(Article.id.label("id"), rank.label("rank")).where(VECTOR.bool_op("@@")(any_of)).subquery()
