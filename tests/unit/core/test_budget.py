"""The budget of a crawl: big documents wait for each other, small ones for nobody, and nobody for ever."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from core.budget import MOST, SMALL, Budget, Share


async def _settled() -> None:
    for _ in range(3):
        await asyncio.sleep(0)


def _run(story: Callable[[], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(asyncio.wait_for(story(), 10))


def test_a_big_document_waits_until_another_has_been_read() -> None:
    async def story() -> None:
        first, second = Share(), Share()
        await first.hold(MOST)
        waiting = asyncio.ensure_future(second.hold(SMALL + 1))
        await _settled()
        assert not waiting.done()
        first.drop()
        await waiting

    _run(story)


def test_small_documents_pass_while_the_budget_is_spent() -> None:
    async def story() -> None:
        await Share().hold(2 * MOST)
        passed = [asyncio.ensure_future(Share().hold(SMALL)) for _ in range(100)]
        large = asyncio.ensure_future(Share().hold(SMALL + 1))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert all(one.done() for one in passed)
        assert not large.done()
        large.cancel()

    _run(story)


def test_the_oldest_may_grow_over_the_budget_so_that_two_do_not_wait_for_each_other() -> None:
    async def story() -> None:
        first, second = Share(), Share()
        await first.hold(MOST // 2)
        await second.hold(MOST // 2)
        waiting = asyncio.ensure_future(second.hold(MOST))
        await first.hold(MOST)
        assert not waiting.done()
        first.drop()
        await waiting

    _run(story)


def test_what_is_given_back_by_half_is_free_for_others() -> None:
    async def story() -> None:
        first, second = Share(), Share()
        await first.hold(MOST)
        waiting = asyncio.ensure_future(second.hold(MOST // 2))
        await asyncio.sleep(0)
        assert not waiting.done()
        await first.hold(MOST // 2)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert waiting.done()

    _run(story)


def test_a_document_that_nobody_wants_any_more_waits_for_nothing() -> None:
    async def story() -> None:
        await Share().hold(MOST)
        second = Share()
        waiting = asyncio.ensure_future(second.hold(MOST))
        await _settled()
        second.drop()
        await asyncio.wait({waiting})
        assert waiting.cancelled()

    _run(story)


@given(st.lists(st.lists(st.integers(1, 60), min_size=1, max_size=5), min_size=1, max_size=12))
def test_documents_of_whatever_size_all_get_their_turn_in_bounded_memory(documents: list[list[int]]) -> None:
    async def story() -> None:
        budget, held = Budget(40), dict.fromkeys(range(len(documents)), 0)

        async def read(number: int, sizes: list[int]) -> None:
            share = Share()
            for size in sizes:
                await budget.hold(share, size)
                held[number] = size
                assert sum(held.values()) <= 40 + max(held.values())
                await asyncio.sleep(0)
            held[number] = 0
            budget.drop(share)

        await asyncio.gather(*(read(number, sizes) for number, sizes in enumerate(documents)))

    _run(story)
