"""Tell what an article mainly reports, so that reports in other words and languages can join its story."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from itertools import combinations

from core.records import Event, EventStatus, Subject
from pipeline.groups import head_of
from pipeline.knowledge import Knowledge
from pipeline.marks import LEAD, marks
from pipeline.reading import ArticleReading

LEAST_SCORE = 0.2         # an event below is noise
BESIDE_TITLE = 0.4        # and below this where the title does not name the parties
IN_TITLE = 0.3            # what it counts that the title names the parties
CLEAR = 0.1               # by how much the main event leads those of other parties
MOST_PARTIES = 8          # in the pairs of a key
_NO_NEWS = {"rivalry", "job_move"}


def subject_of(read: ArticleReading, events: Sequence[Event], language: str | None,
               knowledge: Knowledge) -> Subject | None:
    """The main event of an article: who with whom, what kind, and the marks that tell it from other news of the same.

    None where no event of two parties stands in the title or the lead, or where several do: then the article joins a
    story only as a copy of another text.
    """
    ranked = sorted(((_weight(read, event), event) for event in events if _tells(read, event)),
                    key=lambda pair: -pair[0])
    if not ranked:
        return None
    best, main = ranked[0]
    parties = _in_full(_parties([main]), read)
    for weight, other in ranked[1:]:
        if best - weight < CLEAR and not set(_parties([other])) & set(parties):
            return None
    heads = tuple(head_of(name, knowledge.organisations) for name in parties)
    if len(set(heads)) < 2:
        heads = parties                  # two members of one group
    found = [mark for mark in marks(read.title, read.text, parties, language, knowledge.themes)
             if mark.removeprefix("org:") not in heads]
    return Subject(main.family, main.type, main.status, parties, heads, tuple(found), _written(parties, read),
                   pair_keys(main.family, heads))


def _tells(read: ArticleReading, event: Event) -> bool:
    """Whether an event may be the news: of two parties, not told as the past, in the title or the lead."""
    if event.family in _NO_NEWS or event.status is EventStatus.BACKGROUND or len(_parties([event])) < 2:
        return False
    if event.score < LEAST_SCORE:
        return False
    if event.sentence.field == "text" and event.sentence.start >= read.text.lead_end:
        return False
    return _in_title(read, event) > 0 or event.score >= BESIDE_TITLE


def _parties(events: Iterable[Event]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(party.organisation for event in events for party in event.parties))


def _in_full(parties: tuple[str, ...], read: ArticleReading) -> tuple[str, ...]:
    """The parties, where a headline's short form of a native name begins a known one of the text."""
    known = {name.organisations[0]: reading.view.plain[name.start : name.end] for reading in (read.title, read.text)
             for name in reading.names if name.kind == "name" and name.known}
    full = (next((known_as for known_as, written in known.items() if len(party) > 1 and written.startswith(party)),
                 party) if party not in known else party for party in parties)
    return tuple(dict.fromkeys(full))


def _written(parties: tuple[str, ...], read: ArticleReading) -> tuple[str, ...]:
    """What title and lead say that tells no deal from another: the parties' names, the topic, that it is a deal."""
    found = set()
    for reading in (read.title, read.text):
        end = max(LEAD, reading.lead_end)
        names = [name for name in reading.every if name.kind == "name" and set(name.organisations) & set(parties)]
        places = [(place.start, place.end) for some in (names, reading.topics, reading.cues) for place in some]
        found |= {reading.view.plain[start:stop] for start, stop in places if start < end}
    return tuple(sorted(found))


def _in_title(read: ArticleReading, event: Event) -> int:
    named = {organisation for name in read.title.every for organisation in name.organisations}
    return len(named & set(_parties([event])))


def _weight(read: ArticleReading, event: Event) -> float:
    return event.score + IN_TITLE * min(2, _in_title(read, event))


def pair_keys(family: str, parties: Iterable[str]) -> tuple[int, ...]:
    """A signed 64-bit key for each two of the parties: two articles that share one may tell the same news."""
    names = sorted(set(parties))[:MOST_PARTIES]
    return tuple(
        int.from_bytes(hashlib.blake2b("\0".join((family, *pair)).encode(), digest_size=8, person=b"pair").digest(),
                       "little", signed=True)
        for pair in combinations(names, 2)
    )
