"""A message as Slack's Block Kit, within Slack's limits: what does not fit goes into replies, nothing is dropped.

Strangers' text stands in rich text elements and plain text only, which Slack shows letter by letter. In mrkdwn a bold
span beside a Korean particle would not become bold, and every missed escape would be a hole.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from alerts.buttons import buttons
from alerts.message import Item, Message
from alerts.plain import HEALTH, item_lines, plain
from alerts.text import escape, host_of, names_other_host, shorten

MOST_BLOCKS = 48                         # Slack takes 50
MOST_LETTERS = 9000                      # over all blocks; Slack documents none and refuses from about 11,000 on
LONGEST_TEXT = 4000                      # of the notification
LONGEST_BLOCK = 3000

DOT = "\u00a0· "                         # ends a line, where there has to be a break, and begins none
FORM = "blocks"                          # the name of this form; what is kept in the outbox bears it
Block = dict[str, Any]


def parts(message: Message, mute_days: int | None = None) -> list[dict[str, Any]]:
    """The message as payloads {text, blocks}: the first for the channel, the others as replies to it, in order.

    With `mute_days`, each story has its buttons.
    """
    head = _head(message)
    tail: list[Block] = [context(message.receipt)] if message.receipt else []
    if message.health:
        tail = [{"type": "section", "text": {"type": "mrkdwn", "text": f"*{HEALTH}*"}}, context(message.health), *tail]
    if tail and message.items:
        tail.insert(0, {"type": "divider"})
    # The receipt and the line about what follows in the thread stay in the first part.
    budget = _weight([*head, *tail]) + 100
    groups = _grouped(message, budget, len(head) + len(tail) + 3, mute_days)
    if not groups:
        return [_part(plain_escaped(message, message.items), [*head, *tail])]
    found = []
    for number, group in enumerate(groups, 1):
        items = [item for _, item in group]
        body = _bodies(group, mute_days)
        if number == 1:
            more = len(message.items) - len(items)
            note = [context([f"{more} more in the thread below"])] if more else []
            found.append(_part(plain_escaped(message, items), [*head, *body, *note, *tail]))
        else:
            opening = f"Part {number} of {len(groups)} of the {message.title[:1].lower() + message.title[1:]}"
            found.append(_part(_limited([opening], items, []), body))
    return found


def with_picture(payload: dict[str, Any], picture: Block) -> dict[str, Any]:
    """The part with the picture, or with what is said in its place, under its title."""
    return {**payload, "blocks": [*payload["blocks"][:2], picture, *payload["blocks"][2:]]}


def plain_escaped(message: Message, items: Sequence[Item]) -> str:
    """The notification text of the first part, escaped, cut at whole items where it would be too long."""
    head = plain(replace(message, sections=(), receipt=(), health=())).split("\n")
    if len(items) == len(message.items) and len(whole := escape(plain(message))) <= LONGEST_TEXT:
        return whole
    return _limited(head, items, [*([HEALTH] if message.health else []), *message.health, *message.receipt])


def _limited(head: Sequence[str], items: Sequence[Item], receipt: Sequence[str]) -> str:
    end = escape("\n".join(["", *receipt])) if receipt else ""
    text = escape("\n".join(head))
    for number, item in enumerate(items):
        following = ("\n\n" if text else "") + escape("\n".join(item_lines(item)))
        more = f"\n\n… and {len(items) - number} more in this message"
        if len(text) + len(following) + len(end) + len(more) > LONGEST_TEXT:
            return text + more + end if text else shorten(escape("\n".join(item_lines(item))), LONGEST_TEXT)
        text += following
    return (text + end)[:LONGEST_TEXT]


def _part(text: str, blocks: list[Block]) -> dict[str, Any]:
    return {"text": text, "blocks": blocks}


def _head(message: Message) -> list[Block]:
    if message.lead:
        return [_places(message), context([message.subtitle])]
    if not message.title:
        return []
    head: list[Block] = [
        {"type": "header", "text": {"type": "plain_text", "text": shorten(message.title, 150), "emoji": False}},
        context([message.subtitle])]
    if message.table:
        elements: list[Block] = []
        for number, line in enumerate(message.table):
            name, between, rest = line.partition(" · ")
            elements += [_text(("\n" if number else "") + name, bold=True), _text(between + rest or " ")]
        head.append({"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": elements}]})
    return head


def _grouped(message: Message, first_budget: int, first_blocks: int,
             mute_days: int | None) -> list[list[tuple[str, Item]]]:
    """The items with the headings of their sections, in groups that fit one message each."""
    groups: list[list[tuple[str, Item]]] = []
    letters, blocks = first_budget, first_blocks
    for section in message.sections:
        for item in section.items:
            body = _item(item, mute_days)
            weight = _weight(body) + len(section.heading)
            if not groups or letters + weight > MOST_LETTERS or blocks + len(body) + 1 > MOST_BLOCKS:
                letters, blocks = (letters, blocks) if not groups else (0, 0)
                groups.append([])
            groups[-1].append((section.heading, item))
            letters, blocks = letters + weight, blocks + len(body) + 1
    return groups


def _bodies(group: Sequence[tuple[str, Item]], mute_days: int | None) -> list[Block]:
    blocks: list[Block] = []
    current = ""
    for heading, item in group:
        if heading and heading != current:
            blocks.append({"type": "section", "text": {"type": "mrkdwn", "text": f"*{escape(heading)}*"}})
        elif blocks:
            blocks.append({"type": "divider"})
        current = heading
        blocks += _item(item, mute_days)
    return blocks


def _item(item: Item, mute_days: int | None) -> list[Block]:
    headline = [_text(item.headline, bold=True)]
    if item.labels:
        headline.append(_text("".join(f"{DOT}{label}" for label in item.labels)))
    elements = [{"type": "rich_text_section", "elements": [*headline, _text("\n"), *_title(item)]}]
    if quote := [_text(run.text, bold=run.bold) for run in item.quote if run.text]:
        elements.append({"type": "rich_text_quote", "elements": quote})
    return [{"type": "rich_text", "elements": elements}, context(item.notes),
            *(buttons(item, mute_days) if mute_days else ())]


def _places(message: Message) -> Block:
    """A lead and the places that it names, as links."""
    elements = [_text(message.lead + " ", bold=True)]
    for number, link in enumerate(message.links):
        elements += [_text(", ")] if number else []
        if link.url is None or names_other_host(link.text, link.url):
            elements.append(_text(link.text or "…"))
        else:
            elements.append({"type": "link", "url": link.url, "text": link.text or host_of(link.url)})
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": elements}]}


def _title(item: Item) -> list[Block]:
    """The title as the link; one that names another host stands beside a link that says its own."""
    if item.link is None:
        return [_text(item.title)]
    if names_other_host(item.title, item.link):
        return [_text(item.title + " "), {"type": "link", "url": item.link, "text": host_of(item.link)}]
    return [{"type": "link", "url": item.link, "text": item.title}]


def _text(text: str, *, bold: bool = False) -> Block:
    return {"type": "text", "text": text, "style": {"bold": True}} if bold else {"type": "text", "text": text}


def context(lines: Sequence[str]) -> Block:
    """Small grey lines; several in one element, since Slack sets elements side by side."""
    return {
        "type": "context",
        "elements": [
            {
                "type": "plain_text",
                "text": shorten("\n".join(line for line in lines if line), LONGEST_BLOCK) or " ",
                "emoji": False,
            }
        ],
    }


def _weight(blocks: object) -> int:
    """The letters of all texts and addresses in blocks."""
    if isinstance(blocks, dict):
        return sum(len(v) if k in {"text", "url"} and isinstance(v, str) else _weight(v) for k, v in blocks.items())
    return sum(_weight(block) for block in blocks) if isinstance(blocks, list) else 0
