"""How long one question may keep the database busy: who asks for half of all words twice over gets one line instead."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from threading import Event, Thread, get_ident
from typing import Any, Concatenate, ParamSpec, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from core.errors import QueryError

SECONDS = 4.0
_AGAIN = 0.005                               # seconds between two looks at the clock, where it is nearly time
_TIMEOUT = "statement_timeout"
_WORK_MEM = "64MB"                           # of the server, for a step of a question: room for the ids of a million
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
    worked, done = _own_work(), Event()
    # From beside it: a beginning of many words is gathered in one step of SQLite, in which it calls nobody.
    watch = Thread(target=_interrupt, args=(driver, worked, worked() + SECONDS, done), name="patience", daemon=True)
    watch.start()
    try:
        yield
    except sa.exc.OperationalError as failure:
        if "interrupted" in str(failure.orig):
            raise _too_long() from failure
        raise
    finally:
        done.set()
        watch.join()                         # so that it is not the next question that is ended


def _own_work() -> Callable[[], float]:
    """The seconds that this thread works, for another one to read: a busy machine is not the question's fault."""
    if not hasattr(time, "pthread_getcpuclockid"):
        return time.process_time             # macOS
    clock = time.pthread_getcpuclockid(get_ident())
    return lambda: time.clock_gettime(clock)


def _interrupt(driver: Any, worked: Callable[[], float], end: float, done: Event) -> None:
    """End what a connection is at when that took too long; again and again, as it may be between two statements."""
    while not done.wait(max(end - worked(), _AGAIN)):
        if worked() >= end:
            driver.interrupt()


@contextmanager
def _postgresql(connection: Connection) -> Iterator[None]:
    end = time.monotonic() + SECONDS

    def limit(_connection: Connection, cursor: Any, *_: Any) -> None:
        """A question is several statements: each may take what those before it have left."""
        if (left := end - time.monotonic()) <= 0:
            raise _too_long()
        with cursor.connection.cursor() as own:
            own.execute(f"SET LOCAL {_TIMEOUT} = {max(1, round(left * 1000))}")

    before = connection.scalar(sa.func.current_setting(_TIMEOUT))
    # What does not fit is looked up anew for every article: minutes for a NOT of many.
    connection.execute(sa.select(sa.func.set_config("work_mem", _WORK_MEM, True)))
    sa.event.listen(connection, "before_cursor_execute", limit)
    try:
        yield
    except sa.exc.OperationalError as failure:
        if "statement timeout" in str(failure.orig):
            raise _too_long() from failure
        raise
    finally:
        sa.event.remove(connection, "before_cursor_execute", limit)
    connection.execute(sa.select(sa.func.set_config(_TIMEOUT, before, True)))


def _too_long() -> QueryError:
    return QueryError(f"the query took longer than {SECONDS:g} seconds, and was ended; write fewer words and filters, "
                      "longer beginnings of words, or a narrower time")
