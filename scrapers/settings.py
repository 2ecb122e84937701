"""The settings of Scrapy for every crawl: polite, bounded, closed to everything that is not a public web page."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from typing import Any

from core.settings import Settings

REACTOR = "twisted.internet.asyncioreactor.AsyncioSelectorReactor"
PER_HOST = 8  # requests at once to a host that asks for no delay
CONNECT_TIMEOUT = 15.0


def event_loop() -> str | None:
    """The asyncio event loop to install: uvloop's where it is there."""
    return "uvloop.Loop" if find_spec("uvloop") else None


def install_reactor() -> None:
    """Install the reactor that crawls run on. To be called once a process, before anything imports the reactor."""
    from scrapy.utils.reactor import install_reactor as install

    install(REACTOR, event_loop())


def user_agent(contact: str) -> str:
    """The honest name that every request carries, with the contact of the settings."""
    try:
        number = version("pactwatch")
    except PackageNotFoundError:  # run from a checkout
        number = "dev"
    return f"Pactwatch/{number} (+{contact})" if contact else f"Pactwatch/{number}"


def crawl_settings(settings: Settings) -> dict[str, Any]:
    """Scrapy's settings for a crawl.

    What is left out is left out for safety (telnet, remote control, file, ftp, data and s3 handlers, proxies of the
    environment, meta refresh) or for its cost on every request (cookies, referer, depth, statistics, retries: the
    ledger says when an address is tried again).
    """
    crawl = settings.crawl
    return {
        "TWISTED_REACTOR": REACTOR,
        "ASYNCIO_EVENT_LOOP": event_loop(),
        "USER_AGENT": user_agent(crawl.contact),
        "PACTWATCH_ALLOW_NETWORKS": list(crawl.allow_networks),
        "PACTWATCH_CONNECT_TIMEOUT": min(CONNECT_TIMEOUT, crawl.timeout),
        "PACTWATCH_MAX_PAGE": int(crawl.max_page_mb * 1_000_000),
        "PACTWATCH_MAX_FEED": int(crawl.max_feed_mb * 1_000_000),
        "PACTWATCH_BROWSER": crawl.browser,
        "PACTWATCH_BROWSER_SANDBOX": crawl.browser_sandbox,
        "DOWNLOAD_HANDLERS": {
            "http": "scrapers.handler.GuardedDownloadHandler",
            "https": "scrapers.handler.GuardedDownloadHandler",
            "file": None,
            "ftp": None,
            "data": None,
            "s3": None,
        },
        "DOWNLOAD_VERIFY_CERTIFICATES": True,
        "DOWNLOAD_TIMEOUT": crawl.timeout,
        "DOWNLOAD_MAXSIZE": int(crawl.max_feed_mb * 1_000_000),
        "DOWNLOAD_WARNSIZE": 0,
        "DOWNLOAD_DELAY": crawl.delay,
        "DOWNLOAD_DELAY_JITTER": 0.0,
        # Scrapy counts requests that wait for their host's turn, too: a few dead hosts must not use up all places.
        "CONCURRENT_REQUESTS": crawl.concurrency * 2,
        "CONCURRENT_REQUESTS_PER_DOMAIN": PER_HOST,
        "SCRAPER_SLOT_MAX_ACTIVE_SIZE": 3_000_000,
        "CONCURRENT_ITEMS": 1,  # Scrapy starts so many tasks for every answer; our callbacks yield a request or two
        "REDIRECT_MAX_TIMES": 5,
        "DOWNLOADER_MIDDLEWARES_BASE": {},
        "DOWNLOADER_MIDDLEWARES": {
            "scrapers.middlewares.rendering.Rendering": 90,
            "scrapers.middlewares.robots.Robots": 100,
            "scrapers.middlewares.greeting.Greeting": 200,
            "scrapers.middlewares.redirects.Redirects": 500,
            "scrapers.middlewares.compression.Compression": 600,
        },
        "SPIDER_MIDDLEWARES_BASE": {},
        "EXTENSIONS_BASE": {},
        "DUPEFILTER_CLASS": "scrapy.dupefilters.BaseDupeFilter",  # the ledger knows every address
        "STATS_CLASS": "scrapy.statscollectors.DummyStatsCollector",
        "TELNETCONSOLE_ENABLED": False,
        "REMOTE_CONTROL_ENABLED": False,
        "HTTPPROXY_ENABLED": False,
        "COOKIES_ENABLED": False,
        "METAREFRESH_ENABLED": False,
        "RETRY_ENABLED": False,
        "LOG_ENABLED": False,
        "LOG_FORMATTER": "scrapers.settings.Quiet",
        "WARN_ON_GENERATOR_RETURN_VALUE": False,
    }


class Quiet:
    """A log formatter that says nothing of single requests: their outcomes are in the ledger."""

    @classmethod
    def from_crawler(cls, _crawler: object) -> Quiet:
        """Scrapy's constructor."""
        return cls()

    def crawled(self, *_: object) -> None:
        """Nothing for an answer."""

    def scraped(self, *_: object) -> None:
        """Nothing for an item."""

    def spider_error(self, _failure: object, request: Any, *_: object) -> dict[str, Any]:
        """A mistake of ours is always told."""
        return {"level": 40, "msg": "the spider failed on %(url)s", "args": {"url": request.url}}

    def download_error(self, _failure: object, request: Any, *_: object) -> dict[str, Any]:
        """A failure that no errback took."""
        return {"level": 40, "msg": "nobody took the failure of %(url)s", "args": {"url": request.url}}
