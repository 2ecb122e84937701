"""What the alliance graph tells beyond its links: newcomers, brokers, ways, periods, and links that join two clusters.

Denied and ended alliances are no ways from one organisation to another.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from archive.graph import Alliance, Graph, Link, Node

PIVOTS = 250                             # organisations from which ways are counted, where there are more

Neighbours = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Broker:
    """An organisation, and the share of the shortest ways between all others that lead through it, 0 to 1."""

    node: Node
    share: float


@dataclass(frozen=True, slots=True)
class Period:
    """A year (`2020`) or a quarter (`2020-Q1`): the alliances that began in it, and the pairs that had none before."""

    name: str
    alliances: int
    pairs: tuple[tuple[str, str], ...]
    first: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Bridge:
    """A story that linked clusters of organisations for the first time: its parties, and how large each cluster was."""

    parties: tuple[str, ...]
    alliance: Alliance
    sizes: tuple[int, ...]


def newcomers(graph: Graph, since: datetime) -> list[Node]:
    """The organisations whose first alliance is not older, the newest first. `graph` holds all time before, too."""
    found = [(node.first, node) for node in graph.nodes if node.first is not None and node.first >= since]
    return [node for _, node in sorted(found, key=lambda one: (-one[0].timestamp(), one[1].name))]


def path(graph: Graph, start: str, end: str) -> list[Link] | None:
    """The shortest way between two organisations over living alliances, None where there is none.

    Of several the first by name is taken.
    """
    links = {frozenset((link.a, link.b)): link for link in graph.links if link.alive}
    beside = neighbours(links.values())
    came: dict[str, str] = {start: start}
    waiting = deque([start])
    while waiting and end not in came:
        at = waiting.popleft()
        for name in sorted(beside.get(at, ())):
            if name not in came:
                came[name] = at
                waiting.append(name)
    if end not in came:
        return None
    way = []
    while end != start:
        way.append(links[frozenset((end, came[end]))])
        end = came[end]
    return way[::-1]


def neighbours(links: Iterable[Link]) -> dict[str, list[str]]:
    """Whom each organisation is linked with."""
    found: dict[str, list[str]] = defaultdict(list)
    for link in links:
        found[link.a].append(link.b)
        found[link.b].append(link.a)
    return found


def brokers(graph: Graph, pivots: int = PIVOTS) -> list[Broker]:
    """The organisations through which others are linked, those with the largest share first.

    Betweenness after Ulrik Brandes, A faster algorithm for betweenness centrality (2001). In a graph of more than
    `pivots` organisations it is estimated from so many, spread evenly over the names (Brandes and Pich, 2007).
    """
    beside = neighbours(link for link in graph.links if link.alive)
    names = sorted(beside)
    starts = names if len(names) <= pivots else [names[i * len(names) // pivots] for i in range(pivots)]
    shares = dict.fromkeys(names, 0.0)
    for start in starts:
        for name, share in _dependencies(beside, start):
            shares[name] += share
    others = (len(names) - 1) * (len(names) - 2) * len(starts) / max(len(names), 1)
    found = [Broker(node, shares[node.name] / others) for node in graph.nodes if shares.get(node.name)]
    return sorted(found, key=lambda one: (-one.share, one.node.name))


def _dependencies(beside: Neighbours, start: str) -> Iterable[tuple[str, float]]:
    """For each other organisation, the share of the shortest ways from `start` through it, summed over their ends."""
    far, ways, order = {start: 0}, {start: 1.0}, [start]
    before: dict[str, list[str]] = {start: []}
    for at in order:                     # it grows while it is walked
        for name in beside[at]:
            if name not in far:
                far[name], ways[name], before[name] = far[at] + 1, 0.0, []
                order.append(name)
            if far[name] == far[at] + 1:
                ways[name] += ways[at]
                before[name].append(at)
    through = dict.fromkeys(order, 0.0)
    for name in reversed(order[1:]):
        for at in before[name]:
            through[at] += ways[at] / ways[name] * (1 + through[name])
        yield name, through[name]


def by_period(graph: Graph, by: Literal["year", "quarter"] = "year") -> list[Period]:
    """Who allied with whom over time. What was denied is left out; what ended stands where it is told to begin."""
    held: dict[str, list[tuple[datetime, tuple[str, str], bool]]] = defaultdict(list)
    for link in graph.links:
        begun = sorted(one.begun for one in link.alliances if one.begun is not None)
        for number, at in enumerate(begun):
            held[_name_of(at, by)].append((at, (link.a, link.b), number == 0))
    return [Period(name, len(rows), tuple(dict.fromkeys(pair for _, pair, _ in rows)),
                   tuple(pair for _, pair, first in rows if first))
            for name, rows in sorted((name, sorted(rows)) for name, rows in held.items())]


def _name_of(moment: datetime, by: Literal["year", "quarter"]) -> str:
    return f"{moment:%Y}" if by == "year" else f"{moment:%Y}-Q{(moment.month + 2) // 3}"


def bridges(graph: Graph, least: int = 2) -> list[Bridge]:
    """The stories that linked clusters of at least `least` organisations each, the newest first.

    A cluster is what alliances up to then link, those that ended later among them; what was denied links nothing.
    """
    by_story: dict[int, list[tuple[datetime, str, str, Alliance]]] = defaultdict(list)
    for link in graph.links:
        for one in link.alliances:
            if one.begun is not None:
                by_story[one.story].append((one.begun, link.a, link.b, one))
    clusters = _Clusters()
    found = []
    for pairs in sorted((sorted(pairs, key=lambda pair: pair[:3]) for pairs in by_story.values()),
                        key=lambda pairs: (pairs[0][0], pairs[0][3].story)):
        parties = sorted({name for _, a, b, _ in pairs for name in (a, b)})
        before = {name: clusters.of(name) for name in parties}
        for _, a, b, _ in pairs:
            clusters.join(a, b)
        found += [Bridge(names, pairs[0][3], sizes) for names, sizes in _joined(clusters, before, least)]
    return found[::-1]


def _joined(clusters: _Clusters, before: Mapping[str, tuple[str, int]],
            least: int) -> Iterable[tuple[tuple[str, ...], tuple[int, ...]]]:
    """The clusters that are one now: the parties in them, and how large they were."""
    now: dict[str, dict[str, int]] = defaultdict(dict)
    parties: dict[str, list[str]] = defaultdict(list)
    for name, (head, size) in before.items():
        if size >= least:
            one, _ = clusters.of(name)
            now[one][head] = size
            parties[one].append(name)
    return [(tuple(parties[one]), tuple(sizes.values())) for one, sizes in now.items() if len(sizes) > 1]


class _Clusters:
    """Organisations by what links them. Each begins as its own cluster."""

    def __init__(self) -> None:
        self._above: dict[str, str] = {}
        self._sizes: dict[str, int] = {}

    def of(self, name: str) -> tuple[str, int]:
        """What a cluster is called, and how many are in it."""
        while (above := self._above.get(name)) is not None:
            name = above
        return name, self._sizes.get(name, 1)

    def join(self, a: str, b: str) -> None:
        """Link two organisations."""
        one, other = sorted((self.of(a), self.of(b)), key=lambda cluster: cluster[1])
        if one != other:
            self._above[one[0]] = other[0]
            self._sizes[other[0]] = one[1] + other[1]
