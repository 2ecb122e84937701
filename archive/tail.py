"""What came into the archive since it was last asked: each row once, whichever process wrote it.

Figures that only grow are made of it. Counting all rows at each look would read the whole archive; this reads what is
new. On PostgreSQL a row may come to be seen after one with a higher number, so there a row is read when its number was
given out some time ago: no transaction of ours stays open for so long.
"""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from archive.catalogue import chunks
from archive.outbox import UNFINISHED
from archive.tables import Article, Delivery, Digest, Fetch, Hit, Source, Version

SETTLE_S = 40.0                          # more than a statement waits for a lock
MOST_ROWS = 50_000                       # of which lags are read at one look; counts have no limit
_TABLES: dict[str, Any] = {"fetches": Fetch, "articles": Article, "versions": Version, "hits": Hit,
                           "deliveries": Delivery}


@dataclass(frozen=True, slots=True)
class Ended:
    """A message that ended, and how long it took; None where that is no time that anybody waited."""

    route: str
    state: str
    kind: str
    waited: float | None                 # seconds from when it might go out to when it was sent
    after_publication: float | None      # seconds from the article's publication
    late: float | None                   # seconds after the time at which a digest was due


@dataclass
class News:
    """What is new."""

    fetches: Counter[tuple[str, str]] = field(default_factory=Counter)    # (page or entry_point, outcome)
    articles: Counter[str] = field(default_factory=Counter)               # new, updated, backfilled
    hits: Counter[str] = field(default_factory=Counter)                   # by rule
    lags: list[float] = field(default_factory=list)                       # seconds from publication to the archive
    ended: list[Ended] = field(default_factory=list)


class Tail:
    """Follows the archive from the moment of its first look on."""

    def __init__(self) -> None:
        self._from: dict[str, int] = {}
        self._tops: deque[tuple[float, dict[str, int]]] = deque()
        self._open: set[int] = set()     # messages that have not ended

    def look(self, connection: Connection) -> News:
        """What is new since the last look; at the first nothing but the names of rules, with no hits."""
        top = {name: connection.scalar(sa.select(sa.func.max(table.id))) or 0 for name, table in _TABLES.items()}
        news = News()
        if not self._from:
            self._from = top
            news.hits.update(dict.fromkeys(connection.scalars(sa.select(Hit.rule).distinct()), 0))
            self._open = set(connection.scalars(sa.select(Delivery.id).where(Delivery.state.in_(UNFINISHED))))
        until = self._settled(connection, top)
        spans = {name: (min(self._from[name], top[name]), until[name]) for name in _TABLES}
        _count_fetches(connection, spans["fetches"], news)
        _count_articles(connection, spans["articles"], spans["versions"], news)
        hits = sa.select(Hit.rule, sa.func.count()).where(*_within(Hit, spans["hits"])).group_by(Hit.rule)
        for rule, number in connection.execute(hits):
            news.hits[rule] += number
        news.ended = self._ended(connection, spans["deliveries"])
        self._from = {name: max(span) for name, span in spans.items()}
        return news

    def _settled(self, connection: Connection, top: dict[str, int]) -> dict[str, int]:
        """The numbers up to which every row can be seen."""
        if connection.dialect.name == "sqlite":      # one writer at a time: numbers come in the order of commits
            return top
        self._tops.append((monotonic(), top))
        while len(self._tops) > 1 and self._tops[1][0] <= monotonic() - SETTLE_S:
            self._tops.popleft()
        at, numbers = self._tops[0]
        return numbers if at <= monotonic() - SETTLE_S else self._from

    def _ended(self, connection: Connection, span: tuple[int, int]) -> list[Ended]:
        fresh = set(connection.scalars(sa.select(Delivery.id).where(*_within(Delivery, span))))
        ended, still_open = [], set()
        for part in chunks(sorted(self._open | fresh)):
            for row in connection.execute(_MESSAGES.where(Delivery.id.in_(part))):
                if row.state in UNFINISHED:
                    still_open.add(row.id)
                else:
                    ended.append(_as_ended(row))
        self._open = still_open
        return ended


def _within(table: Any, span: tuple[int, int]) -> tuple[Any, Any]:
    return table.id > span[0], table.id <= span[1]


def _count_fetches(connection: Connection, span: tuple[int, int], news: News) -> None:
    of_page = Fetch.entry_point_id.is_(None)
    for page, outcome, number in connection.execute(
            sa.select(of_page, Fetch.outcome, sa.func.count()).where(*_within(Fetch, span))
            .group_by(of_page, Fetch.outcome)):
        news.fetches["page" if page else "entry_point", outcome] += number


def _count_articles(connection: Connection, articles: tuple[int, int], versions: tuple[int, int], news: News) -> None:
    old = Article.backfill_id.is_not(None)
    for backfilled, number in connection.execute(
            sa.select(old, sa.func.count()).where(*_within(Article, articles)).group_by(old)):
        news.articles["backfilled" if backfilled else "new"] += number
    news.articles["updated"] += connection.scalar(
        sa.select(sa.func.count()).select_from(Version).where(*_within(Version, versions))) or 0
    # A source that is new brings what is weeks old, and a date that is the time of storing was none of the outlet's.
    lags = (sa.select(Article.published_at, Article.seen_at).join(Source, Source.id == Article.source_id)
            .where(*_within(Article, articles), Article.backfill_id.is_(None), Article.published_at < Article.seen_at,
                   Article.published_at >= Source.added_at).limit(MOST_ROWS))
    news.lags = [_seconds(seen - published) for published, seen in connection.execute(lags)]


_MESSAGES = (
    sa.select(Delivery.id, Delivery.route, Delivery.state, Delivery.kind, Delivery.created_at, Delivery.hold_until,
              Delivery.sent_at, Article.published_at, Article.seen_at, Digest.due_at)
    .outerjoin(Hit, Hit.id == Delivery.hit_id).outerjoin(Article, Article.id == Hit.article_id)
    .outerjoin(Digest, Digest.id == Delivery.digest_id)
)


def _as_ended(row: Any) -> Ended:
    sent: datetime | None = row.sent_at
    if sent is None or row.kind not in {"alert", "follow", "digest", "picture"}:
        return Ended(row.route, row.state, row.kind, None, None, None)
    if row.due_at is not None:
        return Ended(row.route, row.state, row.kind, None, None, _seconds(sent - row.due_at))
    free = max(row.created_at, row.hold_until or row.created_at)
    dated = row.published_at is not None and row.published_at < row.seen_at
    return Ended(row.route, row.state, row.kind, _seconds(sent - free),
                 _seconds(sent - row.published_at) if dated else None, None)


def _seconds(span: timedelta) -> float:
    return max(0.0, span.total_seconds())
