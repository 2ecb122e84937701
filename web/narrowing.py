"""What narrows a search: counts over time and by kind, each with the address of the narrower search."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from archive import facets
from archive.engine import Connection
from core.query import parse
from web.asked import Asked
from web.site import Site
from web.svg import Bar
from web.text import quoted, words

MOST = 8                                 # values of a facet
FEW, MANY = 3, 120                       # months: with fewer days say more, with more years do
_FORMS = {"day": "%Y-%m-%d", "month": "%Y-%m", "year": "%Y"}


@dataclass(frozen=True, slots=True)
class Value:
    """A value of a facet."""

    name: str
    number: int
    href: str


@dataclass(frozen=True, slots=True)
class Facet:
    """A kind by which a search can be narrowed."""

    name: str
    values: tuple[Value, ...]


def narrowing(site: Site, connection: Connection, wanted: Asked) -> dict[str, Any]:
    """The timeline and the facets of a search; facets that would tell nothing are left out."""
    since, until = wanted.times()
    found = facets.facets(connection, parse(wanted.q), since=since, until=until, aliases=site.aliases, most=MOST)
    bars, by = _timeline(site, connection, wanted, found.months)
    part = "" if found.counted >= found.total.count and found.total.exact else (
        f"Counted over the newest {found.counted:,}.")
    return {"timeline": bars, "timeline_by": by, "facets": list(_facets(wanted, found)), "facets_part": part}


def timeline(site: Site, connection: Connection, wanted: Asked) -> tuple[Sequence[Bar], str]:
    """The articles over time, and by which unit."""
    since, until = wanted.times()
    months = facets.timeline(connection, parse(wanted.q), since=since, until=until, aliases=site.aliases)
    return _timeline(site, connection, wanted, months)


def _timeline(site: Site, connection: Connection, wanted: Asked,
              months: Sequence[facets.Bar]) -> tuple[Sequence[Bar], str]:
    by: facets.By = "day" if len(months) <= FEW else "month" if len(months) <= MANY else "year"
    since, until = wanted.times()
    bars = months if by != "day" else facets.timeline(
        connection, parse(wanted.q), since=since, until=until, aliases=site.aliases, by=by)
    counts: Counter[str] = Counter()
    for bar in bars:
        counts[bar.start.strftime(_FORMS[by])] += bar.count
    if len(counts) < 2:
        return (), ""
    named = list(counts.items())
    return [Bar(name, count, wanted.address(since=name, until=name)) for name, count in named], f"by {by}"


def _facets(wanted: Asked, found: facets.Facets) -> Iterator[Facet]:
    kinds: tuple[tuple[str, str, Sequence[facets.Count], Callable[[str], str]], ...] = (
        ("Organisations", "org", found.organisations, str), ("Kind of event", "event", found.event_types, words),
        ("Status", "status", found.statuses, words), ("Topics", "topic", found.topics, words),
        ("Sources", "source", found.sources, str), ("Languages", "lang", found.languages, str))
    for name, field, counts, shown in kinds:
        if len(counts) > 1:
            yield Facet(name, tuple(
                Value(shown(one.label), one.count, wanted.address(q=narrower(wanted.q, field, one.value)))
                for one in counts))


def narrower(query: str, field: str, value: str) -> str:
    """A query that asks for a value, too."""
    asked = f"{field}:{quoted(value)}"
    if query.strip() == "*":
        return asked
    return f"({query}) {asked}" if " OR " in query else f"{query} {asked}"
