"""Write what rules flagged with what is to be sent of it, and let a story's hit lift the weak copies beside it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from archive import growth, meaning, outbox
from archive.engine import insert
from archive.rows import Written
from archive.tables import Article, Event, EventParty, Hit, Story
from core.records import EventStatus
from core.settings import RouteSettings

LIFTED = "story"                         # the role of the evidence that a hit rests on another article
ENDS = ("denied", "ended")
SURE = 0.5                               # from which score on a denial or an end is told
LEAST = 0.2                              # an event below is not even a candidate


def write(connection: Connection, written: Written, routes: Sequence[RouteSettings], now: datetime) -> int:
    """Annotations, hits, and in the same breath what is to be sent of them. Returns the number of hits."""
    facts = {name: known for _, page in written for name, known in page.facts.items()}
    event_ids = meaning.write(connection, [(row.id, page.annotation) for row, page in written], facts)
    rows = [
        {
            "article_id": row.id,
            "story_id": row.story_id,
            "rule": hit.rule,
            "score": hit.score,
            "article_version": row.version,
            "event_id": events[hit.event] if hit.event is not None else None,
            "created_at": now,
            "evidence": [meaning.span_json(e.role, e.span) for e in hit.evidence],
        }
        for (row, page), events in zip(written, event_ids, strict=True)
        for hit in page.hits
    ]
    if rows:
        _upsert(connection, rows)
        articles = sorted({row.id for row, page in written if page.hits})
        ids = {
            (article_id, rule): id_
            for id_, article_id, rule in connection.execute(
                sa.select(Hit.id, Hit.article_id, Hit.rule).where(Hit.article_id.in_(articles))
            )
        }
        new_hits = [
            outbox.NewHit(
                hit_id=ids[row.id, hit.rule],
                story_id=row.story_id,
                rule=hit.rule,
                score=hit.score,
                change=outbox.change_of(page.annotation.events[hit.event]) if hit.event is not None else "",
            )
            for row, page in written
            for hit in page.hits
        ]
        outbox.enqueue(connection, new_hits, routes, now)
    ends = _ends(connection, written, event_ids, now)
    outbox.enqueue(connection, ends, routes, now)
    told = {row.story_id for row, page in written if page.annotation.events}
    lifted = lift(connection, told, now) + len(ends)
    growth.grow(connection, {row.story_id for row, _ in written}, routes, now)
    return len(rows) + lifted


def _ends(connection: Connection, written: Written, event_ids: Sequence[Sequence[int]],
          now: datetime) -> list[outbox.NewHit]:
    """Hits of articles that deny or end what a rule flagged in their story, by rules that take no such news alone.

    Readers were told of it, so they are told the rest: in the story, or where the flagged article itself was changed.
    """
    ending = {}
    for (row, page), ids in zip(written, event_ids, strict=True):
        sure = [(event, id_) for event, id_ in zip(page.annotation.events, ids, strict=True)
                if outbox.kind_of_news(event.status) in ENDS and event.score >= SURE]
        if sure:
            ending[row.id] = (row, *max(sure, key=lambda found: found[0].score))
    if not ending:
        return []
    flagged = connection.execute(
        sa.select(Hit.story_id, Hit.article_id, Hit.rule, Hit.event_id, Event.family)
        .outerjoin(Event, Event.id == Hit.event_id)
        .where(Hit.story_id.in_({row.story_id for row, _, _ in ending.values()})).order_by(Hit.id)).all()
    own = {(hit.article_id, hit.rule) for hit in flagged if hit.event_id is not None}
    told = {hit.event_id for hit in flagged if hit.event_id is not None}
    parties = _parties(connection, told | {event_id for _, _, event_id in ending.values()})
    rows: dict[tuple[int, str], dict[str, Any]] = {}
    for row, event, event_id in ending.values():
        for hit in flagged:
            # The event that a changed article was flagged for is gone with its earlier version.
            changed = hit.article_id == row.id and hit.event_id is None
            same = hit.family == event.family and len(
                parties.get(event_id, set()) & parties.get(hit.event_id, set())) > 1
            if hit.story_id == row.story_id and (changed or same) and (row.id, hit.rule) not in own:
                rows[row.id, hit.rule] = {
                    "article_id": row.id, "story_id": row.story_id, "rule": hit.rule, "score": event.score,
                    "article_version": row.version, "event_id": event_id, "created_at": now,
                    "evidence": [meaning.span_json(e.role, e.span) for e in event.evidence]}
    if not rows:
        return []
    _upsert(connection, list(rows.values()))
    new = connection.execute(sa.select(Hit.id, Hit.article_id, Hit.rule).where(Hit.article_id.in_(ending)))
    found = []
    for id_, article_id, rule in new:
        if (article_id, rule) in rows:
            row, event, _ = ending[article_id]
            found.append(outbox.NewHit(hit_id=id_, story_id=row.story_id, rule=rule, score=event.score,
                                       change=outbox.change_of(event)))
    return found


def _upsert(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    statement = insert(connection, Hit)
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["article_id", "rule"],
            set_={name: statement.excluded[name] for name in ("score", "article_version", "event_id", "evidence")},
        ),
        rows,
    )


def is_lifted(evidence: Iterable[dict[str, Any]]) -> bool:
    """Whether a hit is one by its story only."""
    return any(span["role"] == LIFTED for span in evidence)


def lift(connection: Connection, story_ids: Iterable[int], now: datetime) -> int:
    """Make hits of the articles that tell a story's hit too weakly for the rule. Returns the number of new hits.

    Such an article has an event of the same family and parties that says nothing else of the story. Its hit has that
    event's own score, at most the other's, and evidence that names the article it rests on; nothing is sent of it.
    """
    strong = _strong(connection, sorted(set(story_ids)))
    if not strong:
        return 0
    weak = _candidates(connection, sorted({hit.story_id for hit in strong}))
    parties = _parties(connection, {hit.event_id for hit in strong} | {event.id for event in weak})
    flagged = {(article, rule) for article, rule in connection.execute(
        sa.select(Hit.article_id, Hit.rule).where(Hit.article_id.in_({event.article_id for event in weak})))}
    rows = []
    for hit in strong:
        for event in weak:
            if event.story_id == hit.story_id and (event.article_id, hit.rule) not in flagged and _covered(
                    event, hit, parties):
                flagged.add((event.article_id, hit.rule))
                rows.append(_lifted(event, hit, now))
    if rows:
        connection.execute(insert(connection, Hit).on_conflict_do_nothing(), rows)
    return len(rows)


def _strong(connection: Connection, stories: Sequence[int]) -> list[Any]:
    """The hits of stories of several articles that rest on an event of their own article, the surest first."""
    rows = connection.execute(
        sa.select(Hit.story_id, Hit.article_id, Hit.rule, Hit.score, Hit.event_id, Hit.evidence, Event.family,
                  Event.status)
        .join(Event, Event.id == Hit.event_id).join(Story, Story.id == Hit.story_id)
        .where(Hit.story_id.in_(stories), Story.article_count > 1)
        .order_by(Hit.score.desc(), Hit.id))
    return [row for row in rows if not is_lifted(row.evidence)]


def _candidates(connection: Connection, stories: Sequence[int]) -> Sequence[Any]:
    """The events of the stories' articles that are no hits by themselves, the surest first."""
    return connection.execute(
        sa.select(Event.id, Event.article_id, Article.story_id, Article.version, Event.family, Event.status,
                  Event.score, Event.field, Event.start, Event.end, Event.sentence)
        .join(Article, Article.id == Event.article_id)
        .where(Article.story_id.in_(stories), Event.score >= LEAST)
        .order_by(Event.score.desc(), Event.id)).all()


