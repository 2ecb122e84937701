"""Annotate an article: organisations, people, topics and events, each with its place; done once."""

from __future__ import annotations

from core.records import Annotation, Article, Mention
from pipeline.events import find_events
from pipeline.knowledge import Knowledge
from pipeline.reading import Reading, read
from pipeline.subject import subject_of
from pipeline.topics import salience

MOST_MENTIONS = 400


def annotate(article: Article, knowledge: Knowledge, *, publisher: str | None = None) -> Annotation:
    """What an article says, with spans into its title and text. Never fails on any text; the work is bounded.

    `publisher` is the organisation that says "we" in the article.
    """
    items = read(article, knowledge, publisher)
    mentions = [mention for item in items for field in (item.title, item.text) for mention in _mentions(field)]
    topics: dict[str, float] = {}
    for item in items:
        for topic, salient in salience(item.title.topics, item.text.topics, item.text.lead_end).items():
            topics[topic] = max(salient, topics.get(topic, 0.0))
    events = find_events(items, knowledge)
    return Annotation(
        mentions=tuple(mentions[:MOST_MENTIONS]),
        topics=topics,
        events=events,
        people=tuple({person.name: person for item in reversed(items) for person in reversed(item.people)}.values()),
        subject=subject_of(items[0], events, article.language, knowledge) if len(items) == 1 else None,
    )


def _mentions(reading: Reading) -> list[Mention]:
    return [
        Mention(name.organisations[0], reading.view.span(name.start, name.end), name.known)
        for name in reading.names if name.kind in {"name", "product"} and name.organisations
    ]
