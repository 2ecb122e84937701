"""Measure a feed, sitemap or listing: how fresh, how much a day, how its dates and texts are, in which language."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import median
from typing import Any, Literal, Protocol

from core import clock
from core.errors import SkipDocument
from core.fetching import EntryKind
from core.records import Discovery, Outcome
from scrapers.discovery import read_entry, xml
from scrapers.discovery.feeds import plain
from scrapers.discovery.read import Ask, Found
from scrapers.scout.page import site_of
from scrapers.scout.reach import Got

LanguageOf = Callable[[str], str | None]
Dates = Literal["time", "day", "none"]
STALE = timedelta(days=60)
_FULL = 1200  # characters; the median entry of a feed with whole articles has more
_TEASER = 60
_LARGEST = 5_000_000  # bytes of a feed whose texts are looked at
_COMMENTS = re.compile(r"/comments?(?:/|$|\.)|comments[-_]?(?:rss|feed|atom)|[?&](?:feed|type)=comments", re.IGNORECASE)
_ABOUT_COMMENTS = re.compile(
    r"\bcomments?\b|\bkommentare?\b|\bcommentaires\b|\bcomentarios\b|댓글|コメント|评论", re.IGNORECASE
)
_TEXTS = {"encoded", "content", "description", "summary", "content_html", "content_text"}


class Selectors(Protocol):
    """The CSS selectors of a listing in a source file."""

    @property
    def links(self) -> str | None: ...
    @property
    def title(self) -> str | None: ...
    @property
    def date(self) -> str | None: ...


@dataclass(slots=True)
class Candidate:
    """An address that may announce the outlet's articles, and what was measured of it."""

    url: str
    found_by: str
    kind: EntryKind = "feed"
    form: str = ""  # rss, atom, rdf, json, news sitemap, sitemap, index, listing
    title: str = ""
    outcome: Outcome | None = None
    reason: str = ""
    entries: tuple[Discovery, ...] = ()
    further: tuple[str, ...] = ()  # sitemaps of an index
    newest: datetime | None = None
    oldest: datetime | None = None
    per_day: float | None = None
    dates: Dates = "none"
    text: Literal["full", "teaser", "titles"] = "titles"
    language: str | None = None
    own: float = 1.0  # share of the entries that lead to the outlet's own site
    given: bool = False
    moved_from: str = ""  # the address that led to this one
    dropped: str = ""  # why it is not proposed
    overlap: dict[str, float] = field(default_factory=dict)  # share of its entries that another one lists too

    @property
    def addresses(self) -> set[str]:
        """What it lists."""
        return {entry.url for entry in self.entries}

    @property
    def stale(self) -> bool:
        """Whether its newest entry is too old for it to be alive."""
        return self.newest is not None and self.newest < clock.now() - STALE

    def as_json(self) -> dict[str, Any]:
        """For scripts."""
        return {
            "url": self.url, "kind": self.kind, "form": self.form, "found_by": self.found_by,
            "outcome": self.outcome, "reason": self.reason, "entries": len(self.entries), "newest": self.newest,
            "per_day": self.per_day, "dates": self.dates, "text": self.text, "language": self.language,
            "own_entries": round(self.own, 2), "chosen": not self.dropped, "dropped": self.dropped or None,
            "overlap": {url: round(share, 2) for url, share in self.overlap.items()},
        }


def for_comments(url: str, words: str = "") -> bool:
    """Whether an address or its name is of a feed of comments."""
    return bool(_COMMENTS.search(url) or _ABOUT_COMMENTS.search(words))


