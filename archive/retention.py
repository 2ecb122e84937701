"""Remove what the settings say need not be kept, in batches: each is whole, and another run goes on where one ended.

Never removed: what a rule flagged, what readers judged, and every article of a story that was sent or is to be sent.
The addresses of removed articles stay known, so that nobody fetches them again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from archive import stories
from archive.catalogue import chunks
from archive.engine import reading, writing
from archive.tables import (
    Address,
    Article,
    Delivery,
    DigestEntry,
    Feedback,
    Fetch,
    Hit,
    Run,
    SignatureBand,
    Story,
    StoryDecision,
    Version,
)
from core.records import AddressState, Outcome
from core.settings import RetentionSettings

BATCH = 500                              # articles of one transaction: others wait for it only briefly
_AHEAD = 5000                            # articles whose signatures go in one transaction
_articles: Any = Article.__table__
_ROWS = 5000                             # the same of rows on which nothing hangs


@dataclass
class Pruned:
    """How much was removed, or would be."""

    articles: int = 0
    stories: int = 0
    versions: int = 0
    fetches: int = 0
    runs: int = 0


def would_prune(engine: Engine, settings: RetentionSettings, now: datetime) -> Pruned:
    """What `prune` would remove now."""
    with reading(engine) as connection:
        old = _old_articles(settings, now)
        gone = sa.select(Article.id).where(old) if old is not None else None
        emptied = None if gone is None else sa.select(sa.func.count()).select_from(
            sa.select(Article.story_id).group_by(Article.story_id)
            .having(sa.func.sum(sa.case((Article.id.in_(gone), 0), else_=1)) == 0).subquery())
        count = sa.func.count()
        return Pruned(*(0 if query is None else connection.scalar(query) or 0 for query in (
            None if old is None else sa.select(count).select_from(Article).where(old), emptied,
            _of(_old_versions(settings)), _of(_old_fetches(settings, now)), _of(_old_runs(settings, now)))))


def prune(engine: Engine, settings: RetentionSettings, now: datetime,
          stopped: Callable[[], bool] = lambda: False) -> Pruned:
    """Remove it. `stopped` is asked between two batches; what is left then is for the next run."""
    done = Pruned()
    old = _old_articles(settings, now)
    if old is not None:
        for articles, emptied in _prune_articles(engine, old, now, stopped):
            done.articles += articles
            done.stories += emptied
    done.versions = sum(_batches(engine, Version, _old_versions(settings), stopped))
    done.fetches = sum(_batches(engine, Fetch, _old_fetches(settings, now), stopped))
    done.runs = sum(_batches(engine, Run, _old_runs(settings, now), stopped))
    return done


def _prune_articles(engine: Engine, old: Any, now: datetime, stopped: Callable[[], bool]) -> Iterator[tuple[int, int]]:
    """Remove old articles, and say each time how many, and how many stories with them."""
    last = 0
    while True:
        with writing(engine) as connection:
            coming = connection.scalars(sa.select(Article.id).where(old, Article.id > last)
                                        .order_by(Article.id).limit(_AHEAD)).all()
            # Signatures lie all over their table: those of many articles go together at less cost. Nobody misses those
            # of articles that go, should this end here: they are too old to be found as copies.
            connection.execute(sa.delete(SignatureBand).where(SignatureBand.article_id.in_(coming)))
        if not coming:
            return
        for ids in chunks(coming, BATCH):
            if stopped():
                return
            with writing(engine) as connection:
                stories.alone(connection)
                rows = connection.execute(sa.select(Article.id, Article.story_id, Article.published_at)
                                          .where(old, Article.id.in_(ids))).all()
                emptied = _remove(connection, rows, now) if rows else 0
            yield len(rows), emptied
        last = coming[-1]


def _batches(engine: Engine, table: Any, query: Any, stopped: Callable[[], bool]) -> Iterator[int]:
    """Delete the rows of a query for ids, and say how many each time."""
    while query is not None and not stopped():
        with writing(engine) as connection:
            ids = connection.scalars(query.limit(_ROWS)).all()
            if not ids:
                return
            connection.execute(sa.delete(table).where(table.id.in_(ids)))
        yield len(ids)


def _old_articles(settings: RetentionSettings, now: datetime) -> Any:
    """The condition under which an article goes; None where none does."""
    rules = []
    if settings.articles_days is not None:
        rules.append(Article.seen_at < now - timedelta(days=settings.articles_days))
    if settings.unflagged_days is not None:
        flagged = sa.exists().where(Hit.story_id == Article.story_id)
        rules.append(sa.and_(Article.seen_at < now - timedelta(days=settings.unflagged_days), ~flagged))
    # One that waits to be fetched again stays: its page may be on the way.
    settled = Article.address_id.in_(sa.select(Address.id).where(Address.id == Article.address_id,
                                                                 Address.state == str(AddressState.STORED)))
    return sa.and_(sa.or_(*rules), ~_kept(), settled) if rules else None


def _kept() -> Any:
    """What is kept whatever its age."""
    judged = sa.select(Feedback.story_id).where(Feedback.story_id.is_not(None))
    return sa.or_(sa.exists().where(Hit.article_id == Article.id), Article.story_id.in_(judged),
                  *(sa.exists().where(table.story_id == Article.story_id) for table in (Delivery, DigestEntry)))


def _of(query: Any) -> Any:
    return None if query is None else sa.select(sa.func.count()).select_from(query.subquery())


def _old_versions(settings: RetentionSettings) -> Any:
    if settings.versions is None:
        return None
    return (sa.select(Version.id).join(Article, Article.id == Version.article_id)
            .where(Version.number < Article.version - settings.versions, ~_kept()))


def _old_fetches(settings: RetentionSettings, now: datetime) -> Any:
    return sa.select(Fetch.id).where(Fetch.fetched_at < now - timedelta(days=settings.fetches_days))


def _old_runs(settings: RetentionSettings, now: datetime) -> Any:
    until = now - timedelta(days=settings.fetches_days)
    left = sa.exists().where(Fetch.run_id == Run.id, Fetch.fetched_at >= until)
    return sa.select(Run.id).where(Run.started_at < until, Run.ended_at.is_not(None), ~left)


def _remove(connection: Connection, rows: Sequence[Any], now: datetime) -> int:
    """Remove articles with all that hangs on them, and the stories that lose their last one. Returns their number."""
    ids, touched = [row.id for row in rows], sorted({row.story_id for row in rows})
    # The copies of a text that goes are looked at anew below: one of them is the original now.
    connection.execute(sa.update(Article).where(Article.copy_of.in_(ids)).values(copy_of=None))
    connection.execute(sa.update(Address).where(Address.article_id.in_(ids)).values(
        state=str(AddressState.SKIPPED), outcome=sa.func.coalesce(Address.outcome, str(Outcome.OK)),
        reason=f"removed on {now:%Y-%m-%d}, as [retention] says", article_id=None, next_try_at=None))
    # In the order of the full-text index, which begins a new piece where a number is lower than the one before.
    connection.execute(sa.delete(_articles).where(_articles.c.id == sa.bindparam("gone")),
                       [{"gone": row.id} for row in sorted(rows, key=lambda row: (row.published_at, row.id))])
    left = set(connection.scalars(sa.select(Article.story_id).where(Article.story_id.in_(touched)).distinct()))
    stories.refresh(connection, left)
    return _remove_stories(connection, [story for story in touched if story not in left])


def _remove_stories(connection: Connection, empty: Sequence[int]) -> int:
    """Remove empty stories with those that were merged into them. What a message speaks of stays, without articles."""
    into = {story: story for story in empty}             # each story, and the empty one that it was merged into
    below = list(empty)
    while below:
        merged = connection.execute(sa.select(Story.id, Story.merged_into).where(Story.merged_into.in_(below))).all()
        below = [one for one, _ in merged if one not in into]
        into.update({one: into[parent] for one, parent in merged if one not in into and parent is not None})
    told = {into[one] for table in (Delivery, DigestEntry)
            for one in connection.scalars(sa.select(table.story_id).where(table.story_id.in_(into))) if one is not None}
    if told:
        stories.refresh(connection, told)
    ids = [one for one, root in into.items() if root not in told]
    connection.execute(sa.delete(StoryDecision).where(
        sa.or_(StoryDecision.story_id.in_(ids), StoryDecision.other_id.in_(ids))))
    connection.execute(sa.delete(Story).where(Story.id.in_(ids)))
    return len(set(empty) - told)
