"""Mutes: what readers want to hear nothing of for a while. What they hold back is counted, and can be released."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from archive.engine import Connection
from archive.groups import parents_of
from archive.tables import Article, Delivery, DigestEntry, EventParty, Hit, Mention, Mute, Organisation
from archive.watchlist import with_groups
from core.errors import NotFoundError

MUTED = "muted"                          # the state of a delivery that a mute holds back
KINDS = ("organisation", "source", "story")
LONGEST_DAYS = 365
_CHUNK = 5000


@dataclass(frozen=True, slots=True)
class Muted:
    """A mute in force. A group is muted with its units."""

    id: int
    kind: str
    name: str
    created_at: datetime
    until: datetime
    author: str | None

    @property
    def said(self) -> str:
        """Why something was held back."""
        return f"muted: {self.kind} {self.name} until {self.until:%Y-%m-%d} (mute {self.id})"


_COLUMNS = (Mute.id, Mute.kind, Mute.name, Mute.created_at, Mute.until, Mute.author)


def active(connection: Connection, now: datetime) -> list[Muted]:
    """The mutes in force, in the order in which they were made."""
    rows = connection.execute(sa.select(*_COLUMNS).where(Mute.until > now, Mute.lifted_at.is_(None)).order_by(Mute.id))
    return [Muted(*row) for row in rows]


def every(connection: Connection, now: datetime) -> list[dict[str, Any]]:
    """All mutes, the newest first, with their state (active, over, lifted) and the stories that each held back."""
    held = _stories(connection)
    columns = (*_COLUMNS, Mute.lifted_at)
    return [
        {**row, "state": "lifted" if row["lifted_at"] else "active" if row["until"] > now else "over",
         "held_back": len(held.get(row["id"], ()))}
        for row in connection.execute(sa.select(*columns).order_by(Mute.id.desc())).mappings()
    ]


def add(connection: Connection, kind: str, name: str, days: int, author: str | None, now: datetime) -> Muted:
    """Mute something from now on; what waits to be sent of it is held back, too. One that is in force is prolonged."""
    until = now + timedelta(days=min(max(days, 1), LONGEST_DAYS))
    known = next((one for one in active(connection, now) if (one.kind, one.name.casefold()) == (kind, name.casefold())),
                 None)
    if known is None:
        id_ = connection.execute(sa.insert(Mute).returning(Mute.id), {
            "kind": kind, "name": name, "created_at": now, "until": until, "author": author}).scalar_one()
    else:
        id_, until = known.id, max(until, known.until)
        connection.execute(sa.update(Mute).where(Mute.id == id_).values(until=until))
    _hold_back(connection, now)
    return Muted(*connection.execute(sa.select(*_COLUMNS).where(Mute.id == id_)).one())


def lift(connection: Connection, id_: int, now: datetime, *, release: bool = False) -> tuple[Muted, int]:
    """End a mute now. With `release`, what it held back is sent after all; returns the mute and how many messages."""
    row = connection.execute(sa.select(*_COLUMNS).where(Mute.id == id_)).first()
    if row is None:
        raise NotFoundError(f"there is no mute {id_}; `pactwatch feedback mutes` prints the ids")
    connection.execute(sa.update(Mute).where(Mute.id == id_, Mute.lifted_at.is_(None)).values(lifted_at=now))
    released = 0
    if release:
        alerts = sa.update(Delivery).where(Delivery.muted_by == id_, Delivery.state == MUTED)
        entries = sa.update(DigestEntry).where(DigestEntry.muted_by == id_)
        released = connection.execute(alerts.values(state="pending", muted_by=None, error=None)).rowcount
        released += connection.execute(entries.values(digest_id=None, muted_by=None)).rowcount
    return Muted(*row), released


def covering(connection: Connection, hit_ids: Iterable[int], now: datetime) -> dict[int, Muted]:
    """Those of the hits that a mute in force covers, each with its mute."""
    in_force, ids = active(connection, now), sorted(set(hit_ids))
    if not in_force or not ids:
        return {}
    by_subject = {(mute.kind, mute.name.casefold()): mute for mute in reversed(in_force)}
    found: dict[int, Muted] = {}
    for i in range(0, len(ids), _CHUNK):
        some = ids[i : i + _CHUNK]
        rows = connection.execute(sa.select(Hit.id, Hit.story_id, Article.source_id)
                                  .join(Article, Article.id == Hit.article_id).where(Hit.id.in_(some))).all()
        named = _parties(connection, some) if any(mute.kind == "organisation" for mute in in_force) else {}
        for id_, story, source in rows:
            subjects = [("story", str(story)), ("source", source.casefold()),
                        *(("organisation", name.casefold()) for name in sorted(named.get(id_, ())))]
            mute = next((by_subject[subject] for subject in subjects if subject in by_subject), None)
            if mute is not None:
                found[id_] = mute
    return found


def held_back(connection: Connection, since: datetime, until: datetime) -> list[dict[str, Any]]:
    """The mutes that were in force in a window, with the number of stories that each held back in it."""
    held = _stories(connection, since, until)
    rows_of = connection.execute(sa.select(*_COLUMNS).where(
        Mute.created_at <= until, Mute.until > since, sa.or_(Mute.lifted_at.is_(None), Mute.lifted_at > since))
        .order_by(Mute.id)).all()
    return [{"id": row.id, "kind": row.kind, "name": row.name, "until": row.until.date().isoformat(),
             "stories": len(held.get(row.id, ()))} for row in rows_of]


def _stories(connection: Connection, since: datetime | None = None, until: datetime | None = None
             ) -> dict[int, set[int]]:
    """The stories that each mute held back, in all or in a window."""
    held: dict[int, set[int]] = {}
    for table in (DigestEntry, Delivery):
        created: Any = table.created_at
        window = [*([created > since] if since else []), *([created <= until] if until else [])]
        rows: Any = connection.execute(sa.select(table.muted_by, table.story_id)
                                       .where(table.muted_by.is_not(None), *window))
        for mute, story in rows:
            held.setdefault(mute, set()).add(story)
    return held


def _hold_back(connection: Connection, now: datetime) -> None:
    """Take what waits to be sent, and was never tried, under the mutes in force."""
    rows: Any = connection.execute(sa.select(Delivery.id, Delivery.hit_id).where(
        Delivery.state == "pending", Delivery.attempts == 0, Delivery.hit_id.is_not(None))).all()
    held = covering(connection, [hit for _, hit in rows], now)
    for id_, hit in rows:
        if (mute := held.get(hit)) is not None:
            connection.execute(sa.update(Delivery).where(Delivery.id == id_).values(
                state=MUTED, muted_by=mute.id, error=mute.said, hold_until=None))


def _parties(connection: Connection, ids: Sequence[int]) -> dict[int, set[str]]:
    """Who takes part in each hit, with their groups; where no event decided, whom the headline names."""
    named: dict[int, set[str]] = {}
    parties = (sa.select(Hit.id, Organisation.name).join(EventParty, EventParty.event_id == Hit.event_id)
               .join(Organisation, Organisation.id == EventParty.organisation_id).where(Hit.id.in_(ids)))
    headlines = (sa.select(Hit.id, Organisation.name).join(Mention, Mention.article_id == Hit.article_id)
                 .join(Organisation, Organisation.id == Mention.organisation_id)
                 .where(Hit.id.in_(ids), Hit.event_id.is_(None), Mention.field == "title"))
    for query in (parties, headlines):
        for id_, name in connection.execute(query):
            named.setdefault(id_, set()).add(name)
    parents = parents_of(connection, set().union(*named.values()))
    return {id_: with_groups(some, parents) for id_, some in named.items()}
