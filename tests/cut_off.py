"""A way to a PostgreSQL server that can be cut: what is sent then arrives nowhere, and nobody is told."""

from __future__ import annotations

import asyncio
import threading
from contextlib import suppress
from typing import Self


class Way:
    """Forwards connections from a port of loopback to a server's socket, in a thread of its own."""

    def __init__(self, socket: str) -> None:
        self._socket = socket
        self._open: set[asyncio.Task[None]] = set()
        self._loop = asyncio.new_event_loop()
        self._free = asyncio.Event()
        self._free.set()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._ready = threading.Event()
        self.port = 0

    def __enter__(self) -> Self:
        self._thread.start()
        self._ready.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def cut(self) -> None:
        """Let nothing through any more, in either direction; new connections hang as well."""
        self._loop.call_soon_threadsafe(self._free.clear)

    def mend(self) -> None:
        """Let new connections through. Those that were cut are lost."""
        self._loop.call_soon_threadsafe(self._drop)

    def _drop(self) -> None:
        self._free.set()
        for task in self._open:
            task.cancel()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._take, "127.0.0.1", 0))
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        self._loop.run_forever()
        server.close()
        self._drop()
        self._loop.run_until_complete(asyncio.gather(*self._open, return_exceptions=True))
        self._loop.close()

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)
        other: asyncio.StreamWriter | None = None
        try:
            await self._free.wait()
            there, other = await asyncio.open_unix_connection(self._socket)
            ways = [asyncio.ensure_future(self._pass(*ends)) for ends in ((reader, other), (there, writer))]
            try:
                await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for way in ways:
                    way.cancel()
                await asyncio.gather(*ways, return_exceptions=True)
        except (OSError, asyncio.CancelledError):
            pass
        finally:
            self._open.discard(task)
            for end in (writer, other):
                if end is not None:
                    with suppress(OSError, RuntimeError):
                        end.transport.abort()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            await self._free.wait()
            writer.write(data)
            await writer.drain()
