"""Parse XML from strangers: no entities, no network, bounded depth and size."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from html.entities import html5
from typing import Any

from lxml import etree

from core.encoding import decode
from core.errors import SkipDocument

MOST_TAGS = 1_500_000  # of a tree, which takes 130 MB; a sitemap of 50,000 pages with all about them has 1,000,000
MOST_TAGS_IN_PASSING = 6_000_000  # of a feed that is read entry by entry; one of 100,000 entries has 1,500,000
MOST_TAGS_IN_ENTRY = 300_000  # before its end nothing of it is let go
_CHUNK = 1 << 18  # characters
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>\s*")
# Characters that XML 1.0 forbids; one of them makes a whole feed unreadable.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
# References to characters that XML forbids: &#8; and lone halves of surrogate pairs.
_REFERENCE = re.compile(r"&#(?:x([0-9a-f]{1,6})|([0-9]{1,7}));", re.IGNORECASE)
_IN_PAGE = re.compile(r"<(?:pre|textarea|code)\b[^>]{0,300}>\s*(&lt;(?:\?xml|rss|feed|rdf).*?)</(?:pre|textarea|code)>",
                      re.IGNORECASE | re.DOTALL)
_CDATA = re.compile(r"(<!\[CDATA\[.*?\]\]>)", re.DOTALL)
_AMPERSAND = re.compile(r"&(?:(#?\w{1,32});)?")
_HTML = re.compile(r"\s*(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE | re.DOTALL)


_SAFELY: dict[str, Any] = {
    "resolve_entities": False,
    "no_network": True,
    "huge_tree": False,
    "load_dtd": False,
    "dtd_validation": False,
    "remove_comments": True,
    "remove_pis": True,
    "encoding": "utf-8",
}


def parser(*, recover: bool = False) -> etree.XMLParser:
    """A parser that expands nothing, fetches nothing and refuses deep or huge trees."""
    return etree.XMLParser(**_SAFELY, recover=recover)


def in_passing(text: str, *names: str) -> Iterator[Any]:
    """Each element of these names under the root or a child of it, as it ends; it is then emptied. None in one another.

    So a document of any size takes the memory of one entry. Raises XMLSyntaxError where it is not well-formed, and
    SkipDocument where it floods.
    """
    _refuse_floods(text, MOST_TAGS_IN_PASSING)
    pull = etree.XMLPullParser(events=("end",), tag=[f"{{*}}{name}" for name in names], **_SAFELY)
    kept = 0  # tags since the last entry, all of them still in the tree
    for start in range(0, len(text), _CHUNK):
        kept += text.count("<", start, start + _CHUNK)
        if kept > MOST_TAGS_IN_ENTRY:
            raise SkipDocument(f"more than {MOST_TAGS_IN_ENTRY:,} tags without an entry", outcome="too_large")
        pull.feed(text[start : start + _CHUNK].encode("utf-8", "replace"))
        for _, element in pull.read_events():
            holder = element.getparent()
            if holder is not None and local(holder) not in names and sum(1 for _ in holder.iterancestors()) < 2:
                yield element
                element.clear()
                while element.getprevious() is not None:
                    holder.remove(element.getprevious())
                kept = 0
    pull.close()


def as_text(body: bytes, encoding: str | None, language: str | None) -> str:
    """The document's text without its declaration and without characters that XML forbids."""
    text = _DECLARATION.sub("", decode(body, encoding, language).lstrip("\ufeff \t\r\n"), count=1)
    return _REFERENCE.sub(_allowed, _FORBIDDEN.sub("", text))


def _allowed(reference: re.Match[str]) -> str:
    number = int(reference[1], 16) if reference[1] else int(reference[2])
    plain = number in {9, 10, 13} or 32 <= number < 0xD800 or 0xE000 <= number < 0xFFFE or 0xFFFF < number < 0x110000
    return reference[0] if plain else ""


def out_of_page(text: str) -> str:
    """A feed that a web page only shows (in <pre>), as some servers send it; any other text as it is."""
    if _HTML.match(text[:2000]) and (shown := _IN_PAGE.search(text)):
        return _DECLARATION.sub("", html.unescape(shown[1]), count=1)
    return text


def mended(text: str) -> str:
    """The text with bare ampersands escaped and the entities of HTML resolved, outside of CDATA."""
    pieces = _CDATA.split(text)
    return "".join(piece if piece.startswith("<![CDATA[") else _AMPERSAND.sub(_escaped, piece) for piece in pieces)


def _escaped(found: re.Match[str]) -> str:
    name = found[1]
    if not name:
        return "&amp;"
    if name.startswith("#") or name in {"amp", "lt", "gt", "quot", "apos"}:
        return found[0]
    known = html5.get(f"{name};")
    return known.replace("&", "&amp;").replace("<", "&lt;") if known else f"&amp;{name};"


def parse_broken(text: str) -> Any | None:
    """The root of a document that is not well-formed, as far as it can be mended."""
    recovering = parser(recover=True)
    try:
        return etree.fromstring(text.encode("utf-8", "replace"), recovering)
    except etree.XMLSyntaxError:
        return None


def parse(text: str) -> Any | None:
    """The root element, or None where the text is not well-formed XML."""
    _refuse_floods(text, MOST_TAGS)
    try:
        return etree.fromstring(text.encode("utf-8", "replace"), parser())
    except etree.XMLSyntaxError:
        return None


def _refuse_floods(text: str, most: int) -> None:
    if (tags := text.count("<")) > most:
        raise SkipDocument(f"{tags:,} tags; the limit is {most:,}", outcome="too_large")


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
