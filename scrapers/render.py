"""Let a browser run a page's scripts, without giving it a network: each of its requests is answered by the crawl.

The browser can neither resolve a name nor reach an address; what a page asks for is fetched as everything else is,
through robots.txt, the host's pace, the address guard and the size limits, or is refused.
"""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from importlib.util import find_spec
from time import monotonic
from typing import Any

from core.errors import SkipDocument

SECONDS = 20.0
REQUESTS = 30  # of one page
BYTES = 10_000_000  # of all answers to one page
_SETTLE = 2.0  # seconds without a new request after which a page is taken as done
_WANTED = {"script", "xhr", "fetch"}
_BROWSERS = ("chromium", "chromium-browser", "google-chrome")
_WITHOUT_SANDBOX = "run as another user, or set crawl.browser_sandbox = false where a container is the sandbox"
# Belt and braces: no name resolves, and whatever is not answered by the crawl goes to a proxy that does not exist.
_NO_NETWORK = (
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--proxy-server=http://nowhere.invalid:9",
    "--proxy-bypass-list=<-loopback>",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--disable-background-networking",
    "--dns-prefetch-disable",
    "--js-flags=--max-old-space-size=256",
)

Fetch = Callable[[str], Awaitable[Any]]  # a Scrapy response; raises what ended the request


def lacking(executable: str = "", *, sandbox: bool = True) -> str:
    """What has to be done before a browser can run here; empty where one can."""
    if find_spec("playwright") is None:
        return "install pactwatch[js] and Debian's chromium"
    path = _program(executable)
    if path is None or not os.access(path, os.X_OK):
        return f"{path or 'chromium'} is not there; install Debian's chromium, or set crawl.browser"
    if sandbox and os.geteuid() == 0:
        return f"as root, {path} does not start with its sandbox; {_WITHOUT_SANDBOX}"
    return ""


def _program(executable: str) -> str | None:
    return executable or next((found for name in _BROWSERS if (found := shutil.which(name))), None)


def _no_start(path: str, failure: str) -> str:
    """Why a browser did not start, in one line: what the driver raises has dozens, and the reason is in the middle."""
    if "no usable sandbox" in failure.lower() or "setuid sandbox" in failure.lower():
        return f"{path} does not start with its sandbox here; {_WITHOUT_SANDBOX}"
    said = next((line for line in failure.splitlines() if "ERROR:" in line or "error while" in line), failure)
    return " ".join(f"{path} does not start: {said.strip().splitlines()[0]}".split())[:200]


@dataclass(slots=True)
class _Page:
    """What one page may still cost."""

    url: str
    body: bytes
    kind: str
    fetch: Fetch
    requests: int = 0
    size: int = 0
    last: float = field(default_factory=monotonic)
    given: bool = False


class Renderer:
    """One browser for a crawl, started when the first page needs it."""

    def __init__(self, executable: str = "", *, sandbox: bool = True) -> None:
        self._executable, self._sandbox = executable, sandbox
        self._driver: Any = None
        self._browser: Any = None
        self._one = asyncio.Lock()

    async def render(self, url: str, body: bytes, kind: str, fetch: Fetch) -> bytes:
        """The page's HTML after its scripts have run. Raises SkipDocument, `needs_javascript`, where that cannot be."""
        async with self._one:  # a page at a time: memory stays that of one
            browser = await self._start()
            context = await browser.new_context(accept_downloads=False, service_workers="block", permissions=[])
            try:
                return await asyncio.wait_for(self._in(context, _Page(url, body, kind, fetch)), SECONDS + 5)
            except TimeoutError as late:
                raise SkipDocument("the page was not done in time", outcome="needs_javascript") from late
            finally:
                await context.close()

    async def _in(self, context: Any, wanted: _Page) -> bytes:
        from playwright.async_api import Error

        async def answer(route: Any) -> None:
            with suppress(Error):  # the page was closed meanwhile
                await self._answer(route, wanted)

        await context.route("**/*", answer)
        await context.route_web_socket("**/*", lambda socket: socket.close())
        try:
            page = await context.new_page()
            page.on("dialog", lambda dialog: asyncio.ensure_future(dialog.dismiss()))
            page.on("popup", lambda popup: asyncio.ensure_future(popup.close()))
            await page.goto(wanted.url, timeout=SECONDS * 1000, wait_until="domcontentloaded")
            ends = monotonic() + SECONDS - 5
            # What ends this is that nothing happens, for which there is no event to wait for.
            while (rest := min(ends, wanted.last + _SETTLE) - monotonic()) > 0:  # noqa: ASYNC110
                await asyncio.sleep(min(rest, 0.2))
            content: str = await page.content()
        except Error as failure:
            reason = f"the browser cannot show the page: {failure}".splitlines()[0][:200]
            raise SkipDocument(reason, outcome="needs_javascript") from failure
        if len(content) > BYTES:
            raise SkipDocument("the page is too large after its scripts have run", outcome="too_large")
        return content.encode("utf-8", "replace")

    @staticmethod
    async def _answer(route: Any, wanted: _Page) -> None:
        """Answer a request of the page: with the page itself once, with scripts and data as the crawl gets them."""
        request = route.request
        if request.is_navigation_request():
            if wanted.given:  # the first is ours, under the address as the browser writes it
                await route.fulfill(status=204)  # "no content": the browser stays where it is
                return
            wanted.given = True
            await route.fulfill(status=200, body=wanted.body, content_type=wanted.kind or "text/html; charset=utf-8")
            return
        over = wanted.requests >= REQUESTS or wanted.size >= BYTES
        if over or request.method != "GET" or request.resource_type not in _WANTED:
            await route.abort()
            return
        wanted.requests += 1
        wanted.last = monotonic() + SECONDS  # under way
        response = await wanted.fetch(request.url)
        wanted.last = monotonic()
        if response is None:
            await route.abort()
            return
        wanted.size += len(response.body)
        kind = (response.headers.get(b"Content-Type") or b"text/plain").decode("latin-1")
        open_to = {"Access-Control-Allow-Origin": "*"}  # nothing of ours is in the browser that could be read
        await route.fulfill(status=response.status, body=response.body, content_type=kind, headers=open_to)

    async def _start(self) -> Any:
        if self._browser is not None and self._browser.is_connected():
            return self._browser
        if why := lacking(self._executable, sandbox=self._sandbox):
            raise SkipDocument(f"`render: true` needs a browser: {why}", outcome="needs_javascript")
        from playwright.async_api import Error, async_playwright

        path = _program(self._executable)
        self._driver = self._driver or await async_playwright().start()
        try:
            self._browser = await self._driver.chromium.launch(
                executable_path=path, args=list(_NO_NETWORK), chromium_sandbox=self._sandbox,
                handle_sigint=False, handle_sigterm=False, handle_sighup=False, timeout=SECONDS * 1000,
            )
        except Error as failure:
            raise SkipDocument(_no_start(path or "", str(failure)), outcome="needs_javascript") from failure
        return self._browser

    async def close(self) -> None:
        """End the browser."""
        if self._browser is not None:
            await self._browser.close()
        if self._driver is not None:
            await self._driver.stop()
        self._browser = self._driver = None
