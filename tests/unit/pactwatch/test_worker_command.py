"""`worker`, and the settings that it needs: mistakes are one line, and the queue's tables are out of the way."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from archive import queue_tables
from core.errors import DatabaseNewerError, SettingsError
from core.workspace import load_workspace
from pactwatch.cli.common import open_database
from pactwatch.workers.queue import QueueRunner
from tests.programs import run
from tests.warc_files import page, record, write

SHARED = '[database]\nurl = "{url}"\n[jobs]\nengine = "procrastinate"\n'


def call(*arguments: str) -> tuple[int, str, str]:
    done = run("pactwatch", *arguments)
    return done.returncode, done.stdout, done.stderr


def test_workers_on_sqlite_are_refused_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "pactwatch.toml").write_text('[jobs]\nengine = "procrastinate"\n', encoding="utf-8")
    for command in (["worker"], ["serve"], ["db", "upgrade"]):
        code, _, err = call(*command, "--home", str(tmp_path))
        assert (code, err.count("\n")) == (2, 1)
        assert "jobs.engine = 'procrastinate' needs PostgreSQL" in err
    with pytest.raises(SettingsError):
        load_workspace(tmp_path)


@pytest.mark.postgres
def test_a_worker_without_its_engine_and_a_queue_that_is_none_are_one_line(tmp_path: Path, postgres_url: str) -> None:
    (tmp_path / "pactwatch.toml").write_text(f'[database]\nurl = "{postgres_url}"\n', encoding="utf-8")
    code, _, err = call("worker", "--home", str(tmp_path))
    assert (code, err.count("\n")) == (2, 1)
    assert "it is 'local'" in err
    write(tmp_path / "old.warc", record("https://outlet.example/1", page("A title", "A text.")))
    code, _, err = call("backfill", str(tmp_path / "old.warc"), "--any-outlet", "--workers", "--home", str(tmp_path))
    assert code == 2
    assert "--workers needs [jobs] engine" in err
    (tmp_path / "pactwatch.toml").write_text(SHARED.format(url=postgres_url), encoding="utf-8")
    code, _, err = call("worker", "--queues", "crawl,delivery", "--home", str(tmp_path))
    assert (code, err) == (2, (
        "pactwatch: --queues names 'delivery'; allowed: crawl, deliver, digest, backfill, replay, housekeeping\n"))


@pytest.mark.postgres
def test_the_queue_has_a_schema_of_its_own_out_of_sight_of_alembic(tmp_path: Path, postgres_url: str) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    from archive.tables import Base

    (tmp_path / "pactwatch.toml").write_text(SHARED.format(url=postgres_url), encoding="utf-8")
    for changed in ("true", "false"):
        assert f'"changed": {changed}' in call("db", "upgrade", "--json", "--home", str(tmp_path))[1]
    engine = open_database(load_workspace(tmp_path))
    with engine.connect() as connection:
        assert sa.inspect(connection).get_table_names(schema=queue_tables.SCHEMA)
        assert not [name for name in sa.inspect(connection).get_table_names() if name.startswith("procrastinate")]
        assert queue_tables.present(connection) == queue_tables.installed()
        tables = {change[1].name for change in compare_metadata(MigrationContext.configure(connection), Base.metadata)
                  if change[0] in {"remove_table", "add_table"}}
    assert tables == set()
    engine.dispose()


@pytest.mark.postgres
def test_a_queue_of_an_older_version_is_brought_up_to_date_and_one_of_a_newer_is_refused(
    tmp_path: Path, postgres_url: str
) -> None:
    (tmp_path / "pactwatch.toml").write_text(SHARED.format(url=postgres_url), encoding="utf-8")
    engine = open_database(load_workspace(tmp_path))
    for text, raised in (("3.9.0", False), ("99.0.0", True)):
        with engine.begin() as connection:
            connection.exec_driver_sql(f"COMMENT ON SCHEMA procrastinate IS 'procrastinate {text}'")
        if raised:
            with pytest.raises(DatabaseNewerError, match=r"made by procrastinate 99\.0\.0"):
                queue_tables.upgrade(engine)
        else:
            assert queue_tables.upgrade(engine)
            assert not queue_tables.upgrade(engine)
    engine.dispose()


@pytest.mark.postgres
def test_jobs_of_a_worker_that_is_gone_are_given_to_others_and_ended_ones_are_let_be(
    tmp_path: Path, postgres_url: str
) -> None:
    import asyncio

    from pactwatch.runner import Job

    (tmp_path / "pactwatch.toml").write_text(SHARED.format(url=postgres_url), encoding="utf-8")
    engine = open_database(load_workspace(tmp_path))
    engine.dispose()

    async def main() -> list[tuple[str, str | None]]:
        runner = QueueRunner(postgres_url)
        try:
            await runner.submit(Job("deliver", {"channel": "console"}), Job("digest", {"route": "daily"}))
            manager = (await runner._opened()).job_manager
            gone = await manager.register_worker()
            taken = [await manager.fetch_job(queues=None, worker_id=gone) for _ in range(2)]
            await manager.unregister_worker(gone)
            await runner.submit(Job("deliver", {"channel": "console"}))  # somebody has looked again meanwhile
            await runner.rescue()
            jobs = sorted((job.queue, job.status) for job in await manager.list_jobs_async())
            from procrastinate.jobs import Status

            for job in taken:
                assert job is not None
                await manager.finish_job(job, Status.SUCCEEDED, delete_job=True)  # one was ended by others: no matter
            return jobs
        finally:
            await runner.close()

    assert asyncio.run(main()) == [("deliver", "todo"), ("digest", "todo")]
