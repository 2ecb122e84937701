"""An archive moves between SQLite and PostgreSQL, whole, even when the copy is killed in the middle."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest
import sqlalchemy as sa

from archive import copying
from archive.check import check
from archive.copying import copy
from archive.engine import open_engine, reading, writing
from archive.migrate import upgrade
from archive.tables import Address, Article, Base, Delivery, Mention
from core.errors import UserError
from tests.factories import alert, article, digest, event, hit, version


def fill(engine):
    with writing(engine) as connection:
        for number in range(30):
            # The copy that came first has the original that came later: its row refers to one after it.
            of = article(connection, f"삼성 {number}", f"Text {number}.", mentions=["Kakao", "SK Telecom"],
                         topics={"ai": 0.5, "cloud": 1}, minhash=bytes(range(8)))
            flagged = hit(connection, of, event_id=event(connection, of, "SK Telecom", "Kakao"))
            alert(connection, flagged, state="sent" if number % 2 else "pending")
            version(connection, of, "Earlier", "text")
        digest(connection, flagged)
        ids = connection.scalars(sa.select(Article.id).order_by(Article.id)).all()
        connection.execute(sa.update(Article).where(Article.id == ids[0]).values(copy_of=ids[-1]))


def content(engine):
    with reading(engine) as connection:
        return {table.name: sorted(([*row] for row in connection.execute(sa.select(table))), key=repr)
                for table in Base.metadata.sorted_tables}


@pytest.fixture
def other(tmp_path):
    engine = open_engine(f"sqlite:///{tmp_path / 'other.db'}")
    yield engine
    engine.dispose()


@pytest.mark.postgres
def test_there_and_back_again_nothing_is_changed(sqlite_engine, postgres_engine, other):
    fill(sqlite_engine)
    counts = copy(sqlite_engine, postgres_engine)
    assert counts["articles"] == 30
    assert copy(postgres_engine, other) == counts
    assert content(sqlite_engine) == content(postgres_engine) == content(other)
    assert check(other) == check(sqlite_engine)
    with writing(postgres_engine) as connection:      # the database counts on, and tells no value from no value
        assert article(connection) > 30
        assert connection.scalar(sa.select(sa.func.count()).where(Delivery.payload.is_(None))) == 31
    assert "unfinished_copy" not in sa.inspect(postgres_engine).get_table_names()


KILLED = """
import os, signal, sys
from archive import copying
from archive.engine import open_engine
copying.BATCH = 7
left = int(sys.argv[3])
def progress(table, done):
    global left
    left -= 1
    if not left:
        os.kill(os.getpid(), signal.SIGKILL)
copying.copy(open_engine(sys.argv[1]), open_engine(sys.argv[2]), progress)
"""


@pytest.mark.parametrize("to", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def test_a_copy_that_is_killed_goes_on_and_follows_what_changed_meanwhile(sqlite_engine, tmp_path, request, to):
    fill(sqlite_engine)
    url = f"sqlite:///{tmp_path / 'other.db'}" if to == "sqlite" else request.getfixturevalue("postgres_url")
    source = sqlite_engine.url.render_as_string(hide_password=False)
    for batches in (9, 25):
        done = subprocess.run([sys.executable, "-c", KILLED, source, url, str(batches)], check=False)
        assert done.returncode == -signal.SIGKILL
    with writing(sqlite_engine) as connection:
        first = connection.scalar(sa.select(sa.func.min(Article.id)))
        connection.execute(sa.update(Article).where(Article.id == first).values(title="corrected", copy_of=None))
        connection.execute(sa.delete(Mention).where(Mention.article_id == first))
        connection.execute(sa.update(Address).values(attempts=3))
        article(connection, "late")
    target = open_engine(url)
    copy(sqlite_engine, target)
    assert content(target) == content(sqlite_engine)
    target.dispose()


def test_a_database_that_holds_something_else_is_refused(sqlite_engine, other, tmp_path):
    fill(sqlite_engine)
    with pytest.raises(UserError, match="the database of the workspace itself"):
        copy(sqlite_engine, sqlite_engine)
    copy(sqlite_engine, other)
    with pytest.raises(UserError, match=r"other\.db is not empty \(it has \w+\); name an empty database"):
        copy(sqlite_engine, other)
    third = open_engine(f"sqlite:///{tmp_path / 'third.db'}")
    upgrade(third)
    copying._begin(other, third)
    with pytest.raises(UserError, match=r"holds an unfinished copy of sqlite:.*other\.db"):
        copy(sqlite_engine, third)
    third.dispose()
