"""The past of one source: how its polls ended, how often it is asked, and what its articles are usually like."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Any

import sqlalchemy as sa

from archive import days
from archive.baseline import expectations
from archive.engine import Connection
from archive.tables import Article, EntryPoint, Fetch, Source
from archive.troubles import open_ones
from core.records import Outcome

LAST_POLLS = 8
_SAMPLE = 50
_WEEK = timedelta(days=7)
_GOOD = (Outcome.OK, Outcome.UNCHANGED)


@dataclass(frozen=True, slots=True)
class History:
    """What the archive knows of a source that was due at least once."""

    outcome: str | None
    reason: str | None
    failures: int
    interval_s: int | None
    last_polled_at: datetime | None
    last_new_at: datetime | None
    troubles: Sequence[Mapping[str, Any]]  # what is known to be wrong now: kind, since, detail
    entry_points: Sequence[Mapping[str, Any]]  # url, kind, outcome, reason, failures, moved_to
    polls: Sequence[Mapping[str, Any]]  # fetched_at, url, outcome, reason; the latest first
    new_in_week: int
    usual_characters: int | None  # median of its newest articles
    paywalled: float | None  # share of them
    expectations: Sequence[Mapping[str, Any]] = ()  # what, usual, lately, share: by its own past days

    def as_json(self) -> dict[str, Any]:
        """For scripts."""
        return {name: getattr(self, name) for name in self.__slots__}


def history(connection: Connection, source_id: str, at: datetime) -> History | None:
    """The past of a source; None where it was never due."""
    row = connection.execute(sa.select(Source).where(Source.id == source_id)).mappings().first()
    if row is None:
        return None
    points = connection.execute(
        sa.select(EntryPoint.url, EntryPoint.kind, EntryPoint.outcome, EntryPoint.reason, EntryPoint.failures,
                  EntryPoint.moved_to)
        .where(EntryPoint.source_id == source_id)
        .order_by(EntryPoint.id)
    ).mappings()
    polls = connection.execute(
        sa.select(Fetch.fetched_at, Fetch.url, Fetch.outcome, Fetch.reason)
        .where(Fetch.source_id == source_id, Fetch.entry_point_id.is_not(None))
        .order_by(Fetch.fetched_at.desc(), Fetch.id.desc())
        .limit(LAST_POLLS)
    ).mappings()
    newest = connection.execute(
        sa.select(sa.func.length(Article.text), Article.paywalled)
        .where(Article.source_id == source_id)
        .order_by(Article.id.desc())             # in the order of seen_at, and its index knows of sources
        .limit(_SAMPLE)
    ).all()
    first = (sa.select(Article.id).where(Article.seen_at > at - _WEEK).order_by(Article.seen_at, Article.id).limit(1)
             .scalar_subquery())
    week = sa.select(sa.func.count()).where(Article.source_id == source_id, Article.id >= first,
                                            Article.seen_at > at - _WEEK)
    return History(
        outcome=row["outcome"], reason=row["reason"], failures=row["failures"], interval_s=row["interval_s"],
        last_polled_at=row["last_polled_at"], last_new_at=row["last_new_at"],
        troubles=[{"kind": t.kind, "since": t.since, "detail": t.detail}
                  for t in open_ones(connection).values() if t.source_id == source_id],
        entry_points=[dict(point) for point in points], polls=[dict(poll) for poll in polls],
        new_in_week=connection.scalar(week) or 0,
        usual_characters=int(median(size for size, _ in newest)) if newest else None,
        paywalled=sum(cut for _, cut in newest) / len(newest) if newest else None,
        expectations=[asdict(one) for one in expectations(days.load(connection, at).get(source_id, []), at.date())],
    )


def failing(connection: Connection) -> list[str]:
    """The ids of the sources with a failing poll, an entry point that fails or has moved, or a trouble that is open."""
    good = [str(outcome) for outcome in _GOOD]
    wrong = sa.or_(EntryPoint.outcome.not_in(good), EntryPoint.moved_to.is_not(None))
    bad = sa.select(EntryPoint.source_id).where(wrong)
    known = {trouble.source_id for trouble in open_ones(connection).values() if trouble.source_id}
    rows = connection.scalars(
        sa.select(Source.id).where(sa.or_(Source.failures > 0, Source.outcome.not_in(good), Source.id.in_(bad)))
    )
    return sorted(known.union(rows))
