"""Follow redirects: http and https only, a few hops, no credentials; each hop is a request of its own."""

from __future__ import annotations

import re
from urllib.parse import urljoin, urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response
from w3lib.url import safe_url_string

from core.records import Outcome
from scrapers.outcomes import Refused

_STATUSES = {301, 302, 303, 307, 308}
_FOR_GOOD = {301, 308}
_USER = re.compile(r"[/\\]{2}[^/?#]*@")  # names and passwords are not told


class Redirects:
    """Turns an answer that points elsewhere into a request for there. Robots and guard see it like any other."""

    def __init__(self, most: int) -> None:
        self._most = most

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Redirects:
        """Scrapy's constructor."""
        return cls(crawler.settings.getint("REDIRECT_MAX_TIMES"))

    def process_response(self, request: Request, response: Response) -> Request | Response:
        """The next hop, or the answer itself. Raises Refused for too many hops, a loop or another scheme."""
        location = response.headers.get(b"Location") if response.status in _STATUSES else None
        if location is None:
            return response
        try:
            target = urljoin(request.url, safe_url_string(location.strip()))
            parts = urlsplit(target)
            usable = parts.scheme in {"http", "https"} and parts.hostname and "@" not in parts.netloc
        except ValueError:
            usable = False
        if not usable:
            shown = _USER.sub("//…@", location.decode("latin-1"))[:100]
            raise Refused(
                Outcome.HTTP_ERROR, f"HTTP {response.status} redirects to {shown}, which is no web address", final=True
            )
        before = request.meta.get("redirect_urls", [])
        if target in before or target == request.url:
            raise Refused(Outcome.HTTP_ERROR, f"HTTP {response.status} redirects in a circle")
        if len(before) >= self._most:
            raise Refused(Outcome.HTTP_ERROR, f"more than {self._most} redirects")
        meta = {**request.meta, "redirect_urls": [*before, request.url]}
        meta["moved_for_good"] = response.status in _FOR_GOOD and meta.get("moved_for_good", True)
        meta.pop("download_slot", None)  # the pace is that of the new host
        # The time limit is for the whole way, so that slow hops do not add up.
        meta["download_timeout"] = max(1.0, meta["download_timeout"] - meta.pop("download_latency", 0.0))
        return request.replace(url=target, meta=meta, dont_filter=True)
