"""What proposals are made of: the headlines that readers judged, and the names that they called wrong."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from archive.engine import Connection
from archive.tables import Article, Event, EventParty, Hit, Organisation

_CHUNK = 5000
MOST_ARTICLES = 2000                     # that are read anew for one proposal, the newest


@dataclass(frozen=True, slots=True)
class WrongName:
    """A name as a text writes it, and the organisation for which it was taken wrongly."""

    party: str
    surface: str
    known: bool                          # whether a list names the organisation
    after: str                           # the word that follows the name


def headlines(connection: Connection, article_ids: Iterable[int]) -> dict[int, str]:
    """The titles of articles."""
    ids = sorted(article_ids)
    found: dict[int, str] = {}
    for i in range(0, len(ids), _CHUNK):
        rows = connection.execute(sa.select(Article.id, Article.title).where(Article.id.in_(ids[i : i + _CHUNK])))
        found.update({row.id: row.title for row in rows})
    return found


def families(connection: Connection, article_ids: Sequence[int], rule: str) -> list[str]:
    """The families of the events by which a rule flagged articles."""
    return sorted(set(connection.scalars(
        sa.select(Event.family).join(Hit, Hit.event_id == Event.id)
        .where(Hit.article_id.in_(article_ids), Hit.rule == rule))))


def wrong_name(connection: Connection, article_id: int, rule: str, party: str) -> WrongName | None:
    """How an article writes the name that was taken for a party."""
    row: Any = connection.execute(
        sa.select(EventParty.surface, EventParty.field, EventParty.end, Organisation.known, Article.title, Article.text)
        .join(Hit, Hit.event_id == EventParty.event_id).join(Article, Article.id == Hit.article_id)
        .join(Organisation, Organisation.id == EventParty.organisation_id)
        .where(Hit.article_id == article_id, Hit.rule == rule, Organisation.name == party)).first()
    if row is None or not row.surface:
        return None
    text = row.title if row.field == "title" else row.text
    following = text[row.end or 0 : (row.end or 0) + 60].split()
    after = "".join(letter for letter in following[0] if letter.isalnum() or letter in "-&") if following else ""
    return WrongName(party, row.surface, row.known, after)


def articles_with(connection: Connection, words: str, since: datetime | None) -> list[int]:
    """The newest articles that hold these words, published since then."""
    held = sa.or_(Article.title.contains(words, autoescape=True), Article.text.contains(words, autoescape=True))
    when = [Article.published_at >= since] if since else []
    return list(connection.scalars(sa.select(Article.id).where(held, *when)
                                   .order_by(Article.published_at.desc(), Article.id.desc()).limit(MOST_ARTICLES)))
