"""Copy an archive into another database, SQLite or PostgreSQL: whole, counted, and resumable after a crash.

The source is read as it is at one moment; who writes to it meanwhile is not disturbed, and not copied. A run that goes
on where another one ended compares what is there with the source, so that what changed in between is right, too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Connection, Engine

from archive.engine import insert, reading, writing
from archive.migrate import upgrade
from archive.tables import Base
from core.errors import StopWork, UserError

BATCH = 2000                             # rows of one transaction
Progress = Callable[[str, int], None]    # the table, and how many of its rows are there now

_mark = sa.Table("unfinished_copy", sa.MetaData(), sa.Column("source", sa.Text, nullable=False))


def copy(source: Engine, target: Engine, progress: Progress = lambda *_: None) -> dict[str, int]:
    """Make the target hold what the source holds. Returns the rows of each table.

    Raises UserError for a target that holds something else, and StopWork where the counts differ in the end.
    """
    if source.url == target.url:
        raise UserError("this is the database of the workspace itself; name another one")
    upgrade(target)
    resumed = _begin(source, target)
    tables = Base.metadata.sorted_tables
    with _snapshot(source) as given:
        if resumed:
            for table in reversed(tables):
                _remove_others(given, target, table)
        for table in tables:
            _fill(given, target, table, progress, compare=resumed)
        expected = {table.name: given.scalar(sa.select(sa.func.count()).select_from(table)) or 0 for table in tables}
    with writing(target) as connection:
        if target.dialect.name == "postgresql":
            _set_sequences(connection, tables)
        _compare(connection, expected)
        _mark.drop(connection)
    return expected


def _begin(source: Engine, target: Engine) -> bool:
    """Note in the target whose copy it becomes. True where it is a part of one already."""
    name = source.url.render_as_string()
    with writing(target) as connection:
        if not sa.inspect(connection).has_table(_mark.name):
            filled = next((table.name for table in Base.metadata.sorted_tables
                           if connection.execute(sa.select(sa.literal(1)).select_from(table).limit(1)).first()), None)
            if filled is not None:
                raise UserError(f"{target.url.render_as_string()} is not empty (it has {filled}); "
                                "name an empty database")
            _mark.create(connection)
            connection.execute(sa.insert(_mark).values(source=name))
            return False
        other = connection.scalar(sa.select(_mark.c.source))
        if other != name:
            raise UserError(f"{target.url.render_as_string()} holds an unfinished copy of {other}; finish that one, or "
                            "name an empty database")
        return True


@contextmanager
def _snapshot(source: Engine) -> Iterator[Connection]:
    """A connection that sees one moment. A transaction of SQLite does so anyway."""
    options = {} if source.dialect.name == "sqlite" else {"isolation_level": "REPEATABLE READ"}
    with source.connect().execution_options(**options) as connection:
        yield connection


def _fill(given: Connection, target: Engine, table: sa.Table, progress: Progress, *, compare: bool) -> None:
    """Copy a table in the order of its key. What rows say of others of the same table comes when all are there."""
    inside = [column for column in table.columns for key in column.foreign_keys if key.column.table is table]
    done = 0
    for rows in _batches(given, table):
        for row in rows:
            row.update(dict.fromkeys((column.name for column in inside), None))
        with writing(target) as connection:
            there = _rows_of(connection, table, rows, inside) if compare else {}
            _write(connection, table, [row for row in rows if there.get(_key(table, row)) != row] if there else rows)
        done += len(rows)
        progress(table.name, done)
    for column in inside:
        if compare:
            with writing(target) as connection:
                connection.execute(sa.update(table).where(column.is_not(None)).values({column.name: None}))
        _refer(given, target, table, column)


def _batches(given: Connection, table: sa.Table, *columns: sa.Column[Any]) -> Iterator[list[dict[str, Any]]]:
    """The rows of a table, or these columns of them, in the order of its key."""
    keys = list(table.primary_key.columns)
    last: tuple[Any, ...] | None = None
    while True:
        query = sa.select(*(columns or table.columns)).order_by(*keys).limit(BATCH)
        if last is not None:
            query = query.where(sa.tuple_(*keys) > sa.tuple_(*map(sa.literal, last, [key.type for key in keys])))
        found = given.execute(query)
        names = list(found.keys())
        rows = [dict(zip(names, row, strict=True)) for row in found]
        if not rows:
            return
        last = _key(table, rows[-1])
        yield rows


def _rows_of(connection: Connection, table: sa.Table, rows: Sequence[Mapping[str, Any]],
             inside: Sequence[sa.Column[Any]]) -> dict[tuple[Any, ...], dict[str, Any]]:
    """The rows of these keys, as they are in the target, but for what they say of others of their table."""
    blank = dict.fromkeys((column.name for column in inside), None)
    found = connection.execute(sa.select(table).where(_among(table, rows))).mappings()
    return {_key(table, row): {**row, **blank} for row in found}


def _key(table: sa.Table, row: Mapping[Any, Any]) -> tuple[Any, ...]:
    return tuple(row[key.name] for key in table.primary_key.columns)


def _among(table: sa.Table, rows: Sequence[Mapping[str, Any]]) -> Any:
    keys = list(table.primary_key.columns)
    if len(keys) == 1:
        return keys[0].in_([row[keys[0].name] for row in rows])
    return sa.tuple_(*keys).in_([_key(table, row) for row in rows])


def _write(connection: Connection, table: sa.Table, rows: Sequence[dict[str, Any]]) -> None:
    if not rows:
        return
    # None is no value here, and not the null of JSON.
    typed = sa.table(table.name, *(sa.column(column.name, _plain(column.type)) for column in table.columns))
    statement = insert(connection, typed)
    keys = [key.name for key in table.primary_key.columns]
    others = {column.name: statement.excluded[column.name] for column in table.columns if column.name not in keys}
    statement = (statement.on_conflict_do_update(index_elements=keys, set_=others) if others
                 else statement.on_conflict_do_nothing())
    try:
        connection.execute(statement, rows)
    except (sa.exc.DataError, sa.exc.IntegrityError) as failure:
        raise StopWork(f"rows of {table.name} cannot be copied: {' '.join(str(failure.orig).split())}") from failure


def _plain(kind: Any) -> Any:
    if isinstance(kind, sa.JSON):
        return sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
    return kind


def _refer(given: Connection, target: Engine, table: sa.Table, column: sa.Column[Any]) -> None:
    [key] = table.primary_key.columns
    rows = given.execute(sa.select(key.label("row"), column.label("other")).where(column.is_not(None))).all()
    statement = sa.update(table).where(key == sa.bindparam("row")).values({column.name: sa.bindparam("other")})
    for i in range(0, len(rows), BATCH):
        with writing(target) as connection:
            connection.execute(statement, [{"row": row.row, "other": row.other} for row in rows[i : i + BATCH]])


def _remove_others(given: Connection, target: Engine, table: sa.Table) -> None:
    """Remove what the source does not have any more."""
    keys = list(table.primary_key.columns)
    with reading(target) as connection:
        for rows in _batches(connection, table, *keys):
            there = {tuple(row) for row in given.execute(sa.select(*keys).where(_among(table, rows)))}
            gone = [row for row in rows if _key(table, row) not in there]
            if gone:
                with writing(target) as other:
                    other.execute(sa.delete(table).where(_among(table, gone)))


def _set_sequences(connection: Connection, tables: Sequence[sa.Table]) -> None:
    """PostgreSQL counts on after the highest id; before, it would give out ids that are taken."""
    for table in tables:
        keys = list(table.primary_key.columns)
        if len(keys) == 1 and isinstance(keys[0].type, sa.Integer) and keys[0].name == "id":
            connection.execute(sa.select(sa.func.setval(
                sa.func.pg_get_serial_sequence(table.name, "id"),
                sa.select(sa.func.coalesce(sa.func.max(keys[0]), 1)).scalar_subquery(),
                sa.select(sa.func.count() > 0).select_from(table).scalar_subquery())))


def _compare(connection: Connection, expected: Mapping[str, int]) -> None:
    for name, number in expected.items():
        found = connection.scalar(sa.select(sa.func.count()).select_from(Base.metadata.tables[name]))
        if found != number:
            raise StopWork(f"the copy has {found} rows of {name} and not {number}; is another process writing to it? "
                           "Run the command again")
