"""Which hits tell the first link between two groups of organisations, or between two clusters of the alliance graph.

The answer rests on when reports were published, not on when it is asked for: asked again, it is the same.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from archive import watchlist
from archive.graph import SHOWN, Alliance, Link, alliance_graph
from archive.groups import line_of, parents_of
from archive.network import bridges
from archive.tables import EventParty, Hit, Organisation
from core.records import EventStatus
from core.routes import WATCH

_CHUNK = 5000
# Older news, told again, says that there was a link; a denial says nothing of the kind.
_LINKING = (*(status for status in SHOWN if status != EventStatus.DENIED), EventStatus.BACKGROUND)


@dataclass(frozen=True, slots=True)
class Group:
    """Organisations by name (a group stands for its units), as `type:university`, or as `country:KR`."""

    wanted: frozenset[str]

    @classmethod
    def of(cls, connection: Connection, entries: Iterable[str]) -> Group:
        """What a list in the settings means; the watch list for `@watch`."""
        named = {entry.casefold() for entry in entries}
        return cls(frozenset(named - {WATCH} | watchlist.names(connection) if WATCH in named else named))

    def holds(self, organisation: Any, parents: Mapping[str, str]) -> bool:
        """Whether an organisation, given with type and country, belongs to it."""
        names = {name.casefold() for name in line_of(organisation.name, parents)}
        names |= {f"type:{organisation.type}".casefold(), f"country:{organisation.country}".casefold()}
        return not names.isdisjoint(self.wanted)


def first_between(connection: Connection, ones: Iterable[str], others: Iterable[str]) -> tuple[Link, Alliance] | None:
    """The first alliance between two groups, and its link; None where none was told. Denied ones are none."""
    everyone, parents = _organisations(connection)
    sides = [_members(Group.of(connection, entries), everyone, parents) for entries in (ones, others)]
    if not all(sides):
        return None
    small, large = sorted(sides, key=len)
    graph = alliance_graph(connection, around=small, statuses=_LINKING)
    linking = [link for link in graph.links if (link.a in small and link.b in large)
               or (link.b in small and link.a in large)]
    told = [(one.first, one.story, link, one) for link in linking for one in link.alliances]
    return min(told, key=lambda row: row[:2])[2:] if told else None


def first_of_groups(connection: Connection, hits: Collection[int], ones: Sequence[str],
                    others: Sequence[str]) -> set[int]:
    """Those of the hits whose event links the two groups, in the story that did so first."""
    parties = _parties(connection, hits)
    names = {party.name for _, held in parties.values() for party in held}
    parents = parents_of(connection, names)
    one, other = Group.of(connection, ones), Group.of(connection, others)
    linking = {hit: story for hit, (story, held) in parties.items() if any(
        a.name != b.name and one.holds(a, parents) and other.holds(b, parents) for a in held for b in held)}
    found = first_between(connection, ones, others) if linking else None
    return {hit for hit, story in linking.items() if found is not None and story == found[1].story}


def first_of_clusters(connection: Connection, hits: Collection[int]) -> set[int]:
    """Those of the hits whose event is an alliance that linked two clusters for the first time."""
    parties = _parties(connection, hits)
    if not any(len(held) > 1 for _, held in parties.values()):
        return set()
    joined = {(one.alliance.story, name) for one in bridges(alliance_graph(connection)) for name in one.parties}
    return {hit for hit, (story, held) in parties.items()
            if sum((story, party.name) in joined for party in held) > 1}


def _parties(connection: Connection, hits: Collection[int]) -> dict[int, tuple[int, list[Any]]]:
    """The story of each hit, and the parties of its event with type and country."""
    found: dict[int, tuple[int, list[Any]]] = {}
    ids = sorted(hits)
    for i in range(0, len(ids), _CHUNK):
        for row in connection.execute(
                sa.select(Hit.id, Hit.story_id, Organisation.name, Organisation.type, Organisation.country)
                .join(EventParty, EventParty.event_id == Hit.event_id)
                .join(Organisation, Organisation.id == EventParty.organisation_id)
                .where(Hit.id.in_(ids[i : i + _CHUNK]))):
            found.setdefault(row.id, (row.story_id, []))[1].append(row)
    return found


def _organisations(connection: Connection) -> tuple[Sequence[Any], dict[str, str]]:
    rows = connection.execute(sa.select(Organisation.name, Organisation.type, Organisation.country,
                                        Organisation.parent)).all()
    return rows, {row.name: row.parent for row in rows if row.parent}


def _members(group: Group, everyone: Sequence[Any], parents: Mapping[str, str]) -> Collection[str]:
    return frozenset(row.name for row in everyone if group.holds(row, parents))
