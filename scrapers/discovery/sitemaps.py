"""Read sitemaps: pages with their dates and Google News titles, and the newest sitemaps of an index."""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Sequence
from datetime import UTC, datetime, tzinfo
from io import BytesIO
from typing import Any
from urllib.parse import urljoin

from core.errors import SkipDocument
from core.memory import may_grow_to
from core.records import Discovery
from scrapers.discovery.dates import read_date
from scrapers.discovery.xml import children, local, text_of

_NEWSY = re.compile(r"news|post|article|story|stories|latest|recent|today", re.IGNORECASE)
_DULL = re.compile(r"categor|tags?[-_.]|author|page-sitemap|image|video|taxonom|static|misc", re.IGNORECASE)
_OLDEST = datetime.min.replace(tzinfo=UTC)
_CHUNK = 1 << 16
START = re.compile(r"<(?:\w+:)?(?:urlset|sitemapindex)\b")


def gunzip(body: bytes, limit: int) -> bytes:
    """The content of a gzip file. Raises SkipDocument: too_large beyond `limit` bytes, not_a_feed for a broken file."""
    out = bytearray()
    limit = may_grow_to(len(body), limit)
    try:
        with gzip.GzipFile(fileobj=BytesIO(body)) as stream:
            while chunk := stream.read(_CHUNK):
                out += chunk
                if len(out) > limit:
                    raise SkipDocument(f"more than {limit // 1_000_000} MB after decompression", outcome="too_large")
    except (OSError, EOFError, zlib.error) as failure:
        if not out:
            raise SkipDocument("the gzip file is broken", outcome="not_a_feed") from failure
    return bytes(out)


def read_lines(text: str) -> list[Discovery]:
    """The pages of a sitemap that is a plain list of addresses; nothing where it is something else."""
    lines = [line for raw in text.splitlines() if (line := raw.strip())]
    if not lines or not all(line.startswith(("http://", "https://")) for line in lines):
        return []
    return [Discovery(url=line) for line in lines]


def read_pages(root: Any, url: str, zone: tzinfo) -> list[Discovery]:
    """The pages of a <urlset>. A sitemap's lastmod serves as the date where no Google News date is given."""
    found = []
    for element in children(root, "url"):
        fields = {local(c): c for c in element if local(c) in {"loc", "lastmod", "news"}}
        address = text_of(fields.get("loc"))
        if not address:
            continue
        news = {local(c): c for c in fields["news"]} if "news" in fields else {}
        published = read_date(text_of(news.get("publication_date")), zone)
        modified = read_date(text_of(fields.get("lastmod")), zone)
        try:
            address = urljoin(url, address)
        except ValueError:
            continue
        found.append(
            Discovery(
                url=address, title=text_of(news.get("title")), published_at=published or modified, updated_at=modified
            )
        )
    return found


def read_index(root: Any, url: str, zone: tzinfo, *, limit: int, since: datetime | None) -> list[str]:
    """The sitemaps of an index that are worth reading: news first, then the newest; none older than `since`."""
    entries: list[tuple[str, datetime | None]] = []
    for element in children(root, "sitemap"):
        fields = {local(c): c for c in element}
        if address := text_of(fields.get("loc")):
            try:
                entries.append((urljoin(url, address), read_date(text_of(fields.get("lastmod")), zone)))
            except ValueError:
                continue
    fresh = [(a, d) for a, d in entries if d is None or since is None or d >= since]
    return _newest(fresh, limit)


def _newest(entries: Sequence[tuple[str, datetime | None]], limit: int) -> list[str]:
    # Without dates, an outlet's numbered sitemaps grow at the end: the last ones are the newest.
    ranked = sorted(
        enumerate(entries),
        key=lambda pair: (
            bool(_NEWSY.search(pair[1][0])) - bool(_DULL.search(pair[1][0])),
            pair[1][1] or _OLDEST,
            pair[0],
        ),
        reverse=True,
    )
    return [address for _, (address, _) in ranked[:limit]]
