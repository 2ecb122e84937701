"""The records that packages hand to each other. Plain, frozen and cheap to pickle: they cross processes."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal

from core.captures import Left
from core.recipe import AS_USUAL, Recipe

Field = Literal["title", "text"]
# What a page is that holds more than one article.
Flag = Literal["live_blog", "several_articles", "digest"]


class AddressState(StrEnum):
    """Where an address stands in the ledger. Each address has exactly one of these."""

    DISCOVERED = "discovered"  # waits for its first fetch, or for a new one after a change
    STORED = "stored"          # its article is in the archive
    KNOWN = "known"            # another address of an article that is already in the archive
    SKIPPED = "skipped"        # will not be fetched or kept, for a reason
    FAILED = "failed"          # could not be fetched or read, for a reason; has a next try


class Outcome(StrEnum):
    """How a fetch, or the reading of what it brought, ended. The reason beside it says more."""

    OK = "ok"                            # fetched and read
    UNCHANGED = "unchanged"              # the server says, or the body shows, that nothing is new
    DNS_ERROR = "dns_error"              # the host's name has no address
    TLS_ERROR = "tls_error"              # the certificate or the encryption is not right
    TIMEOUT = "timeout"                  # no complete answer within the limit
    CONNECTION_ERROR = "connection_error"  # refused, reset, or cut off
    HTTP_ERROR = "http_error"            # a status of 400 or above, or a redirect that leads nowhere
    ROBOTS_DENIED = "robots_denied"      # robots.txt forbids it, or could not be read
    BLOCKED_ADDRESS = "blocked_address"  # the address guard refused the host
    TOO_LARGE = "too_large"              # over the limit, as sent or after decompression
    NOT_A_FEED = "not_a_feed"            # the entry point is no feed, sitemap or JSON feed
    NOT_HTML = "not_html"                # the page is an image, a PDF or the like
    EMPTY = "empty"                      # nothing in it: a feed without entries, a page without text
    EXTRACTION_FAILED = "extraction_failed"  # the page could not be read
    TOO_SLOW = "too_slow"                # reading it takes longer than a page may
    TOO_MUCH_MEMORY = "too_much_memory"  # reading it takes more memory than a page may
    CRASHED = "crashed"                  # the process that read it died, twice
    SOFT_404 = "soft_404"                # answers as if all were well, but there is no such page
    DUPLICATE = "duplicate"              # an article of the source that is in the archive already
    PAYWALL = "paywall"                  # nothing but the request to subscribe; a teaser is stored
    CONSENT_PAGE = "consent_page"        # asks for consent to cookies first
    LOGIN_PAGE = "login_page"            # asks for a name and a password first
    BOT_WALL = "bot_wall"                # checks its visitor, or refuses machines
    PARKED = "parked"                    # the domain is for sale, or shows a server's default page
    MAINTENANCE = "maintenance"          # the site says that it is being worked on
    NEEDS_JAVASCRIPT = "needs_javascript"  # the page has its text only with JavaScript
    INVALID = "invalid"                  # the source file itself is wrong


class EventStatus(StrEnum):
    """How far a relation between organisations has come, as the text tells it."""

    ANNOUNCED = "announced"    # the parties say so, or it is reported as done
    PLANNED = "planned"        # intended, in talks, to be signed
    RUMOURED = "rumoured"      # said by others, not by the parties
    DENIED = "denied"          # a party says that it is not so
    ENDED = "ended"            # it was, and is over
    BACKGROUND = "background"  # older news, told again to explain something else


COOPERATION = "alliance"       # the family of the kinds of cooperation
# Kinds of event that a cooperation becomes by its status: `event:end` is a cooperation that has ended.
BY_STATUS = {"denial": EventStatus.DENIED, "end": EventStatus.ENDED}


class Band(StrEnum):
    """What a score is good for under a rule, the highest first."""

    ALERT = "alert"            # from the rule's alert_score: worth an alert now
    DIGEST = "digest"          # from its min_score: a hit, worth a line in a digest
    ARCHIVE = "archive"        # its conditions hold below min_score: no hit, never sent, but searchable


@dataclass(frozen=True, slots=True)
class Discovery:
    """An entry of a feed, sitemap or listing: an address and what its entry point says about it."""

    url: str
    title: str | None = None
    published_at: datetime | None = None
    updated_at: datetime | None = None
    guid: str | None = None
    summary: str | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """A fetched article page on its way to extraction. `url` is its address in the ledger."""

    address_id: int
    source_id: str
    url: str
    final_url: str
    body: bytes
    encoding: str | None                 # what the HTTP header declares
    fetched_at: datetime
    language: str | None = None          # of the source
    publisher: str | None = None         # the organisation that says "we" there
    outlet: str | None = None            # the source's name
    country: str | None = None           # of the source
    title_hint: str | None = None        # from the entry point
    published_hint: datetime | None = None
    etag: str | None = None
    last_modified: str | None = None
    status: int = 200
    duration_ms: int | None = None
    brief: bool = False                  # title and summary of the entry point stand for the article
    recipe: Recipe = AS_USUAL
    furniture: frozenset[int] = frozenset()  # hashes of lines that stand on other pages of the site, too
    version: str = ""                    # where the body is from, if not from the article's own page: AMP, print


@dataclass(frozen=True, slots=True)
class Article:
    """What was extracted from a page. Times are aware and in UTC."""

    url: str
    canonical_url: str
    title: str
    text: str
    language: str | None = None
    published_at: datetime | None = None
    updated_at: datetime | None = None
    authors: tuple[str, ...] = ()
    site_name: str | None = None
    image: str | None = None
    section: str | None = None
    paywalled: bool = False
    flags: tuple[Flag, ...] = ()
    dropped: str = ""                    # lines of the page that were taken for no part of the text; searchable apart
    outlet: str | None = None            # name and country of its source, by which rules ask for it
    country: str | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """A place in an article: `text` is exactly `article.<field>[start:end]`."""

    field: Field
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Mention:
    """An organisation at a place in a text. `known` is False for one that only the context gave away."""

    organisation: str                    # canonical name
    span: Span
    known: bool = True


@dataclass(frozen=True, slots=True)
class Person:
    """A person whom a text names with a role, and the organisation that the role is in, where the text says it."""

    name: str
    role: str                            # as the text writes it
    organisation: str | None             # canonical name
    span: Span                           # of the name


@dataclass(frozen=True, slots=True)
class OrganisationFacts:
    """What the knowledge says of an organisation."""

    type: str | None = None
    country: str | None = None           # ISO 3166 alpha-2
    parent: str | None = None            # canonical name


# What a party does in an event, where the text says so.
ROLES = {
    "party": "takes part; the text says no more",
    "publisher": 'publishes the text and calls itself "we"',
    "actor": "acts: buys, funds, sues, hires, launches, integrates, uses",
    "target": "is acted on: is bought, funded, sued, left, used",
    "investor": "puts money into the other in an alliance of type `equity_investment`",
    "licensor": "lets the other use its content (`content_licensing`)",
    "licensee": "may use the content of the other (`content_licensing`)",
    "supplier": "provides computing power, chips or data centres (`infrastructure_deal`)",
    "customer": "pays for them (`infrastructure_deal`)",
    "lead": "leads a consortium",
    "member": "belongs to a consortium that another party leads, or that lists its members",
}


@dataclass(frozen=True, slots=True)
class Party:
    """An organisation that takes part in an event."""

    organisation: str                    # canonical name
    role: str = "party"                  # one of ROLES
    span: Span | None = None             # None where the party is only implied, as "we"


@dataclass(frozen=True, slots=True)
class Event:
    """A relation found in a text: who with whom, what kind, about what, in which status, and where it says so.

    `type` is a kind of relation frame (partnership, joint_venture, acquisition …); `family` groups the kinds
    that a rule asks for together (`event:alliance`). `score` is between 0 and 1.
    """

    type: str
    family: str
    status: EventStatus
    score: float
    parties: tuple[Party, ...]
    sentence: Span
    relation: Span
    topics: tuple[str, ...] = ()
    topic_span: Span | None = None
    status_span: Span | None = None
    reasons: tuple[str, ...] = ()        # names of the cues that raised or lowered the score
    contributions: tuple[tuple[str, float], ...] = ()  # the same with what each added; not stored

    @property
    def kinds(self) -> tuple[str, ...]:
        """All by which `event:` finds it: its type, its family, and `denial` or `end` where a cooperation is that."""
        more = [kind for kind, status in BY_STATUS.items() if self.family == COOPERATION and self.status is status]
        return tuple(dict.fromkeys((self.type, self.family, *more)))

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """The spans that prove it: sentence, parties, relation, topic, status."""
        spans = [
            ("sentence", self.sentence),
            *(("party", party.span) for party in self.parties),
            ("relation", self.relation),
            ("topic", self.topic_span),
            ("status", self.status_span),
        ]
        return tuple(Evidence(role, span) for role, span in spans if span is not None)


@dataclass(frozen=True, slots=True)
class Subject:
    """What an article mainly reports, in a form that reports in other words and languages share.

    `heads` are the parties, each as the head of its group. `marks` tell one deal of the same parties from another:
    themes, product names, sums, other organisations.
    """

    family: str
    type: str
    status: EventStatus
    parties: tuple[str, ...]             # canonical names
    heads: tuple[str, ...]
    marks: tuple[str, ...] = ()
    names: tuple[str, ...] = ()          # how the text writes the parties, the topic, and that it is a deal
    keys: tuple[int, ...] = ()           # signed 64-bit, one for each two heads; articles that share one are candidates


@dataclass(frozen=True, slots=True)
class Annotation:
    """All that is known about an article's meaning. Made once, stored with spans, read by every rule."""

    mentions: tuple[Mention, ...] = ()
    topics: dict[str, float] = field(default_factory=dict)   # topic id -> salience between 0 and 1
    events: tuple[Event, ...] = ()
    people: tuple[Person, ...] = ()
    subject: Subject | None = None       # None where no one event is what the article is about


