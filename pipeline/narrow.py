"""The part of a page that holds the article, as a small tree of its own: what is read then costs half."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from copy import deepcopy

from lxml.html import HtmlElement

from pipeline.maintext import MainText

_MOST = 0.85              # of the running text: an element with less may be half of an article
_OUTERMOST = {"body", "html"}


def article_part(main: MainText) -> HtmlElement | None:
    """A copy of the page with what holds the article alone; None where that is not told from the rest.

    That is the lowest element around the main text with nearly all running text of the page, and what stands before
    it, up to the headline: lead, author and date. The elements around it stay, empty otherwise, for their names tell
    an extractor what is inside.
    """
    element = _holding_most(main)
    if element is None:
        return None
    before = _up_to_the_headline(element)
    part: HtmlElement = deepcopy(element)
    part.tail = None
    for level, around in enumerate(element.iterancestors()):
        outer = _empty_like(around)
        if level < len(before):
            outer.extend(deepcopy(one) for one in reversed(before[level]))
        outer.append(part)
        part = outer
    return part


def _empty_like(element: HtmlElement) -> HtmlElement:
    """An element of the same name and attributes. A parser reads names that nobody may write: those are a division."""
    try:
        empty: HtmlElement = element.makeelement(element.tag, dict(element.attrib))
    except ValueError:
        empty = element.makeelement("div")
    return empty


def _holding_most(main: MainText) -> HtmlElement | None:
    """The lowest element around the main text that holds most of the running text; None where only the page does."""
    held: Counter[HtmlElement] = Counter()
    for block, text in main.running:
        for around in block.iterancestors():
            held[around] += len(text)
    total = sum(len(text) for _, text in main.running)
    element = main.element
    while element is not None and element.tag not in _OUTERMOST:
        if total and held[element] >= _MOST * total:
            return element
        element = element.getparent()
    return None


def _up_to_the_headline(element: HtmlElement) -> list[list[HtmlElement]]:
    """What stands before an element, level by level upwards and from near to far; nothing where no headline does."""
    levels: list[list[HtmlElement]] = []
    while element.tag not in _OUTERMOST and (parent := element.getparent()) is not None:
        level: list[HtmlElement] = []
        levels.append(level)
        for sibling in _before(element):
            level.append(sibling)
            if sibling.tag == "h1" or sibling.find(".//h1") is not None:
                return levels
        element = parent
    return []


def _before(element: HtmlElement) -> Iterator[HtmlElement]:
    yield from element.itersiblings(preceding=True)
