"""What many processes share out among themselves: looks at the clock, and the shards of a replay.

The shards of a backfill are its files, see `Backfill`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from archive.tables.base import Base, IdKey


class Tick(Base):
    """A recurring look. Of all schedulers one has it each time: who moves the row on."""

    __tablename__ = "ticks"
    name: Mapped[str] = mapped_column(primary_key=True)
    turn: Mapped[int] = mapped_column(BigInteger)                  # periods of it since 1970


class Replay(Base):
    """A rule that is tried on the archive by many workers."""

    __tablename__ = "replays"
    id: Mapped[IdKey]
    rule: Mapped[str]                                              # its id
    text: Mapped[str]                                              # its file
    annotate: Mapped[bool]                                         # read the texts anew
    since: Mapped[datetime | None]
    until: Mapped[datetime | None]
    created_at: Mapped[datetime]


class ReplayShard(Base):
    """A range of articles of a replay, and what was found in it."""

    __tablename__ = "replay_shards"
    id: Mapped[IdKey]
    replay_id: Mapped[int] = mapped_column(ForeignKey("replays.id", ondelete="CASCADE"), index=True)
    first: Mapped[int] = mapped_column(BigInteger)                 # ids of articles
    last: Mapped[int] = mapped_column(BigInteger)
    articles: Mapped[int]
    found: Mapped[list[Any] | None]                                # articles that the rule holds for
    attempts: Mapped[int] = mapped_column(default=0)
    problem: Mapped[str | None]                                    # why nobody tries it any more
    claimed_by: Mapped[str | None]
    updated_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
