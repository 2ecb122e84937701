"""What was read: articles, their earlier versions, stories, and the signatures that join copies."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from archive.tables.base import Base, BigId, IdKey


class Story(Base):
    """All articles that report the same thing. One that was merged into another stays, without articles."""

    __tablename__ = "stories"
    id: Mapped[IdKey]
    title: Mapped[str]                                             # of its first article
    first_seen_at: Mapped[datetime] = mapped_column(index=True)
    last_seen_at: Mapped[datetime]
    article_count: Mapped[int] = mapped_column(default=1)
    source_count: Mapped[int] = mapped_column(default=1)
    independent_count: Mapped[int] = mapped_column(default=1)      # outlets with a text of their own
    merged_into: Mapped[int | None] = mapped_column(ForeignKey("stories.id"), index=True)


class StoryDecision(Base):
    """What a person decided about stories: these are one, or these are two. Later articles follow it."""

    __tablename__ = "story_decisions"
    __table_args__ = (Index("ix_story_decisions_story_id", "story_id"),)
    id: Mapped[IdKey]
    kind: Mapped[str]                                              # merge or split
    story_id: Mapped[int] = mapped_column(ForeignKey("stories.id"))       # the one that stays
    other_id: Mapped[int] = mapped_column(ForeignKey("stories.id"), index=True)       # merged into it, or split off
    articles: Mapped[list[Any]]                                    # ids of those that moved
    decided_at: Mapped[datetime]


class Article(Base):
    """An article in its present version."""

    __tablename__ = "articles"
    __table_args__ = (
        Index("ix_articles_published_at_id", "published_at", "id"),
        Index("ix_articles_content_hash", "content_hash"),
    )
    id: Mapped[IdKey]
    address_id: Mapped[int] = mapped_column(ForeignKey("addresses.id"), unique=True)
    source_id: Mapped[str] = mapped_column(ForeignKey("sources.id"), index=True)
    story_id: Mapped[int] = mapped_column(ForeignKey("stories.id"), index=True)
    url: Mapped[str]
    canonical_url: Mapped[str] = mapped_column(index=True)
    title: Mapped[str]
    text: Mapped[str]
    language: Mapped[str | None]
    published_at: Mapped[datetime]                                 # falls back to the feed's date, then to seen_at
    updated_at: Mapped[datetime | None]
    seen_at: Mapped[datetime] = mapped_column(index=True)          # first stored
    fetched_at: Mapped[datetime]                                   # of the present version
    authors: Mapped[list[str]]
    site_name: Mapped[str | None]
    image: Mapped[str | None]
    section: Mapped[str | None]
    paywalled: Mapped[bool] = mapped_column(default=False)
    flags: Mapped[list[str]] = mapped_column(default=list, server_default="[]")    # live_blog, several_articles, digest
    version: Mapped[int] = mapped_column(default=1)
    content_hash: Mapped[str]
    minhash: Mapped[bytes | None] = mapped_column(LargeBinary)
    # The file of old pages that it came from. Nothing is ever sent of it.
    backfill_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("backfills.id"))
    copy_of: Mapped[int | None] = mapped_column(BigId, ForeignKey("articles.id"), index=True)  # None: its own text
    subject: Mapped[dict[str, Any] | None]                         # archive.joining: what it mainly reports
    topics: Mapped[dict[str, Any]]                                 # topic id -> salience
    knowledge_version: Mapped[str]                                 # what it was annotated with
    search_title: Mapped[str]                                      # core.text.search_form, indexed for full text
    search_text: Mapped[str]


class DroppedLines(Base):
    """Lines of an article's page that were taken for no part of its text. A query looks in them by `dropped:`."""

    __tablename__ = "dropped_lines"
    article_id: Mapped[int] = mapped_column(BigId, ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True)
    text: Mapped[str]
    search_text: Mapped[str]                                       # core.text.search_form


class SitePage(Base):
    """The lines of one of the newest pages of a site, as hashes: a line that stands on several is furniture."""

    __tablename__ = "site_pages"
    site: Mapped[str] = mapped_column(primary_key=True)            # host without www.
    address_id: Mapped[int] = mapped_column(BigId, ForeignKey("addresses.id", ondelete="CASCADE"), primary_key=True)
    lines: Mapped[bytes] = mapped_column(LargeBinary)              # little-endian int64


class Version(Base):
    """An earlier text of a corrected article."""

    __tablename__ = "versions"
    __table_args__ = (UniqueConstraint("article_id", "number"),)
    id: Mapped[IdKey]
    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id", ondelete="CASCADE"))
    number: Mapped[int]
    title: Mapped[str]
    text: Mapped[str]
    content_hash: Mapped[str]
    fetched_at: Mapped[datetime]
    replaced_at: Mapped[datetime]


class SignatureBand(Base):
    """An article's MinHash band keys and keys of its parties: two that share one may be copies, or tell the same."""

    __tablename__ = "signature_bands"
    __table_args__ = ({"sqlite_with_rowid": False},)
    band: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    article_id: Mapped[int] = mapped_column(BigId, ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True,
                                            index=True)
