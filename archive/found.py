"""What a search shows of each article: the public record of `search --format json`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from archive.snippets import places, snippet
from archive.tables import Article, Event, EventParty, Hit, Mention, Organisation, Story
from core.query import Filter, Query, positive_terms, walk

_LEAD = 240


@dataclass(frozen=True, slots=True)
class Found:
    """An article that a search found. The field names are the contract of the command line's JSON.

    `score` is that of the best hit of its story, else of its best event; `outlets` are those that carry the story,
    `independent` those with a text of their own; `organisations`, `event_type` and `status` are of the
    event that the query asks for, else of the best hit's, else of the best; without an event `organisations` are
    all that the article names. `snippet` marks the query's words by `archive.snippets.MARKS`.
    """

    id: int
    title: str
    url: str
    source: str
    language: str | None
    published_at: datetime
    seen_at: datetime
    story: int
    score: float | None
    organisations: tuple[str, ...]
    event_type: str | None
    status: str | None
    rules: tuple[str, ...]
    snippet: str
    outlets: int
    independent: int
    band: str | None = None              # by the rules of the workspace, which the archive does not know


def found_articles(connection: Connection, ids: Sequence[int], query: Query) -> tuple[Found, ...]:
    """The records of these articles, in this order."""
    if not ids:
        return ()
    best = sa.select(sa.func.max(Hit.score)).where(Hit.story_id == Article.story_id).scalar_subquery()
    columns = (Article.id, Article.title, Article.url, Article.source_id, Article.language, Article.published_at,
               Article.seen_at, Article.story_id, Article.text, Story.source_count, Story.independent_count,
               best.label("best"))
    articles = {row.id: row for row in connection.execute(
        sa.select(*columns).join(Story, Story.id == Article.story_id).where(Article.id.in_(ids)))}
    hits = _grouped(connection, sa.select(Hit.article_id, Hit.rule, Hit.score, Hit.event_id)
                    .where(Hit.article_id.in_(ids)).order_by(Hit.score.desc(), Hit.id))
    events = _grouped(connection, sa.select(Event.article_id, Event.id, Event.type, Event.family, Event.status,
                                            Event.score, Event.sentence)
                      .where(Event.article_id.in_(ids)).order_by(Event.score.desc(), Event.id))
    chosen = {id_: _chosen(events.get(id_, []), hits.get(id_, []), query) for id_ in ids}
    parties = _parties(connection, [event.id for event in chosen.values() if event is not None])
    mentioned = _mentioned(connection, [id_ for id_ in ids if chosen[id_] is None])
    return tuple(
        _found(articles[id_], hits.get(id_, []), chosen[id_],
               mentioned.get(id_, ()) if chosen[id_] is None else parties.get(chosen[id_].id, ()), query)
        for id_ in ids if id_ in articles)


def _found(article: Any, hits: Sequence[Any], event: Any, organisations: tuple[str, ...], query: Query) -> Found:
    score = article.best if article.best is not None else event.score if event is not None else None
    return Found(
        id=article.id, title=article.title, url=article.url, source=article.source_id, language=article.language,
        published_at=article.published_at, seen_at=article.seen_at, story=article.story_id, score=score,
        organisations=organisations, event_type=event.type if event is not None else None,
        status=event.status if event is not None else None, rules=tuple(sorted({hit.rule for hit in hits})),
        snippet=_snippet(article, event, query), outlets=article.source_count, independent=article.independent_count)


def _snippet(article: Any, event: Any, query: Query) -> str:
    """The text around the query's words; the marked title first where they stand only there; else what happened."""
    terms = list(positive_terms(query))
    in_text = places(article.text, [term for term in terms if term.field != "title"])
    if any(in_text):
        return snippet(article.text, in_text)
    in_title = places(article.title, [term for term in terms if term.field != "text"])
    if any(in_title):
        return f"{snippet(article.title, in_title)} — {snippet(article.text, (), _LEAD // 2)}"
    return snippet(event.sentence if event is not None else article.text, ())


def _chosen(events: Sequence[Any], hits: Sequence[Any], query: Query) -> Any:
    wanted = {part.value for part in walk(query) if isinstance(part, Filter) and part.field == "event"}
    decided = [hit.event_id for hit in hits if hit.event_id is not None]
    return max(events, default=None, key=lambda event: (
        bool({event.type, event.family} & wanted), -decided.index(event.id) if event.id in decided else -len(decided),
        event.score, -event.id))


def _grouped(connection: Connection, select: sa.Executable) -> dict[int, list[Any]]:
    grouped: dict[int, list[Any]] = {}
    for row in connection.execute(select):
        grouped.setdefault(row.article_id, []).append(row)
    return grouped


def _parties(connection: Connection, events: Sequence[int]) -> dict[int, tuple[str, ...]]:
    return _names(connection, sa.select(EventParty.event_id, Organisation.name)
                  .join(Organisation, Organisation.id == EventParty.organisation_id)
                  .where(EventParty.event_id.in_(events)).order_by(EventParty.position, EventParty.id))


def _mentioned(connection: Connection, articles: Sequence[int]) -> dict[int, tuple[str, ...]]:
    title_first = sa.case((Mention.field == "title", 0), else_=1)
    return _names(connection, sa.select(Mention.article_id, Organisation.name)
                  .join(Organisation, Organisation.id == Mention.organisation_id)
                  .where(Mention.article_id.in_(articles)).order_by(title_first, Mention.start, Mention.id))


def _names(connection: Connection, select: sa.Executable) -> dict[int, tuple[str, ...]]:
    """The distinct names for each key, in the order of the rows."""
    names: dict[int, dict[str, None]] = {}
    for key, name in connection.execute(select):
        names.setdefault(key, {})[name] = None
    return {key: tuple(found) for key, found in names.items()}
