"""How long one question may keep the database busy: who asks for half of all words twice over gets one line instead."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from time import thread_time
from typing import Any, Concatenate, ParamSpec, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from core.errors import QueryError

SECONDS = 4.0
_STEPS = 20_000                              # of SQLite's machine between two looks at the clock
_TIMEOUT = "statement_timeout"
_T = TypeVar("_T")
_P = ParamSpec("_P")


def patient(ask: Callable[Concatenate[Connection, _P], _T]) -> Callable[Concatenate[Connection, _P], _T]:
    """A function whose first argument is a connection, ended with a QueryError where it takes too long."""
    @wraps(ask)
    def asked(connection: Connection, /, *arguments: _P.args, **options: _P.kwargs) -> _T:
        with _sqlite(connection) if connection.dialect.name == "sqlite" else _postgresql(connection):
            return ask(connection, *arguments, **options)
    return asked


@contextmanager
def _sqlite(connection: Connection) -> Iterator[None]:
    driver: Any = connection.connection.dbapi_connection
    end = thread_time() + SECONDS            # its own work: a busy machine is not the question's fault
    driver.set_progress_handler(lambda: thread_time() > end, _STEPS)
    try:
        yield
    except sa.exc.OperationalError as failure:
        if "interrupted" in str(failure.orig):
            raise _too_long() from failure
        raise
    finally:
        driver.set_progress_handler(None, 0)


@contextmanager
def _postgresql(connection: Connection) -> Iterator[None]:
    before = connection.scalar(sa.func.current_setting(_TIMEOUT))
    connection.execute(sa.select(sa.func.set_config(_TIMEOUT, f"{SECONDS * 1000:.0f}", True)))
    try:
        yield
    except sa.exc.OperationalError as failure:
        if "statement timeout" in str(failure.orig):
            raise _too_long() from failure
        raise
    connection.execute(sa.select(sa.func.set_config(_TIMEOUT, before, True)))


def _too_long() -> QueryError:
    return QueryError(f"the query took longer than {SECONDS:g} seconds, and was ended; write fewer words and filters, "
                      "longer beginnings of words, or a narrower time")
