"""The job functions, called in this process and by a worker that takes them from a queue: the same either way."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from alerts.tick import announce_routes
from archive import backfills, catalogue, replays, ticks
from archive.engine import reading, writing
from archive.tables import Article, Backfill, Delivery, Fetch, ReplayShard
from core import process
from core.clock import now
from core.settings import Settings
from core.workspace import Workspace, load_workspace
from pactwatch.backfill_shard import Wish
from pactwatch.backfill_shared import leave, standing
from pactwatch.planning import SharedPlan
from pactwatch.present import Present
from pactwatch.replay import Window
from pactwatch.replay_shared import leave as leave_replay
from pactwatch.replay_shared import progress, result
from pactwatch.runner import Job, LocalRunner
from pactwatch.work import LEASE, Work
from pipeline.rulebook import read_rule
from tests.fake_slack import FakeSlack
from tests.stories import add_hit
from tests.warc_files import page, record, write

SETTINGS = """
[database]
url = "{url}"
[jobs]
engine = "{engine}"
[crawl]
processes = 1
[catalog]
builtin = false
[slack]
token = "xoxb-test"
api_url = "{slack}"
[[routes]]
name = "now"
channel = "slack:C0000000001"
send = "immediate"
[[routes]]
name = "daily"
channel = "slack:C0000000001"
at = ["00:00"]
"""
Drain = Callable[[Work], Coroutine[Any, Any, None]]


@pytest.fixture
def slack() -> Iterator[FakeSlack]:
    with FakeSlack(page=50) as running:
        yield running


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def space(request: pytest.FixtureRequest, tmp_path: Path, slack: FakeSlack) -> Workspace:
    """A workspace: of one process on SQLite, or of workers on PostgreSQL."""
    url = request.getfixturevalue(f"{request.param}_url")
    engine = "local" if request.param == "sqlite" else "procrastinate"
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "chips.yaml").write_text("title: Chips\nquery: 'title:chip'\n", encoding="utf-8")
    (tmp_path / "pactwatch.toml").write_text(SETTINGS.format(url=url, engine=engine, slack=slack.url), encoding="utf-8")
    return load_workspace(tmp_path)


@pytest.fixture
def archive(space: Workspace) -> Iterator[Engine]:
    from pactwatch.cli.common import open_database

    engine = open_database(space)
    yield engine
    engine.dispose()


def do(space: Workspace, engine: Engine, *jobs: Job) -> None:
    """Submit jobs, and have them and what they lead to done."""

    async def main() -> None:
        work = Work(space, engine, asyncio.Event(), LEASE if space.settings.jobs.shared else catalogue.LEASE)
        try:
            if space.settings.jobs.shared:
                await _by_queue(space, work, jobs)
            else:
                await work.runner.submit(*jobs)
        finally:
            await work.close(1.0)

    asyncio.run(main())


async def _by_queue(space: Workspace, work: Work, jobs: tuple[Job, ...]) -> None:
    from pactwatch.runner import QUEUES
    from pactwatch.workers.queue import QueueRunner, make_app

    app = make_app(space.settings.database_url)

    def task(name: str) -> Callable[..., Coroutine[Any, Any, None]]:
        async def one(**arguments: Any) -> None:
            await work.do(Job(name, arguments))

        return one

    for name in QUEUES:
        app.task(name=name, queue=name)(task(name))
    async with app.open_async():
        work.runner = QueueRunner("", app)
        await work.runner.submit(*jobs)
        await work.runner.submit(*jobs)  # they wait already: once is enough
        await app.run_worker_async(wait=False, install_signal_handlers=False, delete_jobs="successful")
        assert await app.job_manager.list_jobs_async() == []


def settings(space: Workspace) -> Settings:
    return space.settings


def count(engine: Engine, table: Any, *where: Any) -> int:
    with reading(engine) as connection:
        return connection.execute(sa.select(sa.func.count()).select_from(table).where(*where)).scalar_one()


def files(folder: Path, number: int, pages: int = 4) -> list[Path]:
    text = "A long harbour story about ships that nobody had told before, with all its details and all its people. " * 8
    return [write(folder / f"{one}.warc.gz", *(
        record(f"https://outlet.example/{one}/{n}", page(f"Report {n} of {one}", f"{text} {one} {n}", text))
        for n in range(pages))) for one in range(number)]


def test_a_digest_is_built_and_every_message_is_sent_once(space: Workspace, archive: Engine, slack: FakeSlack) -> None:
    announce_routes(archive, space.settings, now())
    add_hit(archive, space.settings.routes, now())
    do(space, archive, Job("digest", {"route": "daily"}), Job("deliver", {"channel": "slack:C0000000001"}))
    do(space, archive, Job("digest", {"route": "daily"}), Job("deliver", {"channel": "slack:C0000000001"}))
    assert len(slack.keys) == len(set(slack.keys)) == 2
    assert sum(message["text"].startswith("Digest ") for message in slack.messages) == 1
    assert count(archive, Delivery, Delivery.state != "sent") == 0


def test_housekeeping_removes_what_need_not_be_kept(space: Workspace, archive: Engine) -> None:
    with writing(archive) as connection:
        connection.execute(sa.text("INSERT INTO sources (id, name, enabled, added_at, failures) "
                                   "VALUES ('one', 'One', true, '2020-01-01', 0)"))
        connection.execute(sa.insert(Fetch).values(
            source_id="one", url="https://one.example/", outcome="ok", fetched_at=now() - timedelta(days=999)))
    do(space, archive, Job("housekeeping", {"task": "prune"}), Job("housekeeping", {"task": "health"}))
    assert count(archive, Fetch) == 0


def test_files_that_were_left_to_workers_are_read_once(
    space: Workspace, archive: Engine, tmp_path: Path, quick_workers: None
) -> None:
    ids = leave(archive, {}, files(tmp_path, 3), "all", Wish(any_outlet=True), again=False)
    jobs = [Job("backfill", {"shard": id_}) for id_ in ids]
    with reading(archive) as connection:
        assert backfills.waiting(connection, now(), LEASE) == ids
    assert not standing(archive, ids).over
    do(space, archive, *jobs)
    do(space, archive, *jobs)
    found = standing(archive)
    assert found.over
    assert (found.done, found.counts.records["new"], found.left_s) == (3, 12, 0.0)
    assert count(archive, Article) == 12
    leave(archive, {}, files(tmp_path, 3), "all", Wish(any_outlet=True), again=False)
    assert standing(archive, ids).over, "what was read is not read again"


def test_a_file_that_is_not_there_is_named_and_left_alone(space: Workspace, archive: Engine, tmp_path: Path) -> None:
    [gone] = files(tmp_path, 1)
    [id_] = leave(archive, {}, [gone], "all", Wish(any_outlet=True), again=False)
    gone.unlink()
    do(space, archive, Job("backfill", {"shard": id_}))
    found = standing(archive, [id_])
    assert found.over
    assert found.problems == {str(gone): f"{gone} is not there for its worker, or cannot be read by it"}
    with reading(archive) as connection:
        assert backfills.waiting(connection, now(), LEASE) == []


def test_a_replay_by_shards_finds_what_one_process_finds(
    space: Workspace, archive: Engine, tmp_path: Path, quick_workers: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replays, "SHARD", 3)
    for number in range(7):
        add_hit(archive, (), now() - timedelta(hours=number))
    rule = read_rule(tmp_path / "rules" / "chips.yaml")
    rule_id = leave_replay(space, archive, rule, Window(), annotate=False)
    assert leave_replay(space, archive, rule, Window(), annotate=False) == rule_id, "it goes on"
    with reading(archive) as connection:
        waiting = replays.waiting(connection, now(), LEASE)
    assert len(waiting) == 3
    assert progress(archive, rule_id).waiting == 3
    do(space, archive, *(Job("replay", {"shard": id_}) for id_ in waiting))
    tried = result(archive, rule_id)
    from pactwatch.replay import try_rule
    from pipeline.knowledge import load_knowledge

    alone = try_rule(archive, rule, load_knowledge(*space.knowledge_dirs), Window())
    assert (tried.articles, tried.total, tried.interrupted) == (7, 7, False)
    assert tried.seen == sorted(alone.seen)
    with writing(archive) as connection:
        replays.forget(connection, now() + timedelta(days=1))
    assert count(archive, ReplayShard) == 0


def test_a_shard_whose_worker_has_not_been_heard_of_is_taken_by_another(
    archive: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    [id_] = leave(archive, {}, files(tmp_path, 1), "all", Wish(any_outlet=True), again=False)
    with writing(archive) as connection:
        assert backfills.take(connection, id_, now(), LEASE) is not None
    monkeypatch.setattr(process, "identity", lambda: "elsewhere:1:1")
    with writing(archive) as connection:
        assert backfills.take(connection, id_, now(), LEASE) is None
        assert backfills.waiting(connection, now(), LEASE) == []
        later = now() + LEASE
        assert backfills.waiting(connection, later, LEASE) == [id_]
        assert backfills.take(connection, id_, later, LEASE) is not None


def test_a_shard_that_ends_its_workers_again_and_again_is_given_up(archive: Engine, tmp_path: Path) -> None:
    [id_] = leave(archive, {}, files(tmp_path, 1), "all", Wish(any_outlet=True), again=False)
    with writing(archive) as connection:
        for _ in range(20):
            assert backfills.take(connection, id_, now(), LEASE) is not None
        assert backfills.take(connection, id_, now(), LEASE) is None
    assert "ended 20 times in a row" in next(iter(standing(archive, [id_]).problems.values()))
    with reading(archive) as connection:
        assert connection.scalar(sa.select(Backfill.claimed_by)) is None


def test_the_plan_invites_to_what_is_due_and_to_nothing_else(space: Workspace, archive: Engine, tmp_path: Path) -> None:
    (tmp_path / "sources").mkdir()
    for name in ("one", "two"):
        (tmp_path / "sources" / f"{name}.yaml").write_text(
            f"name: {name}\nhome: https://{name}.example\nentry_points:\n  - feed: https://{name}.example/feed\n")
    plan = SharedPlan(space, archive, Present(space), LEASE)
    jobs = plan.crawl()
    assert {job.name for job in jobs} == {"crawl"}
    assert len({job.key for job in jobs}) == len(jobs) > 0
    with writing(archive) as connection:
        connection.execute(sa.text("UPDATE sources SET next_due_at = :later"), {"later": now() + timedelta(hours=1)})
    assert plan.crawl() == []
    assert [job.name for job in plan.alerts(True)] == ["digest"]
    add_hit(archive, space.settings.routes, now())
    assert [job.key for job in plan.alerts(False)] == ["deliver:slack:C0000000001"]
    assert plan.shards() == []
    [id_] = leave(archive, {}, files(tmp_path, 1), "all", Wish(any_outlet=True), again=False)
    assert [job.key for job in plan.shards()] == [f"backfill:{id_}"]


def test_of_two_schedulers_one_looks_each_time(engine: Engine) -> None:
    moment = now()
    with writing(engine) as connection:
        looks = [ticks.take(connection, "crawl", 5.0, moment + timedelta(seconds=second / 2)) for second in range(40)]
        other = ticks.take(connection, "alerts", 5.0, moment)
    assert sum(looks) in {4, 5}
    assert other


def test_a_look_by_a_clock_that_was_ahead_does_not_stop_the_others(engine: Engine) -> None:
    with writing(engine) as connection:
        assert ticks.take(connection, "crawl", 5.0, now() + timedelta(days=300))
        assert ticks.take(connection, "crawl", 5.0, now())


def test_a_job_that_runs_is_not_begun_again_beside_itself() -> None:
    begun: list[str] = []

    async def main() -> None:
        gate = asyncio.Event()

        async def work(job: Job) -> None:
            begun.append(job.key)
            await gate.wait()

        runner = LocalRunner(work)
        first = asyncio.ensure_future(runner.submit(Job("deliver")))
        await asyncio.sleep(0)
        await runner.submit(Job("deliver"))
        gate.set()
        await first
        await runner.submit(Job("deliver"))

    asyncio.run(main())
    assert begun == ["deliver", "deliver"]
