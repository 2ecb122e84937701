"""An archive of the first version, with rows in every table, comes to the newest one with nothing lost or changed."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from sqlalchemy.engine import Engine

from archive.check import check
from archive.engine import reading, writing
from archive.migrate import HEAD, configuration, current, upgrade
from archive.search import search
from archive.tables import Article
from core.query import parse

ROWS = 3
MOMENT = datetime.datetime(2026, 3, 15, 12, tzinfo=datetime.UTC)
# What stands in a column where any text would not do; {n} is the row's number.
WORDS = {
    "addresses.state": "stored",
    "events.status": "announced",
    "events.family": "alliance",
    "events.field": "text",
    "mentions.field": "text",
    "feedback.verdict": "relevant",
    "deliveries.state": "sent",
    "deliveries.kind": "alert",
    "deliveries.key": "alert:name {n}:{n}:deal:A|B",
    "deliveries.route": "name {n}",
    "digests.route": "name {n}",
    "digest_entries.route": "name {n}",
    "digest_entries.key": "{n}:deal:A|B",
    "digests.local_date": "2026-03-1{n}",
    "digests.slot": "08:00",
    "routes.send": "immediate",
    "articles.search_text": "word{n} and more",
    "articles.content_hash": "{n}",
    "sources.id": "source-{n}",
    "organisations.parent": "",
    "deliveries.message_id": "17000000{n}.1",
}
JSON = {"articles.authors": ["A. Writer"], "articles.topics": {"ai": 0.5}, "events.topics": ["ai"]}
ONE = {"articles.version", "hits.article_version", "stories.article_count", "stories.source_count"}


def value(table: sa.Table, column: sa.Column[Any], number: int) -> Any:
    """Something of the column's type that tells the row."""
    name = f"{table.name}.{column.name}"
    for key in column.foreign_keys:
        return (
            f"source-{number}"
            if key.column.name == "id" and key.column.table.name == "sources"
            else (f"name {number}" if key.column.name == "name" else number)
        )
    if column.name == "source_id":
        return f"source-{number}"
    kind = column.type
    if isinstance(kind, sa.Boolean):
        return number % 2 == 0
    if isinstance(kind, sa.Integer):
        return 1 if name in ONE else number
    if isinstance(kind, sa.Float):
        return number / 10
    if isinstance(kind, sa.DateTime):
        return MOMENT + datetime.timedelta(hours=number)
    if isinstance(kind, sa.JSON):
        return JSON.get(name, [])
    if isinstance(kind, sa.LargeBinary):
        return bytes(range(8))
    return WORDS.get(name, f"{column.name} {{n}}").replace("{n}", str(number)) or None


def tables(connection: sa.Connection) -> dict[str, sa.Table]:
    """The tables as the database has them."""
    metadata = sa.MetaData()
    metadata.reflect(connection)
    return {table.name: table for table in metadata.sorted_tables if table.name != "alembic_version"}


def first_version(engine: Engine) -> dict[str, list[dict[str, Any]]]:
    """Make the engine's database one of the first version, full; what was written."""
    with writing(engine) as connection:
        command.downgrade(configuration(connection), "base")
        command.upgrade(configuration(connection), "0001")
    written = {}
    with writing(engine) as connection:
        for name, table in tables(connection).items():
            rows = [
                {column.name: value(table, column, number) for column in table.columns} for number in range(1, ROWS + 1)
            ]
            connection.execute(sa.insert(table), rows)
            written[name] = rows
    return written


@pytest.fixture
def upgraded(engine: Engine) -> dict[str, list[dict[str, Any]]]:
    written = first_version(engine)
    assert current(engine) == "0001"
    assert upgrade(engine) is True
    assert current(engine) == HEAD
    return written


def test_every_row_of_the_first_version_is_there_and_says_the_same(
    engine: Engine, upgraded: dict[str, list[dict[str, Any]]]
) -> None:
    assert len(upgraded) == 19
    with reading(engine) as connection:
        now = tables(connection)
        assert set(upgraded) <= set(now)
        for name, rows in upgraded.items():
            table = now[name]
            found = {
                tuple(_plain(row[column]) for column in rows[0])
                for row in connection.execute(sa.select(table)).mappings()
            }
            assert found == {tuple(map(_plain, row.values())) for row in rows}, name


def test_the_upgraded_archive_is_whole_and_is_searched(
    engine: Engine, upgraded: dict[str, list[dict[str, Any]]]
) -> None:
    assert check(engine) == []
    with reading(engine) as connection:
        assert [item.id for item in search(connection, parse("word2")).items] == [2]
        assert connection.scalar(sa.select(sa.func.count()).select_from(Article)) == ROWS


def _plain(value: Any) -> Any:
    if isinstance(value, datetime.datetime):
        return (
            value.replace(tzinfo=None) if value.tzinfo is None else value.astimezone(datetime.UTC).replace(tzinfo=None)
        )
    return bytes(value) if isinstance(value, memoryview) else str(value) if isinstance(value, list | dict) else value
