"""Make one event of the sentences that tell the same relation."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from core.records import Event, EventStatus
from pipeline.kinds import GENERIC
from pipeline.party_roles import lent

MOST = 12                 # events kept of an article
_CONFIDENT = 0.55         # from here on a denial or an end speaks for the whole text
# A sentence nearly as strong is the better evidence where it names more of the parties, or says more than the headline.
_NEARLY = 0.8


def merged(events: Iterable[Event], repeated: float) -> tuple[Event, ...]:
    """The events without repetitions, the strongest first. A relation told in several sentences scores higher."""
    groups: list[list[Event]] = []
    for event in sorted(_settled(list(events)), key=lambda one: -one.score):
        group = next((group for group in groups if _same(group[0], event)), None)
        if group is None:
            groups.append([event])
        else:
            group.append(event)
    best = [_one(group, repeated) for group in groups]
    return tuple(sorted(best, key=lambda one: -one.score)[:MOST])


def _settled(events: list[Event]) -> list[Event]:
    """The events with the last word on each relation: what a text denies or calls ended, it does not announce."""
    final = [
        event
        for event in events
        if event.status in {EventStatus.DENIED, EventStatus.ENDED} and event.score >= _CONFIDENT
    ]
    return [
        replace(
            event,
            status=last.status,
            status_span=last.status_span,
            reasons=(*event.reasons, f"{last.status}_elsewhere"),
        )
        if event.status in {EventStatus.ANNOUNCED, EventStatus.PLANNED, EventStatus.RUMOURED}
        and (last := next((one for one in final if _related(one, event)), None))
        else event
        for event in events
    ]


def _same(one: Event, other: Event) -> bool:
    return one.status == other.status and _related(one, other)


def _related(one: Event, other: Event) -> bool:
    """Same family, and the parties of one are among those of the other."""
    if one.family != other.family:
        return False
    first = {party.organisation for party in one.parties}
    second = {party.organisation for party in other.parties}
    return first <= second or second <= first


def _one(group: list[Event], repeated: float) -> Event:
    strongest = group[0]
    chosen = max(
        (event for event in group if event.score >= _NEARLY * strongest.score),
        key=lambda event: (len(event.parties), bool(event.topics), event.sentence.field == "text", event.score),
    )
    sentences = {(event.sentence.field, event.sentence.start) for event in group}
    more = min(3, len(sentences) - 1)
    score = min(1.0, strongest.score + repeated * more)
    parts = (*strongest.contributions, *([("repeated", repeated * more)] if more else []))
    topics = dict.fromkeys(topic for event in (chosen, *group) for topic in event.topics)
    topic_span = chosen.topic_span or next((event.topic_span for event in group if event.topic_span), None)
    type_ = next(
        (
            event.type
            for event in (chosen, *group)
            if event.type != GENERIC and event.score >= _NEARLY * strongest.score
        ),
        chosen.type,
    )
    return replace(
        chosen, type=type_, score=round(score, 3), topics=tuple(topics), topic_span=topic_span, contributions=parts,
        parties=lent(chosen.parties, (party for event in group for party in event.parties)),
    )
