"""An address on loopback that takes posts, and answers or fails as it is told.

An answer is (status, text) or (status, text, headers); `reset`, `close` and `hang` end a call without one.
"""

from __future__ import annotations

import json
import socket
import struct
import threading
import time
from collections import deque
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self


@dataclass(frozen=True)
class Taken:
    """A post that came in."""

    path: str
    headers: dict[str, str]
    body: bytes
    at: float

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class HookServer:
    """Runs in a thread of the test. `taken` is what came in, the oldest first."""

    def __init__(self, *, hang: float = 1.5, good: tuple[int, str] = (200, "ok")) -> None:
        self.taken: list[Taken] = []
        self.answers: deque[Any] = deque()
        self.hang, self.good = hang, good
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"hooks": self}))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    def url(self, path: str = "/hook") -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.0"
    hooks: HookServer

    def log_message(self, format: str, *args: object) -> None:
        pass

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"] or 0))
        self.hooks.taken.append(Taken(self.path, {k.lower(): v for k, v in self.headers.items()}, body,
                                      time.monotonic()))
        answer = self.hooks.answers.popleft() if self.hooks.answers else self.hooks.good
        if answer == "hang":
            time.sleep(self.hooks.hang)
        elif answer == "reset":
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.shutdown(socket.SHUT_RD)
        elif answer != "close":
            status, text, headers = answer if len(answer) == 3 else (*answer, {})
            self.send_response(status)
            for name, value in {"Content-Length": str(len(text.encode())), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(text.encode())
