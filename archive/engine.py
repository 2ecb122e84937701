"""Open the database: one place that knows what SQLite and PostgreSQL each need."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.sqlite.base import SQLiteCompiler
from sqlalchemy.engine import Connection, Engine

from core.errors import DatabaseAwayError, DatabaseBusyError, DatabaseCorruptError, DatabaseFullError, UserError

BUSY_MS = 30_000    # how long another process's lock is waited for
ROOM = 1_000_000    # bytes that have to be free before anything is fetched
# A server that is cut off answers nothing at all: without these a process would wait for it for hours.
_NETWORK = {"connect_timeout": "10", "keepalives_idle": "10", "keepalives_interval": "5", "keepalives_count": "3",
            "tcp_user_timeout": "25000"}
# A process that is frozen, or cut off, while it changes something must not hold up all others: its change is undone.
# Sooner than the claims of those end who wait for it.
UNDONE_AFTER_S = 12.0
_CLASHES = {"40001", "40P01", "55P03"}    # of two transactions: one is undone and may be done again

__all__ = ["Connection", "Engine", "insert", "mark_begun", "need_room", "open_engine", "plain_address", "reading",
           "refused", "rehearsing", "unreachable", "writing"]


class _HintedCompiler(SQLiteCompiler):
    """SQLAlchemy takes hints for SQLite and drops them; an INDEXED BY is meant."""

    def get_from_hint_text(self, table: Any, text: Any) -> Any:  # noqa: ARG002
        return text


def open_engine(url: str) -> Engine:
    """An engine for the archive's address. A SQLite file's folder is made; the file's tables are migrations' work."""
    try:
        parsed = sa.make_url(url)
    except sa.exc.ArgumentError as failure:
        raise UserError(
            f"database.url {url!r} is not an address; write sqlite:///data/pactwatch.db or postgresql://user@host/name"
        ) from failure
    backend = parsed.get_backend_name()
    if backend == "sqlite":
        if parsed.database and parsed.database != ":memory:":
            Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
            _refuse_emptied(Path(parsed.database))
        engine = sa.create_engine(parsed, connect_args={"timeout": BUSY_MS / 1000, "check_same_thread": False})
        engine.dialect.statement_compiler = _HintedCompiler
        sa.event.listen(engine, "connect", _prepare_sqlite)
        sa.event.listen(engine, "begin", _begin_sqlite)
        sa.event.listen(engine, "handle_error", _name_fault)
        return engine
    if backend == "postgresql":
        network = {name: value for name, value in _NETWORK.items() if name not in parsed.query}
        engine = sa.create_engine(parsed, pool_pre_ping=True, connect_args=network)
        sa.event.listen(engine, "begin", _begin_postgres)
        sa.event.listen(engine, "handle_error", _name_loss)
        return engine
    raise UserError(f"database.url names {backend!r}; allowed: sqlite, postgresql")


def plain_address(url: str) -> str:
    """The address of a PostgreSQL server as its own library takes it, with the limits that hold for our connections."""
    parsed = sa.make_url(url)
    network = {name: value for name, value in _NETWORK.items() if name not in parsed.query}
    return parsed.set(drivername="postgresql").update_query_dict(network).render_as_string(hide_password=False)


# What is raised when a database cannot be reached or opened.
unreachable = (sa.exc.OperationalError, DatabaseAwayError)
refused = sa.exc.DBAPIError              # the same, and where it is reached and does not answer as it should


def _refuse_emptied(file: Path) -> None:
    """Raise for a file that lost all its content: SQLite would take it for a new one, and everything be sent again.

    A new one is empty, too, when another process has just made it or somebody looked at it too early: it has no mark.
    """
    if not file.exists():
        _mark(file).unlink(missing_ok=True)
    elif not file.stat().st_size and _mark(file).exists():
        raise DatabaseCorruptError(f"{file} is not an intact SQLite database (it is empty); restore the last "
                                   "backup, or remove the file to begin anew")


def mark_begun(engine: Engine) -> None:
    """Note beside a SQLite file that it has content, so that one which lost it is not taken for a new one."""
    file = engine.url.database
    if engine.dialect.name == "sqlite" and file and file != ":memory:" and not (mark := _mark(Path(file))).exists():
        with suppress(OSError):      # a disk that is full has other things to say
            mark.touch()


def _mark(file: Path) -> Path:
    return file.with_name(f"{file.name}-begun")


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # WAL lets readers go on while one writes. FULL, because a hit or a sent message must survive power loss.
    connection.isolation_level = None      # BEGIN is ours (below), so that savepoints and DDL are transactional
    cursor = connection.cursor()
    _write_ahead(cursor)
    for pragma in ("synchronous=FULL", "foreign_keys=ON", f"busy_timeout={BUSY_MS}",
                   "cache_size=-16000", "temp_store=MEMORY"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _write_ahead(cursor: Any) -> None:
    """Make the file WAL. Two processes that do so with a new file can refuse each other at once, without a wait."""
    patience = monotonic() + BUSY_MS / 1000
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as failure:
            if "is locked" not in str(failure) or monotonic() > patience:
                raise
            sleep(0.02)
        else:
            return


def _begin_sqlite(connection: Connection) -> None:
    # A transaction that will write takes the lock at once: waiting works, where a later upgrade would fail.
    mode = "IMMEDIATE" if connection.get_execution_options().get("writes", False) else "DEFERRED"
    connection.exec_driver_sql(f"BEGIN {mode}")


def _begin_postgres(connection: Connection) -> None:
    if connection.get_execution_options().get("writes", False):
        connection.exec_driver_sql(f"SET LOCAL idle_in_transaction_session_timeout = {UNDONE_AFTER_S * 1000:.0f}")


def _name_loss(context: sa.engine.ExceptionContext) -> None:
    """A server that is away, or a clash with another process, is no fault of the statement: it may be done again."""
    cause = context.original_exception
    state = getattr(cause, "sqlstate", None)
    said = (str(cause).strip().splitlines() or ["no word from it"])[0]
    if state in _CLASHES:
        raise DatabaseBusyError(f"two processes changed the same at once ({said}); it may be done again") from cause
    not_connected = context.connection is None and isinstance(context.sqlalchemy_exception, sa.exc.OperationalError)
    if context.is_disconnect or not_connected:
        raise DatabaseAwayError(f"the database server is away: {said}") from cause


def _name_fault(context: sa.engine.ExceptionContext) -> None:
    """A damaged file, a full disk or a lock shows itself wherever there is work, so it gets its name here, for all."""
    cause = context.original_exception
    text = str(cause)
    file = context.engine.url.database if context.engine is not None else "the file"
    if "is locked" in text:
        raise DatabaseBusyError(f"{file} is locked by another process for more than {BUSY_MS // 1000} s; stop that "
                                "process or try again when it is done") from cause
    if "disk is full" in text or "disk I/O error" in text:
        raise DatabaseFullError(f"{file} cannot be written ({text}): the disk is full or fails; make room and start "
                                "again, what is stored is safe") from cause
    if "not a database" in text or "malformed" in text:
        raise DatabaseCorruptError(f"{file} is not an intact SQLite database ({cause}); see `pactwatch db "
                                   "check`, restore the last backup or move the file away") from cause


def need_room(engine: Engine) -> None:
    """Raise DatabaseFullError where the disk of a SQLite file is full: what was fetched could not be stored."""
    if engine.dialect.name != "sqlite" or not engine.url.database or engine.url.database == ":memory:":
        return
    if shutil.disk_usage(Path(engine.url.database).parent).free < ROOM:
        raise DatabaseFullError(f"{engine.url.database} has no room to grow: the disk is full; make room and start "
                                "again, what is stored is safe")


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A connection for queries; its transaction is rolled back."""
    with engine.connect() as connection:
        yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A connection whose transaction is committed at the end, or rolled back as a whole."""
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        yield connection


@contextmanager
def rehearsing(engine: Engine) -> Iterator[Connection]:
    """A connection like that of `writing`, whose transaction is rolled back: to see what a change would do."""
    with engine.connect().execution_options(writes=True) as connection:
        yield connection


def insert(connection: Connection, table: Any) -> Any:
    """An INSERT of this dialect, which knows `on_conflict_do_nothing` and `on_conflict_do_update`."""
    if connection.dialect.name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)
