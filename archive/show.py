"""All that the archive knows of one article: versions, story, events, hits, and the messages that carried it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from archive.tables import (
    Article,
    Delivery,
    DigestEntry,
    DroppedLines,
    Event,
    EventParty,
    Hit,
    Organisation,
    Person,
    Source,
    Story,
    Version,
)
from core import channels
from core.errors import NotFoundError

STORY = (Story.id, Story.title, Story.first_seen_at, Story.last_seen_at, Story.article_count.label("articles"),
         Story.source_count.label("outlets"), Story.independent_count.label("independent"),
         sa.select(sa.func.max(Hit.score)).where(Hit.story_id == Story.id).scalar_subquery().label("score"))


def show(connection: Connection, article_id: int) -> dict[str, Any]:
    """One article as `show --json` prints it. Raises NotFoundError where the archive has none of this id."""
    columns = (
        Article.id, Article.title, Article.url, Article.canonical_url, Article.source_id.label("source"),
        Source.name.label("outlet"), Source.country, Article.language, Article.authors, Article.section,
        Article.paywalled, Article.published_at, Article.updated_at, Article.seen_at, Article.fetched_at,
        Article.version, Article.topics, Article.text, Article.story_id, Article.copy_of, Article.flags,
        sa.func.coalesce(DroppedLines.text, "").label("dropped"),
    )
    row = connection.execute(sa.select(*columns).join(Source, Source.id == Article.source_id)
                             .outerjoin(DroppedLines, DroppedLines.article_id == Article.id)
                             .where(Article.id == article_id)).mappings().one_or_none()
    if row is None:
        raise NotFoundError(f"the archive has no article {article_id}; `pactwatch search` prints the ids")
    found = dict(row)
    story = found.pop("story_id")
    return {**found, "versions": _versions(connection, article_id), "story": _story(connection, story, article_id),
            "people": _people(connection, article_id), "events": _events(connection, article_id),
            "hits": _hits(connection, article_id),
            "deliveries": _deliveries(connection, article_id)}


def texts_of(connection: Connection, ids: Sequence[int]) -> dict[int, str]:
    """The texts of some articles, by id."""
    rows = connection.execute(sa.select(Article.id, Article.text).where(Article.id.in_(ids)))
    return {row.id: row.text for row in rows}


def _rows(connection: Connection, select: sa.Executable) -> list[dict[str, Any]]:
    return [dict(row) for row in connection.execute(select).mappings()]


def _versions(connection: Connection, article_id: int) -> list[dict[str, Any]]:
    """The earlier texts, the oldest first."""
    return _rows(connection, sa.select(Version.number, Version.title, Version.text, Version.fetched_at,
                                       Version.replaced_at)
                 .where(Version.article_id == article_id).order_by(Version.number))


def _story(connection: Connection, story_id: int, article_id: int) -> dict[str, Any]:
    """The story, and the other articles that report it, in the order in which they were published."""
    story = dict(connection.execute(sa.select(*STORY).where(Story.id == story_id)).mappings().one())
    others = _rows(connection, articles_of(story_id).where(Article.id != article_id))
    return {**story, "others": others}


def articles_of(story_id: int) -> Any:
    """The articles of a story in the order in which they were published: the first is the original."""
    return (sa.select(Article.id, Article.title, Article.url, Article.source_id.label("source"),
                      Source.name.label("outlet"), Article.language, Article.published_at, Article.copy_of)
            .join(Source, Source.id == Article.source_id).where(Article.story_id == story_id)
            .order_by(Article.published_at, Article.id))


def _events(connection: Connection, article_id: int) -> list[dict[str, Any]]:
    """The events with their parties, the surest first."""
    parties: dict[int, list[dict[str, Any]]] = {}
    for party in _rows(connection, sa.select(
            EventParty.event_id, Organisation.name.label("organisation"), EventParty.role, EventParty.field,
            EventParty.start, EventParty.end, EventParty.surface.label("text"))
            .join(Organisation, Organisation.id == EventParty.organisation_id)
            .join(Event, Event.id == EventParty.event_id).where(Event.article_id == article_id)
            .order_by(EventParty.position, EventParty.id)):
        parties.setdefault(party.pop("event_id"), []).append(party)
    events = _rows(connection, sa.select(
        Event.id, Event.type, Event.family, Event.status, Event.score, Event.topics, Event.field, Event.start,
        Event.end, Event.sentence, Event.spans, Event.reasons)
        .where(Event.article_id == article_id).order_by(Event.score.desc(), Event.id))
    for event in events:
        event["sentence"] = {"text": event["sentence"], **{key: event.pop(key) for key in ("field", "start", "end")}}
        event["parties"] = parties.get(event["id"], [])
    return events


def _people(connection: Connection, article_id: int) -> list[dict[str, Any]]:
    """The people in the order in which the article names them."""
    return _rows(connection, sa.select(
        Person.name, Person.role, Organisation.name.label("organisation"), Person.field, Person.start, Person.end)
        .outerjoin(Organisation, Organisation.id == Person.organisation_id)
        .where(Person.article_id == article_id).order_by(Person.id))


def _hits(connection: Connection, article_id: int) -> list[dict[str, Any]]:
    return _rows(connection, sa.select(Hit.id, Hit.rule, Hit.score, Hit.event_id.label("event"), Hit.evidence,
                                       Hit.article_version, Hit.created_at)
                 .where(Hit.article_id == article_id).order_by(Hit.score.desc(), Hit.id))


def _deliveries(connection: Connection, article_id: int) -> list[dict[str, Any]]:
    """The messages about the article's hits: alerts for one of them, digests that hold one."""
    hits = sa.select(Hit.id).where(Hit.article_id == article_id)
    digests = sa.select(DigestEntry.digest_id).where(DigestEntry.hit_id.in_(hits), DigestEntry.digest_id.is_not(None))
    carried = sa.or_(Delivery.hit_id.in_(hits), Delivery.digest_id.in_(digests))
    rows = _rows(connection, sa.select(Delivery.id, Delivery.kind, Delivery.route, Delivery.channel, Delivery.state,
                                       Delivery.created_at, Delivery.sent_at, Delivery.error)
                 .where(carried).order_by(Delivery.id))
    return [{**row, "channel": channels.shown(row["channel"])} for row in rows]
