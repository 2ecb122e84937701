"""Judge what a relation is about: by the topic words of its sentence, those around it, and what its parties make."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from typing import TYPE_CHECKING

from core.records import Span
from pipeline.knowledge import Knowledge
from pipeline.reading import ArticleReading, Reading
from pipeline.topics import COUNTS, TopicPlace, salience

if TYPE_CHECKING:
    from pipeline.events import Candidate

_COOPERATION = "alliance"
_OPENING_SENTENCES = 2
_OBJECT = 0.6             # what a thing counts that the topic adorns, where it is the object of the relation

Strengths = dict[str, tuple[float, Span | None]]    # topic -> how strongly, and the word that says it best


class Subject:
    """The topics of one article, ready to judge each of its relations."""

    def __init__(self, read: ArticleReading, knowledge: Knowledge) -> None:
        self._read = read
        self._weights = knowledge.frames.weights
        self._topics = knowledge.topics.topics
        self._book = knowledge.topics
        self._salience = salience(read.title.topics, read.text.topics, read.text.lead_end)
        self._in_title = {name.organisations[0] for name in read.title.names if name.organisations}
        self._in_headline = _strongest(read.title, read.title.topics, self._weights.topic_in_title)
        self._of_text = self._whole()
        self._opening = self._first_sentences()

    def topics(self, candidate: Candidate) -> Strengths:
        """The topics that a relation is about."""
        weights, reading = self._weights, candidate.reading
        start, end = reading.sentences[candidate.number]
        inside = _between(reading, start, end)
        best = _strongest(reading, inside, weights.topic_in_sentence)
        _add(best, _joined(reading, inside, candidate.cue.end))
        if candidate.frame.family != _COOPERATION:
            # Who buys or funds an AI firm does so for what the firm makes.
            _add(best, _strongest(reading, [place for place in inside if place.role == "describes"],
                                  weights.topic_in_sentence / COUNTS["describes"]))
        belongs = self._belongs(candidate)
        if reading is self._read.title:
            _add(best, self._opening)
        if belongs:
            _add(best, self._in_headline)
        # "The partnership" says little by itself: what it is about must stand beside it.
        if not candidate.shape.titled:
            near = reading.sentences[max(0, candidate.number - 1) : candidate.number + 2]
            beside = [place for part in near for place in self._of_this_news(reading, part)]
            _add(best, _strongest(reading, beside, weights.topic_nearby))
            if belongs:
                _add(best, self._of_text)
        _add(best, self._made_by(candidate, best))
        for topic, pattern in self._book.others.items():
            if topic in best and not self._is_said(topic, inside) and pattern.search(reading.view.folded, start, end):
                del best[topic]
        return {topic: held for topic, held in best.items() if held[0] >= weights.topic_least}

    def _of_this_news(self, reading: Reading, sentence: tuple[int, int]) -> list[TopicPlace]:
        """The topic words of a sentence that has not turned to other news of a party."""
        places = _between(reading, *sentence)
        turned = {place.topic for place in places if (pattern := self._book.elsewhere.get(place.topic))
                  and pattern.search(reading.view.folded, *sentence)}
        return [place for place in places if place.topic not in turned] if turned else places

    def _is_said(self, topic: str, inside: Iterable[TopicPlace]) -> bool:
        """Whether the sentence or the headline names a topic as more than what a firm makes."""
        return any(place.topic == topic and place.role in {"subject", "adorns"}
                   for place in (*inside, *self._read.title.topics))

    def _whole(self) -> Strengths:
        """What the text as a whole says to each of its relations."""
        text = self._read.text
        return {
            topic: (self._salience.get(topic, 0.0) * self._weights.topic_of_text, span)
            for topic, (_, span) in _strongest(text, text.topics, 1.0).items()
        }

    def _first_sentences(self) -> Strengths:
        """A headline's event is about what its first sentences are about."""
        text = self._read.text
        first = [place for part in text.sentences[:_OPENING_SENTENCES] for place in self._of_this_news(text, part)]
        return _strongest(text, first, self._weights.topic_nearby)

    def _belongs(self, candidate: Candidate) -> bool:
        """Whether a candidate is about what the title is about: a text may mix stories that have nothing in common."""
        return candidate.reading is self._read.title or not self._in_title or any(
            party.organisation in self._in_title or party.organisation == self._read.publisher
            for party in candidate.parties
        )

    def _made_by(self, candidate: Candidate, best: Strengths) -> Strengths:
        """The topics of what a party makes."""
        made: Strengths = {}
        for topic, entry in self._topics.items():
            party = next((party for party in candidate.parties if party.organisation in entry.makers), None)
            if party:
                made[topic] = (self._weights.topic_of_maker, best[topic][1] if topic in best else party.span)
        return made


def _between(reading: Reading, start: int, end: int) -> list[TopicPlace]:
    """The topic words that begin in a part of a field."""
    places = reading.topics
    return places[bisect_left(places, start, key=_start) : bisect_left(places, end, key=_start)]


def _joined(reading: Reading, places: Iterable[TopicPlace], after: int) -> Strengths:
    """"A partnership to build AI-powered tutors": after the relation, a thing that the topic adorns is its object."""
    objects = [place for place in places if place.role == "adorns" and place.start >= after]
    return _strongest(reading, objects, _OBJECT / COUNTS["adorns"])


def _start(place: TopicPlace) -> int:
    return place.start


def _strongest(reading: Reading, places: Iterable[TopicPlace], weight: float) -> Strengths:
    """The strongest word of each topic, the first of equal ones."""
    best: dict[str, TopicPlace] = {}
    for place in places:
        if place.topic not in best or place.counted > best[place.topic].counted:
            best[place.topic] = place
    return {
        topic: (place.counted * weight, reading.view.span(place.start, place.end)) for topic, place in best.items()
    }


def _add(best: Strengths, more: Strengths) -> None:
    """Let what is stronger take its place."""
    for topic, held in more.items():
        if topic not in best or held[0] > best[topic][0]:
            best[topic] = held
