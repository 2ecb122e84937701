"""Read any entry point's document: tell what it is by its content, and take out what it lists."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, tzinfo
from urllib.parse import urlsplit

from lxml.etree import LxmlError

from core import clock
from core.errors import SkipDocument
from core.fetching import EntryKind
from core.memory import trim
from core.records import Discovery
from core.urls import canonical
from scrapers.discovery import feeds, jsonfeed, listing, older, sitemaps, traps, xml
from scrapers.discovery.dates import zone_of

DEEPEST_INDEX = 2  # an index of indexes is read, an index of those is not
SITEMAP_AGE = timedelta(days=30)
_UNREADABLE = (
    LxmlError,
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    AssertionError,
    ArithmeticError,
    RecursionError,
)


_LARGE = 1_000_000  # bytes; the memory of such a tree is given back at once

@dataclass(frozen=True, slots=True)
class Ask:
    """What the reader has to know about the document and its source."""

    url: str  # where the document came from, after redirects
    kind: EntryKind = "feed"
    encoding: str | None = None  # what the HTTP header declares
    language: str | None = None
    country: str | None = None
    age: timedelta | None = None  # older entries are left out; None: what is usual for the kind
    sitemaps: int = 10  # of an index
    depth: int = 0  # in the tree of sitemap indexes
    max_bytes: int = 50_000_000  # after decompression
    links: str | None = None  # CSS selectors of a listing
    title: str | None = None
    date: str | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """What a document lists: entries with canonical addresses, each once, newest first; or further sitemaps."""

    discoveries: tuple[Discovery, ...] = ()
    sitemaps: tuple[str, ...] = field(default=())
    left_out: str = ""  # how many entries have no address that can be fetched
    kind: str = ""  # what the document turned out to be: rss, atom, rdf, json, sitemap, index, listing
    older: str = ""  # the address of the older part of the list


def read_entry(body: bytes, ask: Ask) -> Found:
    """Read a feed, sitemap, JSON feed or listing.

    Raises SkipDocument with the outcome `not_a_feed`, `empty` (well-formed, but lists nothing) or `too_large`.
    """
    try:
        return _read(body, ask)
    except SkipDocument as skipped:
        skipped.__traceback__ = None  # it holds the tree
        raise
    except _UNREADABLE as failure:
        # What strangers write finds every hole in a parser; it must cost this document only.
        reason = f"the document cannot be read: {type(failure).__name__}"
        raise SkipDocument(reason, outcome="not_a_feed") from failure.with_traceback(None)
    finally:
        if len(body) > _LARGE:
            trim()


def _read(body: bytes, ask: Ask) -> Found:
    if body[:2] == b"\x1f\x8b":
        body = sitemaps.gunzip(body, ask.max_bytes)
    if not body.strip(b" \t\r\n\0"):
        raise SkipDocument("the document is empty", outcome="empty")
    zone = zone_of(ask.country)
    if ask.kind == "listing":
        links, next_page = listing.read_listing(body, ask, zone)
        return replace(_found(links, ask, "listing", "no link looks like an article"), older=next_page)
    text = xml.as_text(body, ask.encoding, ask.language)
    if script := jsonfeed.unwrap(text):
        items, next_page = jsonfeed.read_json(script, ask.url, zone)
        return replace(_found(items, ask, "json", "the JSON lists nothing"), older=next_page)
    if ask.kind == "sitemap" and (lines := sitemaps.read_lines(text)):
        return _found(lines, ask, "sitemap", "the sitemap has no pages")
    text = xml.out_of_page(text)
    xml.refuse_html(text)
    if len(text) > _LARGE and (entries := feeds.read_in_passing(text, ask.url, zone)):
        return _found(entries[1], ask, entries[0], "the feed has no entries")
    root = xml.parse(text)
    if root is None and "<!ENTITY" not in text[:100_000]:
        text = xml.mended(text)
        root = xml.parse(text)
    if root is None and sitemaps.START.search(text[:2000]):
        root = xml.parse_broken(text)
    if root is None:
        return _found(feeds.read_lenient(text, ask.url, zone), ask, "lenient", "the feed has no entries")
    kind = xml.local(root)
    if kind == "sitemapindex":
        return _index(root, ask, zone)
    if kind == "urlset":
        return _found(sitemaps.read_pages(root, ask.url, zone), ask, "sitemap", "the sitemap has no pages")
    found = _found(feeds.read_feed(root, ask.url, zone), ask, kind, "the feed has no entries")
    return replace(found, older=older.of_feed(root, ask.url))


def _since(ask: Ask, kind: str) -> datetime | None:
    age = ask.age or (SITEMAP_AGE if kind in {"sitemap", "index"} else None)
    return clock.now() - age if age else None


def _index(root: object, ask: Ask, zone: tzinfo) -> Found:
    if ask.depth >= DEEPEST_INDEX:
        raise SkipDocument("sitemap indexes are nested too deeply", outcome="not_a_feed")
    further = sitemaps.read_index(root, ask.url, zone, limit=ask.sitemaps, since=_since(ask, "index"))
    clean = dict.fromkeys(a for a in further if canonical(a) and a != ask.url)  # of the web, without credentials
    if not clean:
        raise SkipDocument("the sitemap index lists no sitemap that is new enough", outcome="empty")
    return Found(sitemaps=tuple(clean), kind="index")


def _found(entries: list[Discovery], ask: Ask, kind: str, nothing: str) -> Found:
    """Entries with canonical addresses, each once, without the outlet's front page and without what is too old."""
    if not entries:
        raise SkipDocument(nothing, outcome="empty")
    nameless = 0
    since = _since(ask, kind)
    unique: dict[str, Discovery] = {}
    for entry in entries:
        if (
            since
            and entry.published_at
            and entry.published_at < since
            and not (entry.updated_at and entry.updated_at >= since)
        ):
            continue
        address = canonical(entry.url)
        nameless += address is None
        if address is None or address in unique:
            continue
        parts = urlsplit(address)
        if parts.path == "/" and not parts.query:
            continue
        if kind in {"sitemap", "listing"} and not ask.links and traps.is_endless(parts):
            continue
        if kind == "sitemap" and not ask.links and traps.is_list(parts):
            continue
        if kind == "sitemap":  # a sitemap's lastmod moves with every new template: no sign of a correction
            entry = replace(entry, updated_at=None)
        unique[address] = replace(entry, url=address)
    newest = sorted(
        unique.values(), key=lambda d: d.published_at.timestamp() if d.published_at else float("inf"), reverse=True
    )
    if nameless and not newest:
        raise SkipDocument(f"none of {nameless} entries has an address of a page", outcome="empty")
    left_out = f"{nameless} of {len(entries)} entries left out: no address of a page" if nameless else ""
    return Found(tuple(newest), left_out=left_out, kind=kind)
