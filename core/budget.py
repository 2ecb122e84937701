"""What a crawl holds of big documents at once: they wait for each other, and small ones pass freely."""

from __future__ import annotations

import asyncio
from collections.abc import MutableMapping
from contextlib import AbstractAsyncContextManager, nullcontext
from typing import Any, Self, TypeVar
from weakref import WeakKeyDictionary

SMALL = 500_000  # bytes; so much of each document is free, and requests in flight are few
MOST = 24_000_000  # bytes of all others together, from their first to when they have been read
HEAVY = 1_000_000  # bytes of a document; its tree and the copies of its text take twenty to fifty times as much
_PACKED = 20  # times that a list shrinks in a gzip file, about

T = TypeVar("T")
_ByLoop = MutableMapping[asyncio.AbstractEventLoop, T]


class Budget:
    """Bytes that are shared out. Who holds the oldest share may always go on, so that nobody waits for ever."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._held: dict[Share, int] = {}  # the oldest first
        self._waiting: dict[Share, tuple[int, asyncio.Future[None]]] = {}

    async def hold(self, share: Share, size: int) -> None:
        """Count so much for a share, and wait until there is room for it."""
        self._held.setdefault(share, 0)
        if self._may(share, size):
            self._held[share] = size
            self._settle()
            return
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting[share] = size, future
        try:
            await future
        finally:
            self._waiting.pop(share, None)

    def drop(self, share: Share) -> None:
        """Give back what a share holds."""
        if self._held.pop(share, None) is not None:
            self._settle()

    def _may(self, share: Share, size: int) -> bool:
        used = sum(self._held.values())
        return size <= self._held[share] or used - self._held[share] + size <= self._most or share is next(
            iter(self._held)
        )

    def _settle(self) -> None:
        for share, (size, future) in list(self._waiting.items()):
            if share not in self._held:
                future.cancel()  # nobody is interested in the document any more
            elif not future.done() and self._may(share, size):
                self._held[share] = size
                future.set_result(None)


_budgets: _ByLoop[Budget] = WeakKeyDictionary()
_turns: _ByLoop[asyncio.Semaphore] = WeakKeyDictionary()


class Share:
    """The part of one document in the budget of the loop. Whoever asks for a document keeps it until he has read it."""

    _budget: Budget | None = None

    async def hold(self, size: int) -> None:
        """Wait until there is room for so many bytes, in the place of those that were held before."""
        if size <= SMALL and self._budget is None:
            return
        self._budget = self._budget or _budgets.setdefault(asyncio.get_running_loop(), Budget())
        await self._budget.hold(self, size)

    def drop(self) -> None:
        """Give the bytes back."""
        if self._budget is not None:
            self._budget.drop(self)
            self._budget = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.drop()


def size_of(body: bytes) -> int:
    """The bytes that a document comes to; a guess for a file that is packed."""
    return len(body) * (_PACKED if body.startswith(b"\x1f\x8b") else 1)


def turn_of(size: int) -> AbstractAsyncContextManager[Any]:
    """What to hold while a document of this size is read: heavy ones are read one at a time, in whatever process."""
    if size < HEAVY:
        return nullcontext()
    return _turns.setdefault(asyncio.get_running_loop(), asyncio.Semaphore(1))
