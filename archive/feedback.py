"""The journal of what readers say and do about stories, and what it comes to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from archive import mutes, watchlist
from archive.engine import Connection, insert
from archive.tables import Article, Event, EventParty, Feedback, Hit, Organisation, Source
from core.errors import NotFoundError, UserError

JUDGED = ("relevant", "not_relevant")
VERDICTS = (*JUDGED, "wrong_party")
DEEDS = ("mute", "watch")


@dataclass(frozen=True, slots=True)
class Said:
    """What a reader said of a hit or an article, or did about it.

    `details` of wrong_party: party, instead; of mute: kind, name, days; of watch: name. `key` makes a click that comes
    in twice count once.
    """

    verdict: str
    hit_id: int | None = None
    article_id: int | None = None
    story_id: int | None = None
    rule: str | None = None
    author: str | None = None
    note: str | None = None
    details: Mapping[str, Any] = field(default_factory=dict)
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Noted:
    """A line of the journal; what is muted or watched now, and the mute."""

    id: int
    name: str | None = None
    mute: mutes.Muted | None = None


@dataclass(frozen=True, slots=True)
class Judgement:
    """What all readers together say of a story under a rule, told by one of its articles."""

    article_id: int
    story_id: int
    wanted: bool | None                  # None: only parties were called wrong
    unsure: bool                         # the readers do not agree
    wrong: tuple[tuple[str, str | None], ...]     # parties that are none, and who is meant instead


def note(connection: Connection, said: Said, now: datetime) -> Noted | None:
    """Write down what was said, and do what was asked for, in one transaction. None where the key is known."""
    hit = connection.execute(sa.select(Hit.id, Hit.article_id, Hit.story_id, Hit.rule)
                             .where(Hit.id == said.hit_id)).first() if said.hit_id is not None else None
    article, story, rule = said.article_id, said.story_id, said.rule
    if hit is not None:
        article, story, rule = hit.article_id, hit.story_id, hit.rule
    if article is not None:
        story = connection.scalar(sa.select(Article.story_id).where(Article.id == article))
    elif story is not None:              # its hit was made anew: any article speaks for the story
        article = connection.scalar(sa.select(sa.func.min(Article.id)).where(Article.story_id == story))
        story = None if article is None else story
    details = _subject(connection, said, article, story)
    row = {"hit_id": hit.id if hit is not None else None, "article_id": article, "story_id": story, "rule": rule,
           "verdict": said.verdict, "details": details, "author": said.author, "note": said.note,
           "replaced": False, "key": said.key, "created_at": now}
    made = connection.execute(insert(connection, Feedback).values(row).on_conflict_do_nothing(index_elements=["key"])
                              .returning(Feedback.id)).scalar_one_or_none()
    if made is None:
        return None
    if said.verdict in VERDICTS:
        _replace(connection, made, row)
    if not details.get("name"):
        return Noted(made)
    if said.verdict == "watch":
        watchlist.add(connection, details["name"], said.author, now)
    elif said.verdict == "mute":
        mute = mutes.add(connection, details["kind"], details["name"], details["days"], said.author, now)
        return Noted(made, details["name"], mute)
    return Noted(made, details["name"])


def _subject(connection: Connection, said: Said, article: int | None, story: int | None) -> dict[str, Any]:
    """The details of what was said, its subject by the name that the archive has; None where it has none."""
    details = dict(said.details)
    if said.verdict not in DEEDS:
        return details
    name, kind = details.get("name"), details.get("kind", "organisation")
    if kind == "organisation" and said.key is not None:      # what a click names is looked up, as all of it is
        details["name"] = organisation_named(connection, name or "")
    elif kind == "source" and name is None:
        details["name"] = connection.scalar(sa.select(Article.source_id).where(Article.id == article))
    elif kind == "story" and name is None:
        details["name"] = None if story is None else str(story)
    return details


def _replace(connection: Connection, made: int, row: Mapping[str, Any]) -> None:
    """The newest of what one reader says of the same thing counts."""
    same = [Feedback.author.is_not_distinct_from(row["author"]), Feedback.rule.is_not_distinct_from(row["rule"]),
            Feedback.story_id == row["story_id"], Feedback.id != made, Feedback.replaced.is_(False)]
    kinds = JUDGED if row["verdict"] in JUDGED else (row["verdict"],)
    for id_, details in connection.execute(sa.select(Feedback.id, Feedback.details)
                                           .where(*same, Feedback.verdict.in_(kinds))):
        if kinds == JUDGED or details.get("party") == row["details"].get("party"):
            connection.execute(sa.update(Feedback).where(Feedback.id == id_).values(replaced=True))


def journal(connection: Connection, *, since: datetime | None = None, limit: int = 50) -> list[dict[str, Any]]:
    """The lines of the journal, the newest first."""
    columns = (Feedback.id, Feedback.created_at, Feedback.verdict, Feedback.author, Feedback.rule,
               Feedback.article_id.label("article"), Feedback.story_id.label("story"), Article.title, Article.url,
               Feedback.details, Feedback.note, Feedback.replaced)
    rows = connection.execute(
        sa.select(*columns).outerjoin(Article, Article.id == Feedback.article_id)
        .where(*([Feedback.created_at >= since] if since else [])).order_by(Feedback.id.desc()).limit(limit))
    return [dict(row) for row in rows.mappings()]


def judgements(connection: Connection, rule: str) -> list[Judgement]:
    """What the readers together say of each story under a rule."""
    rows = connection.execute(
        sa.select(Feedback.article_id, Feedback.story_id, Feedback.verdict, Feedback.details)
        .join(Article, Article.id == Feedback.article_id)
        .where(Feedback.verdict.in_(VERDICTS), Feedback.replaced.is_(False), Feedback.story_id.is_not(None),
               sa.or_(Feedback.rule == rule, Feedback.rule.is_(None))).order_by(Feedback.id))
    by_story: dict[int, list[Any]] = {}
    for row in rows:
        by_story.setdefault(row.story_id, []).append(row)
    return [_judgement(story, some) for story, some in by_story.items()]


def _judgement(story: int, rows: list[Any]) -> Judgement:
    said = [row.verdict == "relevant" for row in rows if row.verdict in JUDGED]
    votes = sum(1 if good else -1 for good in said)
    wanted = None if not said else votes > 0 if votes else said[-1]
    wrong = {row.details.get("party", ""): row.details.get("instead") for row in rows if row.verdict == "wrong_party"}
    speaks = next((row for row in rows if row.verdict in JUDGED), rows[0])
    return Judgement(speaks.article_id, story, wanted, len(set(said)) > 1, tuple(wrong.items()))


def examples(connection: Connection, rule: str) -> Iterator[dict[str, Any]]:
    """The judged stories as labelled texts, as `rules eval` reads them.

    A story of which only a party was called wrong is one that the rule should flag, and unsure.
    """
    for one in judgements(connection, rule):
        article = connection.execute(
            sa.select(Article.id, Article.title, Article.text, Article.language, Article.url, Article.source_id,
                      Article.published_at).where(Article.id == one.article_id)).mappings().one()
        event = connection.execute(
            sa.select(Event.id, Event.type, Event.status).join(Hit, Hit.event_id == Event.id)
            .where(Hit.article_id == one.article_id, Hit.rule == rule).limit(1)).first()
        wanted = one.wanted is not False
        line: dict[str, Any] = {
            "id": f"article {article['id']}", "title": article["title"], "text": article["text"],
            "lang": article["language"], "url": article["url"], "source": article["source_id"],
            "published_at": article["published_at"], "match": wanted, "rule": rule,
        }
        if one.unsure or one.wanted is None:
            line["unsure"] = True
        if wanted and event is not None:
            meant = dict(one.wrong)
            names = [meant.get(name, name) for name in parties_of(connection, event.id)]
            line |= {"event_type": event.type, "status": event.status, "organisations": [n for n in names if n]}
        yield line


def parties_of(connection: Connection, event_id: int) -> list[str]:
    """The canonical names of an event's parties, in order."""
    return list(connection.scalars(
        sa.select(Organisation.name).join(EventParty, EventParty.organisation_id == Organisation.id)
        .where(EventParty.event_id == event_id).order_by(EventParty.position)))


