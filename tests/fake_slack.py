"""A small Slack on loopback: it takes messages, keeps their metadata, pages its history, and fails as it is told.

A fault is a word, used up one by one by the calls of `chat.postMessage`:
`ok`, `ratelimited`, `refuse:ERROR`, `500`, `html`, `reset`, `close`, `hang` leave no message;
`post-500`, `post-html`, `post-badjson`, `post-reset`, `post-close`, `post-hang` take the message and then lose the
answer.
"""

from __future__ import annotations

import json
import re
import socket
import struct
import threading
import time
import urllib.parse
from collections import deque
from collections.abc import Iterable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self


class FakeSlack:
    """Runs in a thread of the test. `messages` are what stands in the channel, the oldest first."""

    def __init__(self, *, history: str | None = None, hang: float = 1.5, page: int = 3) -> None:
        self.messages: list[dict[str, Any]] = []
        self.answers: list[dict[str, Any]] = []  # what only one reader was shown
        self.calls: list[str] = []
        self.faults: deque[str] = deque()
        self.change_faults: deque[str] = deque()  # those of `chat.update`
        self.error: str | None = None            # every post is refused with it
        self.history_error = history             # every look-up is refused with it
        self.down = False                        # connections are reset before anything is read
        self.files: dict[str, bytes] = {}        # uploaded, by id; None of them stands in a channel by itself
        self.upload_error: str | None = None     # every upload is refused with it
        self.upload_faults: deque[str] = deque() # those of taking the bytes of a file
        self.slow_files = 0                      # posts that are refused because Slack still works at their file
        self.hang, self.page = hang, page
        self.epoch = 1_700_000_000               # when the first message is posted, by Slack's clock
        self.delay = 0.0                         # seconds of work before a message stands in the channel
        self.lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"slack": self}))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/api/"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def open_connection(self, authorization: str | None) -> dict[str, Any]:
        """Where Socket Mode connects to; this Slack has none."""
        return {"ok": False, "error": "invalid_auth"}

    def fail(self, faults: Iterable[str]) -> None:
        self.faults.extend(faults)

    @property
    def keys(self) -> list[str]:
        return [m["metadata"]["event_payload"]["key"] for m in self.messages]

    def take(self, payload: dict[str, Any]) -> dict[str, Any]:
        with self.lock:
            ts = f"{self.epoch + len(self.messages)}.{len(self.messages):06d}"
            message = {"type": "message", "ts": ts, "at": time.monotonic(), **payload}
            shown = [b["slack_file"]["id"] for b in payload.get("blocks") or () if b["type"] == "image"]
            if any(id_ not in self.files for id_ in shown) or (shown and self.slow_files > 0):
                self.slow_files -= 1
                return {"ok": False, "error": "invalid_blocks", "errors": ["invalid slack file"]}
            if message.get("thread_ts") and not any(m["ts"] == message["thread_ts"] for m in self.messages):
                return {"ok": False, "error": "thread_not_found"}
            self.messages.append(message)
        return {"ok": True, "channel": payload["channel"], "ts": ts, "message": {"text": payload.get("text")}}

    def read(self, payload: dict[str, Any], thread: str | None) -> dict[str, Any]:
        if self.history_error:
            return {"ok": False, "error": self.history_error}
        with self.lock:
            found = [m for m in self.messages if m["channel"] == payload["channel"] and (
                thread in (m["ts"], m.get("thread_ts")) if thread else not m.get("thread_ts"))][::-1]
        start = int(payload.get("cursor") or 0)
        page = [{k: m.get(k) for k in ("ts", "text", "metadata", "blocks")} for m in found[start : start + self.page]]
        more = start + self.page < len(found)
        return {"ok": True, "messages": page, "has_more": more,
                "response_metadata": {"next_cursor": str(start + self.page) if more else ""}}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.0"
    slack: FakeSlack

    def log_message(self, format: str, *args: object) -> None:
        pass

    def do_POST(self) -> None:
        if self.slack.down:
            self.reset()
            return
        method = self.path.rsplit("/", 1)[1]
        self.slack.calls.append(method)
        if self.path.startswith("/upload/"):
            self.take_file(method)
            return
        payload = self.payload()
        if payload is None:
            return
        if method == "conversations.history":
            self.answer(self.slack.read(payload, None))
        elif method == "conversations.replies":
            self.answer(self.slack.read(payload, payload["ts"]))
        elif method == "conversations.list":
            self.answer({"ok": True, "channels": [{"id": "C0000000001", "name": "pacts"}]})
        elif method == "apps.connections.open":
            self.answer(self.slack.open_connection(self.headers["Authorization"]))
        elif method == "chat.postEphemeral" or "/response/" in self.path:
            with self.slack.lock:
                self.slack.answers.append(payload)
            self.answer({"ok": True})
        elif method == "chat.update":
            self.change(payload)
        elif method.startswith("files."):
            self.file(method, payload)
        else:
            self.post(payload)

    def file(self, method: str, payload: dict[str, Any]) -> None:
        """The two calls around an upload."""
        if self.slack.upload_error:
            self.answer({"ok": False, "error": self.slack.upload_error})
        elif method == "files.getUploadURLExternal":
            id_ = f"F{len(self.slack.calls):09d}"
            address = f"{self.slack.url.removesuffix('/api/')}/upload/{id_}"
            self.answer({"ok": True, "file_id": id_, "upload_url": address})
        else:
            files = json.loads(payload["files"]) if isinstance(payload["files"], str) else payload["files"]
            known = all(file["id"] in self.slack.files for file in files)
            self.answer({"ok": True, "files": files} if known else {"ok": False, "error": "file_not_found"})

    def take_file(self, id_: str) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"] or 0))
        fault = self.slack.upload_faults.popleft() if self.slack.upload_faults else "ok"
        if fault != "ok":
            self.fail(fault)
            return
        self.slack.files[id_] = body
        self.answer(f"OK - {len(body)}")

    def change(self, payload: dict[str, Any]) -> None:
        with self.slack.lock:
            fault = self.slack.change_faults.popleft() if self.slack.change_faults else "ok"
            found = next((m for m in self.slack.messages if m["ts"] == payload["ts"]), None)
            if found is not None and fault == "ok":
                found.update({k: payload[k] for k in ("text", "blocks", "metadata") if k in payload})
                found["changes"] = found.get("changes", 0) + 1
        if fault != "ok":
            self.fail(fault)
        elif found is None:
            self.answer({"ok": False, "error": "message_not_found"})
        else:
            self.answer({"ok": True, "channel": payload["channel"], "ts": payload["ts"]})

    def payload(self) -> dict[str, Any] | None:
        """What was asked; None where the asker was killed in the middle of it: no server takes half a request."""
        length = int(self.headers["Content-Length"] or 0)
        body = self.rfile.read(length)
        if len(body) < length:
            return None
        if "json" in self.headers["Content-Type"]:
            return dict(json.loads(body or b"{}"))
        form = dict(urllib.parse.parse_qsl(body.decode()))
        return {k: json.loads(v) if k in {"blocks", "metadata"} else v for k, v in form.items()}

    def post(self, payload: dict[str, Any]) -> None:
        with self.slack.lock:
            fault = self.slack.faults.popleft() if self.slack.faults else "ok"
        if self.slack.error:
            self.answer({"ok": False, "error": self.slack.error})
            return
        taken, _, ending = fault.rpartition("-")
        answer = self.slack.take(payload) if taken or fault == "ok" else {}
        time.sleep(self.slack.delay)
        if fault == "ok":
            self.answer(answer)
        else:
            self.fail(ending)

    def fail(self, ending: str) -> None:
        """End a call without a good answer. What is not named here closes the connection without a byte."""
        if ending == "ratelimited":
            self.answer({"ok": False, "error": "ratelimited"}, 429, {"Retry-After": "1"})
        elif ending.startswith("refuse:"):
            self.answer({"ok": False, "error": ending.removeprefix("refuse:")})
        elif ending == "500":
            self.answer({"ok": False, "error": "internal_error"}, 500)
        elif ending == "badjson":
            self.answer('{"ok": tr')
        elif ending == "html":
            self.answer("<html>Bad Gateway</html>", 502)
        elif ending == "reset":
            self.reset()
        elif ending == "hang":
            time.sleep(self.slack.hang)

    def answer(self, value: object, status: int = 200, headers: dict[str, str] | None = None) -> None:
        body = (value if isinstance(value, str) else json.dumps(value)).encode()
        self.send_response(status)
        fields = {"Content-Type": "application/json", "Content-Length": str(len(body)), **(headers or {})}
        for name, content in fields.items():
            self.send_header(name, content)
        self.end_headers()
        self.wfile.write(body)

    def reset(self) -> None:
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()
        self.wfile = _Nowhere()  # type: ignore[assignment]


