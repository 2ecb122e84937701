"""A message before it takes a channel's form: a title, sections of items, a receipt. Plain data, every text cleaned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from alerts.health_text import health_lines
from alerts.receipt import MOST_NAMES, counted, names, receipt_lines
from alerts.text import clean, safe_link, shorten
from archive.digests import Contents, Window
from archive.entries import Entry, Outlet
from core.clock import iso
from core.routes import RouteSettings

_LONGEST = {"headline": 300, "title": 500, "quote": 1500, "note": 600}


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of a sentence; bold where it is evidence."""

    text: str
    bold: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """A story: who with whom, what and how far as the headline; the title; the sentence that says so; notes.

    `facts` are the same for machines.
    """

    headline: str
    labels: tuple[str, ...]
    title: str
    link: str | None
    quote: tuple[Run, ...]
    notes: tuple[str, ...]
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Section:
    """Items under a heading; an alert's heading is empty."""

    heading: str
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Link:
    """An address with the words that lead there."""

    text: str
    url: str | None


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture by the facts that it is drawn from; channels that show pictures draw it when they send it."""

    name: str                            # of its file
    alt: str                             # for those who do not see it
    facts: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Message:
    """What is sent, whatever the channel. `title` is empty for an alert, whose item speaks for itself.

    `kind` is that of its delivery. `lead` and `links` are for messages that only name places, not stories. `table`
    are lines that begin with a name and go on after ` · `.
    """

    title: str
    subtitle: str
    sections: tuple[Section, ...]
    receipt: tuple[str, ...] = ()
    health: tuple[str, ...] = ()         # changes of sources; they never stand among the news
    kind: str = "alert"
    route: str = ""
    lead: str = ""
    links: tuple[Link, ...] = ()
    table: tuple[str, ...] = ()
    picture: Picture | None = None

    @property
    def items(self) -> tuple[Item, ...]:
        """The items of all sections."""
        return tuple(item for section in self.sections for item in section.items)

    @property
    def subject(self) -> str:
        """The message in one line."""
        if self.title:
            return f"{self.title} · {self.subtitle}" if self.subtitle else self.title
        return " · ".join((self.items[0].headline, *self.items[0].labels)) if self.items else self.lead


def digest_message(window: Window, contents: Contents, route: RouteSettings, now: datetime) -> Message:
    """The message of a digest. Its title starts with `Digest YYYY-MM-DD`, the local date of the window's end."""
    title = f"Digest {window.local_date}"
    if len(route.slots) > 1:
        title += f" {window.slot}"
    if window.late:
        title += " (late)"
    told = [counted(len(contents.stories), "new story", "new stories"),
            counted(len(contents.developments), "development", "developments"),
            counted(len(contents.notes), "note", "notes")]
    said = " · ".join(t for t in told if t) or "nothing new"
    if window.late:
        due, made = route.local(window.due_at), route.local(now)
        said += f" · late: due {due:%Y-%m-%d %H:%M}, made {made:%Y-%m-%d %H:%M} {made:%Z}"
    sections = [Section(heading, tuple(_item(e, route) for e in entries)) for heading, entries in (
        ("New stories", contents.stories), ("Developments", contents.developments), ("In passing", contents.notes))
        if entries]
    receipt = receipt_lines(contents.receipt) if route.format == "full" else ()
    return Message(title, said, tuple(sections), receipt, health_lines(contents.receipt.get("changes", ())),
                   kind="digest", route=route.name)


def alert_message(entry: Entry, route: RouteSettings, later: Sequence[str] = ()) -> Message:
    """The message of an immediate alert. `later` is what was told of the story since."""
    item = _item(entry, route)
    if later:
        said = clean("since then: " + ", ".join(later))
        item = replace(item, notes=(*item.notes, shorten(said, _LONGEST["note"])))
    return Message("", "", (Section("", (item,)),), route=route.name)


def follow_message(entry: Entry, route: RouteSettings, news: str) -> Message:
    """Later news of a story that was told, with what is new about it."""
    item = _item(entry, route)
    first = shorten(clean(news), _LONGEST["headline"])
    labels = (first, *(label for label in item.labels if label != first))
    return Message("", "", (Section("", (replace(item, labels=labels),)),), kind="follow", route=route.name)


def outlets_message(entry: Entry, route: RouteSettings, fresh: Sequence[Outlet]) -> Message:
    """Further outlets that report a story that was told."""
    links = tuple(Link(shorten(clean(outlet.name), 80) + (" (copy)" if outlet.copy else ""), safe_link(outlet.url))
                  for outlet in fresh[:MOST_NAMES])
    more = f" and {len(fresh) - MOST_NAMES} more" if len(fresh) > MOST_NAMES else ""
    own, all_ = len(entry.independent), len(entry.independent) + len(entry.syndicated)
    return Message("", f"now {all_} outlets, {own} independent{more}", (), kind="outlets", route=route.name,
                   lead="Also reported by", links=links)


def _item(entry: Entry, route: RouteSettings) -> Item:
    title = shorten(clean(entry.title), _LONGEST["title"]) or "(no title)"
    parties = [name for name in map(clean, entry.parties) if name]
    headline = shorten(" ↔ ".join(parties), _LONGEST["headline"]) or title
    labels = [clean(part.replace("_", " ")) for part in (entry.event_type, entry.status) if part]
    labels += [clean(topic).upper() if len(topic) <= 3 else clean(topic.replace("_", " ")) for topic in entry.topics]
    seen = route.local(entry.first_seen_at)
    about = f"first seen {seen:%Y-%m-%d %H:%M} {seen:%Z} · score {entry.score:.2f} · rule {entry.rule}"
    full = route.format == "full"
    return Item(headline, tuple(labels), title, safe_link(entry.url), _quote(entry) if full else (),
                (_outlets(entry), about) if full else (_outlets(entry),), _facts(entry))


def _facts(entry: Entry) -> dict[str, Any]:
    """The facts of an entry, with the same clean texts as in the message."""
    def cleaned(value: Any) -> Any:
        if isinstance(value, list):
            return [cleaned(one) for one in value]
        return clean(value) if isinstance(value, str) else value
    facts = {key: cleaned(value) for key, value in entry.as_json().items()}
    return {**facts, "url": safe_link(entry.url), "first_seen_at": iso(entry.first_seen_at),
            "published_at": iso(entry.published_at)}


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
    said = names([clean(n) for n in own])
    if len(own) + len(copies) > 1:
        of_own_text = f", {len(own)} independent" if copies else ""
        said = f"{len(own) + len(copies)} outlets{of_own_text}: {said}"
    if copies:
        said += f" · {counted(len(copies), 'copy', 'copies')}: {names([clean(n) for n in copies])}"
    return shorten(said, _LONGEST["note"])
