"""Bars over time, drawn on the server. Each bar is a link to what it counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

_WIDTH, _HEIGHT = 1000, 100
_NAMES = 4                               # under the axis


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar: its name, how much, and where it leads. `part` of the number is drawn darker."""

    name: str
    number: int
    href: str | None = None
    part: int = 0


def bars(given: Sequence[Bar], label: str) -> Markup:
    """Bars side by side with a few names under them; each bar says its own number."""
    if not given:
        return Markup("")
    most = max(1, *(bar.number for bar in given))
    step = _WIDTH / len(given)
    width = max(2.0, min(step * 0.8, 90))
    drawn = []
    for at, bar in enumerate(given):
        x, part = at * step + (step - width) / 2, min(bar.part, bar.number)
        told = f"{bar.name}: {bar.number:,}" + (f", {bar.part:,} flagged" if bar.part else "")
        inside = Markup("<title>{}</title>{}{}{}").format(
            told, _shape("hit", at * step, _HEIGHT, step), _shape("bar", x, bar.number / most * _HEIGHT, width),
            _shape("bar part", x, part / most * _HEIGHT, width) if part else "")
        drawn.append(Markup('<a href="{}" aria-label="{}">{}</a>').format(bar.href, told, inside)
                     if bar.href and bar.number else Markup("<g>{}</g>").format(inside))
    return Markup('<svg class="bars" viewBox="0 0 {} {}" preserveAspectRatio="none" role="group" aria-label="{}">{}'
                  '</svg><div class="ticks{}" aria-hidden="true">{}</div>').format(
        _WIDTH, _HEIGHT, f"{label}, at most {most:,}", Markup("").join(drawn),
        " even" if len(given) <= _NAMES else "", _names(given))


def _names(given: Sequence[Bar]) -> Markup:
    last = len(given) - 1
    places = sorted({round(last * at / (_NAMES - 1)) for at in range(_NAMES)})
    return Markup("").join(Markup("<span>{}</span>").format(given[place].name) for place in places)


def _shape(kind: str, x: float, height: float, width: float) -> Markup:
    return Markup('<rect class="{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}"/>').format(
        kind, x, _HEIGHT - height, width, height)
