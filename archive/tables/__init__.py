"""All tables. The words are those of the design: sources, addresses, articles, stories, hits, routes, deliveries."""

from archive.tables.alerts import ChannelPace, Delivery, Digest, DigestEntry, Route
from archive.tables.annotations import Event, EventParty, Hit, Mention, Organisation, Person
from archive.tables.articles import Article, DroppedLines, SignatureBand, SitePage, Story, StoryDecision, Version
from archive.tables.base import Base
from archive.tables.crawl import Address, Backfill, EntryPoint, Fetch, Host, HostTurn, Run, Source
from archive.tables.feedback import Feedback, Mute, Watched
from archive.tables.health import Notice, SourceDay, Trouble
from archive.tables.views import VIEWS
from archive.tables.work import Replay, ReplayShard, Tick

__all__ = [
    "VIEWS",
    "Address",
    "Article",
    "Backfill",
    "Base",
    "ChannelPace",
    "Delivery",
    "Digest",
    "DigestEntry",
    "DroppedLines",
    "EntryPoint",
    "Event",
    "EventParty",
    "Feedback",
    "Fetch",
    "Hit",
    "Host",
    "HostTurn",
    "Mention",
    "Mute",
    "Notice",
    "Organisation",
    "Person",
    "Replay",
    "ReplayShard",
    "Route",
    "Run",
    "SignatureBand",
    "SitePage",
    "Source",
    "SourceDay",
    "Story",
    "StoryDecision",
    "Tick",
    "Trouble",
    "Version",
    "Watched",
]
