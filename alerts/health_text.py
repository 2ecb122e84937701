"""Changes of sources in words: what began, what still is, what is over, and what to do next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from alerts.text import clean, shorten
from core.advice import next_step

_MOST = 12
_LONGEST = 220
_WORDS = {
    "broken": ("fails", "still fails", "works again"),
    "silent": ("is silent", "is still silent", "publishes again"),
    "burst": ("bursts", "still bursts", "is back to its usual number"),
    "extraction": ("is no longer read as before", "is still not read as before", "is read as before again"),
    "holiday": ("Outlets rest", "Outlets still rest", "Outlets publish again"),
    "network": ("All sources fail", "All sources still fail", "Sources can be reached again"),
}
_CHANGES = ("begun", "reminder", "over")


def health_lines(changes: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """A line for each change; many become a number. What is over by now is told once, not as begun too."""
    over = {_subject(change) for change in changes if change["change"] == "over"}
    changes = [change for change in changes if change["change"] == "over" or _subject(change) not in over]
    lines = [_line(change) for change in changes[:_MOST]]
    if len(changes) > _MOST:
        lines.append(f"… and {len(changes) - _MOST} more: `pactwatch health` names them")
    return tuple(lines)


def _subject(change: Mapping[str, Any]) -> tuple[str, str, str]:
    """What a change is about: the same trouble has begun at the same time."""
    return change["kind"], change["source"] or "", change["since"]


def _line(change: Mapping[str, Any]) -> str:
    words = _WORDS.get(change["kind"], _WORDS["broken"])[_CHANGES.index(change["change"])]
    subject = clean(change["name"] or change["source"] or "")
    said = f"{subject} {words}" if subject else words
    since, ended = change["since"][:10], change.get("ended")
    if change["change"] == "over":
        days = f"{since} to {ended[:10]}" if ended and ended[:10] != since else since
        return shorten(f"{said}, after trouble {'from' if ' ' in days else 'on'} {days}", _LONGEST)
    detail = clean(change["detail"]).removeprefix("all sources fail: ")
    name = detail.partition(":")[0].replace(" ", "_") if change["kind"] == "broken" else change["kind"]
    return shorten(f"{said} since {since}: {detail} → {next_step(name, detail)}", _LONGEST * 2)