class _Nowhere:
    """What the handler flushes into after a reset."""

    closed = True

    def flush(self) -> None:
        pass

    def close(self) -> None:
        pass


def texts_of(blocks: object) -> list[tuple[str, str]]:
    """Every (kind, text) that a reader sees in blocks."""
    found: list[tuple[str, str]] = []
    if isinstance(blocks, dict):
        if isinstance(blocks.get("text"), str):
            found.append((blocks["type"], blocks["text"]))
        for value in blocks.values():
            found += texts_of(value)
    elif isinstance(blocks, list):
        for block in blocks:
            found += texts_of(block)
    return found


def problems(payload: dict[str, Any]) -> list[str]:
    """What is wrong with a message by Slack's documented limits, and what in it would do harm."""
    blocks, found = payload["blocks"], []
    if not 1 <= len(payload["text"]) <= 4000:
        found.append(f"text of {len(payload['text'])} letters")
    if len(blocks) > 50:
        found.append(f"{len(blocks)} blocks")
    sizes = {"header": 150, "section": 3000}
    found += [bad for block in blocks if block["type"] == "actions" for bad in _bad_actions(block["elements"])]
    for block in blocks:
        if block["type"] == "image" and not (1 <= len(block["alt_text"]) <= 2000 and len(block["slack_file"]) == 1):
            found.append(f"image {block}")
        for element in block.get("elements", [block.get("text")] if "text" in block else []):
            inner = element.get("text") if isinstance(element, dict) else None
            if isinstance(inner, str) and not 1 <= len(inner) <= sizes.get(block["type"], 3000):
                found.append(f"{block['type']} with {len(inner)} letters")
    seen = texts_of(blocks)
    if sum(len(text) for _, text in seen) > 9000:
        found.append("more than 9,000 letters")
    for kind, text in [("mrkdwn", payload["text"]), *seen]:
        found += _bad_text(kind, text)
    return found + _bad_links(blocks)


