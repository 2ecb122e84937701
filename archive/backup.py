"""Copy the database while it is in use, and make sure that the copy is good."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

from sqlalchemy.engine import Engine

from core.errors import DatabaseCorruptError, StopWork, UserError


def backup(engine: Engine, out: Path) -> Path:
    """Write a copy of the database to a new file and return its path. Raises UserError where `out` exists.

    SQLite: a file that can be used as it is, checked before it gets its name. PostgreSQL: an archive of pg_dump.
    """
    if out.exists():
        raise UserError(f"{out} exists; name a new file")
    if not out.parent.is_dir():
        raise UserError(f"there is no folder {out.parent}")
    part = out.with_name(out.name + ".part")
    part.unlink(missing_ok=True)
    try:
        if engine.dialect.name == "sqlite":
            _checked_copy(engine, part)
        else:
            _dump_postgresql(engine, part)
        _flush(part)
        _name(part, out)
    finally:
        part.unlink(missing_ok=True)
    _flush(out.parent)
    return out


def _checked_copy(engine: Engine, part: Path) -> None:
    try:
        answer = _copy_sqlite(engine, part)
    except sqlite3.OperationalError as failure:      # no room, no permission: says nothing about the database
        raise StopWork(f"no copy could be written to {part.parent}: {failure}") from failure
    except sqlite3.DatabaseError as failure:
        answer = str(failure)
    if answer != "ok":
        raise DatabaseCorruptError(f"the copy did not pass its integrity check ({answer}); run `pactwatch db check`")


def _copy_sqlite(engine: Engine, part: Path) -> str:
    """Copy the database and return what its integrity check says of the copy."""
    if not engine.url.database:
        raise UserError("a database in memory has no backup")
    with closing(sqlite3.connect(engine.url.database)) as source, closing(sqlite3.connect(part)) as copy:
        # One snapshot from start to end: without it each commit of another process starts the copy anew. In WAL
        # mode it holds nobody up.
        source.execute("BEGIN")
        source.execute("SELECT count(*) FROM sqlite_master").fetchone()
        source.backup(copy)
        # The copy of a WAL database would leave -wal and -shm files beside it when somebody looks into it.
        copy.execute("PRAGMA journal_mode=DELETE")
        answer = str(copy.execute("PRAGMA integrity_check").fetchone()[0])
        return answer if answer != "ok" or _counts(source) == _counts(copy) else "it has other numbers of rows"


def _counts(database: sqlite3.Connection) -> dict[str, int]:
    """The number of rows of each table."""
    names = [row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    return {name: database.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]  # noqa: S608 - a name of ours
            for name in names}


def _dump_postgresql(engine: Engine, part: Path) -> None:
    url = engine.url.set(drivername="postgresql")
    program = shutil.which("pg_dump")
    if program is None:
        raise UserError("pg_dump is not on the PATH; on a machine that has it, run: pg_dump --format=custom "
                        f"--file=OUT '{url.render_as_string()}'")
    environment = {**os.environ, **({"PGPASSWORD": str(url.password)} if url.password else {})}
    address = url.set(password=None).render_as_string(hide_password=False)
    done = subprocess.run([program, "--format=custom", f"--file={part}", address],  # noqa: S603 - no shell
                          env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise StopWork(f"pg_dump failed: {' '.join(done.stderr.split()) or f'exit code {done.returncode}'}")


def _name(part: Path, out: Path) -> None:
    """Give the finished copy its name. A link fails where the name was taken meanwhile; a rename would overwrite."""
    try:
        os.link(part, out)
    except FileExistsError as failure:
        raise UserError(f"{out} exists; name a new file") from failure
    except OSError:                           # a file system without links
        part.rename(out)


def _flush(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
