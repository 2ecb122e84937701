"""Pages of sources whose articles cannot be fetched: title and summary of the entry point stand for the article."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from html import escape

from core.fetching import FetchOrder
from core.records import Discovery, Page
from scrapers.source import SourceFile


def pages_of(
    source: SourceFile, orders: Sequence[FetchOrder], discoveries: Sequence[Discovery], at: datetime
) -> Iterator[Page]:
    """A page for each order, made of what the entry point said; of an order from an earlier run, only the title."""
    summaries = {entry.url: entry.summary for entry in discoveries}
    for order in orders:
        title = order.title_hint or ""
        # Without a summary the title is the text as well: a headline often names all that a rule asks for.
        text = summaries.get(order.url) or title
        body = f"<html><head><title>{escape(title)}</title></head><body><article><p>{escape(text)}</p></article></body>"
        yield Page(
            address_id=order.address_id,
            source_id=order.source_id,
            url=order.url,
            final_url=order.url,
            body=body.encode(),
            encoding="utf-8",
            fetched_at=at,
            language=source.language,
            publisher=source.publisher,
            outlet=source.name,
            country=source.country,
            title_hint=order.title_hint,
            published_hint=order.published_hint,
            brief=True,
        )
