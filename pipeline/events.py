"""Find events: who with whom, by which relation, in which status, about what, in which sentence."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from core.records import Event, Party
from pipeline import skeleton
from pipeline.entities import Name
from pipeline.framebook import Cue
from pipeline.frames import CompiledFrame, CompiledShape
from pipeline.knowledge import Knowledge
from pipeline.merging import merged
from pipeline.reading import ArticleReading, Reading, with_organisations
from pipeline.scoring import Scorer

MOST_CUES = 12            # relation words looked at in one sentence
MOST_TITLED = 5           # organisations of a headline that "the partnership" can be between
MOST_OF_ARTICLE = 150     # relation words looked at in one article; long articles have sixty


@dataclass(frozen=True, slots=True)
class Candidate:
    """A relation found in a sentence, before it is scored."""

    frame: CompiledFrame
    shape: CompiledShape
    parties: tuple[Party, ...]
    anonymous: bool                      # "we" takes part, and nobody says who that is
    unknown: int                         # parties that only might be organisations
    reading: Reading
    number: int                          # of the sentence in its field
    cue: Cue


def find_events(items: Iterable[ArticleReading], knowledge: Knowledge) -> tuple[Event, ...]:
    """The events of an article, each once, the strongest first. Its items are judged one by one."""
    found: list[Event] = []
    for read in items:
        scorer = Scorer(read, knowledge)
        for reading in (read.title, read.text):
            for number, cues in _sentences_with_cues(reading):
                found += (
                    scorer.event(candidate) for candidate in
                    _in_sentence(reading, number, cues, read, knowledge.frames.descriptions)
                )
    return merged(found, knowledge.frames.weights.repeated)


def _sentences_with_cues(reading: Reading) -> Iterable[tuple[int, list[Cue]]]:
    """Numbers of the sentences that hold relation words, with these."""
    cues, place, left = reading.cues, 0, MOST_OF_ARTICLE
    for number, (start, end) in enumerate(reading.sentences):
        while place < len(cues) and cues[place].start < start:
            place += 1
        first = place
        while place < len(cues) and cues[place].end <= end:
            place += 1
        if place > first and left > 0:
            looked_at = cues[first : min(place, first + MOST_CUES, first + left)]
            left -= len(looked_at)
            yield number, looked_at


def _in_sentence(reading: Reading, number: int, cues: list[Cue], read: ArticleReading,
                 descriptions: re.Pattern[str] | None) -> Iterable[Candidate]:
    sentence = reading.sentences[number]
    names = [with_organisations(name, reading, read.main) for name in reading.names_in(*sentence)]
    names = [name for name in names if name.kind != "product" and (name.kind != "group" or name.organisations)]
    for cue in cues:
        beside = [name for name in names if name.end <= cue.start or name.start >= cue.end]
        size = len(beside) + any(len(name.organisations) > 1 for name in beside)
        frames = [frame for frame in cue.values if frame.least <= size]
        if not frames:
            continue
        reduced = skeleton.build(reading.view, sentence, beside, (cue.start, cue.end), descriptions)
        for frame in frames:
            candidate = _first_shape(frame, reduced, beside, reading, number, cue, read)
            if candidate:
                yield candidate


def _first_shape(frame: CompiledFrame, reduced: str, names: list[Name], reading: Reading, number: int, cue: Cue,
                 read: ArticleReading) -> Candidate | None:
    """The first shape of a frame that fits a sentence and names enough parties."""
    enough = len(names) + any(len(name.organisations) > 1 for name in names) >= frame.parties
    for shape in frame.shapes:
        if not (enough or shape.implied or shape.titled):
            continue
        match = shape.pattern.search(reduced)
        if match is None:
            continue
        if shape.titled:
            if reading is read.text and len(titled := _of_title(read)) >= frame.parties:
                return Candidate(frame, shape, titled, False, 0, reading, number, cue)
            continue
        parties: dict[str, Party] = {}
        anonymous, unknown = False, 0
        for slot, held in match.groupdict().items():
            for name in (names[place] for place in skeleton.numbers(held or "") if place < len(names)):
                anonymous |= name.kind == "we" and not name.organisations
                fresh = [one for one in name.organisations if one not in parties]
                unknown += bool(fresh) and not name.known and name in reading.maybe
                for organisation in fresh:
                    span = reading.view.span(name.start, name.end) if name.kind == "name" else None
                    role = shape.roles.get(slot, "publisher" if name.kind == "we" else "party")
                    parties[organisation] = Party(organisation, role, span)
        candidate = Candidate(frame, shape, tuple(parties.values()), anonymous, unknown, reading, number, cue)
        if len(parties) + anonymous >= frame.parties and (parties or not frame.parties):
            return candidate
        if shape.implied and parties and (implied := _implied(read, parties)):
            return replace(candidate, parties=(implied, *parties.values()))
    return None


def _of_title(read: ArticleReading) -> tuple[Party, ...]:
    """The organisations of the headline that the text names too; none where it lists more than a few."""
    in_text = {organisation for name in read.text.names for organisation in name.organisations}
    found: dict[str, Party] = {}
    for name in read.title.every:
        if name.kind == "name" and (name.known or name.organisations[0] in in_text):
            span = read.title.view.span(name.start, name.end)
            found.setdefault(name.organisations[0], Party(name.organisations[0], "party", span))
    return tuple(found.values()) if len(found) <= MOST_TITLED else ()


def _implied(read: ArticleReading, named: Iterable[str]) -> Party | None:
    """The party that a sentence leaves out: who publishes the text, or whom it is mostly about."""
    taken = set(named)
    for organisation in (read.publisher, *read.main):
        if organisation and organisation not in taken:
            return Party(organisation, "publisher" if organisation == read.publisher else "party", None)
    return None

