"""Parse XML from strangers: no entities, no network, bounded depth and size."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from lxml import etree

from core.errors import SkipDocument
from scrapers.discovery.decoding import decode

_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>\s*")
# Characters that XML 1.0 forbids; one of them makes a whole feed unreadable.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_HTML = re.compile(r"\s*(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE | re.DOTALL)


def parser() -> etree.XMLParser:
    """A parser that expands nothing, fetches nothing and refuses deep or huge trees."""
    return etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        huge_tree=False,
        load_dtd=False,
        dtd_validation=False,
        remove_comments=True,
        remove_pis=True,
        encoding="utf-8",
    )


def as_text(body: bytes, encoding: str | None, language: str | None) -> str:
    """The document's text without its declaration and without characters that XML forbids."""
    text = _DECLARATION.sub("", decode(body, encoding, language).lstrip("\ufeff \t\r\n"), count=1)
    return _FORBIDDEN.sub("", text)


def parse(text: str) -> Any | None:
    """The root element, or None where the text is not well-formed XML."""
    try:
        return etree.fromstring(text.encode("utf-8", "replace"), parser())
    except etree.XMLSyntaxError:
        return None


def refuse_html(text: str) -> None:
    """Raise SkipDocument where the text is a web page."""
    if _HTML.match(text[:2000]):
        raise SkipDocument("a web page came instead of a feed", outcome="not_a_feed")


def local(element: Any) -> str:
    """The name without its namespace, in lower case; empty for what is not an element."""
    tag = element.tag
    return tag.rpartition("}")[2].lower() if isinstance(tag, str) else ""


def children(element: Any, *names: str) -> Iterator[Any]:
    """Direct children of these local names."""
    return (child for child in element if local(child) in names)


def text_of(element: Any | None) -> str | None:
    """All text inside an element with single spaces; None where there is none."""
    if element is None:
        return None
    return " ".join("".join(element.itertext()).split()) or None
