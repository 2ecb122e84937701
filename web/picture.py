"""The alliances around an organisation as a picture that one can walk: each name leads to its own picture."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import cos, pi, sin

from markupsafe import Markup

from archive.graph import Graph, Link
from core.records import EventStatus
from web.text import organisation_path, plain

_WIDTH, _HEIGHT = 760, 520
NEAR, _FAR = 14, 18                      # organisations on the inner and on the outer ring
_ROOM = 22                               # letters of a name


@dataclass(frozen=True, slots=True)
class _Place:
    x: float
    y: float
    ring: int


@dataclass(frozen=True, slots=True)
class Drawn:
    """The picture, and how many organisations it had no room for."""

    svg: Markup
    left_out: int


def draw(graph: Graph, name: str) -> Drawn | None:
    """The picture; None where the organisation is allied with nobody."""
    near = _partners(graph.links, [name], {name})[:NEAR]
    if not near:
        return None
    far = _partners(graph.links, near, {name, *near, *_partners(graph.links, [name], {name})})[:_FAR]
    places = _places(name, near, far, graph.links)
    lines = [_line(link, places) for link in graph.links if link.a in places and link.b in places]
    names = [_node(one, places[one]) for one in (*far, *near, name)]
    label = f"Alliances around {plain(name)}: {', '.join(map(plain, near))}"
    svg = Markup('<svg viewBox="0 0 {} {}" role="group" aria-label="{}">{}{}</svg>').format(
        _WIDTH, _HEIGHT, label, Markup("").join(lines), Markup("").join(names))
    return Drawn(svg, len({end for link in graph.links for end in (link.a, link.b)} - places.keys()))


def _partners(links: Iterable[Link], of: Sequence[str], without: set[str]) -> list[str]:
    """Who is linked with one of some, those with most outlets first."""
    found = [link.other(end) for link in links for end in (link.a, link.b) if end in of]
    return [name for name in dict.fromkeys(found) if name not in without]


def _places(name: str, near: Sequence[str], far: Sequence[str], links: Sequence[Link]) -> dict[str, _Place]:
    """The organisation in the middle, its partners around it, theirs outside near those whom they belong to."""
    angle = {one: 2 * pi * at / len(near) - pi / 2 for at, one in enumerate(near)}
    outside = sorted(far, key=lambda one: (min(angle[link.other(one)] for link in links
                                               if one in {link.a, link.b} and link.other(one) in angle), one))
    places = {name: _Place(_WIDTH / 2, _HEIGHT / 2, 0)}
    for one in near:
        reach = 0.52 if len(near) > 6 and near.index(one) % 2 else 0.44     # names side by side need two depths
        places[one] = _at(angle[one], reach if far else 0.62, 1)
    for at, one in enumerate(outside):
        places[one] = _at(2 * pi * (at + 0.5) / len(outside) - pi / 2, 0.92, 2)
    return places


def _at(angle: float, reach: float, ring: int) -> _Place:
    return _Place(_WIDTH / 2 + cos(angle) * reach * (_WIDTH / 2 - 90), _HEIGHT / 2 + sin(angle) * reach
                  * (_HEIGHT / 2 - 24), ring)


def _line(link: Link, places: dict[str, _Place]) -> Markup:
    one, other = places[link.a], places[link.b]
    kind = "edge" if link.status == EventStatus.ANNOUNCED else "edge unsure" if link.alive else "edge over"
    told = f"{plain(link.a)} – {plain(link.b)}: {link.type.replace('_', ' ')}, {link.status}, {link.last:%Y-%m-%d}"
    return Markup('<line class="{}{}" x1="{:.0f}" y1="{:.0f}" x2="{:.0f}" y2="{:.0f}"><title>{}</title></line>').format(
        kind, " far" if 2 in {one.ring, other.ring} else "", one.x, one.y, other.x, other.y, told)


def _node(name: str, place: _Place) -> Markup:
    radius = (11, 8, 5)[place.ring]
    short = plain(name)
    short = short if len(short) <= _ROOM else short[: _ROOM - 1] + "…"
    below = place.y + radius + 14
    words = Markup('<circle cx="{:.0f}" cy="{:.0f}" r="{}"/><text x="{:.0f}" y="{:.0f}" text-anchor="middle">{}</text>'
                   ).format(place.x, place.y, radius, place.x, below, short)
    kind = ("centre", "near", "outer")[place.ring]
    return Markup('<a class="{}" href="{}"><title>{}</title>{}</a>').format(
        kind, organisation_path(name), plain(name), words)
