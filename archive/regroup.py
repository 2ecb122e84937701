"""Merge and split stories by hand. What was decided sticks, and nothing is sent twice because of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from archive import hits, outbox, stories
from archive.groups import parents_of
from archive.tables import (
    Article,
    Delivery,
    DigestEntry,
    Event,
    EventParty,
    Feedback,
    Hit,
    Mute,
    Organisation,
    Story,
    StoryDecision,
)
from core.errors import NotFoundError, UserError
from core.records import EventStatus
from core.settings import RouteSettings


def living(connection: Connection, story_id: int) -> int:
    """The story of this id, or the one that it was merged into. Raises NotFoundError."""
    while True:
        row = connection.execute(sa.select(Story.id, Story.merged_into).where(Story.id == story_id)).first()
        if row is None:
            raise NotFoundError(f"the archive has no story {story_id}; `pactwatch stories list` prints the ids")
        if row.merged_into is None:
            return story_id
        story_id = row.merged_into


def merge(connection: Connection, into: int, others: Sequence[int], now: datetime) -> int:
    """Make one story of several; the articles and all that hangs on them move. Returns the story's id.

    A message that waits is withdrawn where the merged story was told the same already. Raises NotFoundError for an
    unknown story and UserError where there is nothing to merge.
    """
    stories.alone(connection)
    kept = living(connection, into)
    moved = [other for other in dict.fromkeys(living(connection, other) for other in others) if other != kept]
    if not moved:
        named = ", ".join(str(other) for other in dict.fromkeys(others) if other != kept)
        raise UserError(f"story {kept} has the articles of story {named} already; nothing was changed" if named
                        else f"story {kept} is one story already; name two different ones")
    for other in moved:
        articles = list(connection.scalars(sa.select(Article.id).where(Article.story_id == other).order_by(Article.id)))
        _move(connection, articles, kept)
        connection.execute(sa.update(Feedback).where(Feedback.story_id == other).values(story_id=kept))
        connection.execute(sa.update(Mute).where(Mute.kind == "story", Mute.name == str(other)).values(name=str(kept)))
        connection.execute(sa.update(Story).where(Story.id == other).values(merged_into=kept))
        _decide(connection, "merge", kept, other, articles, now)
    last = sa.select(sa.func.max(Story.last_seen_at)).where(Story.id.in_([kept, *moved])).scalar_subquery()
    first = sa.select(sa.func.min(Story.first_seen_at)).where(Story.id.in_([kept, *moved])).scalar_subquery()
    connection.execute(sa.update(Story).where(Story.id == kept).values(first_seen_at=first, last_seen_at=last))
    # Two stories that are one now are no longer apart.
    connection.execute(sa.delete(StoryDecision).where(
        StoryDecision.kind == "split", StoryDecision.story_id.in_([kept, *moved]),
        StoryDecision.other_id.in_([kept, *moved])))
    for column, counterpart in ((StoryDecision.story_id, StoryDecision.other_id),
                                (StoryDecision.other_id, StoryDecision.story_id)):
        connection.execute(sa.update(StoryDecision).where(
            StoryDecision.kind == "split", column.in_(moved), counterpart != kept).values({column: kept}))
    stories.refresh(connection, [kept, *moved])
    _withdraw(connection, kept)
    hits.lift(connection, [kept], now)
    return kept


def split(connection: Connection, story_id: int, article_ids: Sequence[int], routes: Sequence[RouteSettings],
          now: datetime) -> int:
    """Take articles out of a story into one of their own, and tell what the routes were not told because of the story.

    Returns the new story's id. Raises NotFoundError for an unknown story and UserError for articles of another story
    or where no article would stay.
    """
    stories.alone(connection)
    story_id = living(connection, story_id)
    inside = list(connection.scalars(sa.select(Article.id).where(Article.story_id == story_id).order_by(Article.id)))
    taken = sorted(set(article_ids))
    strangers = [id_ for id_ in taken if id_ not in inside]
    if strangers:
        raise UserError(f"article {strangers[0]} is not in story {story_id}; its articles: "
                        f"{', '.join(map(str, inside))}")
    if len(taken) == len(inside):
        raise UserError(f"story {story_id} has only these articles; leave at least one in it")
    knowing = _told_by(connection, story_id)
    old = connection.execute(sa.select(Story.last_seen_at).where(Story.id == story_id)).one()
    title, seen = connection.execute(sa.select(Article.title, Article.seen_at).where(Article.id.in_(taken))
                                     .order_by(Article.published_at, Article.id).limit(1)).one()
    new = connection.execute(sa.insert(Story).returning(Story.id), {
        "title": title, "first_seen_at": seen, "last_seen_at": old.last_seen_at, "article_count": 0, "source_count": 0,
        "independent_count": 0}).scalar_one()
    connection.execute(sa.update(Article).where(Article.story_id == story_id).values(copy_of=None))
    _move(connection, taken, new)
    _decide(connection, "split", story_id, new, taken, now)
    stories.refresh(connection, [story_id, new])
    _drop_lifted(connection, [story_id, new])
    untold = [hit for story in (story_id, new) for hit in new_hits(connection, Hit.story_id == story)]
    outbox.enqueue(connection, untold, [route for route in routes if route.name in knowing], now,
                   after_split=True)
    hits.lift(connection, [story_id, new], now)
    return new


def _move(connection: Connection, articles: Sequence[int], story_id: int) -> None:
    """Put articles into a story, with their hits and what is, or was, sent of these.

    The keys of messages stay: a channel is asked for them after a doubtful answer.
    """
    for i in range(0, len(articles), 5000):
        some = articles[i : i + 5000]
        of_them = sa.select(Hit.id).where(Hit.article_id.in_(some))
        connection.execute(sa.update(Article).where(Article.id.in_(some)).values(story_id=story_id))
        connection.execute(sa.update(Hit).where(Hit.article_id.in_(some)).values(story_id=story_id))
        connection.execute(sa.update(DigestEntry).where(DigestEntry.hit_id.in_(of_them)).values(story_id=story_id))
        connection.execute(sa.update(Delivery).where(Delivery.hit_id.in_(of_them)).values(story_id=story_id))


def _decide(connection: Connection, kind: str, story_id: int, other_id: int, articles: Iterable[int],
            now: datetime) -> None:
    connection.execute(sa.insert(StoryDecision), {"kind": kind, "story_id": story_id, "other_id": other_id,
                                                  "articles": list(articles), "decided_at": now})


def _withdraw(connection: Connection, story_id: int) -> None:
    """Take back what waits although the route has it: what was told, or waits longer, comes first."""
    for table, ended, waiting, news in (
        (DigestEntry, DigestEntry.digest_id.is_not(None), DigestEntry.digest_id.is_(None), sa.true()),
        (Delivery, sa.or_(Delivery.state != "pending", Delivery.attempts > 0), Delivery.state == "pending",
         Delivery.kind.in_(outbox.NEWS)),
    ):
        told: dict[str, set[str]] = {}
        rows = connection.execute(
            sa.select(table.id, table.route, table.key, ended.label("ended")).where(table.story_id == story_id, news)
            .order_by(ended.desc(), table.id)).all()
        changes = [outbox.change_in(row.key, row.route) for row in rows]
        parents = parents_of(connection, outbox.parties_in(changes))
        for (id_, route, _, is_over), change in zip(rows, changes, strict=True):
            known = told.setdefault(route, set())
            if is_over or outbox.is_news(change, known, parents):
                known.add(change)
            else:
                connection.execute(sa.delete(table).where(table.id == id_, waiting))


def _told_by(connection: Connection, story_id: int) -> set[str]:
    """The routes that have something of a story: they were not told its other articles because of it."""
    return {route for table in (DigestEntry, Delivery)
            for route in connection.scalars(sa.select(table.route).where(table.story_id == story_id))}


def _drop_lifted(connection: Connection, story_ids: Sequence[int]) -> None:
    """Forget the hits that rest on other articles; those that still do are made again."""
    rows = connection.execute(sa.select(Hit.id, Hit.evidence).where(Hit.story_id.in_(story_ids)))
    lifted = [id_ for id_, evidence in rows if hits.is_lifted(evidence)]
    connection.execute(sa.update(Feedback).where(Feedback.hit_id.in_(lifted)).values(hit_id=None))
    connection.execute(sa.delete(Hit).where(Hit.id.in_(lifted)))


def new_hits(connection: Connection, which: sa.ColumnElement[bool]) -> list[outbox.NewHit]:
    """Hits as they were first handed to the outbox; those that rest on another article never were."""
    parties: dict[int, list[str]] = {}
    for event_id, name in connection.execute(
            sa.select(EventParty.event_id, Organisation.name)
            .join(Organisation, Organisation.id == EventParty.organisation_id)
            .join(Hit, Hit.event_id == EventParty.event_id).where(which)):
        parties.setdefault(event_id, []).append(name)
    rows: Sequence[Any] = connection.execute(
        sa.select(Hit.id, Hit.story_id, Hit.rule, Hit.score, Hit.event_id, Hit.evidence, Event.status)
        .outerjoin(Event, Event.id == Hit.event_id).where(which).order_by(Hit.id)).all()
    return [outbox.NewHit(row.id, row.story_id, row.rule, row.score,
                          outbox.change_to(EventStatus(row.status), parties.get(row.event_id, []))
                          if row.event_id is not None else "") for row in rows if not hits.is_lifted(row.evidence)]
