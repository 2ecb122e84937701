"""The receipt of a digest in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from alerts.text import clean, shorten
from core.wording import number

MOST_NAMES = 20


def receipt_lines(receipt: dict[str, Any]) -> tuple[str, ...]:
    """The receipt in words: what was checked and read, what was silent, what failed, what still waits."""
    read = number(receipt["new"], "new article")
    if receipt["updated"]:
        read += f", {receipt['updated']:,} corrected"
    if receipt["pages_failed"]:
        read += f", {counted(receipt['pages_failed'], 'page', 'pages')} not readable"
    lines = [f"Checked {receipt['checked']} of {number(receipt['sources'], 'source')} · {read}"]
    if receipt["failed"]:
        lines.append("Failed: " + names([_failed(f) for f in receipt["failed"]]))
    if receipt["silent"]:
        lines.append("Silent: " + names([_silent(s) for s in receipt["silent"]]))
    if receipt["unchecked"]:
        lines.append("Not checked: " + names([clean(n) for n in receipt["unchecked"]]))
    if missed := receipt.get("missed"):
        about = f"about {missed['articles']:,}" if missed["polls"] else "0"
        lines.append(f"Missed between polls: {about} in {missed['days']} days")
    if receipt["runs_broken"]:
        lines.append(f"{counted(receipt['runs_broken'], 'run', 'runs')} of {receipt['runs']} did not finish")
    if receipt["pending"]:
        lines.append(f"{counted(receipt['pending'], 'message', 'messages')} still to be delivered")
    if muted := receipt.get("muted"):
        lines.append("Muted: " + names([_muted(m) for m in muted]))
    return tuple(shorten(line, 1000) for line in lines)


def _failed(failure: dict[str, Any]) -> str:
    """A source that failed: since when and why."""
    why = (failure["outcome"] or "failed").replace("_", " ")
    reason = clean(failure.get("reason") or "")
    if reason and failure["outcome"] == "http_error":
        why = reason
    since = f" since {failure['since'][:10]}" if failure.get("since") else ""
    return f"{clean(failure['name'])} ({shorten(why, 60)}{since})"


def _silent(source: dict[str, Any]) -> str:
    usual = source.get("usual") or 0.0
    said = f", usual: {usual:.0f} a day" if usual >= 1 else f", usual: {usual * 7:.1f} a week" if usual else ""
    return f"{clean(source['name'])} ({source['days']} days{said})"


def _muted(mute: dict[str, Any]) -> str:
    """A mute, until when, and what it held back."""
    held = f", {counted(mute['stories'], 'story', 'stories')} held back" if mute["stories"] else ""
    kind = "" if mute["kind"] == "organisation" else f"{mute['kind']} "
    return f"{kind}{clean(mute['name'])} (until {mute['until']}{held})"


def names(given: Sequence[str]) -> str:
    """Names in a row; many become a number."""
    shown = ", ".join(shorten(n, 80) for n in given[:MOST_NAMES])
    return f"{shown} and {len(given) - MOST_NAMES} more" if len(given) > MOST_NAMES else shown


def counted(number: int, one: str, many: str) -> str:
    """A number with its word; nothing for none."""
    return f"{number} {one if number == 1 else many}" if number else ""
