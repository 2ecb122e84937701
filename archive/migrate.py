"""Bring the database up to date on first use, and refuse one that a newer Pactwatch wrote."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import resources
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from archive.engine import mark_begun
from core.errors import DatabaseNewerError

if TYPE_CHECKING:
    from alembic.config import Config

HEAD = "0019"                                # the newest shipped revision; a test compares it with migrations/
_LOCK = 0x7061637477                         # of PostgreSQL's advisory lock: "pactw"


def upgrade(engine: Engine) -> bool:
    """Run the revisions that the database lacks, all in one transaction. True when there were any.

    Cheap at the head, since every command calls it. Of two processes at once one waits for the other. Raises
    DatabaseNewerError for a revision that is not ours and DatabaseCorruptError for a file that is no database.
    """
    done = False
    if current(engine) != HEAD:
        with _alone(engine) as connection:
            if _revision(connection) != HEAD:    # else another process was first
                _run(connection)
                done = True
    mark_begun(engine)
    return done


def current(engine: Engine) -> str | None:
    """The revision that the database is at, None for an empty one."""
    with engine.connect() as connection:
        return _revision(connection)


def _revision(connection: Connection) -> str | None:
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    found = connection.scalar(sa.text("SELECT version_num FROM alembic_version"))
    return None if found is None else str(found)


@contextmanager
def _alone(engine: Engine) -> Iterator[Connection]:
    """A transaction that no other process migrates beside."""
    sqlite = engine.dialect.name == "sqlite"
    with engine.connect().execution_options(writes=True) as connection:
        if sqlite:
            # Batch operations drop and rename tables, which must not cascade. Not possible inside a transaction.
            _pragma(connection, "foreign_keys=OFF")
        try:
            with connection.begin():
                if not sqlite:
                    connection.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
                yield connection
        finally:
            if sqlite:
                _pragma(connection, "foreign_keys=ON")


def _pragma(connection: Connection, pragma: str) -> None:
    driver = connection.connection.dbapi_connection
    assert driver is not None
    driver.cursor().execute(f"PRAGMA {pragma}")


def _run(connection: Connection) -> None:
    from alembic import command
    from alembic.script import ScriptDirectory

    found = _revision(connection)
    config = configuration(connection)
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if found is not None and found not in known:
        raise DatabaseNewerError(f"the database is at revision {found}, which this Pactwatch does not know: a newer "
                                 "version wrote it; install that version or restore a backup")
    command.upgrade(config, "head")


def configuration(connection: Connection) -> Config:
    """Alembic's configuration for a connection: no alembic.ini, the revisions from the installed package."""
    from alembic.config import Config

    config = Config(stdout=sys.stderr)       # standard output belongs to the command's answer
    config.set_main_option("script_location", str(resources.files("migrations")).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
