"""The database brings itself up to date, once, and refuses what is not its own."""

from __future__ import annotations

import contextlib
import io
import subprocess
import sys
from datetime import timedelta
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.script import ScriptDirectory

from archive.check import check
from archive.engine import open_engine, writing
from archive.migrate import HEAD, configuration, current, upgrade
from archive.tables import Article, Base, Feedback, Story
from core.errors import DatabaseCorruptError, DatabaseNewerError
from tests.factories import NOW, article, hit
from tests.programs import processes


def test_the_constant_is_the_newest_revision_and_the_history_is_one_line(sqlite_engine):
    with sqlite_engine.connect() as connection:
        history = ScriptDirectory.from_config(configuration(connection))
    assert history.get_heads() == [HEAD]
    assert len(history.get_bases()) == 1


def test_the_migrated_database_is_what_the_tables_say(engine):
    with writing(engine) as connection, contextlib.redirect_stdout(io.StringIO()):
        command.check(configuration(connection))
    assert set(Base.metadata.tables) <= set(sa.inspect(engine).get_table_names())
    assert {"v_alliances", "v_hits"} <= set(sa.inspect(engine).get_view_names())


def test_every_revision_can_be_taken_back_and_run_again(engine):
    with writing(engine) as connection:
        command.downgrade(configuration(connection), "base")
        assert set(sa.inspect(connection).get_table_names()) <= {"alembic_version"}
        assert not sa.inspect(connection).get_view_names()
    assert upgrade(engine) is True
    assert current(engine) == HEAD


def test_stories_of_an_older_database_keep_their_ids_and_know_their_copies(engine):
    with writing(engine) as connection:
        first = article(connection, "One", "The same text.", content_hash="1", published_at=NOW)
        story = connection.scalar(sa.select(Article.story_id))
        copy = article(connection, "One", "The same text.", source_id="aju", story=story, content_hash="1",
                       published_at=NOW - timedelta(hours=1))
        other = article(connection, "Another", "Other words.", source_id="post", story=story)
        ids = connection.scalars(sa.select(Story.id).order_by(Story.id)).all()
        command.downgrade(configuration(connection), "0002")
    assert upgrade(engine) is True
    with engine.connect() as connection:
        assert connection.scalars(sa.select(Story.id).order_by(Story.id)).all() == ids
        assert dict(connection.execute(sa.select(Article.id, Article.copy_of)).all()) == {
            first: copy, copy: None, other: None}
        assert connection.execute(sa.select(Story.source_count, Story.independent_count)).all() == [(3, 2)]
    assert check(engine) == []


def test_feedback_of_an_older_database_knows_its_article_and_rule(engine):
    with writing(engine) as connection:
        of = article(connection)
        flagged = hit(connection, of)
        command.downgrade(configuration(connection), "0011")
        connection.execute(sa.text("INSERT INTO feedback (hit_id, verdict, created_at) VALUES (:hit, 'relevant', :at)"),
                           {"hit": flagged, "at": "2026-03-15 12:00:00"})
    assert upgrade(engine) is True
    with engine.connect() as connection:
        assert connection.execute(sa.select(Feedback.article_id, Feedback.rule, Feedback.details, Feedback.replaced)
                                  ).all() == [(of, "ai-alliances", {}, False)]


def test_at_the_head_an_upgrade_costs_under_ten_milliseconds_and_no_alembic(sqlite_url):
    code = (
        "import sys, time; from archive.engine import open_engine; from archive.migrate import upgrade\n"
        f"engine = open_engine({sqlite_url!r}); began = time.process_time(); assert upgrade(engine) is False\n"
        "print(time.process_time() - began, 'alembic' in sys.modules)"
    )
    best = min(
        (subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.split()
         for _ in range(3)),
        key=lambda answer: float(answer[0]))
    assert best[1] == "False"
    assert float(best[0]) < 0.01


def test_a_newer_database_is_refused_in_one_line(engine):
    with writing(engine) as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(DatabaseNewerError, match="revision 9999") as caught:
        upgrade(engine)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_no_database_is_refused_in_one_line(tmp_path: Path):
    path = tmp_path / "notes.db"
    path.write_text("shopping list " * 100)
    with pytest.raises(DatabaseCorruptError, match=r"notes\.db is not an intact SQLite database") as caught:
        upgrade(open_engine(f"sqlite:///{path}"))
    assert "\n" not in str(caught.value)
    assert path.read_text().startswith("shopping list")


def _upgrade_together(url: str, start: Barrier, answers: Queue) -> None:
    start.wait()
    answers.put(upgrade(open_engine(url)))


def _race(url: str) -> list[bool]:
    context = processes()
    answers, start = context.Queue(), context.Barrier(3)
    racers = [context.Process(target=_upgrade_together, args=(url, start, answers)) for _ in range(3)]
    for racer in racers:
        racer.start()
    found = [answers.get(timeout=60) for _ in racers]
    for racer in racers:
        racer.join()
    return found


def test_of_several_processes_at_once_one_migrates_and_the_others_wait(tmp_path: Path):
    url = f"sqlite:///{tmp_path / 'new.db'}"
    assert sorted(_race(url)) == [False, False, True]
    assert current(open_engine(url)) == HEAD


@pytest.mark.postgres
def test_of_several_processes_at_once_one_migrates_postgresql(postgres_engine, postgres_url):
    with writing(postgres_engine) as connection:
        command.downgrade(configuration(connection), "base")
    assert sorted(_race(postgres_url)) == [False, False, True]


def test_foreign_keys_are_on_again_after_an_upgrade(tmp_path: Path):
    engine = open_engine(f"sqlite:///{tmp_path / 'new.db'}")
    upgrade(engine)
    with engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
