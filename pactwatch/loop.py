"""One event loop for everything: Twisted's reactor runs on asyncio (uvloop where it is installed)."""

from __future__ import annotations

import asyncio
import gc
import signal
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from core.memory import map_big_blocks
from core.threads import in_thread

__all__ = ["in_thread", "run_in_loop"]

T = TypeVar("T")


def run_in_loop(main: Callable[[asyncio.Event], Awaitable[T]]) -> T:
    """Run `main` on a fresh loop and return its result. SIGINT and SIGTERM set the event that `main` is given."""
    from scrapers.settings import install_reactor

    map_big_blocks()
    gc.freeze()

    install_reactor()
    from twisted.internet import reactor as installed

    reactor: Any = installed  # Twisted's own annotations do not know the reactor that is installed at run time
    outcome: list[T] = []
    failure: list[BaseException] = []

    async def supervised() -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stop.set)
        try:
            outcome.append(await main(stop))
        except BaseException as error:  # noqa: BLE001 - nothing is lost: raised again below
            failure.append(error)  # outside of the reactor, which would only log it
        finally:
            reactor.stop()

    reactor.callWhenRunning(lambda: asyncio.ensure_future(supervised()))
    reactor.run(installSignalHandlers=False)
    if failure:
        raise failure[0]
    return outcome[0]
