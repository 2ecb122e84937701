"""The download handler: Scrapy's HTTP/1.1 with the address guard, and nothing from the environment."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from time import monotonic
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.core.downloader.handlers import http11
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.crawler import Crawler
from scrapy.exceptions import DownloadTimeoutError
from scrapy.http import Response
from scrapy.utils._download_handlers import wrap_twisted_exceptions
from scrapy.utils.defer import maybe_deferred_to_future
from twisted.internet.defer import Deferred
from twisted.web.client import Agent, HTTPConnectionPool

from core.budget import SMALL, Share
from core.errors import SkipDocument
from core.records import Outcome
from scrapers.guard import AddressGuard, GuardedReactor
from scrapers.outcomes import NO_HANDSHAKE, Refused
from scrapers.tls import NamingPolicy

if TYPE_CHECKING:
    from twisted.internet.base import DelayedCall, ReactorBase

    from scrapers.desk import HostBook


LARGEST_HEAD = 256_000  # bytes of status line and headers; Twisted itself has no limit
ABANDON = object()  # the signal that ends all requests under way
_LONGEST_WAIT = 600.0  # seconds that a large body waits for its share of the memory
_RESOLVERS = 32  # threads: a few names that hang must not stop the others from being resolved


class _BoundedParser(http11._LenientHTTPClientParser):  # noqa: SLF001
    """Scrapy's parser, with a limit for the headers of an answer."""

    head_size = 0

    def lineReceived(self, line: bytes) -> None:  # noqa: N802 - Twisted's name
        self.head_size += len(line)
        if self.head_size > LARGEST_HEAD:
            raise SkipDocument("the answer's headers do not end", outcome="too_large")
        super().lineReceived(line)


class _BoundedProtocol(http11._LenientHTTP11ClientProtocol):  # noqa: SLF001
    def request(self, request: Any) -> Deferred[Any]:
        answer = super().request(request)
        # Scrapy puts its own parser in the same way, for Twisted names its parser's class in the middle of a method.
        if self._parser is not None:
            self._parser.__class__ = _BoundedParser
        return answer


class _BoundedFactory(http11._LenientHTTP11ClientFactory):  # noqa: SLF001
    def buildProtocol(self, addr: Any) -> _BoundedProtocol:  # noqa: ARG002, N802 - Twisted's name
        return _BoundedProtocol(self._quiescentCallback)  # type: ignore[no-untyped-call]


class _SharingReader(http11._ResponseReader):  # noqa: SLF001
    """Scrapy's reader of a body, which stops reading while there is no room for more of it."""

    share: Share
    limit: DelayedCall  # ends the request
    room = SMALL
    _asking: asyncio.Future[None] | None = None

    def dataReceived(self, data: bytes) -> None:  # noqa: N802 - Twisted's name
        super().dataReceived(data)
        if self._bytes_received > self.room and self._asking is None and not self._finished.called:
            length = self._txresponse.length
            self.room = length if isinstance(length, int) else min(2 * self._bytes_received, self._maxsize)
            self._wait_for_room()

    def _wait_for_room(self) -> None:
        """Stop reading until there is room. The time limit is the server's: it stands still meanwhile."""
        transport: Any = self.transport
        left = self.limit.getTime() - self.limit.seconds()
        transport.pauseProducing()
        self.limit.delay(_LONGEST_WAIT)

        def go_on(_: asyncio.Future[None]) -> None:
            self._asking = None
            if not self._finished.called:
                self.limit.reset(left)
                transport.resumeProducing()

        self._asking = asyncio.ensure_future(self.share.hold(self.room))
        self._asking.add_done_callback(go_on)


class _Endpoint:
    """Where to connect to, worked out when it is connected to: most polls have a connection."""

    def __init__(self, connect: Callable[[Any], Any]) -> None:
        self.connect = connect


class _Connector(http11._BindAddressAgent):  # noqa: SLF001
    def _getEndpoint(self, uri: Any) -> Any:  # noqa: N802 - Twisted's name
        there = super()._getEndpoint
        return _Endpoint(lambda factory: there(uri).connect(factory))  # type: ignore[no-untyped-call]


class _Doorstep:
    """What an agent asks of Twisted's pool of connections, with a last look before each request.

    Connecting takes its time, and a frozen process wakes in the middle of it: only now is the request sent.
    """

    def __init__(self, pool: HTTPConnectionPool, look: Callable[[str], None]) -> None:
        self._pool, self._look = pool, look
        self.persistent = pool.persistent

    def getConnection(self, key: tuple[bytes, bytes, int], endpoint: Any) -> Deferred[Any]:  # noqa: N802 - Twisted's name
        def ready(connection: Any) -> Any:
            try:
                self._look(key[1].decode("ascii", "replace"))
            except Refused:
                getattr(connection, "_clientProtocol", connection).abort()  # inside of what tries it twice
                raise
            return connection

        return self._pool.getConnection(key, endpoint).addCallback(ready)


