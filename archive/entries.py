"""What a message says about a hit: article, event, parties, evidence sentence, outlets; read in a few statements."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from archive.engine import Connection
from archive.groups import most_precise, parents_of
from archive.tables import Article, Event, EventParty, Hit, Organisation, Source, Story
from core.clock import iso

_CONTEXT = 160                           # letters on each side of a term that stands for a sentence


@dataclass(frozen=True, slots=True)
class Outlet:
    """An article of a story, by its outlet. `copy` is True where its text is that of an earlier one."""

    name: str
    url: str
    copy: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """A hit as its readers see it.

    `score` is that of its story's best hit of the rule. `bold` are the places of the evidence in `sentence`, in order,
    without overlap. `outlets` are in the order in which they published.
    """

    hit_id: int
    story_id: int
    rule: str
    score: float
    title: str
    url: str
    outlet: str
    language: str | None
    published_at: datetime
    first_seen_at: datetime
    parties: tuple[str, ...]
    event_type: str | None
    status: str | None
    topics: tuple[str, ...]
    sentence: str
    bold: tuple[tuple[int, int], ...]
    outlets: tuple[Outlet, ...]

    def as_json(self) -> dict[str, Any]:
        """What machines are told of it."""
        return {
            "hit": self.hit_id,
            "story": self.story_id,
            "rule": self.rule,
            "score": round(self.score, 3),
            "title": self.title,
            "url": self.url,
            "outlets": list(self.independent),
            "copies": list(self.syndicated),
            "parties": list(self.parties),
            "event_type": self.event_type,
            "status": self.status,
            "topics": list(self.topics),
            "sentence": self.sentence,
            "first_seen_at": iso(self.first_seen_at),
            "published_at": iso(self.published_at),
        }

    @property
    def independent(self) -> tuple[str, ...]:
        """Names of the outlets with a text of their own."""
        return tuple(dict.fromkeys(o.name for o in self.outlets if not o.copy))

    @property
    def syndicated(self) -> tuple[str, ...]:
        """Names of the outlets that carry another outlet's text."""
        own = set(self.independent)
        return tuple(dict.fromkeys(o.name for o in self.outlets if o.copy and o.name not in own))


def load(connection: Connection, hit_ids: Sequence[int]) -> dict[int, Entry]:
    """The entries of these hits, by hit id."""
    if not hit_ids:
        return {}
    query = (
        sa.select(
            Hit.id,
            Hit.story_id,
            Hit.rule,
            Hit.evidence,
            Hit.event_id,
            Article.title,
            Article.url,
            Article.language,
            Article.published_at,
            Article.text,
            Source.name.label("outlet"),
            Story.first_seen_at,
            Event.type,
            Event.status,
            Event.topics,
            Event.field,
            Event.start,
            Event.sentence,
        )
        .join(Article, Article.id == Hit.article_id)
        .join(Source, Source.id == Article.source_id)
        .join(Story, Story.id == Hit.story_id)
        .outerjoin(Event, Event.id == Hit.event_id)
        .where(Hit.id.in_(hit_ids))
    )
    rows = connection.execute(query).mappings().all()
    parties = _precise_parties(connection, rows)
    stories = sorted({r["story_id"] for r in rows})
    outlets, scores = _outlets(connection, stories), _scores(connection, stories)
    return {row["id"]: _entry(row, parties, outlets, scores) for row in rows}


def _entry(row: Mapping[Any, Any], parties: dict[int, list[str]], outlets: dict[int, tuple[Outlet, ...]],
           scores: dict[tuple[int, str], float]) -> Entry:
    sentence, bold = _evidence(row)
    return Entry(
        hit_id=row["id"],
        story_id=row["story_id"],
        rule=row["rule"],
        score=scores[row["story_id"], row["rule"]],
        title=row["title"],
        url=row["url"],
        outlet=row["outlet"],
        language=row["language"],
        published_at=row["published_at"],
        first_seen_at=row["first_seen_at"],
        parties=tuple(parties.get(row["id"], ())),
        event_type=row["type"],
        status=row["status"],
        topics=tuple(row["topics"] or ()),
        sentence=sentence,
        bold=bold,
        outlets=outlets.get(row["story_id"], ()),
    )


