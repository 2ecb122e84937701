"""Annotate an article: organisations, topics and events, each with its place. Done once; every rule reads it."""

from __future__ import annotations

from core.records import Annotation, Article, Mention
from pipeline.events import find_events
from pipeline.knowledge import Knowledge
from pipeline.reading import Reading, read
from pipeline.topics import salience

MOST_MENTIONS = 400


def annotate(article: Article, knowledge: Knowledge, *, publisher: str | None = None) -> Annotation:
    """What an article says, with spans into its title and text. Never fails on any text; the work is bounded.

    `publisher` is the organisation that says "we" in the article.
    """
    found = read(article, knowledge, publisher)
    mentions = [*_mentions(found.title), *_mentions(found.text)]
    return Annotation(
        mentions=tuple(mentions[:MOST_MENTIONS]),
        topics=salience(found.title.topics, found.text.topics, found.text.lead_end),
        events=find_events(found, knowledge),
    )


def _mentions(reading: Reading) -> list[Mention]:
    return [
        Mention(name.organisations[0], reading.view.span(name.start, name.end), name.known)
        for name in reading.names if name.kind in {"name", "product"} and name.organisations
    ]
