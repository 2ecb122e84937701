"""What a worker of the pool runs: pages in, articles with their meaning and hits out."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from core.captures import Left
from core.clock import now
from core.errors import SkipDocument
from core.logs import are_configured, bound, configure, get_logger
from core.records import Annotation, Article, OrganisationFacts, Outcome, Page, Processed
from core.settings import LogSettings
from core.text import form_of, search_tokens
from pipeline.annotate import annotate
from pipeline.body import let_go
from pipeline.dedupe import signature_of_tokens
from pipeline.extract import read_page
from pipeline.groups import groups_above
from pipeline.knowledge import load_knowledge
from pipeline.match import match
from pipeline.rulebook import load_rules

GC_THRESHOLD = 50_000   # articles hold no cycles; with Python's 700 a seventh of the time goes into collections
_WARM_PAGE = (
    "<html lang=en><head><title>Two firms sign a memorandum</title></head><body><h1>Two firms sign a memorandum</h1>"
    + "<p>Example Robotics and Sample Telecom said that they will develop artificial intelligence together.</p>" * 8
    + "</body></html>"
).encode()
log = get_logger("process")


Check = Callable[[Article, datetime], None]


def _anything(_article: Article, _fetched_at: datetime) -> None:
    """Every article is wanted."""


def _named(outcome: str) -> Outcome | Left:
    return Outcome(outcome) if outcome in set(Outcome) else Left(outcome)


class Processor:
    """Knowledge and rules, loaded once, and the way of a page through them."""

    def __init__(self, knowledge_dirs: Sequence[Path], rule_dirs: Sequence[Path]) -> None:
        """Raises KnowledgeFileError. Rule files that are wrong are left out and stand in `rule_errors`."""
        self.knowledge = load_knowledge(*knowledge_dirs)
        self.rules, self.rule_errors = load_rules(*rule_dirs)

    def process(self, page: Page, check: Check = _anything) -> Processed:
        """The article of a page with signature, annotation and hits; or the outcome that says why there is none.

        `check` raises SkipDocument for an article that is not wanted.
        """
        with bound(source=page.source_id, url=page.url):
            try:
                return self._process(page, check)
            except SkipDocument as skipped:
                return self._without_article(page, _named(skipped.outcome), str(skipped))
            except Exception as error:  # the boundary of the worker: one page must not cost the batch
                log.warning("page not read", exc_info=True)
                return self._without_article(page, Outcome.EXTRACTION_FAILED, f"{type(error).__name__}: {error}"[:300])

    def process_batch(self, pages: Sequence[Page], check: Check = _anything) -> list[Processed]:
        """`process` for each page, in order."""
        return [self.process(page, check) for page in pages]

    def _process(self, page: Page, check: Check) -> Processed:
        began = time.time()
        reading = read_page(page.body, page.final_url or page.url, encoding=page.encoding, language=page.language,
                            title_hint=page.title_hint, published_hint=page.published_hint, fetched_at=page.fetched_at,
                            brief=page.brief, recipe=page.recipe, furniture=page.furniture)
        article = replace(reading.article, outlet=page.outlet, country=page.country)
        if self.knowledge.items.is_announced(article.title):
            article = replace(article, flags=(*article.flags, "digest"))
        check(article, page.fetched_at)
        extracted = time.time()
        title, text = search_tokens(article.title), search_tokens(article.text)
        annotation = annotate(article, self.knowledge, publisher=page.publisher)
        annotated = time.time()
        hits = match(article, annotation, self.rules, source_id=page.source_id, knowledge=self.knowledge)
        steps = (began, extracted, annotated, time.time())
        return Processed(
            address_id=page.address_id, source_id=page.source_id, url=page.url, fetched_at=page.fetched_at,
            outcome=Outcome.OK, article=article, annotation=annotation, facts=self._facts(annotation),
            hits=hits, steps=steps,
            signature=signature_of_tokens(title, text), search_title=form_of(title), search_text=form_of(text),
            search_dropped=form_of(search_tokens(article.dropped)), lines=reading.hashes,
            reason=f"read from its {page.version}" if page.version else "",
            knowledge_version=self.knowledge.version, etag=page.etag, last_modified=page.last_modified,
            status=page.status, size=len(page.body), duration_ms=page.duration_ms,
        )

    def _facts(self, annotation: Annotation) -> dict[str, OrganisationFacts]:
        names = {m.organisation for m in annotation.mentions}
        names |= {p.organisation for e in annotation.events for p in e.parties}
        names |= {group for name in names for group in groups_above(name, self.knowledge.organisations)}
        known = ((name, self.knowledge.organisations.get(name)) for name in names)
        return {name: OrganisationFacts(o.type, o.country, o.parent) for name, o in known if o is not None}

    @staticmethod
    def _without_article(page: Page, outcome: Outcome | Left, reason: str) -> Processed:
        return Processed(address_id=page.address_id, source_id=page.source_id, url=page.url, fetched_at=page.fetched_at,
                         outcome=outcome, reason=reason, etag=page.etag, last_modified=page.last_modified,
                         status=page.status, size=len(page.body), duration_ms=page.duration_ms)


_processor: Processor | None = None


def warm(knowledge_dirs: Sequence[Path], rule_dirs: Sequence[Path]) -> None:
    """Initialise a worker: imports, knowledge and rules, one page run through, garbage collection out of the way."""
    global _processor  # noqa: PLW0603 - a pool hands its workers nothing but module state
    if not are_configured():
        configure(LogSettings(), quiet=True)  # a spawned worker must not log to standard output
    _processor = Processor(knowledge_dirs, rule_dirs)
    _processor.process(Page(0, "", "http://localhost/", "http://localhost/", _WARM_PAGE, "utf-8", now()))
    gc.collect()
    gc.freeze()
    gc.set_threshold(GC_THRESHOLD, 20, 100)


def work(pages: Sequence[Page], check: Check = _anything) -> list[Processed]:
    """Process a batch in a worker that `warm` has initialised."""
    if _processor is None:
        raise RuntimeError("this worker is cold: give `warm` to the pool as its initializer")
    try:
        return _processor.process_batch(pages, check)
    finally:
        let_go()