def measure(
    candidate: Candidate, got: Got, home: str, language_of: LanguageOf, country: str | None = None,
    selectors: Selectors | None = None,
) -> None:
    """Fill in what a document shows; one that cannot be read is named with its outcome."""
    candidate.outcome, candidate.reason = got.outcome, got.reason
    if not got.ok:
        return
    listing = candidate.kind == "listing"
    ask = Ask(url=got.url, kind="listing" if listing else "feed", encoding=got.encoding, country=country,
              age=None if listing else timedelta(days=36_500),
              links=selectors.links if selectors and listing else None,
              title=selectors.title if selectors and listing else None,
              date=selectors.date if selectors and listing else None)
    try:
        found = read_entry(got.body, ask)
    except SkipDocument as skipped:
        candidate.outcome, candidate.reason = Outcome(skipped.outcome), str(skipped)
        return
    candidate.form, candidate.kind = found.kind, _kind_of(found)
    candidate.further = found.sitemaps
    if candidate.form == "sitemap" and b"schemas/sitemap-news/" in got.body[:20_000]:
        candidate.form = "news sitemap"
    fill(candidate, found.discoveries, home, language_of)
    if candidate.kind == "feed":
        candidate.title = candidate.title or _feed_title(got) or ""
        candidate.text = _text_of(got)
    elif candidate.kind == "json":
        lengths = [len(entry.summary or "") for entry in candidate.entries]
        candidate.text = "titles" if not lengths or median(lengths) < _TEASER else "teaser"
        if b'"content_html"' in got.body or b'"content_text"' in got.body:
            candidate.text = "full" if len(got.body) > _FULL * max(1, len(lengths)) else "teaser"


def fill(candidate: Candidate, entries: Sequence[Discovery], home: str, language_of: LanguageOf) -> None:
    """Fill in what the entries show."""
    now = clock.now()
    candidate.entries = tuple(entries)
    dates = sorted(e.published_at for e in entries if e.published_at and e.published_at <= now + timedelta(days=1))
    if dates:
        candidate.newest, candidate.oldest = dates[-1], dates[0]
        candidate.per_day = _rate(dates, now)
        whole = len({(d.hour, d.minute, d.second) for d in dates}) == 1 and len(dates) > 2 and dates[0].second == 0
        candidate.dates = "day" if whole and dates[0].minute in {0, 30} else "time"
    words = " ".join(f"{e.title or ''}. {e.summary or ''}" for e in entries[:30])
    candidate.language = language_of(words) if words.strip(" .") else None
    site = site_of(home)
    candidate.own = sum(site_of(e.url) == site for e in entries) / len(entries) if entries else 1.0


def _rate(dates: list[datetime], now: datetime) -> float | None:
    """Entries a day over the time that the list covers, of its newest half: old leftovers at the end say little."""
    half = dates[len(dates) // 2 :] if len(dates) > 8 else dates
    if len(half) < 2:
        return None
    days = max((max(now, half[-1]) - half[0]).total_seconds() / 86_400, 1 / 24)
    return round(len(half) / days, 1)


def _kind_of(found: Found) -> EntryKind:
    if found.kind == "json":
        return "json"
    if found.kind in {"sitemap", "index"}:
        return "sitemap"
    return "listing" if found.kind == "listing" else "feed"


def _root(got: Got) -> Any:
    if len(got.body) > _LARGEST:
        return None
    text = xml.as_text(got.body, got.encoding, None)
    root = xml.parse(text)
    return root if root is not None else xml.parse(xml.mended(text))


def _feed_title(got: Got) -> str | None:
    root = _root(got)
    if root is None:
        return None
    holders = [root, *(child for child in root if xml.local(child) == "channel")]
    return next((plain(xml.text_of(c)) for holder in holders for c in holder if xml.local(c) == "title"), None)


def _text_of(got: Got) -> Literal["full", "teaser", "titles"]:
    """Whether the entries of a feed hold whole articles, a teaser, or only titles."""
    root = _root(got)
    if root is None:
        return "titles"
    lengths = [
        max((len(plain(xml.text_of(child)) or "") for child in item if xml.local(child) in _TEXTS), default=0)
        for item in root.iter()
        if xml.local(item) in {"item", "entry"}
    ]
    typical = median(lengths) if lengths else 0
    return "full" if typical >= _FULL else "teaser" if typical >= _TEASER else "titles"
