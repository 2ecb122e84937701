"""The text of an article, by the cheapest mode of Trafilatura that loses nothing. The only home of Trafilatura."""

from __future__ import annotations

import logging
import re
import warnings
from functools import cache
from typing import Any, NamedTuple

from lxml.html import HtmlElement

from core.recipe import Recipe
from pipeline.maintext import MainText
from pipeline.narrow import article_part

MIN_BODY = 40             # characters: less is a caption or a button, not an article
_SHORT = 0.9              # the fast mode has to bring this share of the main text to be believed
_FAR_SHORTER = 0.6        # a body with less than this share of the page's own main text is tried again
_STOP_WORDS = ("English", "German", "French", "Spanish", "Italian", "Portuguese", "Dutch", "Swedish", "Danish",
               "Norwegian_Bokmal", "Finnish", "Polish", "Russian", "Korean")


class Body(NamedTuple):
    """A text, a paragraph a line, and how it was found."""

    text: str
    origin: str

    @property
    def lines(self) -> list[str]:
        return [line for raw in self.text.split("\n") if (line := raw.strip())]


def find_body(tree: HtmlElement, url: str, main: MainText, declared: str, recipe: Recipe) -> Body:
    """The text of the article on a page.

    `main` is the page's own main text, `declared` the plain text of JSON-LD's articleBody. The fast mode has no second
    opinion of readability and jusText, which is a third of the cost, and reads no more than the article's part of the
    page. Where it falls short of them the full one is asked, of the whole page (the fast one, tried in between, never
    brought more), then the wide one, and at last the page's own text is taken.
    """
    expected = max(len(main.text), len(declared))
    enough = max(_SHORT * expected, MIN_BODY)
    wide = recipe.mode == "wide"
    if recipe.mode == "auto" and expected:
        part = article_part(main)
        text = _trafilatura(tree if part is None else part, url, precise=True, fast=True)
        if len(text) >= enough:
            return Body(text, "trafilatura, fast" if part is None else "trafilatura, fast, of the article's part")
    text = _trafilatura(tree, url, precise=not wide)
    origin = "trafilatura, wide" if wide else "trafilatura, precise"
    if len(text) >= max(_FAR_SHORTER * expected, MIN_BODY):
        return Body(text, origin)
    if not wide and len(wider := _trafilatura(tree, url, precise=False)) > len(text):
        text, origin = wider, "trafilatura, wide: the others fell short"
    if len(text) >= _FAR_SHORTER * expected:
        return Body(text, origin)
    rescued = max(Body(text, origin), Body(main.text, "the page's own paragraphs"),
                  Body(declared, "JSON-LD articleBody"), key=lambda body: len(body.text))
    return rescued if rescued.text == text else rescued._replace(origin=f"{rescued.origin}: Trafilatura fell short")


def plain(markup: str) -> str:
    """The text of JSON-LD's articleBody, which may carry tags."""
    if "<" in markup:
        markup = re.sub(r"<[^>]*>", "\n", markup)
    return "\n".join(line for raw in markup.splitlines() if (line := " ".join(raw.split())))


def trafilatura_alone(html: bytes, url: str) -> Any:
    """What Trafilatura makes of a page by itself, with its own defaults: what `make eval-extraction` compares with."""
    extract = _bare_extraction()
    from trafilatura import external

    stop_words: Any = external
    short, stop_words.JT_STOPLIST = stop_words.JT_STOPLIST, _every_stop_word()
    try:
        return extract(html, url=url, with_metadata=True)
    finally:
        stop_words.JT_STOPLIST = short


@cache
def _every_stop_word() -> tuple[str, ...]:
    from trafilatura import external

    words: Any = external
    return tuple(words.jt_stoplist_init())


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
