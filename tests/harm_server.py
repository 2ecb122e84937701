"""A web server on loopback that does harm: each case has an address of its own and answers byte by byte as it likes."""

from __future__ import annotations

import asyncio
import ssl
import threading
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

ARTICLE = (
    "<!doctype html><html lang=en><head><title>{title}</title>{head}</head><body><article><h1>{title}</h1>"
    + "<p>Example Robotics and Sample Telecom said on Monday that they will build a test site for delivery robots "
    "in the harbour, and that the first of them will drive next spring.</p>" * 4
    + "{more}</article></body></html>"
)


def article(title: str = "Two firms build a test site", head: str = "", more: str = "") -> bytes:
    """A page that can be read."""
    return ARTICLE.format(title=title, head=head, more=more).encode()


def http(
    body: bytes | str = b"", status: str = "200 OK", kind: str = "text/html; charset=utf-8", **headers: str
) -> bytes:
    """A whole answer, honest about its length. Header names with `_` for `-`."""
    content = body.encode() if isinstance(body, str) else body
    lines = [f"HTTP/1.1 {status}", f"Content-Type: {kind}", f"Content-Length: {len(content)}", "Connection: close"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1") + content


def to(location: str, status: str = "302 Found") -> bytes:
    """A redirect."""
    return http(status=status, Location=location)


def feed(*links: str, title: str = "News") -> bytes:
    """An RSS feed of these addresses, which stand in it as they are."""
    items = "".join(f"<item><title>{title}</title><link>{link}</link></item>" for link in links)
    return http(f"<rss version='2.0'><channel><title>T</title>{items}</channel></rss>", kind="application/rss+xml")


@dataclass
class Talk:
    """A connection to a case: what was asked, and the stream to answer on."""

    path: str
    headers: dict[str, str]
    writer: asyncio.StreamWriter

    async def send(self, data: bytes) -> None:
        """Write and wait until it is on its way."""
        self.writer.write(data)
        await self.writer.drain()

    def reset(self) -> None:
        """End the connection with a reset."""
        self.writer.transport.abort()


Serve = bytes | Callable[[Talk], Awaitable[None]]


@dataclass
class Host:
    """An address with its answers by path; `*` answers what is not named. `asked` remembers each request."""

    address: str
    serves: Mapping[str, Serve]
    tls: ssl.SSLContext | None = None
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    port: int = 0
    began: dict[str, float] = field(default_factory=dict)  # when each path was first asked for

    @property
    def base(self) -> str:
        """Its address on the web."""
        return f"http{'s' if self.tls else ''}://{self.address}:{self.port}"

    def paths(self) -> list[str]:
        """What was asked for, in order."""
        return [path for path, _ in self.asked]

    async def listen(self, port: int) -> asyncio.Server:
        """Listen on a port, 0 for a free one."""
        server = await asyncio.start_server(self._answer, self.address, port, ssl=self.tls, limit=2**16)
        self.port = server.sockets[0].getsockname()[1]
        return server

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, EOFError, asyncio.LimitOverrunError, ValueError, asyncio.CancelledError):
            lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            headers = {name.strip().lower(): value.strip() for name, _, value in (x.partition(":") for x in lines[1:])}
            path = lines[0].split(" ")[1]
            self.asked.append((path, headers))
            self.began.setdefault(path, time.monotonic())
            serve = self.serves.get(path, self.serves.get("*", http("not found", "404 Not Found")))
            if isinstance(serve, bytes):
                writer.write(serve)
                await writer.drain()
            else:
                await serve(Talk(path, headers, writer))
        with suppress(OSError):
            writer.close()


@contextmanager
def serving(hosts: list[Host], ports: Mapping[str, int] | None = None) -> Iterator[None]:
    """Serve these hosts until the block ends, all in one thread."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    async def begin() -> list[asyncio.Server]:
        return [await host.listen((ports or {}).get(host.address, 0)) for host in hosts]

    async def end() -> None:
        for server in servers:
            server.close()
        tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    servers = asyncio.run_coroutine_threadsafe(begin(), loop).result(30)
    try:
        yield
    finally:
        asyncio.run_coroutine_threadsafe(end(), loop).result(30)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
