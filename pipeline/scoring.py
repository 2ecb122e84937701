"""Judge a relation that was found: status, topics, and a score by readable weights."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from core.records import Event, EventStatus, Party, Span
from pipeline import party_roles
from pipeline.about import Subject
from pipeline.framebook import CompiledVeto
from pipeline.knowledge import Knowledge
from pipeline.reading import LEAD_SENTENCES, ArticleReading, Reading
from pipeline.status import Standing

if TYPE_CHECKING:
    from pipeline.events import Candidate

_WHOLE_TEXT = 2           # sentences of a text that says one thing only
_OPENING = 600            # characters of a text that vetoes of scope "text" read


class Scorer:
    """Scores the events of one article."""

    def __init__(self, read: ArticleReading, knowledge: Knowledge) -> None:
        self._read = read
        self._knowledge = knowledge
        self._weights = knowledge.frames.weights
        self._subject = Subject(read, knowledge)
        title = read.title.view.folded
        start = read.text.sentences[:_WHOLE_TEXT][-1][1] if read.text.sentences else 0
        self._mine = knowledge.frames.vetoes_for(read.language)
        self._standing = [
            veto for veto in self._mine if veto.scope == "title" and veto.pattern.search(title)
            and not (veto.unless and (veto.unless.search(title) or veto.unless.search(read.text.view.folded, 0, start)))
        ]
        self._kinds = knowledge.frames.kinds_for(read.language)
        self._told_in: dict[tuple[int, int], dict[str, float]] = {}     # by place of a sentence of the text
        self._opening = [
            (veto, match.start()) for veto in self._mine if veto.scope == "text"
            for match in [veto.pattern.search(read.text.view.folded, 0, _OPENING)] if match
        ]

    def event(self, candidate: Candidate) -> Event:
        """The event of a candidate."""
        reading, sentence = candidate.reading, _trimmed(candidate.reading, candidate.number)
        cue = candidate.cue
        inside = [place for place in reading.statuses if sentence.start <= place.start and place.end <= sentence.end]
        standing = self._knowledge.status.judge(inside, (cue.start, cue.end), reading.view)
        topics = self._subject.topics(candidate)
        parts = [
            (candidate.frame.id, candidate.frame.strength),
            (f"shape:{candidate.shape.id}", candidate.shape.score),
            *([(standing.cue, self._standing_weight(standing))] if standing.cue else []),
            *self._place(candidate),
            *self._doubts(candidate),
            *self._vetoes(candidate, sentence),
        ]
        score = sum(weight for _, weight in parts)
        strongest = max(topics, key=lambda topic: topics[topic][0], default=None)
        type_ = self._type(candidate, sentence)
        return Event(
            type=type_, family=candidate.frame.family, status=standing.status,
            score=round(min(1.0, max(0.0, score)), 3), parties=self._cast(candidate, type_), sentence=sentence,
            relation=reading.view.span(cue.start, cue.end),
            topics=tuple(sorted(topics, key=lambda topic: -topics[topic][0])),
            topic_span=topics[strongest][1] if strongest else None,
            status_span=reading.view.span(standing.start, standing.end) if standing.cue else None,
            reasons=tuple(reason for reason, _ in parts),
            contributions=tuple(parts),
        )

    def _cast(self, candidate: Candidate, type_: str) -> tuple[Party, ...]:
        """The parties, each in the role that the sentence or what it is tells."""
        parties, frames = candidate.parties, self._knowledge.frames
        told: dict[str, str] = {}
        patterns = frames.roles.for_language(self._read.language).get(type_)
        if patterns and parties:
            cue = candidate.cue
            word = candidate.reading.view.folded[cue.start : cue.end]
            told = party_roles.told(patterns, candidate.reduced, word, candidate.names)
        if not told and (by_nature := frames.of_makers(type_)):
            role, also = by_nature
            makers = [name for party in parties
                      if (name := party.organisation) in also or self._knowledge.topics.makes(name)]
            told = dict.fromkeys(makers, role) if len(makers) < len(parties) else {}
        return party_roles.cast(parties, told)

    def _standing_weight(self, standing: Standing) -> float:
        """A clause that looks back counts little beside other news, but is the news where a text says nothing else."""
        said = len(self._read.text.sentences) + self._title_is_other
        looks_back = standing.status is EventStatus.BACKGROUND and said > _WHOLE_TEXT
        return self._weights.background if looks_back else 0.0

    @cached_property
    def _title_is_other(self) -> bool:
        """Whether the headline tells of something else than a cooperation."""
        families = {frame.family for cue in self._read.title.cues for frame in cue.values}
        return bool(self._read.title.sentences) and "alliance" not in families

    @cached_property
    def _told(self) -> dict[str, float]:
        """What headline and first lines say of the kind of an alliance; most articles tell none."""
        return self._kinds.of_article(self._read.title.view.folded, self._read.text.view.folded[:_OPENING])

    def _type(self, candidate: Candidate, sentence: Span) -> str:
        if not self._kinds.can_tell(candidate.frame.type):
            return candidate.frame.type
        known = self._knowledge.organisations
        types = [known[party.organisation].type for party in candidate.parties if party.organisation in known]
        in_title, place = candidate.reading is self._read.title, (sentence.start, sentence.end)
        told = [self._told]
        if not in_title:
            if place not in self._told_in:
                folded = candidate.reading.view.folded[sentence.start : sentence.end]
                self._told_in[place] = self._kinds.of_sentence(folded)
            told.append(self._told_in[place])
        return self._kinds.strongest(candidate.frame.type, in_title=in_title, told=told, party_types=types)

    def _place(self, candidate: Candidate) -> list[tuple[str, float]]:
        if candidate.reading is self._read.title:
            return [("title", self._weights.title)]
        if candidate.number < LEAD_SENTENCES:
            return [("lead", self._weights.lead)]
        return [("body", self._weights.body)]

    def _doubts(self, candidate: Candidate) -> list[tuple[str, float]]:
        doubts = []
        if candidate.shape.implied:
            doubts.append(("implied_party", self._weights.implied_party))
        if candidate.unknown:
            doubts.append(("unknown_party", candidate.unknown * self._weights.unknown_party))
        if candidate.anonymous:
            doubts.append(("anonymous_party", self._weights.anonymous_party))
        if candidate.product:
            doubts.append(("product_party", self._weights.product_party))
        return doubts

    def _applies(self, veto: CompiledVeto, candidate: Candidate, sentence: Span) -> bool:
        """Whether a veto reaches a candidate: those of scope "text" reach the sentences around them."""
        if veto.scope == "title":
            return veto in self._standing
        reading = candidate.reading
        if veto.scope == "sentence":
            return bool(veto.pattern.search(reading.view.folded, sentence.start, sentence.end))
        if reading is self._read.title:
            return bool(veto.pattern.search(reading.view.folded))
        near = reading.sentences[max(0, candidate.number - 1) : candidate.number + 2]
        return any(one is veto and near[0][0] <= place < near[-1][1] for one, place in self._opening)

    def _vetoes(self, candidate: Candidate, sentence: Span) -> list[tuple[str, float]]:
        in_title = candidate.reading is self._read.title
        found = []
        for veto in self._mine:
            if candidate.frame.family not in veto.families:
                continue
            spared = (in_title and "title" in veto.spares) or (
                not in_title and (("lead" in veto.spares and candidate.number < LEAD_SENTENCES)
                                  or ("lead_start" in veto.spares and candidate.number < 2)))
            if not spared and self._applies(veto, candidate, sentence):
                found.append((veto.id, veto.score))
        return found


def _trimmed(reading: Reading, number: int) -> Span:
    """The sentence without the space around it."""
    start, end = reading.sentences[number]
    text = reading.view.plain[start:end]
    return reading.view.span(start + len(text) - len(text.lstrip()), start + len(text.rstrip()))
