"""How `graph` prints: tables for people, JSON, and the facts that its picture is drawn from."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import typer

from core.errors import UserError
from pactwatch.cli.common import console, emit_json, printable

if TYPE_CHECKING:
    from archive.graph import Alliance, Graph, Link, Node
    from archive.network import Bridge, Broker, Period

_PAIRS_IN_PICTURE = 120


def links(graph: Graph, around: Sequence[str], limit: int) -> None:
    """Links: with whom, what, since when, and the sentence that says so."""
    rows = []
    for link in graph.links[:limit]:
        names = [name for name in (link.a, link.b) if name not in around]
        who = names[0] if len(names) == 1 and around else f"{link.a} + {link.b}"
        rows.append((who, *_facts(link), _said(link.evidence)))
    _told(rows)
    alive = sum(link.alive for link in graph.links)
    over = len(graph.links) - alive
    _count(rows, len(graph.links), "link", f"{alive} alive" + (f", {over} denied or ended" if over else ""))


def nodes(found: Sequence[Node], limit: int) -> None:
    """Newcomers: since when, and how much."""
    _table(("organisation", "type", "country", "first", "partners"),
           [(node.name, node.type or "", node.country or "", f"{node.first:%Y-%m-%d}" if node.first else "",
             str(node.partners)) for node in found[:limit]])
    _count(found[:limit], len(found), "newcomer")


def brokers(found: Sequence[Broker], limit: int) -> None:
    """The share of the ways that lead through each."""
    _table(("organisation", "share of ways", "partners"),
           [(one.node.name, f"{one.share:.1%}", str(one.node.partners)) for one in found[:limit]])
    _count(found[:limit], len(found), "broker")


def bridges(found: Sequence[Bridge], limit: int) -> None:
    """What linked two clusters."""
    _told([(f"{one.alliance.begun or one.alliance.first:%Y-%m-%d}", " + ".join(one.parties),
            f"clusters of {' + '.join(map(str, one.sizes))}", _said(one.alliance)) for one in found[:limit]])
    _count(found[:limit], len(found), "bridge")


def periods(found: Sequence[Period], limit: int) -> None:
    """Who with whom by time; pairs that had no alliance before are marked."""
    _table(("period", "alliances", "who with whom (* for the first time)"),
           [(one.name, str(one.alliances), "; ".join(f"{a} + {b}{'*' if (a, b) in one.first else ''}"
                                                     for a, b in one.pairs)) for one in found[-limit:]])
    _count(found[-limit:], len(found), "period")


def way(start: str, found: Sequence[Link], _: int) -> None:
    """How one organisation leads to another, step by step."""
    rows, at = [], start
    for link in found:
        rows.append((f"{at} + {link.other(at)}", *_facts(link)[:2], f"{link.first:%Y-%m-%d}", _said(link.evidence)))
        at = link.other(at)
    _told(rows)
    _count(rows, len(rows), "step")


def alliance(link: Link, told: Alliance) -> None:
    """One alliance in a line."""
    typer.echo(printable(f"{told.first:%Y-%m-%d}  {link.a} + {link.b}  {told.type} ({told.status})  {_said(told)}"))


def _facts(link: Link) -> tuple[str, ...]:
    days = dict.fromkeys((f"{link.first:%Y-%m-%d}", f"{link.last:%Y-%m-%d}"))
    return (link.type.replace("_", " "), link.status, ", ".join(link.topics), " to ".join(days),
            "1 outlet" if link.outlets == 1 else f"{link.outlets} outlets")


def _said(alliance: Alliance) -> str:
    return f"“{alliance.sentence}” ({alliance.outlet}, article {alliance.article})"


def _told(rows: Iterable[Sequence[str]]) -> None:
    """A line of facts for each, and below it what speaks for them: as a column a sentence would be a word wide."""
    width = console().width - 2
    for *facts, said in rows:
        typer.echo(printable(" · ".join(filter(None, facts))))
        typer.echo(textwrap.indent(textwrap.fill(printable(said), width), "  "))


def _table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    from rich.table import Table

    table = Table(*columns, box=None, pad_edge=False)
    for row in rows:
        table.add_row(*map(printable, row))
    if table.row_count:
        console().print(table)


def _count(shown: Sequence[Any], total: int, noun: str, more: str = "") -> None:
    number = f"{len(shown)} of {total}" if len(shown) < total else str(total or "No")
    typer.echo(f"{number} {noun}{'' if total == 1 else 's'}" + (f": {more}" if more and total else ""), err=True)


def emit(graph: Graph, around: Sequence[str]) -> None:
    """The graph as JSON, each link with what all its stories say."""
    emit_json({"around": list(around), "nodes": [asdict(node) for node in graph.nodes],
               "links": [link_json(link) for link in graph.links]})


def link_json(link: Link) -> dict[str, Any]:
    """A link as JSON. `evidence` is the id of the article that speaks for it."""
    return {**asdict(link), "alive": link.alive, "evidence": link.evidence.article, "sentence": link.evidence.sentence,
            "stories": [one.story for one in link.alliances]}


def picture(graph: Graph, title: str) -> bytes:
    """The graph as PNG. UserError where the extra is not installed."""
    from alerts import chart

    if missing := chart.missing():
        raise UserError(missing)
    kept = graph.links[:_PAIRS_IN_PICTURE]
    stories = {node.name: node.alliances for node in graph.nodes}
    names = dict.fromkeys(name for link in kept for name in (link.a, link.b))
    return chart.draw_graph(title, {
        "organisations": [{"name": name, "stories": stories[name]}
                          for name in sorted(names, key=lambda name: (-stories[name], name))],
        "pairs": [{"a": link.a, "b": link.b, "stories": len(link.alliances), "rumoured": link.status == "rumoured",
                   "over": not link.alive} for link in kept],
        "pairs_left_out": len(graph.links) - len(kept),
    })
