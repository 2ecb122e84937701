"""Make one event of the sentences that tell the same relation."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from core.records import Event

MOST = 12                 # events kept of an article
_NEARLY = 0.8             # a sentence nearly as strong that names more of the parties is the better evidence


def merged(events: Iterable[Event], repeated: float) -> tuple[Event, ...]:
    """The events without repetitions, the strongest first. A relation told in several sentences scores higher."""
    groups: list[list[Event]] = []
    for event in sorted(events, key=lambda one: -one.score):
        group = next((group for group in groups if _same(group[0], event)), None)
        if group is None:
            groups.append([event])
        else:
            group.append(event)
    best = [_one(group, repeated) for group in groups]
    return tuple(sorted(best, key=lambda one: -one.score)[:MOST])


def _same(one: Event, other: Event) -> bool:
    """Same family, and the parties of one are among those of the other."""
    if one.family != other.family or one.status != other.status:
        return False
    first = {party.organisation for party in one.parties}
    second = {party.organisation for party in other.parties}
    return first <= second or second <= first


def _one(group: list[Event], repeated: float) -> Event:
    strongest = group[0]
    chosen = max((event for event in group if event.score >= _NEARLY * strongest.score),
                 key=lambda event: (len(event.parties), bool(event.topics), event.score))
    sentences = {(event.sentence.field, event.sentence.start) for event in group}
    score = min(1.0, strongest.score + repeated * min(3, len(sentences) - 1))
    topics = dict.fromkeys(topic for event in (chosen, *group) for topic in event.topics)
    topic_span = chosen.topic_span or next((event.topic_span for event in group if event.topic_span), None)
    return replace(chosen, score=round(score, 3), topics=tuple(topics), topic_span=topic_span)
