"""Put hits into an archive, as the writer of articles does, for tests of what comes after."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from archive import growth, outbox
from archive.engine import insert, writing
from archive.stories import refresh
from archive.tables import Address, Article, Event, EventParty, Hit, Organisation, Source, Story
from core.records import Event as FoundEvent
from core.records import EventStatus, Party, Span
from core.settings import RouteSettings

SENTENCE = "{a} and {b} will join forces in artificial intelligence, a spokesperson said."


def add_source(engine: Engine, name: str, now: datetime, **values: object) -> None:
    """An outlet that was polled just now, unless `values` say otherwise."""
    with writing(engine) as connection:
        connection.execute(
            insert(connection, Source)
            .values(
                **{
                    "id": name.lower().replace(" ", "-"),
                    "name": name,
                    "enabled": True,
                    "added_at": now,
                    "last_polled_at": now,
                    "last_new_at": now,
                    "failures": 0,
                    **values,
                }
            )
            .on_conflict_do_nothing()
        )


def add_hit(
    engine: Engine,
    routes: Sequence[RouteSettings],
    now: datetime,
    *,
    title: str = "Two firms join forces",
    parties: tuple[str, ...] = ("Aurora Chips", "Borealis Telecom"),
    status: EventStatus = EventStatus.ANNOUNCED,
    score: float = 0.8,
    outlet: str = "Example Wire",
    story: int | None = None,
    url: str = "",
    sentence: str | None = None,
    rule: str = "ai-alliances",
    parents: Mapping[str, str] | None = None,
    language: str = "en",
    country: str | None = None,
) -> tuple[int, int]:
    """An article with one event and its hit, enqueued in one transaction. Returns (hit id, story id)."""
    add_source(engine, outlet, now, country=country)
    sentence = SENTENCE.format(a=parties[0], b=parties[-1]) if sentence is None else sentence
    span = Span("text", 0, len(sentence), sentence)
    event = FoundEvent("partnership", "alliance", status, score, tuple(Party(p) for p in parties), span, span, ("ai",))
    with writing(engine) as connection:
        for name, parent in (parents or {}).items():
            _insert(connection, Organisation, name=name, known=True, parent=parent)
        if story is None:
            story = _insert(connection, Story, title=title, first_seen_at=now, last_seen_at=now, article_count=1,
                            source_count=1)
        text = f"{sentence} More was not told."
        article = _article(connection, outlet, story, title, text, url, now, language)
        evidence = [{"role": "sentence", "field": "text", "start": 0, "end": len(sentence), "text": sentence}]
        evidence += [{"role": "party", "field": "text", "start": at, "end": at + len(p), "text": p}
                     for p in parties if (at := sentence.find(p)) >= 0]
        hit = _insert(connection, Hit, article_id=article, story_id=story, event_id=_event(connection, article, event),
                      rule=rule, score=score, evidence=evidence, article_version=1, created_at=now)
        refresh(connection, [story], now)
        outbox.enqueue(connection, [outbox.NewHit(hit, story, rule, score, outbox.change_of(event))], routes, now)
        growth.grow(connection, [story], routes, now)
    return hit, story


def add_article(engine: Engine, routes: Sequence[RouteSettings], now: datetime, story: int, outlet: str) -> None:
    """An article that joins a story and is no hit."""
    add_source(engine, outlet, now)
    with writing(engine) as connection:
        _article(connection, outlet, story, "The same told again", f"{outlet} tells it too.", "", now)
        refresh(connection, [story], now)
        growth.grow(connection, [story], routes, now)


def _insert(connection: Connection, table: Any, **values: Any) -> int:
    return int(connection.execute(sa.insert(table).values(**values).returning(table.id)).scalar_one())


def _article(connection: Connection, outlet: str, story: int, title: str, text: str, url: str, now: datetime,
             language: str = "en") -> int:
    number = connection.execute(sa.select(sa.func.count()).select_from(Address)).scalar_one() + 1
    source, url = outlet.lower().replace(" ", "-"), url or f"https://news.example/{number}"
    address = _insert(connection, Address, url=f"https://news.example/a/{number}", source_id=source, state="stored",
                      discovered_at=now, attempts=0)
    return _insert(
        connection, Article, address_id=address, source_id=source, story_id=story, url=url, canonical_url=url,
        title=title, text=text, language=language,
        published_at=now, seen_at=now, fetched_at=now, authors=[], paywalled=False, version=1,
        content_hash=text, topics={}, knowledge_version="1", search_title="", search_text="")


def _event(connection: Connection, article: int, event: FoundEvent) -> int:
    sentence = event.sentence
    row = _insert(
        connection, Event, article_id=article, type=event.type, family=event.family, status=str(event.status),
        score=event.score, topics=list(event.topics), field="text", start=sentence.start, end=sentence.end,
        sentence=sentence.text, spans=[], reasons=[])
    for position, party in enumerate(event.parties):
        connection.execute(insert(connection, Organisation).values(
            name=party.organisation, known=True).on_conflict_do_nothing())
        organisation = connection.execute(
            sa.select(Organisation.id).where(Organisation.name == party.organisation)).scalar_one()
        _insert(connection, EventParty, event_id=row, organisation_id=organisation, position=position, role="party")
    return row
