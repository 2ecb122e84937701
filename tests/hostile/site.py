"""Many small outlets in one thread, each on a loopback address of its own, so that no case disturbs another."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus

from tests.outlet_server import Asked, Reply, Route


class Site:
    """One host: routes by path with query, then by path, then `*`; what is left is a plain 404."""

    def __init__(self, host: str) -> None:
        self.socket = socket.create_server((host, 0))
        self.host, self.port = host, self.socket.getsockname()[1]
        self.base = f"http://{host}:{self.port}"
        self.routes: dict[str, Route] = {}
        self.asked: list[Asked] = []

    def answer(self, asked: Asked) -> Reply:
        """What this request gets."""
        self.asked.append(asked)
        route = self.routes.get(asked.path) or self.routes.get(asked.path.partition("?")[0])
        if route is None and asked.path != "/robots.txt":
            route = self.routes.get("*")
        route = route or Reply("<h1>not found</h1>", status=404)
        return route(asked) if callable(route) else route

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer the requests of one connection."""
        try:
            while head := (await reader.readuntil(b"\r\n\r\n")).decode("latin-1"):
                first, *lines = head.split("\r\n")
                fields = (line.partition(":") for line in lines if line)
                headers = {name.lower(): value.strip() for name, _, value in fields}
                writer.write(_bytes(self.answer(Asked(first.split(" ")[1], headers, time.monotonic()))))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


def _bytes(reply: Reply) -> bytes:
    body = reply.body.encode() if isinstance(reply.body, str) else reply.body
    if reply.status == 304:
        body = b""
    phrase = HTTPStatus(reply.status).phrase if reply.status in set(HTTPStatus) else "Odd"
    kind = {"Content-Type": reply.kind} if reply.kind else {}
    headers = {**kind, "Content-Length": str(len(body)), **reply.headers}
    lines = [f"HTTP/1.1 {reply.status} {phrase}", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


@contextmanager
def running(sites: list[Site]) -> Iterator[None]:
    """Serve all sites until the block ends."""
    loop = asyncio.new_event_loop()
    ended = asyncio.Event()
    ready = threading.Event()

    async def serve() -> None:
        servers = [await asyncio.start_server(site.serve, sock=site.socket) for site in sites]
        ready.set()
        await ended.wait()
        for server in servers:
            server.close()
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    ready.wait()
    try:
        yield
    finally:
        loop.call_soon_threadsafe(ended.set)
        thread.join()
        loop.close()
