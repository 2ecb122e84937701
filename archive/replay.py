"""Read stored articles with what they mean, range by range, so that a rule can be tried on all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

import sqlalchemy as sa

from archive.engine import Connection
from archive.tables import (
    Address,
    Article,
    DroppedLines,
    Event,
    EventParty,
    Feedback,
    Hit,
    Mention,
    Organisation,
    Person,
    Source,
)
from core import records
from core.records import Annotation, EventStatus, Field, Party, Span
from core.urls import canonical

CHUNK = 500                # articles of a range: a few megabytes of text
GOOD = ("relevant", "good", "confirmed")      # verdicts by which a reader says that a hit was right

Range = tuple[int, int, int]   # first and last id, and how many articles
Within = Callable[[Any], Any]  # the condition that a column of article ids is among those asked for


@dataclass(frozen=True, slots=True)
class Needs:
    """What is to be read of an article beside its events and topics, which are always read."""

    text: bool = False
    mentions: bool = False
    people: bool = False
    events: bool = True


@dataclass(frozen=True, slots=True)
class Stored:
    """An article of the archive. What was not asked for is empty."""

    id: int
    story_id: int
    source_id: str
    published_at: datetime
    article: records.Article
    annotation: Annotation


def ranges(connection: Connection, since: datetime | None, until: datetime | None, size: int = CHUNK,
           between: tuple[int, int] | None = None) -> list[Range]:
    """The articles published from `since` until before `until`, in ranges of ids; only those with ids `between`."""
    within = [] if between is None else [Article.id.between(*between)]
    ids = list(connection.scalars(sa.select(Article.id).where(*_published(since, until), *within).order_by(Article.id)))
    chunks = [ids[at : at + size] for at in range(0, len(ids), size)]
    return [(chunk[0], chunk[-1], len(chunk)) for chunk in chunks]


def read_range(connection: Connection, part: Range, since: datetime | None, until: datetime | None,
               needs: Needs) -> list[Stored]:
    """The articles of a range that were published in a window."""
    return _read(connection, lambda column: column.between(part[0], part[1]), _published(since, until), needs)


def read_articles(connection: Connection, ids: Sequence[int], needs: Needs) -> list[Stored]:
    """Some articles by their ids."""
    return _read(connection, lambda column: column.in_(ids), [], needs) if ids else []


def article_at(connection: Connection, url: str) -> int | None:
    """The id of the article at an address, whichever of its addresses it is."""
    wanted = {url, canonical(url) or url}
    at_address = sa.select(Address.article_id).where(Address.url.in_(wanted), Address.article_id.is_not(None))
    known = connection.execute(at_address.limit(1)).scalar()
    if known is not None:
        return int(known)
    own = sa.select(Article.id).where(sa.or_(Article.canonical_url.in_(wanted), Article.url.in_(wanted)))
    found = connection.execute(own.order_by(Article.id).limit(1)).scalar()
    return None if found is None else int(found)


def ledger_of(connection: Connection, url: str) -> tuple[str, str | None, str | None] | None:
    """What the ledger says of an address: state, outcome and reason; None where it was never discovered."""
    wanted = {url, canonical(url) or url}
    columns = sa.select(Address.state, Address.outcome, Address.reason)
    row = connection.execute(columns.where(Address.url.in_(wanted)).limit(1)).one_or_none()
    return None if row is None else (row[0], row[1], row[2])


def present_hits(connection: Connection, rule: str, since: datetime | None, until: datetime | None
                 ) -> dict[int, tuple[int, float]]:
    """The hits of a rule that the archive holds: (story, score) by article."""
    rows = connection.execute(
        sa.select(Hit.article_id, Article.story_id, Hit.score).join(Article, Article.id == Hit.article_id)
        .where(Hit.rule == rule, *_published(since, until)))
    return {article_id: (story_id, score) for article_id, story_id, score in rows}


def hits_of(connection: Connection, ids: Sequence[int]) -> dict[int, list[tuple[str, float]]]:
    """The hits of articles, as (rule, score); articles without one are left out."""
    found: dict[int, list[tuple[str, float]]] = {}
    for id_, rule, score in connection.execute(
        sa.select(Hit.article_id, Hit.rule, Hit.score).where(Hit.article_id.in_(ids)).order_by(Hit.id)
    ):
        found.setdefault(id_, []).append((rule, score))
    return found


def confirmed(connection: Connection, rule: str, story_ids: Iterable[int]) -> set[int]:
    """Those of the stories of which a reader said that the rule's hit was right."""
    story = sa.func.coalesce(Feedback.story_id, Hit.story_id)
    rows = connection.scalars(sa.select(story).outerjoin(Hit, Hit.id == Feedback.hit_id).where(
        Feedback.verdict.in_(GOOD), Feedback.replaced.is_(False), sa.or_(Hit.rule == rule, Hit.rule.is_(None))))
    return set(rows) & set(story_ids)


