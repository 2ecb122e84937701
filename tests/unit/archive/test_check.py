"""`db check`: a whole database has no problems, a broken one names them."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from archive.check import check, rebuild_search
from archive.engine import open_engine, reading, writing
from archive.search import search
from archive.tables import Address, Article, Delivery, Hit, Story
from core.query import parse
from tests.factories import NOW, add, alert, article, digest, event, hit, source


@pytest.fixture
def article_id(engine):
    """The id of an article with event, hit, alert and digest."""
    with writing(engine) as connection:
        id_ = article(connection, mentions=["Naver"])
        flagged = hit(connection, id_, event_id=event(connection, id_, "Naver", "Kakao"))
        alert(connection, flagged)
        digest(connection, flagged)
    return id_


def kinds(engine):
    return [problem.kind for problem in check(engine)]


def test_a_whole_database_has_no_problems(engine, article_id):
    assert check(engine) == []


def _set(table, **values):
    return lambda connection: connection.execute(sa.update(table).values(**values))


def _address(**values):
    def write(connection):
        row = {"url": "https://news.example/x", "source_id": source(connection), "discovered_at": NOW, "attempts": 0}
        add(connection, Address, **{**row, **values})
    return write


@pytest.mark.parametrize(("damage", "kind"), [
    (_set(Address, state="lost"), "state"),
    (_address(state="stored"), "stored_without_article"),
    (_set(Address, state="skipped"), "article_not_stored"),
    (_address(state="known"), "known_without_article"),
    (_address(state="known", article_id=99), "known_without_article"),
    (_address(state="failed", outcome="timeout"), "failed_without_try"),
    (_address(state="skipped"), "without_reason"),
    (_set(Story, article_count=7), "story_count"),
    (_set(Story, source_count=7), "story_count"),
    (_set(Story, independent_count=7), "story_count"),
    (_set(Delivery, sent_at=None), "sent_without_time"),
])
def test_what_is_wrong_in_the_content_is_named(engine, article_id, damage, kind):
    with writing(engine) as connection:
        damage(connection)
    assert kind in kinds(engine)


@pytest.fixture
def other_story(engine):
    """The id of a story without articles."""
    with writing(engine) as connection:
        return add(connection, Story, title="x", first_seen_at=NOW, last_seen_at=NOW, article_count=0, source_count=0,
                   independent_count=0)


def test_a_hit_in_another_story_than_its_article_is_named(engine, article_id, other_story):
    with writing(engine) as connection:
        connection.execute(sa.update(Hit).values(story_id=other_story))
    assert kinds(engine) == ["hit_elsewhere", "message_elsewhere"]


def test_a_message_in_another_story_than_its_hit_is_named(engine, article_id, other_story):
    with writing(engine) as connection:
        connection.execute(sa.update(Delivery).where(Delivery.hit_id.is_not(None)).values(story_id=other_story))
    assert kinds(engine) == ["message_elsewhere"]


def test_a_merged_story_that_has_articles_or_leads_nowhere_is_named(engine, article_id, other_story):
    with writing(engine) as connection:
        connection.execute(sa.update(Story).where(Story.id != other_story).values(merged_into=other_story))
    assert kinds(engine) == ["story_merged"]


def test_a_copy_of_a_copy_or_of_another_story_is_named(engine, article_id):
    with writing(engine) as connection:
        story = connection.scalar(sa.select(Article.story_id))
        first = article(connection, story=story, copy_of=article_id)
        second = article(connection, story=story, copy_of=first)
        stranger = article(connection, copy_of=article_id)
    problem, = check(engine)
    assert problem.kind == "copy_elsewhere"
    assert {str(second), str(stranger)} == set(problem.message.rpartition(": ")[2].split(", "))


def test_rows_that_refer_to_nothing_are_named(sqlite_engine):
    with writing(sqlite_engine) as connection:
        id_ = article(connection)
        digest(connection, hit(connection, id_))
    with sqlite_engine.connect() as connection:
        driver = connection.connection.dbapi_connection
        driver.execute("PRAGMA foreign_keys=OFF")
        driver.execute("DELETE FROM hits")
        driver.execute("INSERT INTO signature_bands (band, article_id) VALUES (1, 99)")
        driver.execute("PRAGMA foreign_keys=ON")
    assert kinds(sqlite_engine) == ["reference", "entry_without_hit", "orphan_band"]


def test_a_search_index_out_of_step_is_named_and_rebuilt(sqlite_engine):
    with writing(sqlite_engine) as connection:
        article(connection, "Samsung and Naver")
        connection.exec_driver_sql("DROP TRIGGER articles_search_update")
        connection.execute(sa.update(Article).values(search_title="kakao"))
    assert kinds(sqlite_engine) == ["search_index"]
    rebuild_search(sqlite_engine)
    assert kinds(sqlite_engine) == []
    with reading(sqlite_engine) as connection:
        assert search(connection, parse("kakao")).total == 1


def test_rebuilding_a_good_index_changes_nothing(engine, article_id):
    rebuild_search(engine)
    assert check(engine) == []


def test_an_empty_database_asks_for_the_upgrade(tmp_path: Path):
    problem, = check(open_engine(f"sqlite:///{tmp_path / 'new.db'}"))
    assert problem.kind == "revision"
    assert "pactwatch db upgrade" in problem.message


def test_a_damaged_file_is_named_without_a_traceback(sqlite_url: str):
    path = sqlite_url.removeprefix("sqlite:///")
    engine = open_engine(sqlite_url)
    with writing(engine) as connection:
        for _ in range(40):
            article(connection, text="words and more words " * 200)
    engine.dispose()
    with closing(sqlite3.connect(path)) as plain:
        plain.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with Path(path).open("r+b") as file:
        file.seek(Path(path).stat().st_size - 60_000)      # among the texts, behind the schema
        file.write(b"\xff" * 20_000)
    assert kinds(open_engine(sqlite_url)) == ["integrity"]


@pytest.mark.postgres
def test_what_postgresql_could_not_finish_is_found_and_the_search_index_is_made_anew(postgres_engine):
    with writing(postgres_engine) as connection:
        connection.exec_driver_sql("DROP INDEX ix_articles_search_vector")
        connection.exec_driver_sql("ALTER TABLE hits DROP CONSTRAINT fk_hits_story_id_stories")
        connection.exec_driver_sql("ALTER TABLE hits ADD CONSTRAINT fk_hits_story_id_stories FOREIGN KEY (story_id) "
                                   "REFERENCES stories (id) NOT VALID")
        connection.exec_driver_sql(
            "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'ix_articles_seen_at'::regclass")
    assert kinds(postgres_engine) == ["reference", "index", "search_index"]
    rebuild_search(postgres_engine)
    assert kinds(postgres_engine) == ["reference", "index"]
