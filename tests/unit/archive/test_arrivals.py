"""What is new since: no client misses an article, in whatever order transactions end."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from archive import arrivals
from archive.arrivals import new_since, now_cursor
from archive.engine import reading, writing
from archive.tables import Article
from core.errors import UserError
from core.query import parse
from tests.factories import article


def put(engine, *titles):
    with writing(engine) as connection:
        return [article(connection, title) for title in titles]


def ask(engine, cursor=None, query="*", limit=100):
    with reading(engine) as connection:
        found = new_since(connection, parse(query), cursor, limit)
    return [item.title for item in found.items], found


def test_each_article_comes_once_in_the_order_of_storing(engine):
    put(engine, "One", "Two", "Three")
    titles, found = ask(engine, limit=2)
    assert (titles, found.more) == (["One", "Two"], True)
    titles, found = ask(engine, found.cursor, limit=2)
    assert (titles, found.more) == (["Three"], False)
    put(engine, "Four")
    titles, found = ask(engine, found.cursor)
    assert titles == ["Four"]
    assert ask(engine, found.cursor)[0] == []


def test_only_what_matches_comes_and_the_cursor_passes_by_the_rest(engine, monkeypatch):
    monkeypatch.setattr(arrivals, "_LOOKED_AT", 2)
    put(engine, "One", "Two", "Three", "Two again", "Five")
    seen, cursor, more = [], None, True
    while more:
        titles, found = ask(engine, cursor, "two")
        seen += titles
        cursor, more = found.cursor, found.more
    assert seen == ["Two", "Two again"]


def test_who_begins_now_hears_of_nothing_that_is_stored(engine):
    put(engine, "One")
    with reading(engine) as connection:
        cursor = now_cursor(connection)
    assert ask(engine, cursor)[0] == []
    put(engine, "Two")
    assert ask(engine, cursor)[0] == ["Two"]


def test_an_article_whose_number_was_in_use_before_is_new(engine):
    put(engine, "One", "Two")
    cursor = ask(engine)[1].cursor
    with writing(engine) as connection:
        connection.execute(sa.update(sa.table("addresses", sa.column("article_id"))).values(article_id=None))
        connection.execute(sa.delete(Article).where(Article.title == "Two"))
    put(engine, "Three")
    assert ask(engine, cursor)[0] == ["Three"]


@pytest.mark.postgres
def test_what_is_committed_later_with_a_lower_number_is_not_missed(postgres_engine):
    put(postgres_engine, "One")
    cursor = ask(postgres_engine)[1].cursor
    with postgres_engine.connect() as slow, slow.begin() as transaction:
        article(slow, "Slow")
        put(postgres_engine, "Quick")
        titles, found = ask(postgres_engine, cursor)
        assert titles == []                  # Quick waits for Slow, whose transaction is the older one
        transaction.commit()
    assert ask(postgres_engine, found.cursor)[0] == ["Slow", "Quick"]


@pytest.mark.postgres
def test_what_another_server_stored_comes_first_and_its_cursors_begin_anew(postgres_engine):
    put(postgres_engine, "Old")
    with writing(postgres_engine) as connection:
        connection.execute(sa.text("UPDATE articles SET stored_by = 4000000000000"))
    put(postgres_engine, "New")
    titles, found = ask(postgres_engine, limit=1)
    assert titles == ["Old"]
    titles, found = ask(postgres_engine, found.cursor)
    assert titles == ["New"]
    assert ask(postgres_engine, arrivals._write((4000000000000, 1)))[0] == ["Old", "New"]


@pytest.mark.parametrize("cursor", ["", "x", "!!", "W10", "WyJuZXciLCAtMSwgMV0", "WyJ0aW1lIiwgMSwgMV0"])
def test_a_wrong_cursor_is_one_line(engine, cursor):
    with pytest.raises(UserError, match="cursor"):
        ask(engine, cursor)
