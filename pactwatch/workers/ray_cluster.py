"""Shards on a Ray cluster: the same functions as in workers, one process a core. The ledger stays in the database."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from archive import backfills, replays
from archive.engine import Engine, open_engine, reading
from core.clock import now
from core.errors import StopWork, UserError
from core.workspace import Workspace, load_workspace
from pactwatch.backfill_shard import FileShards
from pactwatch.replay_shard import RangeShards
from pactwatch.work import LEASE

_ROUNDS = 3  # times that shards are given out whose process was lost
_LOOK_S = 1.0


def read_files(space: Workspace, engine: Engine, ids: Sequence[int], address: str, look: Callable[[], None]) -> None:
    """Have files read into the archive."""
    _have_done(space, engine, "backfill", ids, address, look)


def judge_ranges(space: Workspace, engine: Engine, ids: Sequence[int], address: str, look: Callable[[], None]) -> None:
    """Have ranges of articles judged."""
    _have_done(space, engine, "replay", ids, address, look)


def _have_done(space: Workspace, engine: Engine, kind: str, ids: Sequence[int], address: str, look: Callable[[], None]
               ) -> None:
    if engine.dialect.name != "postgresql":
        raise UserError("--ray needs PostgreSQL: the processes of a cluster cannot share a SQLite file; "
                        "see database.url")
    ray = _ray()
    _check_address(address)
    try:
        ray.init(address=None if address == "local" else address, log_to_driver=False)
    except (ConnectionError, ValueError, RuntimeError) as failure:
        raise UserError(f"there is no Ray cluster at {address!r}: {str(failure).splitlines()[0]}") from failure
    # Defined once: a remote function for each shard would cost more than the shard.
    do = ray.remote(num_cpus=1, max_retries=2)(do_shard)
    home = str(space.home.absolute())
    try:
        for _ in range(_ROUNDS):
            left = _left(engine, kind, ids)
            under_way = [do.remote(home, kind, id_) for id_ in left]
            while under_way:
                ended, under_way = ray.wait(under_way, timeout=_LOOK_S)
                for one in ended:
                    _take(ray, one)
                look()
        if left := _left(engine, kind, ids):
            raise StopWork(f"{len(left)} shards were not done by the cluster; the same command goes on with them")
    finally:
        ray.shutdown()


def _check_address(address: str) -> None:
    """Ray tries for minutes, and then ends the process, where nobody answers."""
    host, _, port = address.rpartition("://")[2].rpartition(":")
    if not host:
        return
    try:
        socket.create_connection((host, int(port)), timeout=10).close()
    except (OSError, ValueError) as failure:
        raise UserError(f"there is no Ray cluster at {address!r}: {failure}") from failure


def _take(ray: Any, one: Any) -> None:
    try:
        ray.get(one)
    except ray.exceptions.WorkerCrashedError:
        return  # it is left, and given out again


def _left(engine: Engine, kind: str, ids: Sequence[int]) -> list[int]:
    """The shards of these that wait; none that is held by a process which is gone waits for its lease here."""
    with reading(engine) as connection:
        waiting = (backfills if kind == "backfill" else replays).waiting(connection, now(), LEASE)
    return [id_ for id_ in ids if id_ in set(waiting)]


def do_shard(home: str, kind: str, id_: int) -> None:
    """Do a shard in a process of the cluster, with one process for its pages."""
    space = load_workspace(Path(home), options={"crawl.processes": 1})
    engine = open_engine(space.settings.database_url)

    async def do() -> None:
        kept: FileShards | RangeShards
        if kind == "backfill":
            kept = FileShards(space, engine, LEASE, asyncio.Event())
        else:
            kept = RangeShards(space, engine, LEASE, asyncio.Event())
        try:
            await kept.do(id_)
        finally:
            kept.close()

    asyncio.run(do())
    engine.dispose()


def _ray() -> Any:
    try:
        import ray
    except ImportError:
        raise UserError("--ray needs a library that is not installed: pip install 'pactwatch[ray]'") from None
    return ray
