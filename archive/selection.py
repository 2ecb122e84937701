"""Which hits a route takes: by rule and score, organisations, languages and countries, and by whom they link first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from archive import firstlinks, watchlist
from archive.engine import Connection
from archive.groups import parents_of
from archive.tables import Article, EventParty, Hit, Mention, Organisation, Source
from archive.watchlist import with_groups
from core.routes import WATCH, RouteSettings

_CHUNK = 5000


@dataclass(frozen=True, slots=True)
class NewHit:
    """A hit that was just written. `change` is what `change_of` says of its event; empty where no event decided."""

    hit_id: int
    story_id: int
    rule: str
    score: float
    change: str = ""


@dataclass(frozen=True, slots=True)
class _Facts:
    """What the filters of routes ask of a hit; names in small letters."""

    language: str
    country: str
    organisations: frozenset[str]


def taken(connection: Connection, hits: Sequence[NewHit], routes: Sequence[RouteSettings]) -> dict[str, set[int]]:
    """The ids of the hits that each route takes, by the route's name."""
    found = {route.name: {hit.hit_id for hit in hits if route.takes(hit.rule, hit.score)} for route in routes}
    filtered = [route for route in routes if route.is_filtered and found[route.name]]
    if filtered:
        facts = _facts(connection, sorted(set().union(*(found[route.name] for route in filtered))))
        for route in filtered:
            wanted = _wanted(connection, route)
            found[route.name] = {id_ for id_ in found[route.name] if _passes(route, wanted, facts[id_])}
            if route.first_link is not None:
                found[route.name] = firstlinks.first_of_groups(connection, found[route.name], *route.first_link)
            if route.bridges:
                found[route.name] = firstlinks.first_of_clusters(connection, found[route.name])
    return found


def _wanted(connection: Connection, route: RouteSettings) -> set[str]:
    """The organisations that a route names, those of the watch list among them where it names that."""
    named = _lower(route.organisations)
    return named - {WATCH} | watchlist.names(connection) if WATCH in named else named


def _passes(route: RouteSettings, organisations: set[str], facts: _Facts) -> bool:
    return (
        (not route.languages or facts.language in _lower(route.languages))
        and (not route.countries or facts.country in _lower(route.countries))
        and (not route.organisations or bool(facts.organisations & organisations))
    )


def _lower(names: Iterable[str]) -> set[str]:
    return {name.casefold() for name in names}


def _facts(connection: Connection, ids: Sequence[int]) -> dict[int, _Facts]:
    """The facts of hits. Who takes part: the parties of its event and their groups; without one, whoever is named."""
    named: dict[int, set[str]] = {id_: set() for id_ in ids}
    places: dict[int, tuple[str, str]] = {}
    for i in range(0, len(ids), _CHUNK):
        some = ids[i : i + _CHUNK]
        for id_, language, country in connection.execute(
                sa.select(Hit.id, Article.language, Source.country).join(Article, Article.id == Hit.article_id)
                .join(Source, Source.id == Article.source_id).where(Hit.id.in_(some))):
            places[id_] = ((language or "").casefold(), (country or "").casefold())
        parties = (sa.select(Hit.id, Organisation.name).join(EventParty, EventParty.event_id == Hit.event_id)
                   .join(Organisation, Organisation.id == EventParty.organisation_id).where(Hit.id.in_(some)))
        mentions = (sa.select(Hit.id, Organisation.name).join(Mention, Mention.article_id == Hit.article_id)
                    .join(Organisation, Organisation.id == Mention.organisation_id)
                    .where(Hit.id.in_(some), Hit.event_id.is_(None)))
        for query in (parties, mentions):
            for id_, name in connection.execute(query):
                named[id_].add(name)
    parents = parents_of(connection, set().union(*named.values()))
    return {id_: _Facts(*places[id_], frozenset(_lower(with_groups(named[id_], parents)))) for id_ in ids}