def _bad_actions(elements: list[dict[str, Any]]) -> list[str]:
    """What is wrong with buttons and menus, by Slack's documented limits."""
    ids = [element["action_id"] for element in elements]
    found = [] if len(set(ids)) == len(ids) <= 25 else [f"action ids {ids}"]
    options = [option for element in elements for option in element.get("options", [])]
    found += [f"option {one}" for one in [*options, *(e for e in elements if e["type"] == "button")]
              if not 1 <= len(one["text"]["text"]) <= 75 or not 1 <= len(one["value"]) <= 150]
    return found + [f"{len(e['options'])} options" for e in elements if not 1 <= len(e.get("options", [0])) <= 100]


def _bad_text(kind: str, text: str) -> list[str]:
    found = []
    if kind == "mrkdwn" and re.search(r"[<>]|&(?!(?:amp|lt|gt);)", text):
        found.append(f"not escaped: {text[:60]!r}")
    if kind == "mrkdwn" and re.search(r"&amp;(?:amp|lt|gt);", text):
        found.append(f"escaped twice: {text[:60]!r}")
    if re.search("[\u202a-\u202e\u2066-\u2069\x00-\x08\x0b-\x1f\ud800-\udfff]", text):
        found.append(f"control character: {text[:60]!r}")
    if not text:
        found.append(f"empty {kind}")
    return found


def _bad_links(blocks: object) -> list[str]:
    if isinstance(blocks, list):
        return [bad for block in blocks for bad in _bad_links(block)]
    if not isinstance(blocks, dict):
        return []
    if blocks.get("type") == "link":
        parts, label = urllib.parse.urlsplit(blocks["url"]), blocks["text"]
        named = re.findall(r"https?://([^/\s]+)|\b((?:[a-z0-9-]+\.)+[a-z]{2,})\b", label, re.IGNORECASE)
        own = parts.hostname or ""
        return [f"label {label!r} on {own}" for pair in named if not own.endswith((pair[0] or pair[1]).lower())] + (
            [] if parts.scheme in {"http", "https"} else [f"link to {blocks['url']!r}"])
    return [bad for value in blocks.values() for bad in _bad_links(value)]
