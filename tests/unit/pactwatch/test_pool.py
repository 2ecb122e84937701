"""The extraction pool: batches in, results out; a page that kills, hangs or fills its process costs only itself."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

import pytest

from core.errors import StopWork
from core.records import Outcome, Page, Processed
from pactwatch import extraction_process
from pactwatch.extraction_process import Reader, StoppedError
from pactwatch.extraction_worker import Start
from pactwatch.pool import ExtractionPool

# What the pages do. Each result says which process read it; the log says how often each page was begun.
WORKER = """
import ctypes, os, time
from pathlib import Path
from core.records import Outcome, Processed

LOG = Path(__file__).with_suffix(".log")
hoard = []

def prepare(knowledge_dirs, rule_dirs):
    pass

def work(page):
    with LOG.open("a") as log:
        log.write(f"{page.address_id}\\n")
    if page.body == b"kill":
        os._exit(9)
    if page.body == b"fault":
        ctypes.string_at(1)
    if page.body == b"kill once" and LOG.read_text().split().count(str(page.address_id)) == 1:
        os._exit(9)
    if page.body == b"sleep":
        time.sleep(60)
    if page.body == b"work":
        end = time.process_time() + 0.8
        while time.process_time() < end:
            pass
    if page.body == b"loop":
        while True:
            pass
    if page.body == b"eat":
        for _ in range(600):
            hoard.append(b"x" * 1_000_000)
            time.sleep(0.001)
    if page.body == b"grow":
        hoard.append(b"x" * 100_000_000)
    return Processed(page.address_id, page.source_id, page.url, page.fetched_at, Outcome.EMPTY, str(os.getpid()))
