"""What readers say: verdicts, what they mute, what they watch."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from archive.tables.base import Base, BigId, IdKey


class Feedback(Base):
    """What a reader said of an article, or did about it. Nothing is ever taken out of this journal.

    Hits are made anew when a rule changes, so that article, story and rule stand here beside the hit.
    """

    __tablename__ = "feedback"
    __table_args__ = (Index("uq_feedback_key", "key", unique=True),)
    id: Mapped[IdKey]
    hit_id: Mapped[int | None] = mapped_column(ForeignKey("hits.id", ondelete="SET NULL"), index=True)
    story_id: Mapped[int | None] = mapped_column(ForeignKey("stories.id", ondelete="SET NULL"), index=True)
    article_id: Mapped[int | None] = mapped_column(BigId)
    rule: Mapped[str | None]
    verdict: Mapped[str]                                           # relevant, not_relevant, wrong_party, mute, watch
    details: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    author: Mapped[str | None]
    note: Mapped[str | None]
    replaced: Mapped[bool] = mapped_column(default=False, server_default="0")  # its author said otherwise later
    key: Mapped[str | None]                                        # of a click, which may come in twice
    created_at: Mapped[datetime]


class Mute(Base):
    """What readers want to hear nothing of for a while: an organisation, a source or a story."""

    __tablename__ = "mutes"
    __table_args__ = (Index("ix_mutes_until", "until"),)
    id: Mapped[IdKey]
    kind: Mapped[str]                                              # organisation, source, story
    name: Mapped[str]                                              # canonical name, or the id
    created_at: Mapped[datetime]
    until: Mapped[datetime]
    lifted_at: Mapped[datetime | None]
    author: Mapped[str | None]


class Watched(Base):
    """An organisation of the watch list, by its canonical name."""

    __tablename__ = "watched"
    name: Mapped[str] = mapped_column(primary_key=True)
    created_at: Mapped[datetime]
    author: Mapped[str | None]
