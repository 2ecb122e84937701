"""The elements of a page that speak about it, collected in one walk over the tree."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree
from lxml.html import HtmlElement

# Controls, soft hyphens, marks of width zero or of order, lone halves of surrogate pairs.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u200b\u200e\u200f\u202a-\u202e"
    "\u2060\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff]"
)
_BREAKS = dict.fromkeys(("br", "div", "p", "li", "h1", "h2", "h3"), " ")
_ENOUGH = 50    # of one kind; a page with more repeats itself
_SKIPPED = {"script", "style", "svg", "noscript", "template"}


@dataclass(slots=True)
class Head:
    """What the tree holds: meta tags by lower-case name, the first <title>, and the elements as they are."""

    meta: dict[str, list[str]] = field(default_factory=dict)
    title: str = ""
    headings: list[HtmlElement] = field(default_factory=list)
    times: list[HtmlElement] = field(default_factory=list)
    canonical: str | None = None
    scripts: list[str] = field(default_factory=list)

    def add_meta(self, element: HtmlElement) -> None:
        """Take the content of a meta tag under its key."""
        content = (element.get("content") or "").strip()
        key = next((k for a in ("property", "name", "itemprop", "http-equiv") if (k := element.get(a))), "")
        values = self.meta.setdefault(key.strip().lower(), [])
        if content and key and len(values) < _ENOUGH:
            values.append(content)

    def first(self, *keys: str) -> str | None:
        return next((v for k in keys for v in self.meta.get(k, ())), None)

    def all(self, *keys: str) -> Iterator[str]:
        return (v for k in keys for v in self.meta.get(k, ()))


def collect(tree: HtmlElement) -> Head:
    """The head of a page, and the headings and times of its body."""
    seen = Head()
    for element in tree.iter("meta", "link", "script", "title", "h1", "time"):
        match element.tag:
            case "meta":
                seen.add_meta(element)
            case "script":
                if "ld+json" in (element.get("type") or "").lower() and element.text:
                    seen.scripts.append(element.text)
            case "link":
                if not seen.canonical and "canonical" in (element.get("rel") or "").lower().split():
                    seen.canonical = element.get("href")
            case "title":
                # Drawings (svg) have titles too.
                if not seen.title and element.getparent() is not None and element.getparent().tag != "svg":
                    seen.title = one_line(element.text or "")
            case "h1":
                if len(seen.headings) < _ENOUGH:
                    seen.headings.append(element)
            case _:
                if len(seen.times) < _ENOUGH:
                    seen.times.append(element)
    return seen


def clean(text: str) -> str:
    """The text without characters that no reader sees and no database or message should hold."""
    return _UNSEEN.sub("", text)


def one_line(text: str) -> str:
    """The clean text with single spaces."""
    return " ".join(clean(text).split())


def inner_text(element: HtmlElement) -> str:
    """The text of an element on one line, without scripts; blocks and line breaks inside part words."""
    if not len(element):
        return one_line(element.text or "")
    parts: list[str] = []
    walk = etree.iterwalk(element, events=("start", "end"))
    for event, inner in walk:
        if event == "end":
            if inner is not element:
                parts += (_BREAKS.get(inner.tag, ""), inner.tail or "")
        elif inner.tag in _SKIPPED:
            walk.skip_subtree()
        else:
            parts += (_BREAKS.get(inner.tag, ""), inner.text or "")
    return one_line("".join(parts))
