"""The door: what a request must bring before any page sees it, and the headers that every answer carries."""

from __future__ import annotations

import base64
import binascii
import ipaddress
import re
import secrets
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.clock import now
from core.errors import TooLargeError
from web.access import Keys, Role, Visitor
from web.problems import problem

LOGIN, VISIT = "pactwatch_login", "pactwatch_visit"     # cookies: who it is, and which browser
LARGEST_BODY = 1_000_000
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
# A stricter Referrer-Policy has browsers send `Origin: null` with our own forms, too. This one tells others nothing.
_HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_PROBES = ("/healthz", "/readyz")                 # they tell nothing of the archive
_OPEN = ("/static/", "/login", *_PROBES)          # what is there for everybody
_EVERYBODY_POSTS = {"/login", "/logout", "/theme"}
_MACHINES = ("/api/", "/feeds/", "/metrics")


@dataclass(frozen=True, slots=True)
class Door:
    """Where a site is reached: the names of its hosts, and the origin that a proxy shows."""

    hosts: frozenset[str]
    public_url: str = ""

    @classmethod
    def of(cls, host: str, public_url: str) -> Door:
        """The door of a server that listens at an address."""
        named = {"localhost", host.lower(), public_url.partition("://")[2].partition(":")[0].lower()}
        return cls(frozenset(named - {""}), public_url)

    def knows(self, host: str) -> bool:
        """Whether a Host header is ours. A name of somebody else's that leads here is the attack called rebinding;
        an address in digits cannot be one.
        """
        name = _name(host)
        if name in self.hosts:
            return True
        try:
            ipaddress.ip_address(name.strip("[]"))
        except ValueError:
            return False
        return True

    def is_own(self, origin: str, host: str) -> bool:
        """Whether a request that changes something was made by a page of ours."""
        return origin == self.public_url or (origin != "null" and urlsplit(origin).netloc == host)

    @property
    def is_secure(self) -> bool:
        """Whether browsers come by TLS, so that a cookie need never go without."""
        return self.public_url.startswith("https://")


class Guard:
    """ASGI middleware around everything."""

    def __init__(self, app: ASGIApp, keys: Keys, door: Door) -> None:
        self._app, self._keys, self._door = app, keys, door

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        visit = request.cookies.get(VISIT, "")
        fresh = not 20 <= len(visit) <= 100
        visit = secrets.token_urlsafe(24) if fresh else visit
        scope.setdefault("state", {}).update(visitor=self._visitor(request), visit=visit)

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
                headers.setdefault("Cache-Control", "private, no-cache")
                if fresh and headers.get("content-type", "").startswith("text/html"):
                    headers.append("Set-Cookie", f"{VISIT}={visit}; {cookie_rules(self._door)}")
            await send(message)

        refusal = self._refusal(request)
        if refusal is not None:
            await refusal(scope, receive, answer)
            return
        await self._app(scope, _limited(receive), answer)

    def _visitor(self, request: Request) -> Visitor:
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            return Visitor(self._keys.role_of(given), "api") if self._keys.needed else self._keys.visitor_without()
        if scheme.lower() == "basic" and self._keys.needed:     # what feed readers can send
            return Visitor(self._keys.role_of(_password(given)), "feed")
        if cookie := request.cookies.get(LOGIN):
            return self._keys.visitor_of(cookie, now()) if self._keys.needed else self._keys.visitor_without()
        return self._keys.visitor_without()

    def _refusal(self, request: Request) -> Response | None:
        """Why a request goes no further; None where it may."""
        host, path, changes = request.headers.get("host", ""), request.url.path, request.method not in _LOOKING
        if not self._door.knows(host) and not self._needs_no_name(request):
            return problem(421, "Unknown host", f"this site is not known as {host[:100]!r}; see web.public_url")
        if "\0" in path or "%00" in request.url.query:
            return problem(400, "Bad request", "the address has a NUL character in it")
        if int(_digits(request.headers.get("content-length"))) > LARGEST_BODY:
            return problem(413, "Too large", f"the request has more than {LARGEST_BODY:,} bytes")
        if changes and not self._is_own(request.headers, host):
            return problem(403, "From elsewhere", "another site sent this request; only pages of this one may")
        visitor: Visitor = request.state.visitor
        if visitor.role is Role.NOBODY and not path.startswith(_OPEN):
            return _come_in(request)
        if changes and not visitor.edits and path not in _EVERYBODY_POSTS:
            return problem(403, "Readers only look", "a reader's token changes nothing; log in with that of editors")
        return None

    def _needs_no_name(self, request: Request) -> bool:
        """Whether a request is of a monitor, which names us as its network does. A browser sends no such token."""
        knows = self._keys.needed and request.headers.get("authorization") and request.state.visitor.role > Role.NOBODY
        return request.url.path in _PROBES or (request.url.path == "/metrics" and bool(knows))

    def _is_own(self, headers: Headers, host: str) -> bool:
        origin, site = headers.get("origin"), headers.get("sec-fetch-site", "none")
        return site in {"same-origin", "none"} and (origin is None or self._door.is_own(origin, host))


_LOOKING = {"GET", "HEAD", "OPTIONS"}
_HOST = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[^:\[\]/@\s]+)(?::\d{1,5})?")


def cookie_rules(door: Door) -> str:
    """What holds for each of our cookies."""
    return "Path=/; HttpOnly; SameSite=Strict" + ("; Secure" if door.is_secure else "")


def _come_in(request: Request) -> Response:
    """Ask for a token: by a form where a person looks, by a header where a program does."""
    if request.url.path.startswith(_MACHINES):
        refused = problem(401, "No token", "send a token: `Authorization: Bearer TOKEN`")
        scheme = "Basic" if request.url.path.startswith("/feeds/") else "Bearer"
        refused.headers["WWW-Authenticate"] = f'{scheme} realm="pactwatch"'
        return refused
    wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    after = f"?next={quote(wanted, safe='')}" if request.method == "GET" and wanted != "/" else ""
    return RedirectResponse(f"/login{after}", status_code=303)


def _name(host: str) -> str:
    """The name of a Host header, without its port; empty where it is no such header."""
    found = _HOST.fullmatch(host)
    return found[1].lower() if found else ""


def _password(given: str) -> str:
    try:
        return base64.b64decode(given, validate=True).decode().partition(":")[2]
    except (binascii.Error, UnicodeDecodeError):
        return ""


def _digits(text: str | None) -> str:
    return text if text is not None and text.isascii() and text.isdigit() and len(text) < 20 else "0"


def _limited(receive: Receive) -> Receive:
    """The body, as long as it is not larger than it may be: its length need not be told beforehand."""
    taken = 0

    async def limited() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > LARGEST_BODY:
            raise TooLargeError(f"the request has more than {LARGEST_BODY:,} bytes")
        return message

    return limited


