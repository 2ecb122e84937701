"""From the bytes of a page to an article. The only home of Trafilatura."""

from __future__ import annotations

import logging
import re
import warnings
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from lxml import etree
from lxml.html import HtmlElement, HTMLParser, document_fromstring

from core.clock import as_utc
from core.errors import SkipDocument
from core.markup import without_floods
from core.records import Article
from core.text import search_tokens
from pipeline.encoding import decode
from pipeline.head import clean, one_line
from pipeline.language import language_of
from pipeline.metadata import Metadata, read_metadata
from pipeline.standins import Sight, judge

# The largest of 990 real article pages had 3 MB; beyond 4 MB a page is a listing or a data dump, and costs 30 times its
# size in memory.
MAX_HTML = 4_000_000
# Real article pages have up to 8,000 tags; 50,000 links take 7 seconds, as many short paragraphs a minute.
MAX_TAGS = 30_000
_STOP_WORDS = ("English", "German", "French", "Spanish", "Italian", "Portuguese", "Dutch", "Swedish", "Danish",
               "Norwegian_Bokmal", "Finnish", "Polish", "Russian", "Korean")
_SHORT = 0.9              # the fast mode has to bring this share of the main text to be believed
_FAR_SHORTER = 0.6        # a body with less than this share of the page's own main text is tried again
_MIN_BODY = 40            # characters: less is a caption or a button, not an article
# Some end the parsing, and none of them may reach a database or a message.
_CONTROL_BYTES = bytes((*range(9), 11, 12, *range(14, 32), 127))
_BLANK = "".join(map(chr, range(33)))
_TAG = re.compile(r"<(?:!doctype|html|head|body|div|p|article|section|main|span|h1|table|title|meta|br)\b",
                  re.IGNORECASE)
_PROLOGUE = re.compile(r"\A\s*(?:<\?xml[^>]*>\s*)?(?:<!doctype[^>]*>)?", re.IGNORECASE)
_SELF_CLOSED_HTML = re.compile(r"(<html\b[^>]{0,500}?)/>", re.IGNORECASE)
_FIRST_ELEMENT = re.compile(r"<([A-Za-z][\w:]*)")
_OTHER_XML = {"rss", "feed", "urlset", "sitemapindex", "rdf:rdf", "opml", "svg"}
_MAGIC = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"PK\x03\x04", b"RIFF", b"\x1f\x8b", b"\xd0\xcf\x11\xe0",
          b"OggS", b"ID3", b"\x00\x00\x00")
_APART = {"nav", "footer", "aside", "header", "form", "figure", "button", "blockquote"}
# What parsers and extractors throw at pages that they cannot cope with.
_LIBRARY_ERRORS = (etree.LxmlError, ValueError, TypeError, AttributeError, LookupError, RuntimeError, ArithmeticError,
                   AssertionError, MemoryError)


def extract(html: bytes, url: str, *, encoding: str | None = None, language: str | None = None,
            title_hint: str | None = None, published_hint: datetime | None = None,
            fetched_at: datetime | None = None, brief: bool = False) -> Article:
    """The article on a page.

    `encoding` is what the HTTP header declares, `language` the source's; the hints come from the entry point.
    `brief` says that no more than a sentence is to be expected.
    Raises SkipDocument with the outcome `empty`, `not_html`, `too_large`, `extraction_failed`, or what stands in the
    article's place.
    """
    source = _html_text(html, encoding)
    latest = as_utc(fetched_at) + timedelta(days=1) if fetched_at else None
    hint = as_utc(published_hint) if published_hint else None
    if hint and latest and hint > latest:
        hint = None
    try:
        tree = _parse(source)
        found = read_metadata(tree, url, language=language, title_hint=title_hint, published_hint=hint, latest=latest)
        text = _without_title(clean(_body(tree, url, found)), found.title)
        cut = not brief and judge(Sight(tree, source, found.head, text, title_hint))
    except _LIBRARY_ERRORS as error:
        raise SkipDocument(f"{type(error).__name__}: {error}"[:300], outcome="extraction_failed") from error
    if not brief and len(text) < _MIN_BODY and len(search_tokens(text)) < 8:
        raise SkipDocument("the page has no text", outcome="empty")
    title = found.title or _first_words(text)
    if not title:
        raise SkipDocument("the page has neither title nor text", outcome="empty")
    return Article(
        url=url, canonical_url=found.canonical_url, title=title, text=text,
        language=language_of(text, found.language_claim, language),
        published_at=found.published_at, updated_at=found.updated_at, authors=found.authors,
        site_name=found.site_name, image=found.image, section=found.section, paywalled=found.paywalled or cut,
    )


def _html_text(body: bytes, encoding: str | None) -> str:
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


