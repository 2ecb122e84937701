"""What the crawl reports to the ledger, and what the ledger orders from the crawl. Plain records, like core.records."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, Protocol

from core.records import Discovery, Outcome

EntryKind = Literal["feed", "sitemap", "listing", "json"]


class EntrySettings(Protocol):
    """What the ledger needs to know of an entry point in a source file."""

    @property
    def kind(self) -> EntryKind: ...
    @property
    def url(self) -> str: ...


class SourceSettings(Protocol):
    """What the archive needs to know of a source file."""

    @property
    def name(self) -> str: ...
    @property
    def country(self) -> str | None: ...
    @property
    def language(self) -> str | None: ...
    @property
    def enabled(self) -> bool: ...
    @property
    def interval(self) -> timedelta | None: ...  # None: the interval follows what the source publishes
    @property
    def entries(self) -> tuple[EntrySettings, ...]: ...
    def rests_at(self, moment: datetime) -> bool: ...  # in its quiet hours


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How an entry point publishes, as far as its polls have shown. See archive.rhythm."""

    good_at: datetime | None = None  # when it was last read, or known to be unchanged
    interval: float | None = None  # seconds
    rate: float | None = None  # entries a second
    peak: float | None = None  # the highest rate of the last days
    length: float = 0.0  # entries that its list usually has


@dataclass(frozen=True, slots=True)
class EntryState:
    """What is known of a feed, sitemap or listing from earlier polls: its validators and the hash of its last body."""

    source_id: str
    kind: EntryKind
    url: str
    etag: str | None = None
    last_modified: str | None = None
    body_hash: str | None = None
    last_polled_at: datetime | None = None
    read_at: datetime | None = None  # when its body came last, instead of a word that nothing is new
    rhythm: Rhythm = Rhythm()
    failures: int = 0  # in a row
    due_at: datetime | None = None  # where its own rhythm is slower than that of its source


@dataclass(frozen=True, slots=True)
class HostState:
    """What a host asks of everybody: its robots.txt (None: it has none), and until when it is to be left alone."""

    origin: str
    robots: str | None = None
    robots_at: datetime | None = None  # when it last answered for its robots.txt; None: never
    tried_at: datetime | None = None
    etag: str | None = None
    last_modified: str | None = None
    wait_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class FetchOrder:
    """An address of the ledger that is to be fetched now. Validators are there where it was fetched before."""

    address_id: int
    source_id: str
    url: str
    etag: str | None = None
    last_modified: str | None = None
    title_hint: str | None = None
    published_hint: datetime | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """How one request ended. `retry_after` is in seconds, as the site asked; `final` says that a new try is useless."""

    outcome: Outcome
    at: datetime
    reason: str = ""
    status: int | None = None
    size: int | None = None  # bytes of the body as decoded
    duration_ms: int | None = None
    etag: str | None = None
    last_modified: str | None = None
    body_hash: str | None = None
    retry_after: float | None = None
    final: bool = False
    moved_to: str = ""  # the address for good, as a permanent redirect or the feed itself says


@dataclass(frozen=True, slots=True)
class Gap:
    """What a list left open: nothing on it was known, so something may have come and gone before it was read."""

    since: datetime  # when the list was last read
    at: datetime  # when it was read now
    missed: int  # how many entries, as an estimate


@dataclass(frozen=True, slots=True)
class Poll:
    """A poll of an entry point and what it listed, addresses canonical. `limit`: how many new ones are taken.

    With `gap` it is no poll of its own but a look back into an older list, of which only what fell into the gap is
    wanted.
    """

    entry: EntryState
    answer: Answer
    discoveries: tuple[Discovery, ...] = ()
    limit: int = 500
    every: timedelta | None = None  # the interval that the source's file fixes
    gap: Gap | None = None


@dataclass(frozen=True, slots=True)
class Recorded:
    """What came of a poll: addresses to fetch now, how many of its entries were new, and what it left open."""

    orders: tuple[FetchOrder, ...] = ()
    new: int = 0
    listed: int = 0
    gap: Gap | None = None
    overlap: bool = False  # whether an entry was known when the list was read before


@dataclass(frozen=True, slots=True)
class FetchReport:
    """A fetch of an article that brought no page, and why."""

    order: FetchOrder
    answer: Answer
