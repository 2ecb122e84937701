"""What the file of a source says about its pages: CSS selectors of what to take and what to remove."""

from __future__ import annotations

from functools import lru_cache

from lxml.cssselect import CSSSelector
from lxml.html import HtmlElement

from core.recipe import Recipe
from pipeline.head import inner_text

_BLOCKS = ("p", "li", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "td", "th", "pre", "dt", "dd")


@lru_cache(maxsize=512)
def _compiled(css: str) -> CSSSelector:
    return CSSSelector(css, translator="html")


def select(tree: HtmlElement, css: str) -> list[HtmlElement]:
    """The elements that a selector finds, in the order of the page."""
    return list(_compiled(css)(tree))


def prune(tree: HtmlElement, recipe: Recipe) -> None:
    """Take off the page what the source's file wants removed."""
    for css in recipe.remove:
        for element in select(tree, css):
            if element.getparent() is not None:
                element.drop_tree()


def texts_of(tree: HtmlElement, css: str | None) -> list[str]:
    """The texts of what a selector finds, on one line each; of a <meta> or <time>, what it holds for machines."""
    found = select(tree, css) if css else []
    return [text for element in found if (text := element.get("content") or element.get("datetime")
                                          or inner_text(element))]


def body_text(tree: HtmlElement, css: str) -> str:
    """The paragraphs in what a selector finds, a line each."""
    lines: list[str] = []
    for element in select(tree, css):
        inner = [block for block in element.iter(*_BLOCKS) if block is not element]
        leaves = [block for block in inner if not any(one is not block for one in block.iter(*_BLOCKS))]
        lines += [text for block in leaves or [element] if (text := inner_text(block))]
    return "\n".join(lines)