class _GuardedAgent(http11._ScrapyAgent):  # noqa: SLF001 - the only place where an agent is chosen
    """Scrapy's agent, made with the guarded reactor. A proxy in a request's meta is not looked at."""

    agent: Agent
    share: Share

    def _cb_bodyready(self, txresponse: Any, request: Request) -> Any:
        ready = super()._cb_bodyready(txresponse, request)
        # The class of the reader is named in the middle of Scrapy's method, too.
        reader = getattr(txresponse, "_bodyProtocol", None)
        if isinstance(reader, http11._ResponseReader):  # noqa: SLF001
            sharing = cast("_SharingReader", reader)
            sharing.__class__ = _SharingReader
            sharing.share, sharing.limit = self.share, self._timeout_cl
        return ready

    def _get_agent(self, request: Request, timeout: float) -> Agent:  # noqa: ARG002
        return self.agent


class GuardedDownloadHandler(HTTP11DownloadHandler):
    """Scrapy's default handler behind the address guard.

    Proxies of the environment (`http_proxy` …) are not used: a proxy connects on our behalf to addresses that
    the guard never sees. Names are resolved here, and the guard checks what they resolve to.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        from twisted.internet import reactor

        # Those of the application outlast this crawl.
        self._lasting: HTTPConnectionPool | None = getattr(crawler.spider, "connections", None)
        self._pool = self._lasting or self._pool
        self._pool._factory = _BoundedFactory  # noqa: SLF001 - where Scrapy puts its own
        self._book: HostBook | None = getattr(crawler.spider, "hosts", None)
        self._under_way: set[Deferred[Response]] = set()
        crawler.signals.connect(self.abandon, signal=ABANDON)
        cast("Any", reactor).suggestThreadPoolSize(_RESOLVERS)
        guard = AddressGuard(crawler.settings.getlist("PACTWATCH_ALLOW_NETWORKS"))
        self._policy = NamingPolicy(self._contextFactory)
        # One agent for all requests: a request's time limit is kept by Scrapy's own timer, which spans the body too.
        self._agent = _Connector(
            reactor=cast("ReactorBase", GuardedReactor(reactor, guard)),
            contextFactory=cast("Any", self._policy),
            connectTimeout=crawler.settings.getfloat("PACTWATCH_CONNECT_TIMEOUT"),
            pool=cast("Any", _Doorstep(self._pool, self._look)),
        )

    def _look(self, host: str) -> None:
        """Refuse a request whose turn is over, and count its host's pace from now on, not from before connecting."""
        if self._book is not None and not self._book.still():
            raise Refused(Outcome.HTTP_ERROR, "another process may be asking the host by now")
        downloader: Any = self._crawler.engine.downloader if self._crawler.engine else None
        if slot := downloader and downloader.slots.get(host):
            slot.lastseen = monotonic()

    async def download_request(self, request: Request) -> Response:
        """Fetch a request. Failures come as Scrapy's exceptions, a refusal of the guard as SkipDocument.

        A large body waits for its share of the budget: the one of `share` in the request's meta, which outlasts the
        download, or one for the time of the download.
        """
        share: Share = request.meta.get("share") or Share()
        share.drop()  # what an earlier hop held: only the last one's body is kept
        try:
            return await self._download(request, share)
        finally:
            if "share" not in request.meta:
                share.drop()

    async def _download(self, request: Request, share: Share) -> Response:
        agent: Any = _GuardedAgent(
            contextFactory=self._contextFactory,
            connectTimeout=request.meta["download_timeout"],
            pool=self._pool,
            maxsize=self._default_maxsize,
            warnsize=0,
            fail_on_dataloss=self._fail_on_dataloss,
            crawler=self._crawler,
        )
        agent.agent, agent.share = self._agent, share
        deferred: Deferred[Response] = agent.download_request(request)
        self._under_way.add(deferred)
        try:
            with wrap_twisted_exceptions():
                return await maybe_deferred_to_future(deferred)
        except DownloadTimeoutError:
            parts = urlsplit(request.url)
            if ((parts.hostname or "").encode(), parts.port or 443) in self._policy.shaking:
                raise Refused(Outcome.TIMEOUT, NO_HANDSHAKE) from None  # the innermost cause is what counts
            raise
        finally:
            self._under_way.discard(deferred)

    async def close(self) -> None:
        """Close the connections that are this crawl's own."""
        if self._lasting is None:
            await super().close()

    def abandon(self) -> None:
        """End all requests under way, so that a crawl can stop at once."""
        for deferred in list(self._under_way):
            deferred.cancel()