@dataclass(frozen=True, slots=True)
class Evidence:
    """A span that speaks for a hit, and what it plays: sentence, party, relation, topic, status or term."""

    role: str
    span: Span


@dataclass(frozen=True, slots=True)
class Hit:
    """An article that a rule flagged, and why. `event` is the index of the event in the annotation, if one decided."""

    rule: str
    score: float
    evidence: tuple[Evidence, ...]
    event: int | None = None


@dataclass(frozen=True, slots=True)
class Signature:
    """What near-duplicate search compares: MinHash values, the keys of their bands, and a hash of the exact text."""

    content_hash: str
    minhash: bytes = b""                 # 128 little-endian uint32; empty for a text that is too short
    bands: tuple[int, ...] = ()          # signed 64-bit keys; two articles that share one are candidates


@dataclass(frozen=True, slots=True)
class Processed:
    """What the pipeline made of one page. Either `article` is there, or `outcome` and `reason` say why not."""

    address_id: int
    source_id: str
    url: str
    fetched_at: datetime
    outcome: Outcome | Left
    reason: str = ""
    article: Article | None = None
    annotation: Annotation = Annotation()
    facts: dict[str, OrganisationFacts] = field(default_factory=dict)  # of the known ones in it and their groups
    hits: tuple[Hit, ...] = ()
    signature: Signature | None = None
    search_title: str = ""               # core.text.search_form of the title
    search_text: str = ""
    search_dropped: str = ""
    lines: tuple[int, ...] = ()          # hashes of the text's lines, by which lines that repeat on a site are known
    knowledge_version: str = ""
    etag: str | None = None
    last_modified: str | None = None
    status: int = 200
    size: int = 0                        # bytes of the page
    duration_ms: int | None = None
    steps: tuple[float, ...] = field(default=(), compare=False)  # times: begun, extracted, annotated, matched
