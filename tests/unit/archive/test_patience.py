"""A question that keeps the database busy for too long is ended with one line; the next one is answered."""

from __future__ import annotations

import pytest

from archive import patience
from archive.engine import reading, writing
from archive.facets import facets
from archive.search import search
from core.errors import QueryError
from core.query import parse
from tests.factories import article


@pytest.mark.parametrize("ask", [search, facets])
def test_what_takes_too_long_is_ended(engine, ask, monkeypatch):
    with writing(engine) as connection:
        for number in range(400):
            article(connection, f"Naver {number}", "words " * 50)
    hard = " OR ".join(f'"words naver {number}"~900 NOT org:x' for number in range(60))
    monkeypatch.setattr(patience, "SECONDS", 0.002)
    monkeypatch.setattr(patience, "_STEPS", 100)
    with reading(engine) as connection, pytest.raises(QueryError, match="longer than"):
        ask(connection, parse(hard))
    monkeypatch.setattr(patience, "SECONDS", 4.0)
    with reading(engine) as connection:
        assert search(connection, parse("naver")).total == 400


def test_a_single_letter_is_no_beginning_of_a_word(engine):
    with reading(engine) as connection, pytest.raises(QueryError, match="two letters or more"):
        search(connection, parse("news a*"))
