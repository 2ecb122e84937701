"""The weekly picture as a PNG: stories per week, the most allied organisations, the week's alliances as a graph.

It is made to be read on a phone: taller than wide, with letters that stay letters at less than a third of its size.
"""

from __future__ import annotations

import importlib.util
import io
import threading
from datetime import date
from typing import TYPE_CHECKING, Any

from alerts.springs import places
from alerts.text import shorten

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INK, GREY, PALE, BLUE, LIGHT, PAPER = "#1d1c1d", "#616061", "#e3e3e3", "#1264a3", "#9cc3e0", "#ffffff"
WIDTH, HEIGHT, DPI = 1080, 1560, 100     # pixels; points are pixels times 0.72
_SMALL, _TEXT, _LARGE = 21, 24, 32       # points
_LONGEST_NAME, _RANKED, _NODES = 20, 6, 18
_SHEET, _SHEET_NODES = 1.7, 44            # a graph by itself: how much larger its sheet is, and what is drawn on it


_ONE_AT_A_TIME = threading.Lock()        # lanes are threads, and matplotlib promises nothing about those


def missing() -> str:
    """Why there is no picture, in a line; empty where it can be drawn."""
    there = importlib.util.find_spec("matplotlib") is not None
    return "" if there else "The picture is missing: it needs the extra `picture` (pip install 'pactwatch[picture]')."


def draw(facts: dict[str, Any]) -> bytes:
    """The facts of a week as a PNG."""
    from matplotlib.figure import Figure

    made = io.BytesIO()
    with _ONE_AT_A_TIME:
        figure = Figure(figsize=(WIDTH / DPI, HEIGHT / DPI), dpi=DPI, facecolor=PAPER)
        _fill(figure, facts)
        figure.savefig(made, format="png", metadata={"Software": None})
    return made.getvalue()


def draw_graph(title: str, facts: dict[str, Any]) -> bytes:
    """Who with whom alone, under a title, on a larger sheet. Of the facts of a week, only pairs and organisations."""
    from matplotlib.figure import Figure

    made = io.BytesIO()
    with _ONE_AT_A_TIME:
        figure = Figure(figsize=(_SHEET * WIDTH / DPI, _SHEET * 0.515 * HEIGHT / DPI), dpi=DPI, facecolor=PAPER)
        _words(figure.add_axes((0.04, 0.93, 0.92, 0.06)), 0, 0.5, shorten(title, 60), _LARGE, weight="bold")
        _graph(figure.add_axes((0.02, 0.015, 0.96, 0.9)), facts, _labels(facts, _SHEET_NODES), _SHEET, _SHEET_NODES)
        for axes in figure.axes:
            axes.axis("off")
        figure.savefig(made, format="png", metadata={"Software": None})
    return made.getvalue()


def _fill(figure: Figure, facts: dict[str, Any]) -> None:
    names = _labels(facts)
    title = figure.add_axes((0.05, 0.94, 0.9, 0.05))
    _words(title, 0, 0.62, f"Alliances {_days(facts)}", _LARGE, weight="bold")
    _weeks(figure.add_axes((0.05, 0.785, 0.9, 0.14)), facts)
    _ranks(figure.add_axes((0.05, 0.56, 0.9, 0.195)), facts, names)
    _graph(figure.add_axes((0.02, 0.015, 0.96, 0.515)), facts, names)
    for axes in figure.axes:
        axes.axis("off")


def caption(facts: dict[str, Any]) -> str:
    """What the numbers in the picture stand for, where names cannot be drawn on this machine."""
    return ", ".join(f"{label}: {name}" for name, label in _labels(facts).items() if label.startswith("No. "))


def _labels(facts: dict[str, Any], nodes: int = _NODES) -> dict[str, str]:
    """Organisations by their names, as they are drawn."""
    from alerts.lettering import drawable

    shown = {one["name"] for one in facts["organisations"][:_RANKED]}
    shown |= {name for pair in _pairs(facts, nodes) for name in (pair["a"], pair["b"])}
    return {one["name"]: shorten(one["name"], _LONGEST_NAME) if drawable(one["name"]) else f"No. {number}"
            for number, one in enumerate(facts["organisations"], 1) if one["name"] in shown}


def _pairs(facts: dict[str, Any], nodes: int) -> list[dict[str, Any]]:
    """The pairs that are drawn: the first ones, as long as there is room for their names."""
    kept: list[dict[str, Any]] = []
    names: set[str] = set()
    for pair in facts["pairs"]:
        if len(more := names | {pair["a"], pair["b"]}) <= nodes:
            kept.append(pair)
            names = more
    return kept


