"""Put hits into an archive, as the writer of articles does, for tests of what comes after."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from archive import outbox
from archive.engine import insert, writing
from archive.tables import Address, Article, Event, EventParty, Hit, Organisation, Source, Story
from core.records import EventStatus, Party, Span
from core.records import Event as FoundEvent
from core.settings import RouteSettings

SENTENCE = "{a} and {b} will join forces in artificial intelligence, a spokesperson said."


def add_source(engine: Engine, name: str, now: datetime, **values: object) -> None:
    """An outlet that was polled just now, unless `values` say otherwise."""
    with writing(engine) as connection:
        connection.execute(insert(connection, Source).values(
            **{"id": name.lower().replace(" ", "-"), "name": name, "enabled": True, "added_at": now, "last_polled_at": now,
               "last_new_at": now, "failures": 0, **values}).on_conflict_do_nothing())


def add_hit(engine: Engine, routes: Sequence[RouteSettings], now: datetime, *, title: str = "Two firms join forces",
            parties: tuple[str, ...] = ("Aurora Chips", "Borealis Telecom"), status: EventStatus = EventStatus.ANNOUNCED,
            score: float = 0.8, outlet: str = "Example Wire", story: int | None = None, text: str = "",
            url: str = "", sentence: str | None = None, rule: str = "ai-alliances") -> tuple[int, int]:
    """An article with one event and its hit, enqueued in one transaction. Returns (hit id, story id)."""
    add_source(engine, outlet, now)
    sentence = SENTENCE.format(a=parties[0], b=parties[-1]) if sentence is None else sentence
    text = text or f"{sentence} More was not told."
    with writing(engine) as connection:
        number = connection.execute(sa.select(sa.func.count()).select_from(Address)).scalar_one() + 1
        url = url or f"https://news.example/{number}"
        source = outlet.lower().replace(" ", "-")
        address = connection.execute(sa.insert(Address).values(
            url=f"https://news.example/a/{number}", source_id=source, state="stored", discovered_at=now, attempts=0,
        ).returning(Address.id)).scalar_one()
        if story is None:
            story = connection.execute(sa.insert(Story).values(
                title=title, first_seen_at=now, last_seen_at=now, article_count=1, source_count=1).returning(Story.id)).scalar_one()
        article = connection.execute(sa.insert(Article).values(
            address_id=address, source_id=source, story_id=story, url=url, canonical_url=url, title=title, text=text,
            published_at=now, seen_at=now, fetched_at=now, authors=[], paywalled=False, version=1, content_hash=text,
            topics={}, knowledge_version="1", search_title="", search_text="").returning(Article.id)).scalar_one()
        event = connection.execute(sa.insert(Event).values(
            article_id=article, type="partnership", family="alliance", status=str(status), score=score, topics=["ai"],
            field="text", start=0, end=len(sentence), sentence=sentence, spans=[], reasons=[]).returning(Event.id)).scalar_one()
        for position, name in enumerate(parties):
            connection.execute(insert(connection, Organisation).values(name=name, known=True).on_conflict_do_nothing())
            organisation = connection.execute(sa.select(Organisation.id).where(Organisation.name == name)).scalar_one()
            connection.execute(sa.insert(EventParty).values(event_id=event, organisation_id=organisation, position=position, role="party"))
        evidence = [{"role": "sentence", "field": "text", "start": 0, "end": len(sentence), "text": sentence}]
        evidence += [{"role": "party", "field": "text", "start": at, "end": at + len(p), "text": p}
                     for p in parties if (at := sentence.find(p)) >= 0]
        hit = connection.execute(sa.insert(Hit).values(
            article_id=article, story_id=story, event_id=event, rule=rule, score=score, evidence=evidence, article_version=1,
            created_at=now).returning(Hit.id)).scalar_one()
        span = Span("text", 0, len(sentence), sentence)
        change = outbox.change_of(FoundEvent("partnership", "alliance", status, score, tuple(Party(p) for p in parties), span, span))
        outbox.enqueue(connection, [outbox.NewHit(hit, story, rule, score, change)], routes, now)
    return hit, story
