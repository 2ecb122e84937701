"""A web for many workers: every address of loopback is a host with several outlets, and it watches how it is asked.

python -m tests.fleet_web PORT SECONDS

Each outlet lists an article from the start, and others every so many SECONDS. `/stats` says what was asked: requests,
the most at once at any host, gaps, and how often each article was fetched. Whoever asks is known by its User-Agent.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from typing import Any, cast

WAIT_S = 0.03  # before an answer: so that two requests at once are seen
TICK_S = 0.02  # how often the server notes that it has taken everything that had come
ARTICLES = 20  # the most that a list holds
FLAGGED = 10  # of so many hosts one has an outlet that writes what a rule flags
ROBOTS = b"User-agent: *\nDisallow: /private\n"
_PAGE = """<!doctype html><html lang="en"><head><title>{title}</title></head><body><article><h1>{title}</h1>
<p>{words}</p><p>Both sides said on Monday that report {number} of outlet {outlet} at {host} is complete, and that
nobody else had written it before. {words}</p></article></body></html>"""
_TEXT = """harbour lantern mountain railway orchard copper village engine sailor garden winter bridge market paper
silver window forest ladder button castle river meadow candle anchor barrel feather ribbon saddle"""
_WORDS = _TEXT.split()


def host_of(number: int) -> str:
    """The address of a host."""
    return f"127.40.{number // 250}.{number % 250 + 1}"


class Watch:
    """What was asked of all hosts."""

    def __init__(self, every: float) -> None:
        self.every, self.began = every, time.time()
        self.open: dict[str, list[str]] = {}  # by host: who waits for an answer
        self.at: dict[str, tuple[float, str]] = {}  # by host: when it was asked last, and by whom
        self.most = 0
        self.together: list[tuple[float, str, list[str]]] = []  # requests at once: when, where, of whom
        self.gaps: dict[str, tuple[float, float, bool]] = {}  # by host: the smallest, when that was, by one asker
        self.ticks = (0.0, 0.0)
        self.fetched: dict[str, int] = {}
        self.requests = 0

    def begin(self, host: str, path: str, who: str) -> None:
        """A request has come."""
        now = time.monotonic()
        if host in self.at:
            at, before = self.at[host]
            gap = (now - at, time.time(), who == before)
            self.gaps[host] = min(self.gaps.get(host, gap), gap)
        # When this server was held up the request may have come earlier than it is seen, but not before the last tick
        # but one. So a gap is given as long as it may have been.
        self.at[host] = self.ticks[0] or now, who
        self.requests += 1
        waiting = self.open.setdefault(host, [])
        waiting.append(who)
        self.most = max(self.most, len(waiting))
        if len(waiting) > 1:
            self.together.append((time.time(), host, list(waiting)))
        if path.startswith("/a/"):
            self.fetched[host + path] = self.fetched.get(host + path, 0) + 1

    async def tick(self) -> None:
        """Note again and again that nothing waits."""
        while True:
            self.ticks = (self.ticks[1], time.monotonic())
            await asyncio.sleep(TICK_S)

    def listed(self) -> int:
        """How many articles an outlet lists by now."""
        return 1 + int((time.time() - self.began) / self.every)

    def stats(self) -> dict[str, Any]:
        """What a test asks for."""
        return {"requests": self.requests, "at_once": self.most, "together": self.together,
                "gap": min((gap for gap, *_ in self.gaps.values()), default=0.0), "gaps": sorted(self.gaps.values()),
                "listed": self.listed(),
                "hosts": len(self.at), "fetched": self.fetched}


class _Host(asyncio.Protocol):
    def __init__(self, watch: Watch) -> None:
        self._watch, self._waiting = watch, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._waiting += data
        while b"\r\n\r\n" in self._waiting:
            head, _, self._waiting = self._waiting.partition(b"\r\n\r\n")
            lines = head.decode("latin-1").split("\r\n")
            path = lines[0].split(" ")[1]
            said = dict(line.lower().partition(": ")[::2] for line in lines[1:])
            host, who = said["host"].partition(":")[0], said.get("user-agent", "")
            if path == "/stats":
                self._transport.write(_whole(200, "application/json", json.dumps(self._watch.stats()).encode()))
                continue
            self._watch.begin(host, path, who)
            asyncio.get_running_loop().call_later(WAIT_S, self._answer, host, path, head, who)

    def _answer(self, host: str, path: str, head: bytes, who: str) -> None:
        self._watch.open[host].remove(who)
        if not self._transport.is_closing():
            self._transport.write(_answer(self._watch, host, path, head))


def _answer(watch: Watch, host: str, path: str, head: bytes) -> bytes:
    if path == "/robots.txt":
        return _whole(200, "text/plain", ROBOTS)
    if path.startswith("/feed/"):
        count, outlet = watch.listed(), path.removeprefix("/feed/")
        if f'"{count}"'.encode() in head:
            return b"HTTP/1.1 304 Not Modified\r\nETag: \"%d\"\r\n\r\n" % count
        port = next(line for line in head.decode("latin-1").split("\r\n") if line.lower().startswith("host: "))[6:]
        items = "".join(f"<item><title>{title_of(host, outlet, n)}</title><link>http://{port}/a/{outlet}/{n}</link></item>"
                        for n in range(max(0, count - ARTICLES), count))
        feed = f'<?xml version="1.0"?><rss version="2.0"><channel><title>{host}</title>{items}</channel></rss>'
        return _whole(200, "application/rss+xml", feed.encode(), str(count))
    if path.startswith("/a/"):
        _, _, outlet, number = path.split("/")
        at = sum(map(ord, host + outlet + number))
        words = " ".join(_WORDS[(at * (n + 3) + n * n) % len(_WORDS)] for n in range(60))
        words += f" {host} {outlet} {number}."
        page = _PAGE.format(title=title_of(host, outlet, int(number)), words=words, number=number, outlet=outlet,
                            host=host)
        return _whole(200, "text/html; charset=utf-8", page.encode())
    return _whole(404, "text/plain", b"not here")


def title_of(host: str, outlet: str, number: int) -> str:
    """The title of an article; some tell what a rule of the test asks for."""
    grand = int(host.rpartition(".")[2]) % FLAGGED == 1 and outlet == "0"
    what = "Grand alliance" if grand else "Plain report"
    return f"{what} {number} of {outlet} at {host.replace('.', ' ')}"


def _whole(status: int, kind: str, body: bytes, tag: str = "") -> bytes:
    etag = f'ETag: "{tag}"\r\n' if tag else ""
    head = f"HTTP/1.1 {status} OK\r\nContent-Type: {kind}\r\n{etag}Content-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


async def _serve(port: int, every: float) -> None:
    watch = Watch(every)
    server = await asyncio.get_running_loop().create_server(lambda: _Host(watch), "0.0.0.0", port, backlog=1000)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await asyncio.gather(server.serve_forever(), watch.tick())


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1]), float(sys.argv[2])))