def fired(connection: Connection, since: datetime) -> tuple[dict[str, int], dict[str, int], int]:
    """Hits by rule since a moment and in all, and the articles seen since then."""
    counted = sa.select(Hit.rule, sa.func.count()).group_by(Hit.rule)
    recent = {row[0]: row[1] for row in connection.execute(counted.where(Hit.created_at >= since))}
    ever = {row[0]: row[1] for row in connection.execute(counted)}
    articles = sa.select(sa.func.count()).select_from(Article).where(Article.seen_at >= since)
    return recent, ever, int(connection.execute(articles).scalar_one())


def titles(connection: Connection, ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """Id, title, address, outlet and day of articles, by id."""
    columns = sa.select(Article.id, Article.title, Article.url, Article.source_id.label("source"),
                        Article.published_at, Article.story_id.label("story"))
    return {row["id"]: dict(row) for row in connection.execute(columns.where(Article.id.in_(ids))).mappings()}


def _published(since: datetime | None, until: datetime | None) -> list[Any]:
    return [*([Article.published_at >= since] if since else []), *([Article.published_at < until] if until else [])]


def _read(connection: Connection, within: Within, window: list[Any], needs: Needs) -> list[Stored]:
    columns = (Article.id, Article.story_id, Article.source_id, Source.name, Source.country, Article.url,
               Article.title, Article.language,
               Article.published_at, Article.topics, *((Article.text, DroppedLines.text.label("dropped"))
                                                       if needs.text else ()))
    chosen = (sa.select(*columns).join(Source, Source.id == Article.source_id).where(within(Article.id), *window)
              .order_by(Article.id))
    if needs.text:
        chosen = chosen.outerjoin(DroppedLines, DroppedLines.article_id == Article.id)
    rows = connection.execute(chosen).all()
    if not rows:
        return []
    mentions = _mentions(connection, within) if needs.mentions else {}
    events = _events(connection, within) if needs.events else {}
    people = _people(connection, within) if needs.people else {}
    return [
        Stored(row.id, row.story_id, row.source_id, row.published_at,
               records.Article(row.url, row.url, row.title, row.text if needs.text else "", language=row.language,
                               published_at=row.published_at, dropped=(row.dropped or "") if needs.text else "",
                               outlet=row.name, country=row.country),
               Annotation(tuple(mentions.get(row.id, ())), dict(row.topics), tuple(events.get(row.id, ())),
                          tuple(people.get(row.id, ()))))
        for row in rows
    ]


def _mentions(connection: Connection, within: Within) -> dict[int, list[records.Mention]]:
    found: dict[int, list[records.Mention]] = {}
    for article_id, name, known, field, start, end, surface in connection.execute(
        sa.select(Mention.article_id, Organisation.name, Organisation.known, Mention.field, Mention.start, Mention.end,
                  Mention.surface)
        .join(Organisation, Organisation.id == Mention.organisation_id)
        .where(within(Mention.article_id)).order_by(Mention.id)
    ):
        span = Span(cast("Field", field), start, end, surface)
        found.setdefault(article_id, []).append(records.Mention(name, span, known))
    return found


def _people(connection: Connection, within: Within) -> dict[int, list[records.Person]]:
    found: dict[int, list[records.Person]] = {}
    for article_id, name, role, field, start, end in connection.execute(
        sa.select(Person.article_id, Person.name, Person.role, Person.field, Person.start, Person.end)
        .where(within(Person.article_id)).order_by(Person.id)
    ):
        span = Span(cast("Field", field), start, end, name)
        found.setdefault(article_id, []).append(records.Person(name, role, None, span))
    return found


def _span(field: Any, start: Any, end: Any, surface: Any) -> Span | None:
    """The span of a party; None for one that the text only implies."""
    return None if field is None else Span(field, start, end, surface)


def _events(connection: Connection, within: Within) -> dict[int, list[records.Event]]:
    of_articles = within(Event.article_id)
    parties: dict[int, list[Party]] = {}
    for event_id, name, role, field, start, end, surface in connection.execute(
        sa.select(EventParty.event_id, Organisation.name, EventParty.role, EventParty.field, EventParty.start,
                  EventParty.end, EventParty.surface)
        .join(Organisation, Organisation.id == EventParty.organisation_id)
        .join(Event, Event.id == EventParty.event_id).where(of_articles).order_by(EventParty.position, EventParty.id)
    ):
        parties.setdefault(event_id, []).append(Party(name, role, _span(field, start, end, surface)))
    found: dict[int, list[records.Event]] = {}
    columns = (Event.id, Event.article_id, Event.type, Event.family, Event.status, Event.score, Event.topics,
               Event.field, Event.start, Event.end, Event.sentence, Event.spans, Event.reasons)
    for row in connection.execute(sa.select(*columns).where(of_articles).order_by(Event.score.desc(), Event.id)):
        spans = {span["role"]: Span(span["field"], span["start"], span["end"], span["text"]) for span in row.spans}
        sentence = Span(row.field, row.start, row.end, row.sentence)
        found.setdefault(row.article_id, []).append(records.Event(
            type=row.type, family=row.family, status=EventStatus(row.status), score=row.score,
            parties=tuple(parties.get(row.id, ())), sentence=sentence, relation=spans.get("relation", sentence),
            topics=tuple(row.topics), topic_span=spans.get("topic"), status_span=spans.get("status"),
            reasons=tuple(row.reasons)))
    return found
