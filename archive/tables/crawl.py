"""What the crawl remembers: sources, entry points, addresses, fetches, runs."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from archive.tables.base import Base, BigId, IdKey

OPEN = text("ended_at IS NULL")


class Source(Base):
    """The state of a source. Its settings are in its file; this row is made when the source is first due."""

    __tablename__ = "sources"
    id: Mapped[str] = mapped_column(primary_key=True)              # the file's name
    name: Mapped[str]
    country: Mapped[str | None]
    language: Mapped[str | None]
    enabled: Mapped[bool] = mapped_column(default=True)
    added_at: Mapped[datetime]
    last_polled_at: Mapped[datetime | None]
    last_new_at: Mapped[datetime | None]                           # when it last brought an article
    next_due_at: Mapped[datetime | None] = mapped_column(index=True)
    interval_s: Mapped[int | None]                                 # the present interval between polls
    failures: Mapped[int] = mapped_column(default=0)               # polls in a row that failed
    failing_since: Mapped[datetime | None]                         # the first of these
    hold_until: Mapped[datetime | None]                            # the site asked for no request before (Retry-After)
    outcome: Mapped[str | None]                                    # of the last poll
    reason: Mapped[str | None]
    claimed_by: Mapped[str | None]                                 # the process that polls it now
    claimed_until: Mapped[datetime | None]


class EntryPoint(Base):
    """A feed, sitemap or listing of a source, and what is needed to ask for it politely the next time."""

    __tablename__ = "entry_points"
    __table_args__ = (UniqueConstraint("source_id", "url"),)
    id: Mapped[IdKey]
    source_id: Mapped[str] = mapped_column(ForeignKey("sources.id"))
    kind: Mapped[str]                                              # feed, sitemap, listing, json
    url: Mapped[str]
    etag: Mapped[str | None]
    last_modified: Mapped[str | None]
    body_hash: Mapped[str | None]                                  # of the last body that was read
    last_polled_at: Mapped[datetime | None]
    read_at: Mapped[datetime | None]                               # when its body came last
    outcome: Mapped[str | None]
    reason: Mapped[str | None]
    failures: Mapped[int] = mapped_column(default=0)
    next_due_at: Mapped[datetime | None]
    good_at: Mapped[datetime | None]                               # when it was last read, or known to be unchanged
    interval_s: Mapped[float | None]                               # by its own rhythm, see archive.rhythm
    rate: Mapped[float | None]                                     # entries a second
    peak: Mapped[float | None]                                     # the highest rate of the last days
    length: Mapped[float] = mapped_column(default=0.0, server_default="0")   # entries that its list usually has
    moved_to: Mapped[str | None]                                   # where it says it is now, for good


class Host(Base):
    """What a host asks of everybody who fetches from it, whichever source or process that is."""

    __tablename__ = "hosts"
    origin: Mapped[str] = mapped_column(primary_key=True)          # scheme, name and port
    robots: Mapped[str | None]                                     # the part of its robots.txt that is for us
    robots_at: Mapped[datetime | None]                             # when it last answered for its robots.txt
    tried_at: Mapped[datetime | None]                              # when it was last asked for it
    etag: Mapped[str | None]                                       # of the robots.txt
    last_modified: Mapped[str | None]
    wait_until: Mapped[datetime | None]                            # no request before, as its Retry-After said


class HostTurn(Base):
    """Which process asks a host now. One at a time does, whatever sources each of them polls there."""

    __tablename__ = "host_turns"
    host: Mapped[str] = mapped_column(primary_key=True)            # its name alone: the pace is for all its ports
    held_by: Mapped[str | None]                                    # host:pid:start, see core.process
    held_until: Mapped[datetime | None]
    free_at: Mapped[datetime | None]                               # from when on the next may ask, by the host's pace


class Address(Base):
    """The ledger: every address that was ever discovered, in exactly one named state."""

    __tablename__ = "addresses"
    __table_args__ = (Index("ix_addresses_due", "source_id", "state", "next_try_at"),)
    id: Mapped[IdKey]
    url: Mapped[str] = mapped_column(unique=True)                  # canonical form
    source_id: Mapped[str] = mapped_column(ForeignKey("sources.id"))
    state: Mapped[str]                                             # core.records.AddressState
    outcome: Mapped[str | None]                                    # core.records.Outcome of the last fetch
    reason: Mapped[str | None]
    discovered_at: Mapped[datetime]
    fetched_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)               # fetches in a row that failed
    next_try_at: Mapped[datetime | None]
    title_hint: Mapped[str | None]
    published_hint: Mapped[datetime | None]
    updated_hint: Mapped[datetime | None]
    etag: Mapped[str | None]
    last_modified: Mapped[str | None]
    article_id: Mapped[int | None] = mapped_column(BigId, index=True)    # also for the state `known`


class Run(Base):
    """One pass over the sources that were due, and its summary."""

    __tablename__ = "runs"
    id: Mapped[IdKey]
    kind: Mapped[str]                                              # run, serve, demo
    process: Mapped[str]                                           # host:pid:start, see core.process
    started_at: Mapped[datetime] = mapped_column(index=True)
    ended_at: Mapped[datetime | None]
    outcome: Mapped[str | None]                                    # done, failed, interrupted
    summary: Mapped[dict[str, Any] | None]
    __table_args__ = (Index("ix_runs_open", "id", sqlite_where=OPEN, postgresql_where=OPEN),)


class Fetch(Base):
    """One request and its named outcome."""

    __tablename__ = "fetches"
    id: Mapped[IdKey]
    run_id: Mapped[int | None] = mapped_column(ForeignKey("runs.id"), index=True)
    source_id: Mapped[str] = mapped_column(ForeignKey("sources.id"))
    entry_point_id: Mapped[int | None] = mapped_column(ForeignKey("entry_points.id"))
    address_id: Mapped[int | None] = mapped_column(ForeignKey("addresses.id"))
    url: Mapped[str]
    outcome: Mapped[str]
    reason: Mapped[str | None]
    status: Mapped[int | None]                                     # of HTTP
    size: Mapped[int | None]                                       # bytes of the body as decoded
    duration_ms: Mapped[int | None]
    fetched_at: Mapped[datetime] = mapped_column(index=True)


class Backfill(Base):
    """A file of old pages that is, or was, read into the archive, and how far that has come.

    `identity` is what the file holds, so that it may be moved; `selection` is what was asked of it.
    """

    __tablename__ = "backfills"
    __table_args__ = (UniqueConstraint("identity", "selection"),)
    id: Mapped[IdKey]
    identity: Mapped[str]
    selection: Mapped[str]
    path: Mapped[str]                                              # where it was last found
    size: Mapped[int] = mapped_column(BigInteger)                  # bytes
    records: Mapped[int] = mapped_column(default=0)                # done: everything up to and with the last one below
    offset: Mapped[int] = mapped_column(BigInteger, default=0)     # of the last record that is done
    record_id: Mapped[str] = mapped_column(default="")
    counts: Mapped[dict[str, Any]]                                 # what the records came to, by name
    started_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    claimed_by: Mapped[str | None]                                 # the process that reads it now
    ask: Mapped[dict[str, Any] | None]                             # what was asked, where workers are to read it
    attempts: Mapped[int] = mapped_column(default=0)               # takes in a row that brought nothing
    problem: Mapped[str | None]                                    # why no worker tries it any more