def _evidence(row: Mapping[Any, Any]) -> tuple[str, tuple[tuple[int, int], ...]]:
    """The sentence that speaks for a hit, and the evidence in it. Without one: what stands around the first term."""
    spans = [s for s in row["evidence"] if s["role"] != "sentence"]
    given = next((s for s in row["evidence"] if s["role"] == "sentence"), None)
    if given is not None:
        field, start, sentence = given["field"], given["start"], given["text"]
    elif row["sentence"] is not None:
        field, start, sentence = row["field"], row["start"], row["sentence"]
    else:
        field, at = (spans[0]["field"], spans[0]["start"]) if spans else ("text", 0)
        whole = row["title"] if field == "title" else row["text"]
        start = max(0, at - _CONTEXT)
        sentence = whole[start : at + _CONTEXT]
    inside = [(s["start"] - start, s["end"] - start) for s in spans if s["field"] == field]
    return sentence, _merged((a, b) for a, b in inside if 0 <= a < b <= len(sentence))


def _merged(places: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(places):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)


def _precise_parties(connection: Connection, rows: Sequence[Mapping[Any, Any]]) -> dict[int, list[str]]:
    """The parties of each hit's event; a group as its unit, where the other hits of the story and rule name one."""
    beside: dict[tuple[int, str], set[int]] = {}
    for story_id, rule, event_id in connection.execute(
            sa.select(Hit.story_id, Hit.rule, Hit.event_id)
            .where(Hit.story_id.in_({row["story_id"] for row in rows}))):
        if event_id is not None:
            beside.setdefault((story_id, rule), set()).add(event_id)
    parties = _parties(connection, sorted({id_ for ids in beside.values() for id_ in ids}))
    parents = parents_of(connection, {name for names in parties.values() for name in names})
    found = {}
    for row in rows:
        if (event_id := row["event_id"]) is not None:
            others = (name for other in beside[row["story_id"], row["rule"]] for name in parties.get(other, ()))
            found[row["id"]] = most_precise(parties.get(event_id, ()), others, parents)
    return found


def _parties(connection: Connection, event_ids: Sequence[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for event_id, name in connection.execute(
        sa.select(EventParty.event_id, Organisation.name)
        .join(Organisation, Organisation.id == EventParty.organisation_id)
        .where(EventParty.event_id.in_(event_ids))
        .order_by(EventParty.event_id, EventParty.position)
    ):
        found.setdefault(event_id, []).append(name)
    return found


def _outlets(connection: Connection, story_ids: Sequence[int]) -> dict[int, tuple[Outlet, ...]]:
    """The outlets of each story, in the order in which they published."""
    query = (sa.select(Article.story_id, Source.name, Article.url, Article.copy_of.is_not(None))
             .join(Source, Source.id == Article.source_id).where(Article.story_id.in_(story_ids))
             .order_by(Article.story_id, Article.published_at, Article.id))
    found: dict[int, list[Outlet]] = {}
    for story_id, name, url, copy in connection.execute(query):
        found.setdefault(story_id, []).append(Outlet(name, url, bool(copy)))
    return {story_id: tuple(outlets) for story_id, outlets in found.items()}


def _scores(connection: Connection, story_ids: Sequence[int]) -> dict[tuple[int, str], float]:
    """The score of each story under each rule: that of its best hit."""
    rows = connection.execute(sa.select(Hit.story_id, Hit.rule, sa.func.max(Hit.score))
                              .where(Hit.story_id.in_(story_ids)).group_by(Hit.story_id, Hit.rule))
    return {(story_id, rule): score for story_id, rule, score in rows}