"""
TO_PIECES = """
import os
os._exit(3)
"""


def start_of(module: str) -> Start:
    sys.modules.pop(module, None)
    worker = import_module(module)
    return Start((), (), worker.prepare, worker.work)


@pytest.fixture
def start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Start:
    (tmp_path / "pool_worker_for_tests.py").write_text(WORKER)
    monkeypatch.syspath_prepend(str(tmp_path))
    return start_of("pool_worker_for_tests")


@pytest.fixture
def reader(start: Start) -> Iterator[Reader]:
    reader = Reader(start, page_limit_s=3.0)
    yield reader
    reader.stop()


@pytest.fixture
def begun(tmp_path: Path) -> Callable[[], list[int]]:
    return lambda: [int(line) for line in (tmp_path / "pool_worker_for_tests.log").read_text().split()]


def page(number: int, body: bytes = b"fine") -> Page:
    return Page(
        number, "outlet", f"http://a.example/{number}", f"http://a.example/{number}", body, None, datetime.now(UTC)
    )


def batch(size: int, **odd: bytes) -> list[Page]:
    """Pages that are fine, but for those that are named by their numbers: p3=b"kill"."""
    return [page(n, odd.get(f"p{n}", b"fine")) for n in range(size)]


def results_of(start: Start, pages: list[Page]) -> dict[int, Processed]:
    async def main() -> dict[int, Processed]:
        found: dict[int, Processed] = {}

        async def done(results: list[Processed]) -> None:
            found.update({r.address_id: r for r in results})

        pool = ExtractionPool(1, [], [], done, work=start.work, prepare=start.prepare)
        pool.start()
        try:
            for item in pages:
                await pool.submit(item)
            await pool.drain()
        finally:
            pool.stop()
        return found

    return asyncio.run(main())


def test_every_page_comes_out_once(start: Start, begun: Callable[[], list[int]]) -> None:
    found = results_of(start, batch(40))
    assert sorted(found) == begun() == list(range(40))


@pytest.mark.parametrize(("body", "outcome", "reason"), [
    (b"kill", Outcome.CRASHED, "exit code 9"),
    (b"fault", Outcome.CRASHED, "Segmentation fault"),
    (b"sleep", Outcome.TOO_SLOW, "more than 3 s"),
    (b"eat", Outcome.TOO_MUCH_MEMORY, "more than 130 MB"),
])
def test_a_page_that_does_harm_costs_only_itself(
    reader: Reader, begun: Callable[[], list[int]], body: bytes, outcome: Outcome, reason: str
) -> None:
    found = reader.read(batch(6, p2=body))
    assert [r.address_id for r in found] == list(range(6))
    assert [r.outcome for r in found] == [Outcome.EMPTY] * 2 + [outcome] + [Outcome.EMPTY] * 3
    assert reason in found[2].reason
    others = [n for n in begun() if n != 2]
    assert others == [0, 1, 3, 4, 5], "no other page is read twice"


def test_two_pages_that_do_harm_in_one_batch_both_have_their_names(reader: Reader) -> None:
    found = reader.read(batch(4, p0=b"kill", p3=b"eat"))
    assert [r.outcome for r in found] == [Outcome.CRASHED, Outcome.EMPTY, Outcome.EMPTY, Outcome.TOO_MUCH_MEMORY]


def test_a_page_whose_process_was_ended_by_others_is_read_again(
    reader: Reader, begun: Callable[[], list[int]]
) -> None:
    found = reader.read(batch(3, p1=b"kill once"))
    assert {r.outcome for r in found} == {Outcome.EMPTY}
    assert begun() == [0, 1, 1, 2]


def test_a_process_that_died_while_it_was_idle_costs_no_page(reader: Reader) -> None:
    first = reader.read(batch(1))
    os.kill(int(first[0].reason), signal.SIGKILL)
    assert [r.outcome for r in reader.read(batch(2))] == [Outcome.EMPTY] * 2


def test_a_page_that_loops_is_given_up_by_its_own_process(
    start: Start, tmp_path: Path
) -> None:
    """The limit is set in the process, so the module that sets it is changed before that starts."""
    looping = "import pactwatch.extraction_worker as w\nw.PAGE_LIMIT_S = 0.3\n" + WORKER
    (tmp_path / "looping_worker_for_tests.py").write_text(looping)
    own = Reader(start_of("looping_worker_for_tests"))
    try:
        found = own.read(batch(3, p1=b"loop"))
        assert [r.outcome for r in found] == [Outcome.EMPTY, Outcome.TOO_SLOW, Outcome.EMPTY]
        assert found[0].reason == found[2].reason, "the process lives on"
        [later] = own.read(batch(1))
        assert later.reason != found[0].reason, "but what was interrupted is not trusted with another batch"
    finally:
        own.stop()


def test_a_page_that_waits_for_its_turn_on_a_busy_machine_is_waited_for(start: Start) -> None:
    own = Reader(start, page_limit_s=0.2)
    try:
        assert [r.outcome for r in own.read(batch(2, p1=b"work"))] == [Outcome.EMPTY] * 2
    finally:
        own.stop()


def test_a_process_that_has_grown_is_replaced_after_its_batch(reader: Reader) -> None:
    one = reader.read(batch(2))
    same = reader.read(batch(3, p1=b"grow"))
    other = reader.read(batch(2))
    assert {r.reason for r in one} == {r.reason for r in same} != {r.reason for r in other}


def test_processes_that_cannot_start_stop_the_work_and_blame_no_page(
    tmp_path: Path, start: Start
) -> None:
    reader = Reader(start)
    try:
        (tmp_path / "pool_worker_for_tests.py").write_text(TO_PIECES)
        reader._process.kill()
        with pytest.raises(StopWork, match=r"before they are ready.*exit code 3"):
            reader.read(batch(2))
    finally:
        reader.stop()


def test_a_pool_that_is_stopped_blames_no_page(start: Start) -> None:
    async def main() -> list[Processed]:
        found: list[Processed] = []

        async def done(results: list[Processed]) -> None:
            found.extend(results)

        pool = ExtractionPool(1, [], [], done, work=start.work, prepare=start.prepare)
        for item in batch(40, p3=b"sleep"):
            await pool.submit(item)
        await asyncio.sleep(0.5)
        pool.stop()
        await asyncio.wait_for(pool.drain(), 5.0)
        return found

    assert asyncio.run(main()) == []


def test_a_stopped_reader_says_so(reader: Reader) -> None:
    reader.stop()
    with pytest.raises(StoppedError):
        reader.read(batch(1))


def test_a_page_has_less_time_than_the_thirty_seconds_that_are_promised() -> None:
    assert extraction_process.PAGE_LIMIT_S + 5 < 30
