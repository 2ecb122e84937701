"""A message's Slack blocks on a terminal, as Slack would show them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from rich.text import Text

if TYPE_CHECKING:
    from rich.console import Console

_WIDEST = 100


def render_console(parts: Sequence[dict[str, Any]], console: Console, *, channel: str = "") -> None:
    """Print the parts of a message, the replies after the first one indented."""
    if channel:
        console.print(Text(channel, style="bold magenta"))
    for number, part in enumerate(parts):
        indent = "    " if number else ""
        if number:
            console.print(Text(f"{indent}↳ reply {number} of {len(parts) - 1}", style="dim"))
        for block in part["blocks"]:
            for line in _lines(block, console, min(console.width, _WIDEST) - len(indent)):
                console.print(Text(indent) + line, soft_wrap=True)


def _lines(block: dict[str, Any], console: Console, width: int) -> Iterable[Text]:
    kind = block["type"]
    if kind == "header":
        yield Text(block["text"]["text"], style="bold underline")
    elif kind == "section":
        yield Text()
        yield Text(block["text"]["text"].strip("*"), style="bold cyan")
        yield Text()
    elif kind == "divider":
        yield Text("─" * min(width, 40), style="dim")
    elif kind == "context":
        for element in block["elements"]:
            for line in element["text"].split("\n"):
                yield from Text(line, style="dim").wrap(console, width)
    elif kind == "rich_text":
        for element in block["elements"]:
            quoted = element["type"] == "rich_text_quote"
            body = Text.assemble(*(_piece(piece) for piece in element["elements"]))
            for line in body.wrap(console, width - 2 if quoted else width):
                yield Text.assemble(("▎ ", "green"), line) if quoted else line


def _piece(piece: dict[str, Any]) -> tuple[str, str]:
    if piece["type"] == "link":
        return piece["text"], f"blue underline link {piece['url']}"
    return piece["text"], "bold" if piece.get("style", {}).get("bold") else ""
