"""What somebody in Slack is told, and only they see: what became of a click, and what the archive answers."""

from __future__ import annotations

import html
import re
from typing import Any

from alerts.blocks import parts
from alerts.message import Item, Message, Section
from alerts.text import clean, escape, safe_link, shorten
from archive.feedback import Noted, Said
from archive.found import Found
from archive.search import SearchPage

MOST_ARTICLES = 8
LONGEST_QUESTION = 300
USAGE = ('Ask the archive: /pactwatch samsung "sk telecom" or /pactwatch event:alliance org:naver published:2026. '
         "The newest articles that hold all of it are named.")
_QUOTES = str.maketrans(dict.fromkeys("“”„‟«»", '"') | dict.fromkeys("‘’", "'"))
_REFERENCE = re.compile(r"<[@#!][^>]*>")


def question_in(text: str) -> str:
    """A question as it was typed: without Slack's escapes, mentions and the quotes that keyboards make of quotes."""
    return clean(html.unescape(_REFERENCE.sub(" ", text))).translate(_QUOTES)


def said_of_click(said: Said, noted: Noted) -> str:
    """What became of a click, in a sentence of plain text."""
    if said.verdict == "mute":
        if noted.mute is None:
            return "Noted, but the archive no longer has this; nothing was muted."
        what = {"organisation": clean(noted.mute.name), "source": f"the outlet {clean(noted.mute.name)}"}
        return (f"Muted until {noted.mute.until:%Y-%m-%d}: {what.get(noted.mute.kind, 'this story')}, for everybody. "
                f"To end it: pactwatch feedback lift {noted.mute.id}")
    if said.verdict == "watch":
        if noted.name is None:
            return "Noted, but the archive knows no such organisation; nothing is watched."
        return f"On the watch list: {clean(noted.name)}. Its stories come first."
    told = {"relevant": "relevant", "not_relevant": "not relevant",
            "wrong_party": f"{clean(str(said.details.get('party') or ''))} is no party of this"}[said.verdict]
    return f"Noted: {told}. Nothing changes by itself; pactwatch feedback propose says what it comes to."


def ephemeral(text: str) -> dict[str, Any]:
    """A text that only the asker sees. It is shown letter by letter."""
    text = shorten(text, 2900)
    return {"text": escape(text), "blocks": [{"type": "section", "text": {
        "type": "plain_text", "text": text, "emoji": False}}]}


def answer(question: str, page: SearchPage) -> dict[str, Any]:
    """The articles that a question found, with links, as one message of bounded length."""
    asked = shorten(clean(question), 150)
    if not page.items:
        return ephemeral(f"The archive has no article for: {asked}")
    items = [_item(found) for found in page.items[:MOST_ARTICLES]]
    while True:
        told = f"{len(items)} of {page.total} articles" if len(items) < page.total else (
            f"{page.total} article{'s' if page.total > 1 else ''}")
        made = parts(Message("Archive", f"{told} · {asked}", (Section("", tuple(items)),), kind="answer"))
        if len(made) == 1 or len(items) == 1:
            return made[0]
        items.pop()


def _item(found: Found) -> Item:
    title = shorten(clean(found.title), 200) or "(no title)"
    names = [name for name in map(clean, found.organisations[:3]) if name]
    labels = [clean(part.replace("_", " ")) for part in (found.event_type, found.status) if part]
    link = safe_link(found.url)
    outlets = f" · {found.outlets} outlets" if found.outlets > 1 else ""
    score = "" if found.score is None else f" · score {found.score:.2f}"
    return Item(shorten(" ↔ ".join(names), 150) or title, tuple(labels), title,
                link if link and len(link) <= 700 else None, (),
                (f"{found.published_at:%Y-%m-%d} · {clean(found.source)}{outlets}{score} · article {found.id}",))
