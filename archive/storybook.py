"""What `stories list` and `stories show` print: a story with its articles, hits and messages."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from archive.regroup import living
from archive.show import STORY, articles_of
from archive.tables import Delivery, DigestEntry, Hit, Story, StoryDecision


def stories(connection: Connection, *, since: datetime | None = None, rule: str | None = None, limit: int = 50,
            before: int | None = None) -> list[dict[str, Any]]:
    """The stories, the newest first: of a rule, with an article seen since a time, with a smaller id than `before`."""
    query = sa.select(*STORY).where(Story.article_count > 0)
    if since is not None:
        query = query.where(Story.last_seen_at >= since)
    if rule is not None:
        query = query.where(sa.exists().where(Hit.story_id == Story.id, Hit.rule == rule))
    if before is not None:
        query = query.where(Story.id < before)
    return [dict(row) for row in connection.execute(query.order_by(Story.id.desc()).limit(limit)).mappings()]


def story(connection: Connection, story_id: int) -> dict[str, Any]:
    """A story with its articles, the original first, and what was decided about it.

    For one that was merged, the story that it is now. Raises NotFoundError.
    """
    id_ = living(connection, story_id)
    found = dict(connection.execute(sa.select(*STORY).where(Story.id == id_)).mappings().one())
    rules: dict[int, list[dict[str, Any]]] = {}
    for row in connection.execute(sa.select(Hit.article_id, Hit.rule, Hit.score, Hit.evidence)
                                  .where(Hit.story_id == id_).order_by(Hit.score.desc(), Hit.id)):
        lifted = next((span["article"] for span in row.evidence if span["role"] == "story"), None)
        rules.setdefault(row.article_id, []).append({"rule": row.rule, "score": row.score, "lifted_by": lifted})
    articles = [{**row, "kind": "syndicated" if row["copy_of"] else "independent", "hits": rules.get(row["id"], [])}
                for row in connection.execute(articles_of(id_)).mappings()]
    return {**found, "articles": articles, "merged": _merged(connection, id_), "split": _split(connection, id_),
            "messages": _messages(connection, id_)}


def _merged(connection: Connection, id_: int) -> list[int]:
    """The ids under which the story was known too."""
    found: list[int] = []
    fresh = [id_]
    while fresh:
        fresh = list(connection.scalars(sa.select(Story.id).where(Story.merged_into.in_(fresh)).order_by(Story.id)))
        found += fresh
    return found


def _split(connection: Connection, id_: int) -> list[int]:
    """The stories that a person told from this one."""
    pairs = connection.execute(sa.select(StoryDecision.story_id, StoryDecision.other_id).where(
        StoryDecision.kind == "split", sa.or_(StoryDecision.story_id == id_, StoryDecision.other_id == id_)))
    return sorted({other for pair in pairs for other in pair} - {id_})


def _messages(connection: Connection, id_: int) -> list[dict[str, Any]]:
    """What was, or will be, told of the story: each route once for an alert or an entry of a digest."""
    alerts = [dict(row) for row in connection.execute(
        sa.select(Delivery.route, Delivery.kind, Delivery.state, Delivery.created_at, Delivery.sent_at)
        .where(Delivery.story_id == id_).order_by(Delivery.id)).mappings()]
    entries = connection.execute(
        sa.select(DigestEntry.route, DigestEntry.created_at, Delivery.state, Delivery.sent_at)
        .outerjoin(Delivery, sa.and_(Delivery.digest_id == DigestEntry.digest_id, Delivery.kind == "digest"))
        .where(DigestEntry.story_id == id_).order_by(DigestEntry.id))
    return alerts + [{"route": row.route, "kind": "digest", "state": row.state or "waiting",
                      "created_at": row.created_at, "sent_at": row.sent_at} for row in entries]
