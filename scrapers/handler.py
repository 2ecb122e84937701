"""The download handler: Scrapy's HTTP/1.1 with the address guard, and nothing from the environment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from scrapy import Request
from scrapy.core.downloader.handlers import http11
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.utils._download_handlers import wrap_twisted_exceptions
from scrapy.utils.defer import maybe_deferred_to_future
from twisted.web.client import Agent

from scrapers.guard import AddressGuard, GuardedReactor

if TYPE_CHECKING:
    from twisted.internet.base import ReactorBase


class _GuardedAgent(http11._ScrapyAgent):  # noqa: SLF001 - the only place where an agent is chosen
    """Scrapy's agent, made with the guarded reactor. A proxy in a request's meta is not looked at."""

    agent: Agent

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

        guard = AddressGuard(crawler.settings.getlist("PACTWATCH_ALLOW_NETWORKS"))
        # One agent for all requests: a request's time limit is kept by Scrapy's own timer, which spans the body too.
        self._agent = http11._BindAddressAgent(  # noqa: SLF001
            reactor=cast("ReactorBase", GuardedReactor(reactor, guard)),
            contextFactory=self._contextFactory,
            connectTimeout=crawler.settings.getfloat("PACTWATCH_CONNECT_TIMEOUT"),
            pool=self._pool,
        )

    async def download_request(self, request: Request) -> Response:
        """Fetch a request. Failures come as Scrapy's exceptions, a refusal of the guard as SkipDocument."""
        agent: Any = _GuardedAgent(
            contextFactory=self._contextFactory,
            connectTimeout=request.meta["download_timeout"],
            pool=self._pool,
            maxsize=self._default_maxsize,
            warnsize=0,
            fail_on_dataloss=self._fail_on_dataloss,
            crawler=self._crawler,
        )
        agent.agent = self._agent
        with wrap_twisted_exceptions():
            return await maybe_deferred_to_future(agent.download_request(request))
