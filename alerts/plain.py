"""A message as plain text: what a pipe, a log and Slack's notification show."""

from __future__ import annotations

from alerts.message import Item, Message
from alerts.text import clean

HEALTH = "Sources"                       # the heading of what changed with them

def plain(message: Message) -> str:
    """The whole message. A digest begins with `Digest YYYY-MM-DD`; an alert holds its article's title."""
    lines = [message.title, message.subtitle] if message.title else []
    if message.lead:
        lines += [f"{message.lead} {', '.join(link.text for link in message.links)} · {message.subtitle}"]
    lines += ["", *message.table] if message.table else []
    for section in message.sections:
        lines += ["", section.heading, ""] if section.heading else []
        lines.append("\n\n".join("\n".join(item_lines(item)) for item in section.items))
    if message.health:
        lines += ["", HEALTH, *message.health]
    if message.receipt:
        lines += ["", *message.receipt]
    return "\n".join(lines).strip()


def item_lines(item: Item) -> list[str]:
    """An item, one fact a line."""
    lines = [" · ".join((item.headline, *item.labels))]
    if item.title != item.headline:
        lines.append(item.title)
    quote = clean("".join(run.text for run in item.quote))
    if quote and quote != item.title:
        lines.append(f"“{quote}”")
    lines += [note for note in item.notes if note]
    if item.link:
        lines.append(item.link)
    return lines