def _parties(connection: Connection, events: set[int]) -> dict[int, set[int]]:
    found: dict[int, set[int]] = {}
    ids = sorted(events)
    for i in range(0, len(ids), 5000):
        for event_id, organisation in connection.execute(
                sa.select(EventParty.event_id, EventParty.organisation_id)
                .where(EventParty.event_id.in_(ids[i : i + 5000]))):
            found.setdefault(event_id, set()).add(organisation)
    return found


def _covered(event: Any, hit: Any, parties: dict[int, set[int]]) -> bool:
    """Whether an event tells what the hit tells: the same family, two of the parties, no other kind of news."""
    if event.article_id == hit.article_id or event.family != hit.family:
        return False
    if len(parties.get(event.id, set()) & parties.get(hit.event_id, set())) < 2:
        return False
    kinds = [outbox.kind_of_news(EventStatus(status)) for status in (event.status, hit.status)]
    return kinds[0] != "background" and outbox.covers(kinds[1], kinds[0])


def _lifted(event: Any, hit: Any, now: datetime) -> dict[str, Any]:
    span = {"field": event.field, "start": event.start, "end": event.end, "text": event.sentence}
    reason = f"article {hit.article_id} of the same story is a hit with {hit.score:.2f}"
    return {
        "article_id": event.article_id, "story_id": event.story_id, "rule": hit.rule,
        "score": min(event.score, hit.score), "article_version": event.version, "event_id": event.id, "created_at": now,
        "evidence": [{"role": "sentence", **span},
                     {"role": LIFTED, **span, "article": hit.article_id, "reason": reason}],
    }
