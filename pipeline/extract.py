"""From the bytes of a page to an article: its fields and its text, each line with the reason why it stayed or went."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import NamedTuple

from lxml import etree
from lxml.html import HtmlElement

from core.clock import as_utc
from core.errors import SkipDocument
from core.recipe import AS_USUAL, Recipe
from core.records import Article
from core.text import search_tokens
from pipeline.body import MIN_BODY, Body, find_body, plain
from pipeline.flags import flags_of
from pipeline.furniture import line_hashes, repeated
from pipeline.head import clean, one_line
from pipeline.htmlpage import html_text, parse
from pipeline.language import language_of
from pipeline.linefilter import LEAST_SHARE, line_filter
from pipeline.lines import PageSigns
from pipeline.maintext import find_main_text
from pipeline.metadata import Metadata, read_metadata
from pipeline.selectors import body_text, prune
from pipeline.standins import Sight, judge

# What parsers and extractors throw at pages that they cannot cope with.
_LIBRARY_ERRORS = (etree.LxmlError, ValueError, TypeError, AttributeError, LookupError, RuntimeError, ArithmeticError,
                   AssertionError, MemoryError)


_TITLE = "repeats the title"
_REPEATED = "stands on other pages of the site, too"


class Line(NamedTuple):
    """A line that was extracted. `why` says why it was dropped; empty where it is part of the text."""

    text: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """An article, and how it was read: its lines in order, where body and fields are from, and its lines' hashes."""

    article: Article
    lines: tuple[Line, ...] = ()
    body_origin: str = ""
    origins: dict[str, str] = field(default_factory=dict)
    hashes: tuple[int, ...] = ()


def extract(html: bytes, url: str, *, encoding: str | None = None, language: str | None = None,
            title_hint: str | None = None, published_hint: datetime | None = None,
            fetched_at: datetime | None = None, brief: bool = False) -> Article:
    """The article on a page; see `read_page`."""
    return read_page(html, url, encoding=encoding, language=language, title_hint=title_hint,
                     published_hint=published_hint, fetched_at=fetched_at, brief=brief).article


def read_page(html: bytes, url: str, *, encoding: str | None = None, language: str | None = None,
              title_hint: str | None = None, published_hint: datetime | None = None,
              fetched_at: datetime | None = None, brief: bool = False, recipe: Recipe = AS_USUAL,
              furniture: frozenset[int] = frozenset()) -> Reading:
    """The article on a page, and how it was read.

    `encoding` is what the HTTP header declares, `language` the source's; the hints come from the entry point.
    `brief` says that no more than a sentence is to be expected. `recipe` is what the source's file says, `furniture`
    the hashes of lines that stand on other pages of the site.
    Raises SkipDocument with the outcome `empty`, `not_html`, `too_large`, `extraction_failed`, or what stands in the
    article's place.
    """
    source = html_text(html, encoding)
    latest = as_utc(fetched_at) + timedelta(days=1) if fetched_at else None
    hint = as_utc(published_hint) if published_hint else None
    if hint and latest and hint > latest:
        hint = None
    try:
        tree = parse(source)
        if brief:
            recipe = replace(recipe, filter=False, repeated=False)  # a summary is no page with things around it
        prune(tree, recipe)
        found = read_metadata(tree, url, language=language, title_hint=title_hint, published_hint=hint, latest=latest,
                              recipe=recipe)
        declared = plain(found.body)
        body, signs = body_and_signs(tree, url, found, declared, recipe)
        lines = _judged(body.lines, signs, recipe, furniture)
        text = "\n".join(line.text for line in lines if not line.why)
        # The request to subscribe is no part of the text, but says that the rest is behind it.
        whole = "\n".join(line.text for line in lines if line.why != _TITLE)
        cut = not brief and judge(Sight(tree, source, found.head, whole, title_hint))
        flags = flags_of(tree, url, found.nodes, declared, text)
    except _LIBRARY_ERRORS as error:
        raise SkipDocument(f"{type(error).__name__}: {error}"[:300], outcome="extraction_failed") from error
    if not brief and len(text) < MIN_BODY and len(search_tokens(text)) < 8:
        raise SkipDocument("the page has no text", outcome="empty")
    title = found.title or _first_words(text)
    if not title:
        raise SkipDocument("the page has neither title nor text", outcome="empty")
    article = Article(
        url=url, canonical_url=found.canonical_url, title=title, text=text,
        language=language_of(text, found.language_claim, language),
        published_at=found.published_at, updated_at=found.updated_at, authors=found.authors,
        site_name=found.site_name, image=found.image, section=found.section, paywalled=found.paywalled or cut,
        flags=flags, dropped="\n".join(line.text for line in lines if line.why and line.why != _TITLE),
    )
    remembered = line_hashes(line.text for line in lines if not line.why or line.why == _REPEATED)
    return Reading(article, tuple(lines), body.origin, found.origins, remembered)


def body_and_signs(tree: HtmlElement, url: str, found: Metadata, declared: str, recipe: Recipe
                   ) -> tuple[Body, PageSigns]:
    """The clean text, before lines are dropped, and what the page says about them.

    By the selector of the source's file, and where that finds nothing, by the page itself.
    """
    main = find_main_text(tree)
    signs = PageSigns(main.element, found.title, declared)
    if recipe.body and len(text := clean(body_text(tree, recipe.body))) >= MIN_BODY:
        return Body(text, f"selector {recipe.body}"), signs
    body = find_body(tree, url, main, declared, recipe)
    return body._replace(text=clean(body.text)), signs


def after_title(texts: list[str], title: str) -> int:
    """How many lines at the start only repeat the title."""
    wanted = search_tokens(title)
    start = 0
    while wanted and start < len(texts) - 1 and search_tokens(texts[start]) == wanted:
        start += 1
    return start


def _judged(texts: list[str], page: PageSigns, recipe: Recipe, furniture: frozenset[int]) -> list[Line]:
    """Each line with the reason why it is left out, if it is."""
    start = after_title(texts, page.title)
    texts, titles = texts[start:], [Line(text, _TITLE) for text in texts[:start]]
    again = repeated(texts, furniture) if recipe.repeated else [False] * len(texts)
    looks = _looks(texts, page) if recipe.filter else [""] * len(texts)
    for reasons in ([_REPEATED if one else look for one, look in zip(again, looks, strict=True)], looks,
                    [_REPEATED if one else "" for one in again]):
        kept = sum(len(text) for text, why in zip(texts, reasons, strict=True) if not why)
        if kept >= LEAST_SHARE * sum(map(len, texts)):
            return titles + [Line(text, why) for text, why in zip(texts, reasons, strict=True)]
    return titles + [Line(text) for text in texts]


def _looks(texts: list[str], page: PageSigns) -> list[str]:
    """Why a line looks like no part of the article; nothing where it does."""
    judging = line_filter()
    verdicts = judging.verdicts(texts, page)
    return ["" if verdict.share >= judging.threshold
            else f"looks like no part of the article ({verdict.share:.2f}): {', '.join(verdict.against)}"
            for verdict in verdicts]


def _first_words(text: str) -> str:
    line = one_line(text.split("\n", 1)[0])
    return line if len(line) <= 100 else line[:100].rsplit(" ", 1)[0] + " …"
