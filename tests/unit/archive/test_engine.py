"""Opening a database: what is damaged or has no room is named before anything is done."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
import sqlalchemy as sa

from archive import engine, migrate
from archive.tables import Article
from core.errors import DatabaseCorruptError, DatabaseFullError


def test_a_file_that_lost_its_content_is_not_taken_for_a_new_one(tmp_path: Path) -> None:
    file, url = tmp_path / "archive.db", f"sqlite:///{tmp_path}/archive.db"
    opened = engine.open_engine(url)
    migrate.upgrade(opened)
    opened.dispose()
    file.write_bytes(b"")
    with pytest.raises(DatabaseCorruptError, match=r"archive\.db is not an intact SQLite database .* last backup"):
        engine.open_engine(url)
    file.unlink()
    assert migrate.upgrade(engine.open_engine(url)), "who removed it begins anew"


def test_an_empty_file_that_never_was_an_archive_becomes_one(tmp_path: Path) -> None:
    (tmp_path / "archive.db").touch()
    assert migrate.upgrade(engine.open_engine(f"sqlite:///{tmp_path}/archive.db"))


@pytest.mark.parametrize(("start", "end"), [(0, 200), (4096, None)])
def test_a_file_that_was_written_over_is_named(sqlite_url: str, start: int, end: int | None) -> None:
    file = Path(sqlite_url.removeprefix("sqlite:///"))
    whole = file.read_bytes()
    end = end or len(whole)
    file.write_bytes(whole[:start] + b"\xa5" * (end - start) + whole[end:])
    with pytest.raises(DatabaseCorruptError, match="is not an intact SQLite database"):
        migrate.upgrade(engine.open_engine(sqlite_url))


def test_a_file_that_was_cut_off_is_named(sqlite_url: str) -> None:
    file = Path(sqlite_url.removeprefix("sqlite:///"))
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 3])
    with pytest.raises(DatabaseCorruptError, match="is not an intact SQLite database"):
        migrate.upgrade(engine.open_engine(sqlite_url))


def test_a_file_that_is_not_there_is_made(tmp_path: Path) -> None:
    with engine.reading(engine.open_engine(f"sqlite:///{tmp_path}/new/archive.db")) as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"


def test_a_disk_without_room_is_told_before_anything_is_fetched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = engine.open_engine(f"sqlite:///{tmp_path}/archive.db")
    engine.need_room(database)
    monkeypatch.setattr("archive.engine.shutil.disk_usage", lambda _: SimpleNamespace(free=40_000))
    with pytest.raises(DatabaseFullError, match=r"archive\.db .* the disk is full"):
        engine.need_room(database)


def test_an_index_that_a_query_names_reaches_sqlite(sqlite_engine: sa.Engine) -> None:
    named = sa.select(Article.id).with_hint(Article, "INDEXED BY ix_articles_key", "sqlite")
    assert "INDEXED BY ix_articles_key" in str(named.compile(sqlite_engine))
