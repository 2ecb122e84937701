"""A web server on loopback that plays an outlet, well-behaved or hostile, and remembers who asked for what."""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec


@dataclass
class Reply:
    """An answer. `stream` writes the body piece by piece instead; `hang` waits before the first byte."""

    body: bytes | str = b""
    kind: str = "text/html; charset=utf-8"
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    hang: float = 0.0
    stream: Callable[[Callable[[bytes], object]], None] | None = None
    drop: bool = False  # close the connection without an answer


Route = Reply | Callable[["Asked"], Reply]


@dataclass
class Asked:
    """A request as it arrived."""

    path: str
    headers: dict[str, str]
    at: float
    port: int = 0  # of the asker: the same as long as a connection lasts


class Outlet:
    """Routes by path; unknown paths answer 404. `asked` holds every request in order."""

    def __init__(self, host: str = "127.0.0.1", tls: ssl.SSLContext | None = None) -> None:
        self.routes: dict[str, Route] = {}
        self.asked: list[Asked] = []
        outlet = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                request = Asked(self.path, {k.lower(): v for k, v in self.headers.items()}, time.monotonic(),
                                self.client_address[1])
                outlet.asked.append(request)
                known = outlet.routes.get(self.path) or outlet.routes.get(self.path.partition("?")[0])
                route = known or Reply("not found", status=404)
                _answer(self, route(request) if callable(route) else route)

            def log_message(self, *_: object) -> None:
                """Be silent."""

        self._server = ThreadingHTTPServer((host, 0), Handler)
        self._server.daemon_threads = True
        self._server.block_on_close = False
        if tls:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True, do_handshake_on_connect=False)
        self.base = f"{'https' if tls else 'http'}://{host}:{self._server.server_address[1]}"
        self.port = self._server.server_address[1]

    @contextmanager
    def running(self) -> Iterator[Outlet]:
        """Serve until the block ends."""
        thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            self._server.server_close()
            thread.join()

    def paths(self) -> list[str]:
        """The paths that were asked for, in order."""
        return [a.path for a in self.asked]

    def article(self, path: str, text: str = "A short text of an article.") -> str:
        """Serve an article's page; its address."""
        self.routes[path] = Reply(
            f"<!doctype html><html><head><title>{path}</title></head><body><p>{text}</p></body></html>"
        )
        return self.base + path

    def rss(self, path: str, *entries: str, **headers: str) -> None:
        """Serve an RSS feed of these addresses."""
        items = "".join(f"<item><title>About {e}</title><link>{e}</link></item>" for e in entries)
        self.routes[path] = Reply(
            f'<?xml version="1.0"?><rss version="2.0"><channel><title>T</title>{items}</channel></rss>',
            "application/rss+xml",
            headers=headers,
        )


def _answer(handler: BaseHTTPRequestHandler, reply: Reply) -> None:
    time.sleep(reply.hang)
    if reply.drop:
        handler.close_connection = True
        return
    body = reply.body.encode() if isinstance(reply.body, str) else reply.body
    try:
        handler.send_response(reply.status)
        handler.send_header("Content-Type", reply.kind)
        for name, value in reply.headers.items():
            handler.send_header(name, value)
        if reply.stream:
            handler.send_header("Connection", "close")
            handler.end_headers()
            handler.close_connection = True
            reply.stream(handler.wfile.write)
            return
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)
    except OSError:
        handler.close_connection = True  # the client went away, as it should


def self_signed(folder: Path) -> ssl.SSLContext:
    """A TLS context whose certificate nobody vouches for."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "outlet.example")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    path = folder / "outlet.pem"
    path.write_bytes(pem + certificate.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context
