"""What has to hold for every input: shared by the fuzzer and the property tests."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

from core.errors import SkipDocument
from core.records import Annotation, Article, Outcome, Span
from pipeline.annotate import annotate
from pipeline.extract import extract
from tests.unit.pipeline.reading import knowledge

URL = "https://news.example.org/2020/01/06/alliance"
FETCHED = datetime(2020, 1, 7, tzinfo=UTC)
LATEST = datetime(2020, 1, 8, tzinfo=UTC)
OUTCOMES = {str(outcome) for outcome in Outcome}


@dataclass(frozen=True)
class Input:
    """A page as the crawl hands it on."""

    body: bytes
    encoding: str | None = None
    language: str | None = None
    title_hint: str | None = None
    published_hint: datetime | None = None
    brief: bool = False


def check(given: Input) -> Article | str:
    """The article, or the outcome that says why there is none. Raises what no input may raise."""
    try:
        article = extract(given.body, URL, encoding=given.encoding, language=given.language,
                          title_hint=given.title_hint, published_hint=given.published_hint, fetched_at=FETCHED,
                          brief=given.brief)
    except SkipDocument as skipped:
        if skipped.outcome not in OUTCOMES:
            raise AssertionError(f"{skipped.outcome!r} is no outcome") from skipped
        if skipped.outcome == Outcome.EXTRACTION_FAILED:
            raise AssertionError(f"a library failed: {skipped}") from skipped
        return skipped.outcome
    holds(article)
    annotation = annotate(article, knowledge())
    for span in spans(annotation):
        held = getattr(article, span.field)[span.start : span.end]
        assert held == span.text, f"{span} holds {held!r}"
    return article


def holds(article: Article) -> None:
    """What is true of every article."""
    assert article.title.strip(), "an empty title"
    for name in ("url", "canonical_url", "title", "language", "site_name", "image", "section"):
        clean(name, getattr(article, name))
    for author in article.authors:
        clean("author", author)
    clean("text", re.sub(r"[\n\t]", "", article.text))
    for address in (article.canonical_url, article.image):
        assert address is None or urlsplit(address).scheme in {"http", "https"}, f"{address!r} is no web address"
    for time in (article.published_at, article.updated_at):
        assert time is None or time.utcoffset() is not None, f"{time} has no zone"
        assert time is None or time <= LATEST, f"{time} is in the future"


def clean(name: str, text: str | None) -> None:
    """No control characters, no halves of characters: a database and a message can take it."""
    for letter in text or "":
        assert unicodedata.category(letter) not in {"Cc", "Cs"}, f"{name} holds {letter!r}: {text!r}"
    (text or "").encode()


def spans(annotation: Annotation) -> Iterator[Span]:
    """All places in the article that an annotation names."""
    for mention in annotation.mentions:
        yield mention.span
    for person in annotation.people:
        yield person.span
    for event in annotation.events:
        places = (event.sentence, event.relation, event.topic_span, event.status_span,
                  *(party.span for party in event.parties))
        yield from (place for place in places if place is not None)
