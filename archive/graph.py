"""The alliance graph: organisations as nodes, and between any two of them what the stories say of their alliances.

It is read from the events of the archive, not from hits: no rule has to have asked for an alliance. What was denied or
has ended is in it and says so; it does not count as alive.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from archive.groups import line_of, most_precise, parents_of
from archive.searchkey import first_key
from archive.tables import Article, Event, EventParty, Organisation, Source
from core.records import COOPERATION, EventStatus

LEAST = 0.5                              # an event below is as good as unsaid
TOLD = (EventStatus.ANNOUNCED, EventStatus.PLANNED, EventStatus.RUMOURED)      # the surest first
OVER = (EventStatus.ENDED, EventStatus.DENIED)
SHOWN = (*TOLD, *OVER)                   # background tells older news again, under the wrong date
_SUREST = (*TOLD, EventStatus.BACKGROUND)
_CHUNK = 5000


@dataclass(frozen=True, slots=True)
class Alliance:
    """What one story says of two organisations, and the article and sentence that say it best."""

    story: int
    type: str
    status: EventStatus                  # what the story comes to: a denial or an end in it has the last word
    topics: tuple[str, ...]
    first: datetime                      # when its first report was published
    last: datetime
    begun: datetime | None               # its first report; None where it was denied, or only its end was told
    sources: tuple[str, ...]             # outlets with a text of their own
    score: float
    article: int
    title: str
    url: str
    outlet: str
    sentence: str

    @property
    def alive(self) -> bool:
        """Whether the story leaves the alliance standing."""
        return self.status in TOLD


@dataclass(frozen=True, slots=True)
class Link:
    """Two organisations, `a` before `b` by name, and what all stories of their alliances come to, the oldest first."""

    a: str
    b: str
    status: EventStatus
    type: str                            # of the evidence
    topics: tuple[str, ...]
    first: datetime
    last: datetime
    outlets: int                         # with a text of their own, over all stories
    evidence: Alliance                   # of those of this status, the one that most outlets tell
    alliances: tuple[Alliance, ...]

    @property
    def alive(self) -> bool:
        """Whether the two are allied, as far as the archive knows."""
        return self.status in TOLD

    def other(self, name: str) -> str:
        """The end that is not this one."""
        return self.b if name == self.a else self.a


@dataclass(frozen=True, slots=True)
class Node:
    """An organisation, as far as this graph shows it. `first`: when its first alliance was told."""

    name: str
    type: str | None
    country: str | None
    parent: str | None
    first: datetime | None
    partners: int                        # whom it is allied with, as far as the archive knows
    alliances: int                       # stories, told or over


@dataclass(frozen=True, slots=True)
class Graph:
    """Organisations by name, and links, those with most outlets first."""

    nodes: tuple[Node, ...]
    links: tuple[Link, ...]

    def links_of(self, name: str) -> tuple[Link, ...]:
        """The links that an organisation is an end of."""
        return tuple(link for link in self.links if name in {link.a, link.b})


def alliance_graph(connection: Connection, *, around: Collection[str] = (), depth: int = 1,
                   since: datetime | None = None, until: datetime | None = None, topics: Collection[str] = (),
                   statuses: Collection[str] = SHOWN, least: float = LEAST) -> Graph:
    """The alliances of the archive, or those within `depth` steps `around` organisations, by canonical name.

    `since` and `until` (exclusive) bound when reports were published. `topics`: only alliances about one of these.
    `least` is the score from which an event counts.
    """
    # Around a few organisations, no index but theirs is of use; without statistics, SQLite would take that of families.
    family = sa.func.coalesce(Event.family, "") if around else Event.family
    where = [family == COOPERATION, Event.score >= least]
    where += [Article.published_at >= since] if since is not None else []
    where += [_lately(since)] if since is not None and not around and connection.dialect.name == "sqlite" else []
    where += [Article.published_at < until] if until is not None else []

    def load(names: Collection[str] | None) -> list[Link]:
        return _links(connection, where, names, frozenset(topics), frozenset(statuses))

    if not around:
        return _graph(connection, load(None))
    inside, ring, links = set(around), set(around), list[Link]()
    for _ in range(depth):
        links = [link for link in load(inside) if link.a in inside or link.b in inside]
        ring = {name for link in links for name in (link.a, link.b)} - inside
        if not ring:
            break
        inside |= ring
    return _graph(connection, links)


def _lately(since: datetime) -> Any:
    """The events published from then on, by the index that is kept in this order (migration 0019)."""
    times = sa.table("event_times", sa.column("search_key"), sa.column("event_id"), sa.column("family"))
    return Event.id.in_(sa.select(times.c.event_id).where(times.c.search_key >= first_key(since),
                                                          times.c.family == COOPERATION))


def _graph(connection: Connection, links: Iterable[Link]) -> Graph:
    ordered = tuple(sorted(links, key=lambda link: (-link.outlets, link.a, link.b)))
    held: dict[str, list[Link]] = defaultdict(list)
    for link in ordered:
        held[link.a].append(link)
        held[link.b].append(link)
    names, nodes = sorted(held), []
    for some in _chunks(names):
        for row in connection.execute(sa.select(Organisation.name, Organisation.type, Organisation.country,
                                                Organisation.parent).where(Organisation.name.in_(some))):
            own = held[row.name]
            begun = [one.begun for link in own for one in link.alliances if one.begun is not None]
            nodes.append(Node(row.name, row.type, row.country, row.parent, min(begun, default=None),
                              sum(link.alive for link in own), sum(len(link.alliances) for link in own)))
    return Graph(tuple(sorted(nodes, key=lambda node: node.name)), ordered)


def _links(connection: Connection, where: Sequence[Any], names: Collection[str] | None, topics: frozenset[str],
           statuses: frozenset[str]) -> list[Link]:
    """The links of all stories, or of the stories that name one of the organisations."""
    if names is None:
        events = _events(connection, where)
        parties = _parties(connection, where)
    else:
        stories = _stories_of(connection, where, names)
        parts = [[*where, Article.story_id.in_(some)] for some in _chunks(sorted(stories))]
        events = [row for part in parts for row in _events(connection, part)]
        parties = {event: held for part in parts for event, held in _parties(connection, part).items()}
    parents = parents_of(connection, {name for held in parties.values() for name in held})
    by_story: dict[int, list[Any]] = defaultdict(list)
    for row in events:
        by_story[row.story_id].append(row)
    found: dict[tuple[str, str], list[Alliance]] = defaultdict(list)
    for story, rows in by_story.items():
        for pair, told in _pairs(rows, parties, parents).items():
            alliance = _alliance(story, told)
            if alliance.status in statuses and (not topics or not topics.isdisjoint(alliance.topics)):
                found[pair].append(alliance)
    return [_link(a, b, held) for (a, b), held in found.items()]


def _link(a: str, b: str, alliances: Sequence[Alliance]) -> Link:
    held = tuple(sorted(alliances, key=lambda one: (one.first, one.story)))
    status = _standing(held)
    evidence = max((one for one in held if one.status == status),
                   key=lambda one: (len(one.sources), one.score, one.last))
    return Link(a, b, status, evidence.type, tuple(sorted({topic for one in held for topic in one.topics})),
                held[0].first, max(one.last for one in held), len({source for one in held for source in one.sources}),
                evidence, held)


def _standing(alliances: Sequence[Alliance]) -> EventStatus:
    """What the stories together come to: an end ends what was, a denial takes back what was not yet announced."""
    in_time = sorted(alliances, key=lambda one: (one.last, one.story))
    standing: list[EventStatus] = []
    for one in in_time:
        if one.status == EventStatus.ENDED:
            standing = []
        elif one.status == EventStatus.DENIED:
            standing = [status for status in standing if status == EventStatus.ANNOUNCED]
        else:
            standing.append(one.status)
    return min(standing, key=_SUREST.index) if standing else in_time[-1].status


def _stories_of(connection: Connection, where: Sequence[Any], names: Collection[str]) -> set[int]:
    return {story for some in _chunks(sorted(names)) for story in connection.scalars(
        sa.select(Article.story_id).join(Event, Event.article_id == Article.id)
        .join(EventParty, EventParty.event_id == Event.id)
        .join(Organisation, Organisation.id == EventParty.organisation_id)
        .where(*where, Organisation.name.in_(some)))}


def _events(connection: Connection, where: Sequence[Any]) -> Sequence[Any]:
    return connection.execute(
        sa.select(Event.id, Event.type, Event.status, Event.score, Event.topics, Event.sentence, Article.story_id,
                  Article.id.label("article"), Article.title, Article.url, Article.published_at, Article.source_id,
                  Source.name.label("outlet"), Article.copy_of)
        .join(Article, Article.id == Event.article_id).join(Source, Source.id == Article.source_id)
        .where(*where).order_by(Article.published_at, Event.id)).all()


def _parties(connection: Connection, where: Sequence[Any]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    for event, name in connection.execute(
            sa.select(EventParty.event_id, Organisation.name)
            .join(Organisation, Organisation.id == EventParty.organisation_id)
            .join(Event, Event.id == EventParty.event_id).join(Article, Article.id == Event.article_id)
            .where(*where).order_by(EventParty.event_id, EventParty.position)):
        found[event].append(name)
    return found


def _pairs(rows: Sequence[Any], parties: Mapping[int, Sequence[str]],
           parents: Mapping[str, str]) -> dict[tuple[str, str], list[Any]]:
    """The events of a story by the pairs that they are about. A unit that the story names stands for its group."""
    everyone = {name for row in rows for name in parties.get(row.id, ())}
    found: dict[tuple[str, str], list[Any]] = defaultdict(list)
    for row in rows:
        named = most_precise(parties.get(row.id, ()), everyone, parents)
        groups = {group for name in named for group in line_of(name, parents)[1:]}
        for pair in combinations(sorted(set(named) - groups), 2):
            found[pair].append(row)
    return found


def _alliance(story: int, told: Sequence[Any]) -> Alliance:
    """What a story's events say of two organisations; they come in the order in which they were published."""
    said = {row.status for row in told}
    over = [row.status for row in told if row.status in OVER]
    status = over[-1] if over else next((one for one in TOLD if one in said), EventStatus.BACKGROUND)
    best = max((row for row in told if row.status == status), key=lambda row: row.score)
    topics = sorted({topic for row in told for topic in row.topics})
    own = sorted({row.source_id for row in told if row.copy_of is None} or {best.source_id})
    begun = next((row.published_at for row in told if row.status in TOLD and status != EventStatus.DENIED), None)
    return Alliance(story, best.type, EventStatus(status), tuple(topics), told[0].published_at, told[-1].published_at,
                    begun, tuple(own), best.score, best.article, best.title, best.url, best.outlet, best.sentence)


def _chunks(items: Sequence[Any]) -> Iterator[Sequence[Any]]:
    return (items[i : i + _CHUNK] for i in range(0, len(items), _CHUNK))
