"""Judge a relation that was found: status, topics, and a score by readable weights."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from core.records import Event, Span
from pipeline.framebook import CompiledVeto
from pipeline.knowledge import Knowledge
from pipeline.reading import LEAD_SENTENCES, ArticleReading, Reading
from pipeline.topics import TopicPlace, salience

if TYPE_CHECKING:
    from pipeline.events import Candidate

_OPENING_SENTENCES = 2
_OPENING = 600            # characters of a text that vetoes of scope "text" read


class Scorer:
    """Scores the events of one article."""

    def __init__(self, read: ArticleReading, knowledge: Knowledge) -> None:
        self._read = read
        self._knowledge = knowledge
        self._weights = knowledge.frames.weights
        self.salience = salience(read.title.topics, read.text.topics, read.text.lead_end)
        self._digest = knowledge.preparation.is_digest(read.title.view)
        title = read.title.view.folded
        self._mine = knowledge.frames.vetoes_for(read.language)
        self._standing = [
            veto for veto in self._mine if veto.scope == "title" and veto.pattern.search(title)
        ]
        self._opening = [
            (veto, match.start()) for veto in self._mine if veto.scope == "text"
            for match in [veto.pattern.search(read.text.view.folded, 0, _OPENING)] if match
        ]
        self._in_title = {name.organisations[0] for name in (*read.title.names, *read.title.maybe)
                          if name.organisations}

    def event(self, candidate: Candidate) -> Event:
        """The event of a candidate."""
        reading, sentence = candidate.reading, _trimmed(candidate.reading, candidate.number)
        cue = candidate.cue
        inside = [place for place in reading.statuses if sentence.start <= place.start and place.end <= sentence.end]
        standing = self._knowledge.status.judge(inside, (cue.start, cue.end))
        topics = self._topics(candidate, sentence)
        parts = [
            (candidate.frame.id, candidate.frame.strength),
            (f"shape:{candidate.shape.id}", candidate.shape.score),
            *([(standing.cue, 0.0)] if standing.cue else []),
            *self._place(candidate),
            *self._doubts(candidate),
            *self._vetoes(candidate, sentence),
        ]
        score = sum(weight for _, weight in parts)
        strongest = max(topics, key=lambda topic: topics[topic][0], default=None)
        return Event(
            type=self._type(candidate, sentence), family=candidate.frame.family, status=standing.status,
            score=round(min(1.0, max(0.0, score)), 3), parties=candidate.parties, sentence=sentence,
            relation=reading.view.span(cue.start, cue.end),
            topics=tuple(sorted(topics, key=lambda topic: -topics[topic][0])),
            topic_span=topics[strongest][1] if strongest else None,
            status_span=reading.view.span(standing.start, standing.end) if standing.cue else None,
            reasons=tuple(reason for reason, _ in parts),
            contributions=tuple(parts),
        )

    def _type(self, candidate: Candidate, sentence: Span) -> str:
        known = self._knowledge.organisations
        types = [known[party.organisation].type for party in candidate.parties if party.organisation in known]
        texts = (candidate.reading.view.folded[sentence.start : sentence.end], self._read.title.view.folded)
        return self._knowledge.frames.refine(candidate.frame.type, texts, self._read.text.view.folded[:_OPENING], types)

    def _place(self, candidate: Candidate) -> list[tuple[str, float]]:
        if candidate.reading is self._read.title:
            return [("title", self._weights.title)]
        if candidate.number < LEAD_SENTENCES:
            return [("lead", self._weights.lead)]
        return [("body", 0.0 if self._digest else self._weights.body)]

    def _doubts(self, candidate: Candidate) -> list[tuple[str, float]]:
        doubts = []
        if candidate.shape.implied:
            doubts.append(("implied_party", self._weights.implied_party))
        if candidate.unknown:
            doubts.append(("unknown_party", candidate.unknown * self._weights.unknown_party))
        if candidate.anonymous:
            doubts.append(("anonymous_party", self._weights.anonymous_party))
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

    def _belongs(self, candidate: Candidate) -> bool:
        """Whether a candidate is about what the title is about: a text may mix stories that have nothing in common."""
        return candidate.reading is self._read.title or not self._in_title or any(
            party.organisation in self._in_title or party.organisation == self._read.publisher
            for party in candidate.parties
        )

    def _offer_opening(self, offer: Callable[[Reading, TopicPlace, float], None]) -> None:
        """A headline's event is about what its first sentences are about."""
        text = self._read.text
        opening = text.sentences[_OPENING_SENTENCES - 1][1] if len(text.sentences) >= _OPENING_SENTENCES else 10**9
        for place in text.topics:
            if place.start < opening:
                offer(text, place, place.weight * self._weights.topic_nearby)

    def _topics(self, candidate: Candidate, sentence: Span) -> dict[str, tuple[float, Span | None]]:
        """The topics of an event: how strongly, and the word that says it best."""
        weights, reading = self._weights, candidate.reading
        best: dict[str, tuple[float, Span | None]] = {}

        def offer(source: Reading, place: TopicPlace, strength: float) -> None:
            if strength > best.get(place.topic, (0.0, None))[0]:
                best[place.topic] = (strength, source.view.span(place.start, place.end))

        near = reading.sentences[max(0, candidate.number - 1) : candidate.number + 2]
        # "The partnership" says little by itself: what it is about must stand beside it.
        alone = self._digest or candidate.shape.titled
        if reading is self._read.title and not self._digest:
            self._offer_opening(offer)
        for place in reading.topics:
            if sentence.start <= place.start < sentence.end:
                offer(reading, place, place.weight * weights.topic_in_sentence)
            elif not alone and near[0][0] <= place.start < near[-1][1]:
                offer(reading, place, place.weight * weights.topic_nearby)
        if not self._digest and self._belongs(candidate):
            for place in self._read.title.topics:
                offer(self._read.title, place, place.weight * weights.topic_in_title)
        if not alone and self._belongs(candidate):
            for place in self._read.text.topics:
                offer(self._read.text, place, self.salience.get(place.topic, 0.0) * weights.topic_of_text)
        for topic, entry in self._knowledge.topics.topics.items():
            party = next((party for party in candidate.parties if party.organisation in entry.makers), None)
            if party and topic not in best:
                best[topic] = (weights.topic_of_maker, party.span)
            elif party and best[topic][0] < weights.topic_of_maker:
                best[topic] = (weights.topic_of_maker, best[topic][1])
        return {topic: held for topic, held in best.items() if held[0] >= weights.topic_least}


def _trimmed(reading: Reading, number: int) -> Span:
    """The sentence without the space around it."""
    start, end = reading.sentences[number]
    text = reading.view.original[start:end]
    return reading.view.span(start + len(text) - len(text.lstrip()), start + len(text.rstrip()))