def _words(axes: Axes, x: float, y: float, text: str, size: float, **more: Any) -> None:
    from alerts.lettering import families

    # Names are no formulas, whatever dollar signs are in them.
    axes.text(x, y, text, **{"fontsize": size, "color": INK, "va": "center", "family": families(), **more},
              parse_math=False)


def _days(facts: dict[str, Any]) -> str:
    first, last = date.fromisoformat(facts["from"]), date.fromisoformat(facts["to"])
    month = "" if first.month == last.month else f" {first:%b}"
    return f"{first.day}{month} – {last.day} {last:%b %Y}"


def _heading(axes: Axes, text: str) -> None:
    _words(axes, 0, 1, text, _TEXT, color=GREY, transform=axes.transAxes, va="top")


def _weeks(axes: Axes, facts: dict[str, Any]) -> None:
    """A bar for each week, the last one in colour."""
    weeks = facts["weeks"]
    _heading(axes, "New stories per week")
    top = max(1, *(week["stories"] for week in weeks))
    last = len(weeks) - 1
    axes.set_xlim(-0.5, max(last, 5) + 0.5)
    axes.set_ylim(-0.35 * top, 1.85 * top)
    for at, week in enumerate(weeks):
        axes.bar(at, week["stories"], width=0.72, color=BLUE if at == last else LIGHT)
        _words(axes, at, week["stories"] + 0.16 * top, str(week["stories"]), _SMALL, ha="center",
               weight="bold" if at == last else "normal")
        if (last - at) % 3 == 0:
            begin = date.fromisoformat(week["from"])
            _words(axes, at, -0.24 * top, f"{begin.day} {begin:%b}", _SMALL, ha="center", color=GREY)


def _ranks(axes: Axes, facts: dict[str, Any], names: dict[str, str]) -> None:
    """The organisations with the most stories, as bars beside their names."""
    ranked = facts["organisations"][:_RANKED]
    _heading(axes, "Most allied this week" if ranked else "No alliances this week")
    axes.set_xlim(0, 1)
    axes.set_ylim(_RANKED - 0.4, -1.5)
    most = max(4, *(one["stories"] for one in ranked), 1)
    for at, one in enumerate(ranked):
        _words(axes, 0, at, names[one["name"]], _TEXT)
        axes.barh(at, 0.44 * one["stories"] / most, left=0.48, height=0.6, color=BLUE)
        _words(axes, 0.495 + 0.44 * one["stories"] / most, at, str(one["stories"]), _SMALL)


def _graph(axes: Axes, facts: dict[str, Any], names: dict[str, str], sheet: float = 1.0, most: int = _NODES) -> None:
    """Organisations as dots, alliances as lines; dashed where all is rumour, dotted where it is denied or over."""
    pairs = _pairs(facts, most)
    if not pairs:
        return
    ends = {name for pair in pairs for name in (pair["a"], pair["b"])}
    nodes = [one for one in facts["organisations"] if one["name"] in ends]
    index = {one["name"]: at for at, one in enumerate(nodes)}
    legend = "; dashed: rumoured" if any(pair["rumoured"] for pair in pairs) else ""
    legend += "; dotted: denied or ended" if any(pair.get("over") for pair in pairs) else ""
    left = len(facts["pairs"]) - len(pairs) + facts["pairs_left_out"]
    _words(axes, 0.03, 1, f"Who with whom{legend}" + (f"; {left} more not drawn" if left else ""), _TEXT, color=GREY,
           transform=axes.transAxes, va="top")
    sizes = [((0.03 + 0.0205 * len(names[one["name"]])) / sheet, 0.11 / sheet) for one in nodes]
    at = places(sizes, [(index[pair["a"]], index[pair["b"]]) for pair in pairs])
    axes.set_xlim(-0.2, 1.2)
    axes.set_ylim(-0.1, 1.17)
    for pair in pairs:
        (x0, y0), (x1, y1) = at[index[pair["a"]]], at[index[pair["b"]]]
        over = pair.get("over")
        axes.plot([x0, x1], [y0, y1], color=GREY if over else LIGHT, zorder=1, solid_capstyle="round",
                  linewidth=1.5 if over else min(8, 1.5 + 1.5 * pair["stories"]),
                  linestyle=(0, (1, 3)) if over else (0, (3, 2)) if pair["rumoured"] else "solid")
    for (x, y), one in zip(at, nodes, strict=True):
        axes.scatter([x], [y], s=60 + 70 * min(one["stories"], 8), color=BLUE, zorder=2, edgecolors=PAPER, linewidths=2)
        _words(axes, x, y - (0.042 + 0.003 * min(one["stories"], 8)) / sheet, names[one["name"]], _SMALL, ha="center",
               zorder=3, bbox={"facecolor": PAPER, "alpha": 0.75, "edgecolor": "none", "pad": 0.6})
