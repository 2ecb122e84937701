"""A web of feeds with nothing new: every address of loopback is an outlet, and answers 304 to who knows its feed.

python -m tests.bench.poll_web PORT
"""

from __future__ import annotations

import asyncio
import sys
from typing import cast

ROBOTS = b"User-agent: *\nDisallow: /private\n"
TAG = b'"as-before"'
ENTRIES = 5
_ITEM = (
    "<item><title>Report {n} of {host}</title><link>http://{host}/{n}</link><description>What was reported, in a"
    " sentence.</description><pubDate>Mon, 02 Nov 2026 10:0{n}:00 GMT</pubDate></item>"
)


class _Outlet(asyncio.Protocol):
    """Answers robots.txt and a feed, over connections that stay open."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._waiting = b""

    def data_received(self, data: bytes) -> None:
        self._waiting += data
        while b"\r\n\r\n" in self._waiting:
            head, _, self._waiting = self._waiting.partition(b"\r\n\r\n")
            self._transport.write(self._answer(head))

    def _answer(self, head: bytes) -> bytes:
        if head.startswith(b"GET /robots.txt "):
            return _whole(b"text/plain", ROBOTS)
        if TAG in head:
            return b"HTTP/1.1 304 Not Modified\r\nETag: " + TAG + b"\r\n\r\n"
        host = next(line[6:].decode() for line in head.split(b"\r\n") if line.lower().startswith(b"host: "))
        items = "".join(_ITEM.format(n=n, host=host) for n in range(ENTRIES))
        feed = f'<?xml version="1.0"?><rss version="2.0"><channel><title>{host}</title>{items}</channel></rss>'
        return _whole(b"application/rss+xml", feed.encode())


def _whole(kind: bytes, body: bytes) -> bytes:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: %s\r\nETag: %s\r\nContent-Length: %d\r\n\r\n" % (kind, TAG, len(body))
    return head + body


def host_of(number: int) -> str:
    """The address of an outlet."""
    return f"127.30.{number // 250}.{number % 250 + 1}"


async def _serve(port: int) -> None:
    server = await asyncio.get_running_loop().create_server(_Outlet, "0.0.0.0", port, backlog=1000)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1])))
