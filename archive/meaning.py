"""Write what a batch of articles means: organisations, mentions, people, events with their parties."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from archive.engine import insert
from archive.tables import Event, EventParty, Mention, Organisation, Person
from core.records import Annotation, OrganisationFacts, Span
from core.records import Event as FoundEvent
from core.text import search_form

Facts = Mapping[str, OrganisationFacts]  # by canonical name; organisations that are not in it are unknown


def span_json(role: str, span: Span) -> dict[str, Any]:
    """A span as it stands in the JSON columns of events and hits."""
    return {"role": role, "field": span.field, "start": span.start, "end": span.end, "text": span.text}


def organisation_ids(connection: Connection, annotations: Iterable[Annotation], facts: Facts) -> dict[str, int]:
    """The row id of every organisation that the annotations name; new ones get a row."""
    known: dict[str, bool] = {}
    for annotation in annotations:
        for mention in annotation.mentions:
            known[mention.organisation] = known.get(mention.organisation, False) or mention.known
        for event in annotation.events:
            for party in event.parties:
                known.setdefault(party.organisation, party.organisation in facts)
        for person in annotation.people:
            if person.organisation is not None:
                known.setdefault(person.organisation, person.organisation in facts)
    if not known:
        return {}
    for name in list(known):             # the groups that they belong to, up to the head
        while name in facts and (group := facts[name].parent) and group in facts and group not in known:
            known[name := group] = True
    names = sorted(known)
    ids = _lookup(connection, names)
    missing = [n for n in names if n not in ids]
    if missing:
        unknown = OrganisationFacts()
        rows = [
            {
                "name": n,
                "known": known[n],
                "type": facts.get(n, unknown).type,
                "country": facts.get(n, unknown).country,
                "parent": facts.get(n, unknown).parent,
            }
            for n in missing
        ]
        connection.execute(insert(connection, Organisation).on_conflict_do_nothing(), rows)
        ids |= _lookup(connection, missing)
    return ids


def _lookup(connection: Connection, names: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for i in range(0, len(names), 5000):
        query = sa.select(Organisation.name, Organisation.id).where(Organisation.name.in_(names[i : i + 5000]))
        found.update((name, id_) for name, id_ in connection.execute(query))
    return found


def write(connection: Connection, annotated: Sequence[tuple[int, Annotation]], facts: Facts) -> list[list[int]]:
    """Store the annotations of articles, given as (article id, annotation). Returns the event ids of each, in order."""
    ids = organisation_ids(connection, (a for _, a in annotated), facts)
    mentions = [
        {
            "article_id": article_id,
            "organisation_id": ids[m.organisation],
            "field": m.span.field,
            "start": m.span.start,
            "end": m.span.end,
            "surface": m.span.text,
        }
        for article_id, annotation in annotated
        for m in annotation.mentions
    ]
    if mentions:
        connection.execute(sa.insert(Mention), mentions)
    people = [
        {
            "article_id": article_id,
            "organisation_id": ids[p.organisation] if p.organisation is not None else None,
            "name": p.name,
            "search_name": search_form(p.name),
            "role": p.role,
            "field": p.span.field,
            "start": p.span.start,
            "end": p.span.end,
        }
        for article_id, annotation in annotated
        for p in annotation.people
    ]
    if people:
        connection.execute(sa.insert(Person), people)
    events = [(article_id, event) for article_id, annotation in annotated for event in annotation.events]
    event_ids: list[int] = []
    if events:
        rows = [_event_row(article_id, event) for article_id, event in events]
        event_ids = list(connection.scalars(sa.insert(Event).returning(Event.id, sort_by_parameter_order=True), rows))
        parties = [
            {
                "event_id": event_id,
                "organisation_id": ids[p.organisation],
                "position": position,
                "role": p.role,
                "field": p.span.field if p.span else None,
                "start": p.span.start if p.span else None,
                "end": p.span.end if p.span else None,
                "surface": p.span.text if p.span else None,
            }
            for event_id, (_, event) in zip(event_ids, events, strict=True)
            for position, p in enumerate(event.parties)
        ]
        if parties:
            connection.execute(sa.insert(EventParty), parties)
    remaining = iter(event_ids)
    return [[next(remaining) for _ in annotation.events] for _, annotation in annotated]


def _event_row(article_id: int, event: FoundEvent) -> dict[str, Any]:
    spans = [span_json("relation", event.relation)]
    spans += [
        span_json(role, span) for role, span in (("topic", event.topic_span), ("status", event.status_span)) if span
    ]
    return {
        "article_id": article_id,
        "type": event.type,
        "family": event.family,
        "status": str(event.status),
        "score": event.score,
        "topics": list(event.topics),
        "field": event.sentence.field,
        "start": event.sentence.start,
        "end": event.sentence.end,
        "sentence": event.sentence.text,
        "spans": spans,
        "reasons": list(event.reasons),
    }


def erase(connection: Connection, article_ids: Sequence[int]) -> None:
    """Forget what earlier versions of these articles meant. Their hits stay, without an event."""
    if not article_ids:
        return
    for table in (Mention, Person):
        connection.execute(sa.delete(table).where(table.article_id.in_(article_ids)))
    stale = sa.select(Event.id).where(Event.article_id.in_(article_ids))
    connection.execute(sa.delete(EventParty).where(EventParty.event_id.in_(stale)))
    connection.execute(sa.delete(Event).where(Event.article_id.in_(article_ids)))
