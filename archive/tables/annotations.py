"""What the texts mean: organisations, mentions, people, events, parties, hits."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from archive.tables.base import Base, IdKey


class Organisation(Base):
    """A canonical organisation that some text named."""

    __tablename__ = "organisations"
    id: Mapped[IdKey]
    name: Mapped[str] = mapped_column(unique=True)
    type: Mapped[str | None]
    country: Mapped[str | None]
    parent: Mapped[str | None]                                     # canonical name
    known: Mapped[bool] = mapped_column(default=True)              # False: found by context only


class Mention(Base):
    """An organisation at a place in an article."""

    __tablename__ = "mentions"
    __table_args__ = (Index("ix_mentions_organisation_id_article_id", "organisation_id", "article_id"),)
    id: Mapped[IdKey]
    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id", ondelete="CASCADE"), index=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    field: Mapped[str]
    start: Mapped[int]
    end: Mapped[int]
    surface: Mapped[str]


class Person(Base):
    """A person whom an article names with a role, and the organisation of that role."""

    __tablename__ = "people"
    __table_args__ = (Index("ix_people_organisation_id_article_id", "organisation_id", "article_id"),)
    id: Mapped[IdKey]
    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id", ondelete="CASCADE"), index=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"))
    name: Mapped[str]
    search_name: Mapped[str] = mapped_column(default="", server_default="")    # core.text.search_form
    role: Mapped[str]                                              # as the text writes it
    field: Mapped[str]                                             # of the name
    start: Mapped[int]
    end: Mapped[int]


class Event(Base):
    """A relation between organisations that an article reports."""

    __tablename__ = "events"
    __table_args__ = (Index("ix_events_family_status", "family", "status"),)
    id: Mapped[IdKey]
    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id", ondelete="CASCADE"), index=True)
    type: Mapped[str]
    family: Mapped[str]
    status: Mapped[str]
    score: Mapped[float]
    topics: Mapped[list[str]]
    field: Mapped[str]                                             # of the sentence
    start: Mapped[int]
    end: Mapped[int]
    sentence: Mapped[str]
    spans: Mapped[list[Any]]                                       # {role, field, start, end, text}
    reasons: Mapped[list[str]]


class EventParty(Base):
    """An organisation's part in an event."""

    __tablename__ = "event_parties"
    __table_args__ = (Index("ix_event_parties_organisation_id_event_id", "organisation_id", "event_id"),)
    id: Mapped[IdKey]
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"), index=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    position: Mapped[int]                                          # the order in which the text names them
    role: Mapped[str]
    field: Mapped[str | None]
    start: Mapped[int | None]
    end: Mapped[int | None]
    surface: Mapped[str | None]


class Hit(Base):
    """An article that a rule flagged, with its evidence."""

    __tablename__ = "hits"
    __table_args__ = (UniqueConstraint("article_id", "rule"), Index("ix_hits_rule_created_at", "rule", "created_at"))
    id: Mapped[IdKey]
    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id", ondelete="CASCADE"))
    story_id: Mapped[int] = mapped_column(ForeignKey("stories.id"), index=True)
    event_id: Mapped[int | None] = mapped_column(ForeignKey("events.id", ondelete="SET NULL"), index=True)
    rule: Mapped[str]
    score: Mapped[float]
    evidence: Mapped[list[Any]]                                    # {role, field, start, end, text}
    article_version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
