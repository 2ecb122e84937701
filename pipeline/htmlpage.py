"""From the bytes of a page to its tree: decoded, checked, and parsed once for all that reads it."""

from __future__ import annotations

import re

from lxml import etree
from lxml.html import HtmlElement, HTMLParser, document_fromstring

from core.encoding import decode
from core.errors import SkipDocument
from core.markup import without_floods

# The largest of 990 real article pages had 3 MB; beyond 4 MB a page is a listing or a data dump, and costs 30 times its
# size in memory.
MAX_HTML = 4_000_000
# Real article pages have up to 8,000 tags; 50,000 links take 7 seconds, as many short paragraphs a minute.
MAX_TAGS = 30_000
# Some end the parsing, and none of them may reach a database or a message.
_CONTROL_BYTES = bytes((*range(9), 11, 12, *range(14, 32), 127))
_NO_LETTERS = ("\ufffe".encode(), "\uffff".encode())
_HEAD = 20_000            # characters in which the element that holds all begins
_BLANK = "".join(map(chr, range(33)))
_TAG = re.compile(r"<(?:!doctype|html|head|body|div|p|article|section|main|span|h1|table|title|meta|br)\b",
                  re.IGNORECASE)
_PROLOGUE = re.compile(r"\A\s*(?:<\?xml[^>]*>\s*)?(?:<!doctype[^>]*>)?", re.IGNORECASE)
_SELF_CLOSED_HTML = re.compile(r"(<html\b[^>]{0,500}?)/>", re.IGNORECASE)
_FIRST_ELEMENT = re.compile(r"<([A-Za-z][\w:]*)")
_OTHER_XML = {"rss", "feed", "urlset", "sitemapindex", "rdf:rdf", "opml", "svg"}
_MAGIC = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"PK\x03\x04", b"RIFF", b"\x1f\x8b", b"\xd0\xcf\x11\xe0",
          b"OggS", b"ID3", b"\x00\x00\x00")


def html_text(body: bytes, encoding: str | None) -> str:
    """The decoded page, or SkipDocument where it is no HTML, empty or too large."""
    if not body.strip():
        raise SkipDocument("the page is empty", outcome="empty")
    if len(body) > 4 * MAX_HTML:
        raise SkipDocument(f"{len(body):,} bytes", outcome="too_large")
    if body.startswith(_MAGIC):
        raise SkipDocument("the body is a binary file", outcome="not_html")
    source = decode(body, encoding)
    if len(source) > MAX_HTML:
        raise SkipDocument(f"{len(source):,} characters of HTML; the limit is {MAX_HTML:,}", outcome="too_large")
    if (tags := source.count("<")) > MAX_TAGS:
        raise SkipDocument(f"{tags:,} tags; the limit is {MAX_TAGS:,}", outcome="too_large")
    if not source.strip(_BLANK):
        raise SkipDocument("the page is empty", outcome="empty")
    first = _FIRST_ELEMENT.search(source, 0, 4_000)
    bare = source.strip(_BLANK)
    is_json = (bare[0], bare[-1]) in {("{", "}"), ("[", "]")}
    if is_json or (first and first[1].lower() in _OTHER_XML) or not _TAG.search(source):
        raise SkipDocument("the body is not HTML", outcome="not_html")
    return source


def parse(source: str) -> HtmlElement:
    """The tree of a page, without comments and control characters."""
    # Some doctypes and a self-closed <html/> make libxml2 drop the whole page.
    head, tail = source[:_HEAD], source[_HEAD:]
    head = _SELF_CLOSED_HTML.sub(r"\1>", _PROLOGUE.sub("", head, count=1), count=1)
    source = without_floods(head + tail, thorough=False)
    # libxml2 stops at 256 levels (huge_tree is off), which bounds every recursion behind it.
    parser = HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, collect_ids=False)
    # lxml.html chooses a class for each element in Python; one class for all spares a twentieth of the time.
    parser.set_element_class_lookup(etree.ElementDefaultClassLookup(element=HtmlElement))
    encoded = source.encode("utf-8", "replace")
    for letter in _NO_LETTERS:
        encoded = encoded.replace(letter, b"")
    try:
        return document_fromstring(encoded.translate(None, _CONTROL_BYTES), parser=parser)
    except etree.ParserError as nothing:  # not one element, and no text
        raise SkipDocument("the page is empty", outcome="empty") from nothing
