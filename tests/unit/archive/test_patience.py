"""A question that keeps the database busy for too long is ended with one line; the next one is answered."""

from __future__ import annotations

import time

import pytest
import sqlalchemy as sa

from archive import patience
from archive.engine import reading, writing
from archive.facets import facets
from archive.search import search
from core.errors import QueryError
from core.query import parse
from tests.factories import article


@pytest.mark.postgres
@pytest.mark.parametrize("ask", [search, facets])
def test_what_takes_too_long_is_ended(postgres_engine, ask, monkeypatch):
    with writing(postgres_engine) as connection:
        for number in range(400):
            article(connection, f"Naver {number}", "words " * 50)
    hard = " OR ".join(f'"words naver {number}"~900 NOT org:x' for number in range(60))
    monkeypatch.setattr(patience, "SECONDS", 0.002)
    with reading(postgres_engine) as connection, pytest.raises(QueryError, match="longer than"):
        ask(connection, parse(hard))
    monkeypatch.setattr(patience, "SECONDS", 4.0)
    with reading(postgres_engine) as connection:
        assert search(connection, parse("naver")).total == 400


@pytest.mark.postgres
def test_the_statements_of_a_question_share_its_time(postgres_engine, monkeypatch):
    @patience.patient
    def slow(connection, seconds):
        for _ in range(3):
            connection.execute(sa.select(sa.func.pg_sleep(seconds)))
        return connection.scalar(sa.text("SHOW work_mem"))

    monkeypatch.setattr(patience, "SECONDS", 0.5)
    with reading(postgres_engine) as connection, pytest.raises(QueryError, match="longer than"):
        slow(connection, 0.3)
    with reading(postgres_engine) as connection:
        assert slow(connection, 0.01) == "64MB", "room for what is excluded, which is else looked up article by article"
        assert connection.scalar(sa.text("SHOW statement_timeout")) == "0"


@pytest.mark.parametrize("ask", [search, facets])
def test_one_step_of_sqlite_is_ended_too(sqlite_engine, ask, monkeypatch):
    with writing(sqlite_engine) as connection:   # 100,000 words that begin alike: gathered in one step
        for number in range(4):
            article(connection, f"Naver {number}", " ".join(f"w{n:x}" for n in range(number, 100_000, 4)))
    wide = parse(" OR ".join(["w*", *(f"w{digit}*" for digit in "123456789abcdef")]))
    monkeypatch.setattr(patience, "SECONDS", 0.005)
    monkeypatch.setattr(patience, "_AGAIN", 0.001)
    with reading(sqlite_engine) as connection:
        began = time.thread_time()
        with pytest.raises(QueryError, match="longer beginnings of words") as refusal:
            ask(connection, wide)
        ended = time.thread_time() - began
        assert "\n" not in str(refusal.value)
        monkeypatch.setattr(patience, "SECONDS", 4.0)
        began = time.thread_time()
        assert search(connection, wide).total == 4
        assert ended < (time.thread_time() - began) / 2


def test_a_single_letter_begins_words_too(engine):
    with writing(engine) as connection:
        article(connection, "Naver", "an alliance")
    with reading(engine) as connection:
        assert search(connection, parse("naver a*")).total == 1
