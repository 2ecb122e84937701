"""The queue's own tables: in a schema of their own beside the archive's, where Alembic does not look."""

from __future__ import annotations

from importlib import resources

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from archive.engine import reading, writing
from core.errors import DatabaseNewerError, UserError

SCHEMA = "procrastinate"
_LOCK = 0x7061637471  # of PostgreSQL's advisory lock: "pactq"

Version = tuple[int, ...]


def upgrade(engine: Engine) -> bool:
    """Make the queue's tables, or bring them up to date. True when there was something to do."""
    wanted = installed()
    with reading(engine) as connection:
        if present(connection) == wanted:
            return False
    with writing(engine) as connection:
        connection.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        found = present(connection)
        if found is not None and found[:2] > wanted[:2]:
            raise DatabaseNewerError(f"the queue was made by procrastinate {_text(found)}, and {_text(wanted)} is "
                                     "installed; install that version or a later one")
        if found == wanted:
            return False
        if found is None:
            connection.exec_driver_sql(f"CREATE SCHEMA {SCHEMA}")
        connection.exec_driver_sql(f"SET LOCAL search_path = {SCHEMA}")
        for script in _scripts(found):
            _run(connection, script)
        connection.exec_driver_sql(f"COMMENT ON SCHEMA {SCHEMA} IS 'procrastinate {_text(wanted)}'")
    return True


def installed() -> Version:
    """The version of procrastinate here. Raises UserError where there is none."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        found = version("procrastinate")
    except PackageNotFoundError:
        raise UserError("jobs.engine = 'procrastinate' needs a library that is not installed: "
                        "pip install 'pactwatch[scale]'") from None
    return _version(found)


def present(connection: Connection) -> Version | None:
    """The version that made the queue's tables; None where there are none."""
    comment = connection.execute(sa.text(
        "SELECT coalesce(obj_description(oid, 'pg_namespace'), '') FROM pg_namespace WHERE nspname = :name"),
        {"name": SCHEMA}).scalar_one_or_none()
    return None if comment is None else _version(comment.rpartition(" ")[2] or "0")


def _scripts(found: Version | None) -> list[str]:
    """The whole schema, or the migrations since a version; their names begin with the version that brought them."""
    folder = resources.files("procrastinate") / "sql"
    if found is None:
        return [(folder / "schema.sql").read_text(encoding="utf-8")]
    steps = {one.name: one for one in (folder / "migrations").iterdir() if one.name.endswith(".sql")}
    return [one.read_text(encoding="utf-8") for name, one in sorted(steps.items())
            if _version(name.partition("_")[0]) > found]


def _run(connection: Connection, script: str) -> None:
    driver = connection.connection.dbapi_connection
    assert driver is not None
    driver.cursor().execute(script)  # several statements, with signs that a parameter style would take for its own


def _version(text: str) -> Version:
    return tuple(int(part) for part in text.split(".") if part.isdigit())


def _text(version: Version) -> str:
    return ".".join(map(str, version))
