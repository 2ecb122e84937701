"""What a response is worth: its outcome, with a reason where it is not what was asked for."""

from __future__ import annotations

from dataclasses import replace

from scrapy.http import Response
from w3lib.encoding import http_content_type_encoding

from core import clock
from core.fetching import Answer, FetchOrder
from core.records import Outcome, Page
from core.urls import canonical
from scrapers import landing, outcomes, robotstags
from scrapers.source import SourceFile

# What surely is no article. Anything else that is no web page may be a server's fault, and is asked for again.
_MEDIA = (b"image/", b"audio/", b"video/", b"application/pdf", b"application/zip")


def answer_of(response: Response, outcome: Outcome) -> Answer:
    """The record of a response: its outcome, and what its headers say for the next time."""
    headers, latency = response.headers, response.request.meta.get("download_latency") if response.request else None
    return Answer(
        outcome,
        clock.now(),
        status=response.status,
        size=len(response.body),
        etag=_text(headers.get(b"ETag")),
        last_modified=_text(headers.get(b"Last-Modified")),
        duration_ms=None if latency is None else int(latency * 1000),
    )


def _text(value: bytes | None) -> str | None:
    return value.decode("latin-1")[:500] if value else None


def encoding_of(response: Response) -> str | None:
    """The encoding that the HTTP header declares."""
    declared = response.headers.get(b"Content-Type")
    return http_content_type_encoding(declared.decode("latin-1")) if declared else None


def tags_of(response: Response) -> frozenset[str]:
    """What header and page ask of robots."""
    return robotstags.directives(response.headers.getlist(b"X-Robots-Tag"), response.body)


def judge(response: Response, order: FetchOrder, final: str) -> Answer:
    """What an article's answer is worth."""
    if response.status == 304 and (order.etag or order.last_modified):
        return answer_of(response, Outcome.UNCHANGED)
    if response.status not in outcomes.COMPLETE:
        refusal = outcomes.of_status(response.status, response.headers, clock.now())
        return landing.refused(refusal, response.headers, response.body)
    answer = answer_of(response, Outcome.OK)
    if response.status == 202 and landing.refused(answer, response.headers, response.body) is not answer:
        return landing.refused(answer, response.headers, response.body)
    if not response.body.strip():
        outcome = Outcome.BOT_WALL if response.status == 202 else Outcome.EMPTY
        return replace(answer, outcome=outcome, reason=f"HTTP {response.status}: the page is empty")
    if led := landing.led_elsewhere(order.url, final):
        return replace(answer, outcome=led[0], reason=led[1])
    if word := robotstags.forbids_keeping(tags_of(response)):
        reason = f"the page asks robots not to keep it ({word})"
        return replace(answer, outcome=Outcome.ROBOTS_DENIED, reason=reason, final=True)
    kind = response.headers.get(b"Content-Type") or b""
    if not outcomes.is_web_page(kind, response.body):
        return replace(
            answer,
            outcome=Outcome.NOT_HTML,
            reason=f"not a web page: {kind.decode('latin-1')[:80] or 'no content type'}",
            final=kind.lower().startswith(_MEDIA),
        )
    return answer


def page_of(response: Response, source: SourceFile, order: FetchOrder, answer: Answer) -> Page:
    """What the extraction has to know of an article's page."""
    return Page(
        address_id=order.address_id,
        source_id=order.source_id,
        url=order.url,
        final_url=canonical(response.url) or response.url,
        body=response.body,
        encoding=encoding_of(response),
        fetched_at=answer.at,
        language=source.language,
        publisher=source.publisher,
        outlet=source.name,
        country=source.country,
        title_hint=order.title_hint,
        published_hint=order.published_hint,
        etag=answer.etag,
        last_modified=answer.last_modified,
        status=response.status,
        duration_ms=answer.duration_ms,
        recipe=source.extract.recipe,
    )
