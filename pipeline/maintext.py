"""Where on a page the running text is: the element that holds most of it, by the paragraphs alone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from lxml.html import HtmlElement

Held = tuple[HtmlElement, str]     # a block and its text on one line

_LONG = 60                # characters of a paragraph that is running text
_MOST = 0.5               # of the running text: an element with less does not hold the article
_MOSTLY_PLAIN = 3.0       # times the text of paragraphs: the page uses divisions as paragraphs
_APART = {"nav", "footer", "aside", "header", "form", "figure", "button", "blockquote"}
_BLOCKS = {"p", "div", "section", "article", "ul", "ol", "table", "h1", "h2", "h3", "h4", "aside", "figure", "form",
           "nav", "header", "footer", "main", "blockquote"}


@dataclass(slots=True)
class MainText:
    """The element that holds most of the running text, and its paragraphs on a line each.

    `running` is all running text of the page, also what lies in parts in which no article is looked for.
    """

    element: HtmlElement | None = None
    lines: list[str] = field(default_factory=list)
    running: list[Held] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


def find_main_text(tree: HtmlElement) -> MainText:
    """The element that directly holds most of the paragraphs.

    Where a page has most of its text in plain divisions, it is the lowest element that holds half of that.
    """
    running = _running(tree.iter("p"))
    paragraphs = _groups(running)
    best = max(paragraphs, key=lambda holder: _size(paragraphs[holder]), default=None)
    written = sum(map(_size, paragraphs.values()))
    plain_running = _running(division for division in tree.iter("div") if _is_leaf(division))
    divisions = _groups(plain_running)
    plain = sum(map(_size, divisions.values()))
    if best is not None and plain < _MOSTLY_PLAIN * written:
        return MainText(best, [text for _, text in paragraphs[best]], running)
    if not divisions:
        return MainText()
    held = [one for group in (*paragraphs.values(), *divisions.values()) for one in group]
    first = max(divisions, key=lambda holder: _size(divisions[holder]))
    main = _lowest(first, held, written + plain)
    main.running = running + plain_running
    return main


def _running(blocks: Iterable[HtmlElement]) -> list[Held]:
    """The blocks that are long enough to be running text."""
    held = ((block, " ".join(block.text_content().split())) for block in blocks)
    return [(block, text) for block, text in held if len(text) >= _LONG]


def _groups(running: Iterable[Held]) -> dict[HtmlElement, list[Held]]:
    """Blocks of running text by the element that holds them; none of those in which no article is looked for."""
    groups: dict[HtmlElement, list[Held]] = {}
    for block, text in running:
        if (holder := block.getparent()) is not None:
            groups.setdefault(holder, []).append((block, text))
    return {holder: held for holder, held in groups.items() if not is_apart(holder)}


def _size(held: list[Held]) -> int:
    return sum(len(text) for _, text in held)


def _lowest(element: HtmlElement, held: list[Held], total: int) -> MainText:
    """The lowest element above `element` that holds half of the running text."""
    while True:
        inner = [text for paragraph, text in held if element in paragraph.iterancestors()]
        parent = element.getparent()
        if sum(map(len, inner)) >= _MOST * total or parent is None or parent.tag in {"body", "html"}:
            return MainText(element, inner)
        element = parent


def _is_leaf(element: HtmlElement) -> bool:
    """Whether a division is used as a paragraph: it has text of its own and no block inside."""
    return bool(element.text and element.text.strip()) and not any(child.tag in _BLOCKS for child in element)


def is_apart(element: HtmlElement) -> bool:
    """Whether an element lies in a part of the page in which no article is looked for."""
    return any(_is_apart(one) for one in (element, *element.iterancestors()))


def _is_apart(element: HtmlElement) -> bool:
    # The whole page may carry the word (`comments-open`) in its class.
    if element.tag in {"body", "html"}:
        return False
    return element.tag in _APART or "comment" in f"{element.get('id')} {element.get('class')}".lower()
