"""The AMP or print version of an article whose own page has no text."""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import urldefrag, urljoin

from lxml import etree
from lxml.html import HtmlElement, HTMLParser, document_fromstring

from core.urls import canonical
from scrapers.scout.page import site_of

_LARGEST = 2_000_000      # bytes; a larger page is not empty
_MOST_TAGS = 20_000
_FEW = 200                # characters of running text: with less a page has no article
_LONG = 30                # characters of a paragraph that is running text
_HINT = re.compile(rb"""amphtml|media\s*=\s*["']?print|[?&/_-]print\b""", re.IGNORECASE)
_PARAGRAPH = re.compile(rb"<p(?:\s[^>]*)?>([^<]{30,})")
_MANY = 1_200             # bytes of paragraphs; no menu or notice has so many, and pages with them need no further look
_UNREAD = ("script", "style", "noscript", "template", "nav", "footer", "header", "aside", "form")


class OtherVersion(NamedTuple):
    """Where an article may be read instead."""

    kind: str
    url: str


def other_version(body: bytes, url: str) -> OtherVersion | None:
    """Another version of a page that has hardly a sentence by itself; None where it has a text or names no other."""
    if len(body) > _LARGEST or _says_much(body):
        return None
    if not _HINT.search(body) or b'"articleBody"' in body or body.count(b"<") > _MOST_TAGS:
        return None
    try:
        tree = document_fromstring(body, parser=HTMLParser(remove_comments=True, remove_pis=True))
    except (etree.LxmlError, ValueError, AssertionError):
        return None
    found = _named(tree, url)
    return found if found and not _has_text(tree) else None


def _says_much(body: bytes) -> bool:
    said = 0
    for paragraph in _PARAGRAPH.finditer(body):
        said += len(paragraph[1])
        if said >= _MANY:
            return True
    return False


def _named(tree: HtmlElement, url: str) -> OtherVersion | None:
    for link in tree.iter("link"):
        relation = (link.get("rel") or "").lower().split()
        printed = "alternate" in relation and (link.get("media") or "").lower() == "print"
        if ("amphtml" in relation or printed) and (address := _address(link, url)):
            return OtherVersion("print" if printed else "AMP", address)
    for link in tree.iter("a"):
        named = f"{link.get('class')} {link.get('rel')} {link.get('id')}".lower()
        if "print" in named and "print" in (link.get("href") or "").lower() and (address := _address(link, url)):
            return OtherVersion("print", address)
    return None


def _address(link: HtmlElement, url: str) -> str | None:
    """The address of a link to another page of the same site."""
    try:
        joined = urljoin(url, (link.get("href") or "").strip())
        address: str = urldefrag(joined).url
        # Canonical addresses are without `/amp`, so this one stays as it is written.
        if canonical(address) is None or address == url or site_of(address) != site_of(url):
            return None
    except ValueError:
        return None
    return address


def _has_text(tree: HtmlElement) -> bool:
    etree.strip_elements(tree, *_UNREAD, with_tail=False)
    held = 0
    for block in tree.iter("p", "div", "li", "td"):
        own = [block.text or "", *(child.tail or "" for child in block)]
        if block.tag == "p":
            own = [block.text_content()]
        held += sum(len(text) for part in own if len(text := " ".join(part.split())) >= _LONG)
        if held >= _FEW:
            return True
    return False