def _parse(source: str) -> HtmlElement:
    # Some doctypes and a self-closed <html/> make libxml2 drop the whole page.
    source = _SELF_CLOSED_HTML.sub(r"\1>", _PROLOGUE.sub("", source, count=1), count=1)
    source = without_floods(source, thorough=False)
    # libxml2 stops at 256 levels (huge_tree is off), which bounds every recursion behind it.
    parser = HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, collect_ids=False)
    # lxml.html chooses a class for each element in Python; one class for all spares a twentieth of the time.
    parser.set_element_class_lookup(etree.ElementDefaultClassLookup(element=HtmlElement))
    encoded = source.replace("\ufffe", "").replace("\uffff", "").encode("utf-8", "replace")
    try:
        return document_fromstring(encoded.translate(None, _CONTROL_BYTES), parser=parser)
    except etree.ParserError as nothing:  # not one element, and no text
        raise SkipDocument("the page is empty", outcome="empty") from nothing


@cache
def _bare_extraction() -> Any:
    with warnings.catch_warnings():
        # Its downloader, which nobody calls here, looks for a SOCKS library, and urllib3 warns where there is none.
        warnings.simplefilter("ignore")
        import trafilatura
        from trafilatura import external

    justext: Any = external
    # Its last resort, jusText, would load the stop words of a hundred languages: 25 MB in each process.
    justext.JT_STOPLIST = tuple({word for language in _STOP_WORDS for word in justext.get_stoplist(language)})
    # It reports each page without text as an error; the outcome says it already.
    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    return trafilatura.bare_extraction


def let_go() -> None:
    """Empty Trafilatura's memory of texts. It keeps the last thousand, of whatever length: gigabytes of huge pages."""
    from trafilatura import utils

    utils.trim.cache_clear()
    utils.line_processing.cache_clear()


def _trafilatura(tree: HtmlElement, url: str, *, precise: bool, fast: bool = False) -> str:
    document = _bare_extraction()(
        tree, url=url, favor_precision=precise, fast=fast, include_comments=False, with_metadata=False
    )
    lines = (line.strip() for line in (document.text or "").split("\n")) if document else ()
    return "\n".join(line for line in lines if line)


def _body(tree: HtmlElement, url: str, found: Metadata) -> str:
    """The text of the article, by the cheapest mode of Trafilatura that does not fall short of the page's main text.

    The fast one has no second opinion of readability and jusText, which is a third of the cost. On 393 labelled pages
    it is enough for about 94 %, and the mean F1 stays the same (.954; Trafilatura's default has .945).
    """
    main = main_text(tree)
    declared = _plain(found.body)
    expected = max(len(main), len(declared))
    text = _trafilatura(tree, url, precise=True, fast=True)
    if expected and len(text) >= _SHORT * expected and len(text) >= _MIN_BODY:
        return text
    text = _trafilatura(tree, url, precise=True)
    if len(text) >= _FAR_SHORTER * expected and len(text) >= _MIN_BODY:
        return text
    wider = _trafilatura(tree, url, precise=False)
    if len(wider) > len(text):
        text = wider
    if len(text) >= _FAR_SHORTER * expected:
        return text
    return max(text, main, declared, key=len)


def main_text(tree: HtmlElement) -> str:
    """The paragraphs of the element that directly holds most of the page's running text."""
    groups: dict[HtmlElement, list[str]] = {}
    for paragraph in tree.iter("p"):
        text = " ".join(paragraph.text_content().split())
        if len(text) >= 60 and (holder := paragraph.getparent()) is not None:
            groups.setdefault(holder, []).append(text)
    for holder, texts in sorted(groups.items(), key=lambda group: -sum(map(len, group[1]))):
        if not any(_is_apart(element) for element in (holder, *holder.iterancestors())):
            return "\n".join(texts)
    return ""


def _is_apart(element: HtmlElement) -> bool:
    """Inside of it no article is looked for. The whole page may carry the word (`comments-open`) in its class."""
    if element.tag in {"body", "html"}:
        return False
    return element.tag in _APART or "comment" in f"{element.get('id')} {element.get('class')}".lower()


def _plain(markup: str) -> str:
    """The text of JSON-LD's articleBody, which may carry tags."""
    if "<" in markup:
        markup = re.sub(r"<[^>]*>", "\n", markup)
    return "\n".join(line for raw in markup.splitlines() if (line := " ".join(raw.split())))


def _without_title(text: str, title: str) -> str:
    """The text without first lines that only repeat the title."""
    wanted = search_tokens(title)
    first, _, rest = text.partition("\n")
    while wanted and rest and search_tokens(first) == wanted:
        text = rest
        first, _, rest = text.partition("\n")
    return text


def _first_words(text: str) -> str:
    line = one_line(text.split("\n", 1)[0])
    return line if len(line) <= 100 else line[:100].rsplit(" ", 1)[0] + " …"
