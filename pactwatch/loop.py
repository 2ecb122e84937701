"""One event loop for everything: Twisted's reactor runs on asyncio (uvloop where it is installed)."""

from __future__ import annotations

import asyncio
import gc
import signal
import threading
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, TypeVar, cast

from core.memory import map_big_blocks

T = TypeVar("T")


async def in_thread(function: Callable[..., T], *arguments: Any) -> T:
    """Run a blocking function beside the loop.

    The thread is a daemon, unlike asyncio's own: a process that was told to stop does not wait for a slow answer.
    """
    loop = asyncio.get_running_loop()
    future: asyncio.Future[T] = loop.create_future()

    def settle(result: T | None, error: BaseException | None) -> None:
        if future.cancelled():
            return
        if error is not None:
            future.set_exception(error)
        else:
            future.set_result(cast("T", result))

    def work() -> None:
        result, error = None, None
        try:
            result = function(*arguments)
        except BaseException as failure:  # noqa: BLE001 - nothing is lost: the caller gets it
            error = failure
        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(settle, result, error)

    threading.Thread(target=work, daemon=True, name=function.__name__).start()
    return await future


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