def hit_to_judge(connection: Connection, article_id: int, rule: str | None) -> int | None:
    """The hit of an article that somebody speaks of. UserError where it has several and no rule is named."""
    if connection.scalar(sa.select(Article.id).where(Article.id == article_id)) is None:
        raise NotFoundError(f"the archive has no article {article_id}; `pactwatch search` prints the ids")
    hits = connection.execute(sa.select(Hit.id, Hit.rule).where(Hit.article_id == article_id).order_by(Hit.id)).all()
    named = [hit for hit in hits if rule in {None, hit.rule}]
    if rule is None and len(named) > 1:
        raise UserError(f"article {article_id} is a hit of several rules; say with --rule which one: "
                        f"{', '.join(hit.rule for hit in named)}")
    return named[0].id if named else None


def parties_of_hit(connection: Connection, hit_id: int | None) -> list[str]:
    """The canonical names of the parties of a hit; empty where no event decided."""
    event = connection.scalar(sa.select(Hit.event_id).where(Hit.id == hit_id)) if hit_id is not None else None
    return parties_of(connection, event) if event is not None else []


def organisation_named(connection: Connection, name: str) -> str | None:
    """The canonical name of an organisation that the archive knows, however its letters are written."""
    exact = connection.scalar(sa.select(Organisation.name).where(Organisation.name == name))
    return exact or connection.scalar(sa.select(Organisation.name).where(
        sa.func.lower(Organisation.name) == name.lower()).order_by(Organisation.id).limit(1))


def source_named(connection: Connection, name: str) -> str | None:
    """The id of a source that the archive knows, by its id or its name."""
    return connection.scalar(sa.select(Source.id).where(sa.or_(Source.id == name, Source.name == name)).limit(1))


def said_of(connection: Connection, stories: Sequence[int]) -> dict[int, str]:
    """What was last said of each of these stories, relevant or not; stories of which nobody spoke are left out."""
    rows = connection.execute(
        sa.select(Feedback.story_id, Feedback.verdict)
        .where(Feedback.story_id.in_(set(stories)), Feedback.verdict.in_(JUDGED), Feedback.replaced.is_(False))
        .order_by(Feedback.id))
    return {story: verdict for story, verdict in rows if story is not None}
