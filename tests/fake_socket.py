"""A Slack with Socket Mode on loopback: a WebSocket server that sends envelopes and notes when each is acknowledged."""

from __future__ import annotations

import base64
import hashlib
import json
import socket
import struct
import threading
import time
from types import TracebackType
from typing import Any, Self
from uuid import uuid4

from tests.fake_slack import FakeSlack

_MAGIC = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_TEXT, _CLOSE, _PING, _PONG = 1, 8, 9, 10


class FakeSocketSlack(FakeSlack):
    """`acknowledged` holds, by envelope, after how many seconds it was acknowledged."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.acknowledged: dict[str, float] = {}
        self.opened: list[str] = []              # the tokens that asked for a connection
        self.token = "xapp-test"
        self._sent: dict[str, float] = {}
        self._changed = threading.Condition()
        self._peers: list[socket.socket] = []
        self._listening = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._accept, daemon=True).start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._listening.close()
        self.hang_up()
        super().__exit__(kind, error, trace)

    def open_connection(self, authorization: str | None) -> dict[str, Any]:
        token = (authorization or "").removeprefix("Bearer ")
        self.opened.append(token)
        if token != self.token:
            return {"ok": False, "error": "invalid_auth"}
        return {"ok": True, "url": f"ws://127.0.0.1:{self._listening.getsockname()[1]}/link/?ticket=1"}

    def wait_for_listener(self, seconds: float = 30) -> Self:
        with self._changed:
            assert self._changed.wait_for(lambda: self._peers, seconds), "nobody connected"
        return self

    def hang_up(self) -> None:
        """Drop every connection without a word."""
        with self._changed:
            peers, self._peers = self._peers, []
        for peer in peers:
            peer.close()

    def send(self, kind: str, payload: dict[str, Any]) -> str:
        """Send an envelope to the newest connection; its id."""
        envelope = str(uuid4())
        message = {"envelope_id": envelope, "type": kind, "payload": payload, "accepts_response_payload": False}
        with self._changed:
            peer = self._peers[-1]
            self._sent[envelope] = time.monotonic()
        peer.sendall(_frame(_TEXT, json.dumps(message).encode()))
        return envelope

    def click(self, value: str, *, user: str = "U1", name: str = "mina", at: str = "", message: str = "1.1",
              action: str = "pactwatch:more") -> str:
        """Click on a button, or choose an option, with this value."""
        act: dict[str, Any] = {"action_id": action, "block_id": "b", "action_ts": at or f"{time.time():.6f}"}
        act |= {"selected_option": {"value": value}} if action.endswith("more") else {"value": value}
        return self.send("interactive", {
            "type": "block_actions", "user": {"id": user, "username": name}, "container": {"message_ts": message},
            "channel": {"id": "C0000000001"}, "actions": [act], "response_url": self.response_url})

    @property
    def response_url(self) -> str:
        return self.url.replace("/api/", "/response/1")

    def wait_for(self, envelope: str, seconds: float = 10) -> float:
        """After how many seconds an envelope was acknowledged."""
        with self._changed:
            assert self._changed.wait_for(lambda: envelope in self.acknowledged, seconds), "not acknowledged"
        return self.acknowledged[envelope]

    def wait_for_answers(self, number: int, seconds: float = 10) -> list[dict[str, Any]]:
        until = time.monotonic() + seconds
        while len(self.answers) < number and time.monotonic() < until:
            time.sleep(0.02)
        assert len(self.answers) == number
        return self.answers

    def _accept(self) -> None:
        while True:
            try:
                peer, _ = self._listening.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(peer,), daemon=True).start()

    def _serve(self, peer: socket.socket) -> None:
        try:
            head = b""
            while b"\r\n\r\n" not in head:
                head += peer.recv(1024)
            fields = dict(line.split(": ", 1) for line in head.decode().split("\r\n")[1:] if ": " in line)
            key = base64.b64encode(hashlib.sha1((fields["Sec-WebSocket-Key"] + _MAGIC).encode()).digest()).decode()
            peer.sendall(f"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                         f"Sec-WebSocket-Accept: {key}\r\n\r\n".encode())
            peer.sendall(_frame(_TEXT, json.dumps({"type": "hello", "num_connections": 1}).encode()))
            with self._changed:
                self._peers.append(peer)
                self._changed.notify_all()
            self._read(peer)
        except OSError:
            pass

    def _read(self, peer: socket.socket) -> None:
        while True:
            kind, data = _receive(peer)
            if kind == _PING:
                peer.sendall(_frame(_PONG, data))
            elif kind == _TEXT:
                envelope = json.loads(data)["envelope_id"]
                with self._changed:
                    self.acknowledged[envelope] = time.monotonic() - self._sent[envelope]
                    self._changed.notify_all()
            elif kind in {_CLOSE, None}:
                return


def _frame(kind: int, data: bytes) -> bytes:
    size = len(data)
    head = bytes([0x80 | kind])
    return head + (bytes([size]) if size < 126 else b"\x7e" + struct.pack("!H", size)) + data


def _receive(peer: socket.socket) -> tuple[int | None, bytes]:
    head = _exactly(peer, 2)
    if len(head) < 2:
        return None, b""
    size = head[1] & 0x7F
    if size == 126:
        size = struct.unpack("!H", _exactly(peer, 2))[0]
    mask = _exactly(peer, 4)
    data = _exactly(peer, size)
    return head[0] & 0x0F, bytes(byte ^ mask[at % 4] for at, byte in enumerate(data))


def _exactly(peer: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size and (some := peer.recv(size - len(data))):
        data += some
    return data
