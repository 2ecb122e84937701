"""The number by which SQLite's full text is ordered: the second of publication, and below it 25 bits of the id."""

from __future__ import annotations

import math
from datetime import UTC, datetime

import sqlalchemy as sa

IDS = 1 << 25
LOWEST, HIGHEST = -(2**63), 2**63 - 1
SEARCH_KEY: sa.ColumnClause[int] = sa.literal_column("articles.search_key", sa.BigInteger)


def first_key(moment: datetime) -> int:
    """The lowest search_key of a moment; times of publication are whole seconds."""
    return math.ceil(moment.astimezone(UTC).timestamp()) * IDS


def moment_of(key: int) -> datetime:
    """The time of publication of a key."""
    return datetime.fromtimestamp(key // IDS, UTC)
