"""A message before it takes a channel's form: a title, sections of items, a receipt. Plain data, every text cleaned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from alerts.health_text import health_lines
from alerts.text import clean, safe_link, shorten
from archive.digests import Contents, Window
from archive.entries import Entry
from core.settings import RouteSettings

_LONGEST = {"headline": 300, "title": 500, "quote": 1500, "note": 600}
_MOST_NAMES = 20


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of a sentence; bold where it is evidence."""

    text: str
    bold: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """A story: who with whom, what and how far as the headline; the title; the sentence that says so; notes."""

    headline: str
    labels: tuple[str, ...]
    title: str
    link: str | None
    quote: tuple[Run, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """Items under a heading; an alert's heading is empty."""

    heading: str
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Message:
    """What is sent, whatever the channel. `title` is empty for an alert, whose item speaks for itself."""

    title: str
    subtitle: str
    sections: tuple[Section, ...]
    receipt: tuple[str, ...] = ()
    health: tuple[str, ...] = ()         # changes of sources; they never stand among the news

    @property
    def items(self) -> tuple[Item, ...]:
        """The items of all sections."""
        return tuple(item for section in self.sections for item in section.items)


def digest_message(window: Window, contents: Contents, route: RouteSettings, now: datetime) -> Message:
    """The message of a digest. Its title starts with `Digest YYYY-MM-DD`, the local date of the window's end."""
    title = f"Digest {window.local_date}"
    if len(route.slots) > 1:
        title += f" {window.slot}"
    if window.late:
        title += " (late)"
    told = [_counted(len(contents.stories), "new story", "new stories"),
            _counted(len(contents.developments), "development", "developments")]
    said = " · ".join(t for t in told if t) or "nothing new"
    if window.late:
        due, made = route.local(window.due_at), route.local(now)
        said += f" · late: due {due:%Y-%m-%d %H:%M}, made {made:%Y-%m-%d %H:%M} {made:%Z}"
    sections = [Section(heading, tuple(_item(e, route) for e in entries)) for heading, entries in (
        ("New stories", contents.stories), ("Developments", contents.developments)) if entries]
    return Message(title, said, tuple(sections), receipt_lines(contents.receipt),
                   health_lines(contents.receipt.get("changes", ())))


def alert_message(entry: Entry, route: RouteSettings) -> Message:
    """The message of an immediate alert."""
    return Message("", "", (Section("", (_item(entry, route),)),))


def _item(entry: Entry, route: RouteSettings) -> Item:
    title = shorten(clean(entry.title), _LONGEST["title"]) or "(no title)"
    parties = [name for name in map(clean, entry.parties) if name]
    headline = shorten(" ↔ ".join(parties), _LONGEST["headline"]) or title
    labels = [clean(part.replace("_", " ")) for part in (entry.event_type, entry.status) if part]
    labels += [clean(topic).upper() if len(topic) <= 3 else clean(topic.replace("_", " ")) for topic in entry.topics]
    seen = route.local(entry.first_seen_at)
    notes = (
        _outlets(entry),
        f"first seen {seen:%Y-%m-%d %H:%M} {seen:%Z} · score {entry.score:.2f} · rule {entry.rule}",
    )
    return Item(headline, tuple(labels), title, safe_link(entry.url), _quote(entry), notes)


def _quote(entry: Entry) -> tuple[Run, ...]:
    """The evidence sentence with its spans in bold. Cut around the evidence where it is very long."""
    text, bold, limit = entry.sentence, entry.bold, _LONGEST["quote"]
    start = max(0, min(bold[0][0] - limit // 4, len(text) - limit)) if bold else 0
    end = min(len(text), start + limit)
    runs: list[Run] = [Run("…")] if start else []
    at = start
    for a, b in bold:
        a, b = max(a, at), min(b, end)
        if a < b:
            runs += [Run(text[at:a]), Run(text[a:b], bold=True)]
            at = b
    runs += [Run(text[at:end]), Run("…" if end < len(text) else "")]
    return tuple(_cleaned(runs))


def _cleaned(runs: Sequence[Run]) -> list[Run]:
    """The runs with clean text, spaces between them kept."""
    kept: list[Run] = []
    for run in runs:
        text = clean(run.text)
        if not text:
            if run.text and kept:
                kept[-1] = Run(kept[-1].text.rstrip() + " ", kept[-1].bold)
            continue
        before = " " if run.text[0].isspace() and kept and not kept[-1].text.endswith(" ") else ""
        after = " " if run.text[-1].isspace() else ""
        kept.append(Run(before + text + after, run.bold))
    return kept


def _outlets(entry: Entry) -> str:
    own, copies = entry.independent or (entry.outlet,), entry.syndicated
    said = _names([clean(n) for n in own])
    if len(own) + len(copies) > 1:
        of_own_text = f", {len(own)} independent" if copies else ""
        said = f"{len(own) + len(copies)} outlets{of_own_text}: {said}"
    if copies:
        said += f" · {_counted(len(copies), 'copy', 'copies')}: {_names([clean(n) for n in copies])}"
    return shorten(said, _LONGEST["note"])


def receipt_lines(receipt: dict[str, Any]) -> tuple[str, ...]:
    """The receipt in words: what was checked and read, what was silent, what failed, what still waits."""
    read = f"{receipt['new']:,} new articles"
    if receipt["updated"]:
        read += f", {receipt['updated']:,} corrected"
    if receipt["pages_failed"]:
        read += f", {_counted(receipt['pages_failed'], 'page', 'pages')} not readable"
    lines = [f"Checked {receipt['checked']} of {receipt['sources']} sources · {read}"]
    if receipt["failed"]:
        lines.append("Failed: " + _names([_failed(f) for f in receipt["failed"]]))
    if receipt["silent"]:
        lines.append("Silent: " + _names([_silent(s) for s in receipt["silent"]]))
    if receipt["unchecked"]:
        lines.append("Not checked: " + _names([clean(n) for n in receipt["unchecked"]]))
    if missed := receipt.get("missed"):
        about = f"about {missed['articles']:,}" if missed["polls"] else "0"
        lines.append(f"Missed between polls: {about} in {missed['days']} days")
    if receipt["runs_broken"]:
        lines.append(f"{_counted(receipt['runs_broken'], 'run', 'runs')} of {receipt['runs']} did not finish")
    if receipt["pending"]:
        lines.append(f"{_counted(receipt['pending'], 'message', 'messages')} still to be delivered")
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


def _names(names: Sequence[str]) -> str:
    shown = ", ".join(shorten(n, 80) for n in names[:_MOST_NAMES])
    return f"{shown} and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else shown


def _counted(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}" if number else ""
