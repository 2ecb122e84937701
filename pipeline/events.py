"""Find events: who with whom, by which relation, in which status, about what, in which sentence."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
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

ALLIANCE = "alliance"     # the family of frames that products and unnamed organisations can take part in
# "Nvidia-backed CoreWeave": who backs a firm takes no part in what it does. "Microsoft-led" says who leads it.
_BACKS = re.compile(r"-(?:backed|owned|funded|controlled|invested|linked)\b")
MOST_CUES = 12            # relation words looked at in one sentence
MOST_TITLED = 5           # organisations of a headline that "the partnership" can be between
MOST_OF_ARTICLE = 150     # relation words looked at in one article; long articles have sixty


@dataclass(frozen=True, slots=True)
class Candidate:
    """A relation found in a sentence, before it is scored."""

    frame: CompiledFrame
    shape: CompiledShape
    parties: tuple[Party, ...]
    anonymous: bool                      # "we" or "seven banks" take part, and nobody says who that is
    unknown: int                         # parties that only might be organisations
    product: bool                        # a party is meant by its product: "ChatGPT comes to Kakao's messenger"
    reading: Reading
    number: int                          # of the sentence in its field
    cue: Cue
    reduced: str                         # the sentence as `skeleton` writes it, and the names that it stands for
    names: Sequence[Name]


def find_events(items: Iterable[ArticleReading], knowledge: Knowledge) -> tuple[Event, ...]:
    """The events of an article, each once, the strongest first. Its items are judged one by one."""
    found: list[Event] = []
    for read in items:
        scorer = Scorer(read, knowledge)
        for reading in (read.title, read.text):
            for number, cues in _sentences_with_cues(reading):
                found += (scorer.event(candidate) for candidate in
                          _in_sentence(reading, number, cues, read, knowledge))
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
                 knowledge: Knowledge) -> Iterable[Candidate]:
    sentence = reading.sentences[number]
    all_ = [with_organisations(name, reading, read.main) for name in reading.names_in(*sentence)]
    all_ = [name for name in all_ if name.organisations or name.kind == "we"]
    names = [name for name in all_ if name.kind != "product" and not _BACKS.match(reading.view.folded, name.end)]
    others: list[Name] | None = None
    for cue in cues:
        found = list(_of_cue(cue, names, reading, number, read, knowledge))
        yield from found
        if any(frame.family == ALLIANCE for frame in cue.values) and not found and all_:
            if others is None:
                others = _stand_ins(all_, names, reading, sentence, read.language, knowledge)
            if others:
                yield from _of_cue(cue, sorted([*names, *others]), reading, number, read, knowledge, only=ALLIANCE)


def _of_cue(cue: Cue, names: list[Name], reading: Reading, number: int, read: ArticleReading, knowledge: Knowledge,
            only: str | None = None) -> Iterable[Candidate]:
    """What a relation word says of the names of its sentence; `only` in frames of this family."""
    beside = [name for name in names if name.end <= cue.start or name.start >= cue.end]
    size = len(beside) + any(len(name.organisations) > 1 for name in beside)
    frames = [frame for frame in cue.values if frame.least <= size and only in {None, frame.family}]
    if not frames:
        return
    sentence, place = reading.sentences[number], (cue.start, cue.end)
    reduced = {
        language: skeleton.build(reading.view, sentence, beside, place, knowledge.frames.reductions[language])
        for language in {frame.language for frame in frames}
    }
    for frame in frames:
        candidate = _first_shape(frame, reduced[frame.language], beside, reading, number, cue, read)
        if candidate:
            yield candidate


def _stand_ins(all_: list[Name], names: list[Name], reading: Reading, sentence: tuple[int, int],
               language: str | None, knowledge: Knowledge) -> list[Name]:
    """What can take the place of a party that a sentence does not name: its product, or "seven banks"."""
    named = {organisation for name in names for organisation in name.organisations}
    products = [name for name in all_ if name.kind == "product" and not named & set(name.organisations)]
    unnamed = knowledge.references.unnamed(reading.view, sentence, language)
    return [*products, *(one for one in unnamed
                         if not any(one.start < name.end and name.start < one.end for name in (*names, *products)))]


def _first_shape(frame: CompiledFrame, reduced: str, names: list[Name], reading: Reading, number: int, cue: Cue,
                 read: ArticleReading) -> Candidate | None:
    """The first shape of a frame that fits a sentence and names enough parties."""
    enough = len(names) + any(len(name.organisations) > 1 for name in names) >= frame.parties
    for shape in frame.shapes:
        if not (enough or shape.implied or shape.unnamed or shape.titled):
            continue
        match = shape.pattern.search(reduced)
        if match is None:
            continue
        if shape.titled:
            if reading is read.text and len(titled := _of_title(read)) >= frame.parties:
                return Candidate(frame, shape, titled, False, 0, False, reading, number, cue, reduced, names)
            continue
        parties: dict[str, Party] = {}
        anonymous, unknown, product = False, 0, False
        for slot, held in match.groupdict().items():
            for name in (names[place] for place in skeleton.numbers(held or "") if place < len(names)):
                anonymous |= name.kind in {"we", "unnamed"} and not name.organisations
                product |= name.kind == "product"
                fresh = [one for one in name.organisations if one not in parties]
                unknown += bool(fresh) and not name.known and name in reading.maybe
                for organisation in fresh:
                    span = reading.view.span(name.start, name.end) if name.kind in {"name", "product"} else None
                    role = shape.roles.get(slot, "publisher" if name.kind == "we" else "party")
                    parties[organisation] = Party(organisation, role, span)
        candidate = Candidate(frame, shape, tuple(parties.values()), anonymous, unknown, product, reading, number, cue,
                              reduced, names)
        if shape.unnamed and parties:
            speaker = read.publisher if shape.implied and read.publisher not in parties else None
            known = (Party(speaker, "publisher", None),) if speaker else ()
            return replace(candidate, parties=(*known, *parties.values()), anonymous=not speaker)
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

