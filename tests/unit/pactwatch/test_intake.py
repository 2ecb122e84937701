"""What takes sources into a pass ends with the pass, also when sources come just then."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from core.clock import now
from pactwatch.intake import Guests, Intake
from pactwatch.summary import PassSummary


class Visitors(Guests):
    """Come when they are told to."""

    def __init__(self) -> None:
        self.told = asyncio.Event()

    async def come(self) -> None:
        """Wait until they are told to."""
        await self.told.wait()


@pytest.mark.parametrize("turns", range(6))
def test_an_intake_ends_with_its_pass_however_close_to_that_others_come(turns: int) -> None:
    async def main() -> bool:
        visitors = Visitors()
        over: Any = SimpleNamespace(crawlers=set())  # the crawl has ended, and the last pages are being read
        nothing: Any = None
        intake = Intake(nothing, {}, dict, PassSummary(started=now()), visitors)
        running = asyncio.ensure_future(intake.run(over, nothing, nothing))
        await asyncio.sleep(0.01)
        visitors.told.set()
        for _ in range(turns):  # of the loop
            await asyncio.sleep(0)
        running.cancel()
        done, _ = await asyncio.wait({running}, timeout=0.3)
        running.cancel()
        return bool(done)

    assert asyncio.run(main())
