"""What is to be sent and what became of it: routes, digest entries, digests, deliveries."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from archive.tables.base import Base, BigId, IdKey


class Route(Base):
    """The state of a route. Its settings are in pactwatch.toml."""

    __tablename__ = "routes"
    name: Mapped[str] = mapped_column(primary_key=True)
    channel: Mapped[str]
    send: Mapped[str]                                              # digest, immediate or picture
    first_seen_at: Mapped[datetime]
    stopped_at: Mapped[datetime | None]                            # the channel refused for good
    stopped_reason: Mapped[str | None]


class ChannelPace(Base):
    """When a channel takes the next message: its pace holds over all processes."""

    __tablename__ = "channels"
    name: Mapped[str] = mapped_column(primary_key=True)
    next_at: Mapped[datetime | None]


class Digest(Base):
    """A digest of a route for one slot of one local date. Its unique row is what makes it come once."""

    __tablename__ = "digests"
    __table_args__ = (UniqueConstraint("route", "local_date", "slot"),)
    id: Mapped[IdKey]
    route: Mapped[str] = mapped_column(ForeignKey("routes.name"))
    local_date: Mapped[str]                                        # YYYY-MM-DD in the route's zone
    slot: Mapped[str]                                              # HH:MM in the route's zone
    due_at: Mapped[datetime]                                       # the slot as an instant: the window's end
    window_start: Mapped[datetime]
    created_at: Mapped[datetime]
    late: Mapped[bool] = mapped_column(default=False)
    entry_count: Mapped[int] = mapped_column(default=0)
    receipt: Mapped[dict[str, Any]]


class DigestEntry(Base):
    """A hit that waits for a route's next digest. Written in the hit's own transaction, so none is lost.

    `key` is the story and what is new about it: a copy of the story makes no second entry, a denial does.
    """

    __tablename__ = "digest_entries"
    __table_args__ = (
        UniqueConstraint("route", "key"),
        Index("ix_digest_entries_route_digest_id", "route", "digest_id"),
        Index("ix_digest_entries_story_id", "story_id"),
    )
    id: Mapped[IdKey]
    route: Mapped[str]
    key: Mapped[str]
    hit_id: Mapped[int] = mapped_column(ForeignKey("hits.id"))
    story_id: Mapped[int] = mapped_column(ForeignKey("stories.id"))
    digest_id: Mapped[int | None] = mapped_column(ForeignKey("digests.id"))
    created_at: Mapped[datetime]
    muted_by: Mapped[int | None] = mapped_column(BigId)            # the mute that kept it out of its digest


class Delivery(Base):
    """A message of the outbox and what became of it."""

    __tablename__ = "deliveries"
    __table_args__ = (
        Index("ix_deliveries_state_next_try_at", "state", "next_try_at"),
        Index("ix_deliveries_story_id", "story_id"),
        Index("ix_deliveries_refresh_at", "refresh_at"),
        Index("ix_deliveries_thread_key", "thread_key"),
    )
    id: Mapped[IdKey]
    key: Mapped[str] = mapped_column(unique=True)                  # stands in Slack's message metadata
    thread_key: Mapped[str | None]                                 # of the delivery that it replies to
    route: Mapped[str]
    channel: Mapped[str]
    # alert, follow (later news of its story), outlets (that report it too), digest (or picture), reply (its later
    # parts), health,
    # notice (a channel refuses)
    kind: Mapped[str]
    # pending, sending, unclear, sent, failed, possibly_sent, moved (over the budget, so that a digest tells it),
    # muted (a reader wants to hear nothing of it)
    state: Mapped[str]
    payload: Mapped[dict[str, Any] | None]                         # the rendered message
    hit_id: Mapped[int | None] = mapped_column(ForeignKey("hits.id"))
    story_id: Mapped[int | None] = mapped_column(ForeignKey("stories.id"))
    digest_id: Mapped[int | None] = mapped_column(ForeignKey("digests.id"))
    created_at: Mapped[datetime]
    next_try_at: Mapped[datetime | None]                           # after a failure; later ones of the channel wait
    hold_until: Mapped[datetime | None]                            # by the route's wish; later ones pass
    refresh_at: Mapped[datetime | None]                            # when the message is to be brought up to date
    attempts: Mapped[int] = mapped_column(default=0)
    claimed_by: Mapped[str | None]
    claimed_until: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    message_id: Mapped[str | None]                                 # Slack's ts
    error: Mapped[str | None]
    muted_by: Mapped[int | None] = mapped_column(BigId)            # the mute that holds it back
