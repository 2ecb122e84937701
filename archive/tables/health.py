"""How sources go over time: their days, what is wrong with them, and what people were told of it."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from archive.tables.base import Base, IdKey


class SourceDay(Base):
    """A day (UTC) of a source: the past that its present is compared with."""

    __tablename__ = "source_days"
    source_id: Mapped[str] = mapped_column(ForeignKey("sources.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    polls: Mapped[int] = mapped_column(default=0)                  # of its entry points, that went well
    articles: Mapped[int] = mapped_column(default=0)               # new ones, without those of backfills
    pages: Mapped[int] = mapped_column(default=0)                  # that came and were to be read
    unread: Mapped[int] = mapped_column(default=0)                 # of these, pages that gave no article
    length: Mapped[int | None]                                     # the median length of the articles' texts
    undated: Mapped[int] = mapped_column(default=0)                # articles without a date of their own
    untitled: Mapped[int] = mapped_column(default=0)
    unsigned: Mapped[int] = mapped_column(default=0)               # without an author
    gaps: Mapped[int] = mapped_column(default=0)                   # polls whose list held nothing known before
    missed: Mapped[int] = mapped_column(default=0)                 # what was missed in these, estimated


class Trouble(Base):
    """Something that is wrong with a source, from when it was found to when it was over."""

    __tablename__ = "troubles"
    __table_args__ = (Index("ix_troubles_source_id_kind", "source_id", "kind"),)
    id: Mapped[IdKey]
    # Of the source and the kind while it lasts, so that two processes cannot find the same thing twice.
    key: Mapped[str | None] = mapped_column(unique=True)
    source_id: Mapped[str | None] = mapped_column(ForeignKey("sources.id"))   # None: of all sources
    kind: Mapped[str]                                              # archive.troubles.Kind
    since: Mapped[datetime]
    found_at: Mapped[datetime]
    detail: Mapped[str]
    told: Mapped[int] = mapped_column(default=0)                   # times, the first one included
    ended_at: Mapped[datetime | None]


class Notice(Base):
    """A change that people are told: once in each digest route, and once in the channel of the settings."""

    __tablename__ = "notices"
    id: Mapped[IdKey]
    trouble_id: Mapped[int] = mapped_column(ForeignKey("troubles.id", ondelete="CASCADE"))
    change: Mapped[str]                                            # begun, reminder or over
    detail: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(index=True)
    delivery_key: Mapped[str | None]                               # of the message that told it alone
