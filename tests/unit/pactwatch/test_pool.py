"""The extraction pool: batches in, results out; a page that kills or hangs its process costs only itself."""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

import pytest

from core.records import Outcome, Page, Processed
from core.workspace import shipped
from pactwatch.pool import ExtractionPool

WORKER = """
import os, time
from core.records import Outcome, Processed

def work(pages):
    out = []
    for page in pages:
        if page.body == b"kill":
            os._exit(9)
        if page.body == b"hang":
            time.sleep(60)
        out.append(Processed(page.address_id, page.source_id, page.url, page.fetched_at, Outcome.EMPTY, "read"))
    return out
"""


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> object:
    (tmp_path / "pool_worker_for_tests.py").write_text(WORKER)
    monkeypatch.syspath_prepend(str(tmp_path))
    sys.modules.pop("pool_worker_for_tests", None)
    return import_module("pool_worker_for_tests").work


def page(number: int, body: bytes = b"fine") -> Page:
    return Page(
        number, "outlet", f"http://a.example/{number}", f"http://a.example/{number}", body, None, datetime.now(UTC)
    )


def results_of(work: object, pages: list[Page], *, limit_s: float = 30.0) -> dict[int, Processed]:
    async def main() -> dict[int, Processed]:
        found: dict[int, Processed] = {}

        async def done(results: list[Processed]) -> None:
            found.update({r.address_id: r for r in results})

        pool = ExtractionPool(
            1, [shipped("pipeline", "knowledge")], [shipped("pipeline", "rules")], done, work=work, page_limit_s=limit_s
        )  # type: ignore[arg-type]
        pool.start()
        try:
            for item in pages:
                await pool.submit(item)
            await pool.drain()
        finally:
            pool.stop()
        return found

    return asyncio.run(main())


def test_every_page_comes_out_once(work: object) -> None:
    found = results_of(work, [page(n) for n in range(40)])
    assert sorted(found) == list(range(40))
    assert {r.reason for r in found.values()} == {"read"}


@pytest.mark.usefixtures("quick_workers")
def test_a_page_that_kills_its_process_costs_only_itself(work: object) -> None:
    found = results_of(work, [page(n, b"kill" if n == 3 else b"fine") for n in range(8)])
    assert {n for n, r in found.items() if r.outcome is Outcome.EXTRACTION_FAILED} == {3}
    assert len(found) == 8


@pytest.mark.usefixtures("quick_workers")
def test_a_page_that_hangs_costs_only_itself(work: object) -> None:
    found = results_of(work, [page(n, b"hang" if n == 1 else b"fine") for n in range(3)], limit_s=3.0)
    assert {n for n, r in found.items() if r.outcome is Outcome.EXTRACTION_FAILED} == {1}
    assert "died or took too long" in found[1].reason
