"""One outlet as an HTTP server on a loopback port of its own, with ETag, Last-Modified and 304."""

import hashlib
import threading
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from urllib.parse import urlsplit

from pactwatch.demo import feeds, pages
from pactwatch.demo.content import Edition, Outlet, edition
from pactwatch.demo.feeds import Document

ENTRY_PATHS = {"rss": "/feed.xml", "atom": "/atom.xml", "json": "/feed.json", "sitemap": "/news-sitemap.xml",
               "listing": "/latest"}
FEEDS = {"/feed.xml": feeds.rss, "/atom.xml": feeds.atom, "/feed.json": feeds.json_feed,
         "/news-sitemap.xml": feeds.news_sitemap}


class Site:
    """The documents of one outlet and the server that hands them out."""

    def __init__(self, outlet: Outlet, opened: datetime) -> None:
        self.outlet = outlet
        self._opened = opened
        self._corrected: datetime | None = None
        self._server = _Server(("127.0.0.1", 0), _handler(self))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True,
                                        name=f"demo-{outlet.id}")
        self.base_url = f"http://127.0.0.1:{self._server.server_port}"

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def publish_corrections(self, moment: datetime) -> None:
        """From now on, show the corrected form of every article that has one."""
        self._corrected = moment

    def editions(self) -> list[Edition]:
        """Every article as it stands now, newest first."""
        return [edition(article, self._opened, self._corrected) for article in self.outlet.articles]

    def document(self, path: str) -> tuple[Document, datetime] | None:
        """What the path shows, with the time of its last change; None when there is no such page."""
        items = self.editions()
        newest = max(item.updated for item in items)
        if path == "/robots.txt":
            return feeds.robots(self.outlet, self.base_url), self._opened - timedelta(days=30)
        if path == ENTRY_PATHS[self.outlet.entry] and path in FEEDS:
            return FEEDS[path](self.outlet, self.base_url, items), newest
        if path in {"/", "/latest"}:
            return pages.listing_page(self.outlet, self.outlet.masthead, items), newest
        if path in {"/about", "/contact"}:
            title = pages.LABELS[self.outlet.language][path[1:]]
            return pages.plain_page(self.outlet, title), self._opened - timedelta(days=30)
        return self._article_or_topic(path, items)

    def _article_or_topic(self, path: str, items: Sequence[Edition]) -> tuple[Document, datetime] | None:
        if path.startswith("/topics/"):
            chosen = [item for item in items if item.article.section == path.removeprefix("/topics/")]
            if chosen:
                title = chosen[0].article.section.replace("-", " ").title()
                return pages.listing_page(self.outlet, title, chosen), max(item.updated for item in chosen)
        for item in items:
            if path == item.article.path:
                others = [other for other in items if other is not item]
                return pages.article_page(self.outlet, self.base_url, item, others), item.updated
            if path == f"/amp{item.article.path}":
                return pages.amp_page(self.outlet, self.base_url, item), item.updated
        return None


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request: object, client_address: object) -> None:
        """A reader that went away, as one does that is stopped, is no fault to show."""

    def server_bind(self) -> None:
        # HTTPServer looks up the host's name here, which takes seconds where no name server answers.
        TCPServer.server_bind(self)
        self.server_name, self.server_port = "127.0.0.1", self.server_address[1]


def _handler(site: Site) -> type[BaseHTTPRequestHandler]:
    class Handler(_Handler):
        documents = site

    return Handler


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 5
    documents: Site

    def do_GET(self) -> None:
        found = self.documents.document(urlsplit(self.path).path)
        if found is None:
            self._send(HTTPStatus.NOT_FOUND, {"Content-Type": "text/plain; charset=utf-8"}, b"Not found\n")
            return
        (media_type, text), changed = found
        body = text.encode()
        etag = f'"{hashlib.sha256(body).hexdigest()[:20]}"'
        changed = changed.astimezone(UTC).replace(microsecond=0)
        headers = {"ETag": etag, "Last-Modified": format_datetime(changed, usegmt=True),
                   "Cache-Control": "max-age=0"}
        if self._unchanged(etag, changed):
            self._send(HTTPStatus.NOT_MODIFIED, headers, b"")
        else:
            self._send(HTTPStatus.OK, headers | {"Content-Type": media_type}, body)

    def do_HEAD(self) -> None:
        self.do_GET()

    def _unchanged(self, etag: str, changed: datetime) -> bool:
        # An entity tag decides alone; the date counts only when the client sent no tag (RFC 9110, 13.2.2).
        if (tags := self.headers.get("If-None-Match")) is not None:
            return etag in {tag.strip().removeprefix("W/") for tag in tags.split(",")} or tags.strip() == "*"
        since = self.headers.get("If-Modified-Since")
        try:
            return since is not None and changed <= parsedate_to_datetime(since)
        except ValueError:
            return False

    def _send(self, status: HTTPStatus, headers: dict[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if status is not HTTPStatus.NOT_MODIFIED:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Keep the terminal for the demo's own progress."""
