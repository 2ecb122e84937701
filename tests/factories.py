"""Build rows of the archive for tests: an article with all that hangs on it, in a few words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from itertools import count
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from archive.engine import insert
from archive.tables import (
    Address,
    Article,
    Delivery,
    Digest,
    DigestEntry,
    Event,
    EventParty,
    Hit,
    Mention,
    Organisation,
    Person,
    Route,
    Source,
    Story,
    Version,
)
from core.text import search_form

NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)
_numbers = count(1)


def add(connection: Connection, table: Any, **values: Any) -> int:
    """Insert a row and return its id."""
    return int(connection.execute(sa.insert(table).values(**values).returning(table.id)).scalar_one())


def source(connection: Connection, id_: str = "wire", **values: Any) -> str:
    """A source, made once."""
    row = {"id": id_, "name": id_.title(), "country": "US", "language": "en", "enabled": True, "added_at": NOW,
           "failures": 0}
    connection.execute(insert(connection, Source).values({**row, **values}).on_conflict_do_nothing())
    return id_


def organisation(connection: Connection, name: str) -> int:
    """An organisation, made once."""
    connection.execute(insert(connection, Organisation).values(name=name, known=True).on_conflict_do_nothing())
    return connection.execute(sa.select(Organisation.id).where(Organisation.name == name)).scalar_one()


def article(connection: Connection, title: str = "Two firms join forces", text: str = "They said so on Monday.", *,
            source_id: str = "wire", published_at: datetime = NOW, story: int | None = None,
            mentions: Sequence[str] = (), topics: Mapping[str, float] | None = None, **values: Any) -> int:
    """An article with its source, address and story. Returns its id."""
    source(connection, source_id)
    number = next(_numbers)
    url = values.pop("url", f"https://news.example/{number}")
    if story is None:
        story = add(connection, Story, title=title, first_seen_at=NOW, last_seen_at=NOW, article_count=1,
                    source_count=1)
    address = add(connection, Address, url=url, source_id=source_id, state="stored", outcome="ok", discovered_at=NOW,
                  attempts=0)
    id_ = add(connection, Article, **{
        "address_id": address, "source_id": source_id, "story_id": story, "url": url, "canonical_url": url,
        "title": title, "text": text, "language": "en", "published_at": published_at, "seen_at": NOW, "fetched_at": NOW,
        "authors": [], "paywalled": False, "version": 1, "content_hash": sha256((title + text).encode()).hexdigest(),
        "topics": dict(topics or {}), "knowledge_version": "1", "search_title": search_form(title),
        "search_text": search_form(text), **values})
    connection.execute(sa.update(Address).where(Address.id == address).values(article_id=id_))
    inside = sa.select(Article).where(Article.story_id == story)
    counted = inside.with_only_columns(sa.func.count()).scalar_subquery()
    outlets = inside.with_only_columns(sa.func.count(sa.distinct(Article.source_id))).scalar_subquery()
    own = (inside.where(Article.copy_of.is_(None))
           .with_only_columns(sa.func.count(sa.distinct(Article.source_id))).scalar_subquery())
    connection.execute(sa.update(Story).where(Story.id == story).values(
        article_count=counted, source_count=outlets, independent_count=own))
    for at, name in enumerate(mentions):
        add(connection, Mention, article_id=id_, organisation_id=organisation(connection, name), field="text", start=at,
            end=at + len(name), surface=name)
    return id_


def event(connection: Connection, article_id: int, *parties: str, type_: str = "partnership", family: str = "alliance",
          status: str = "announced", score: float = 0.8, topics: Sequence[str] = ("ai",),
          sentence: str = "They join forces.") -> int:
    """An event of an article with its parties."""
    id_ = add(connection, Event, article_id=article_id, type=type_, family=family, status=status, score=score,
              topics=list(topics), field="text", start=0, end=len(sentence), sentence=sentence,
              spans=[{"role": "relation", "field": "text", "start": 5, "end": 16, "text": "join forces"}], reasons=[])
    for position, name in enumerate(parties):
        add(connection, EventParty, event_id=id_, organisation_id=organisation(connection, name), position=position,
            role="party", field="text", start=0, end=len(name), surface=name)
    return id_


def person(connection: Connection, article_id: int, name: str, *, role: str = "chief executive",
           of: str | None = None) -> int:
    """A person whom an article names."""
    return add(connection, Person, article_id=article_id, name=name, search_name=search_form(name), role=role,
               organisation_id=organisation(connection, of) if of else None, field="text", start=0, end=len(name))


def hit(connection: Connection, article_id: int, rule: str = "ai-alliances", *, score: float = 0.9,
        event_id: int | None = None) -> int:
    """A hit of a rule on an article."""
    story = connection.execute(sa.select(Article.story_id).where(Article.id == article_id)).scalar_one()
    evidence = [{"role": "relation", "field": "text", "start": 5, "end": 16, "text": "join forces"}]
    return add(connection, Hit, article_id=article_id, story_id=story, event_id=event_id, rule=rule, score=score,
               evidence=evidence, article_version=1, created_at=NOW)


def alert(connection: Connection, hit_id: int, *, key: str | None = None, state: str = "sent") -> int:
    """An alert about a hit."""
    return add(connection, Delivery, key=key or f"alert:now:{hit_id}", route="now", channel="console", kind="alert",
               state=state, hit_id=hit_id, created_at=NOW, attempts=1, sent_at=NOW if state == "sent" else None)


def digest(connection: Connection, *hit_ids: int, route: str = "daily", local_date: str = "2026-03-15") -> int:
    """A sent digest that holds these hits. Returns the id of its delivery."""
    connection.execute(insert(connection, Route).values(name=route, channel="console", send="digest", first_seen_at=NOW)
                       .on_conflict_do_nothing())
    id_ = add(connection, Digest, route=route, local_date=local_date, slot="08:00", due_at=NOW, window_start=NOW,
              created_at=NOW, late=False, entry_count=len(hit_ids), receipt={})
    for hit_id in hit_ids:
        story = connection.execute(sa.select(Hit.story_id).where(Hit.id == hit_id)).scalar_one()
        add(connection, DigestEntry, route=route, key=f"{story}:{hit_id}", hit_id=hit_id, story_id=story, digest_id=id_,
            created_at=NOW)
    return add(connection, Delivery, key=f"digest:{id_}", route=route, channel="console", kind="digest", state="sent",
               digest_id=id_, created_at=NOW, attempts=1, sent_at=NOW)


def version(connection: Connection, article_id: int, title: str, text: str, *, number: int = 1) -> int:
    """An earlier text of an article."""
    return add(connection, Version, article_id=article_id, number=number, title=title, text=text, content_hash="0",
               fetched_at=NOW, replaced_at=NOW)
