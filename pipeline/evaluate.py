"""Evaluate a query on one article in memory, as the archive does it in the database."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cached_property

from core.clock import now
from core.periods import bounds
from core.query import And, Everything, Filter, Not, Or, Query, Range, Term, about_one_event, walk
from core.records import Annotation, Article, Event, EventStatus, Evidence
from core.text import fold
from pipeline.knowledge import Knowledge
from pipeline.terms import TermSearch

TOPIC_LEAST = 0.3         # salience from which an article is about a topic


@dataclass(frozen=True, slots=True)
class Decision:
    """Why a query holds: by which event (its index), if by one, and with which evidence beside it."""

    score: float
    event: int | None = None
    evidence: tuple[Evidence, ...] = ()


class Evaluator:
    """One article under one rule's conditions on status and score."""

    def __init__(
        self,
        article: Article,
        annotation: Annotation,
        *,
        source_id: str | None = None,
        knowledge: Knowledge | None = None,
        statuses: Collection[EventStatus] = (),
        min_score: float = 0.0,
    ) -> None:
        self._article = article
        self._annotation = annotation
        self._source_id = source_id
        self._knowledge = knowledge
        self._statuses = statuses
        self._min_score = min_score

    @cached_property
    def _terms(self) -> TermSearch:
        return TermSearch(self._article)

    def decide(self, query: Query) -> Decision | None:
        """Why the query holds, or None where it does not."""
        match query:
            case Everything():
                return Decision(1.0)
            case Term():
                evidence, score = self._terms.find(query)
                return Decision(score, None, evidence) if score else None
            case Filter() | Range():
                return self._property((query,)) if self._of_event(query) else self._fact(query)
            case And():
                return self._all(query)
            case Or():
                found = [decision for child in query.children if (decision := self.decide(child))]
                return max(found, key=lambda one: (one.event is not None, one.score), default=None)
            case Not():
                inner = Evaluator(self._article, self._annotation, source_id=self._source_id, knowledge=self._knowledge)
                return None if inner.decide(query.child) else Decision(1.0)

    def _all(self, query: And) -> Decision | None:
        scoped, others = about_one_event(query)
        # Words cost a reading of the text, so what needs none is asked first.
        if any(self.decide(child) is None for child in others if not any(isinstance(p, Term) for p in walk(child))):
            return None
        held = [decision for child in others if (decision := self.decide(child))]
        if len(held) < len(others):
            return None
        if scoped:
            decided = self._property(scoped)
            if decided is None:
                return None
            held.insert(0, decided)
        leading = next((decision for decision in held if decision.event is not None), None) or min(
            held, key=lambda one: one.score
        )
        evidence = dict.fromkeys(evidence for decision in held for evidence in decision.evidence)
        return Decision(leading.score, leading.event, tuple(evidence))

    def _property(self, conditions: Iterable[Query]) -> Decision | None:
        """The strongest event that meets all conditions, and the rule's status and score."""
        conditions = tuple(conditions)
        best: Decision | None = None
        for number, event in enumerate(self._annotation.events):
            if event.score < self._min_score or (self._statuses and event.status not in self._statuses):
                continue
            if all(self.event_holds(condition, event) for condition in conditions) and (
                best is None or event.score > best.score
            ):
                best = Decision(event.score, number)
        return best

    @staticmethod
    def _of_event(query: Filter | Range) -> bool:
        return query.field in {"event", "status", "score"}

    def event_holds(self, query: Query, event: Event) -> bool:
        """Whether one event meets a condition."""
        match query:
            case Or():
                return any(self.event_holds(child, event) for child in query.children)
            case Range():
                low, high = float(query.low or 0), float(query.high or 1)
                return (low < event.score or (query.include_low and low == event.score)) and \
                    (event.score < high or (query.include_high and high == event.score))
            case Filter(field, value):
                value = value.lower()
                if field == "event":
                    return value == "*" or value in event.kinds
                if field == "status":
                    return value in {"*", event.status.value}
                if field == "topic":
                    return value in event.topics or (value == "*" and bool(event.topics))
                return any(
                    self._is_named(value, party.organisation, party.span.text if party.span else "")
                    for party in event.parties
                )
        return False

    def _fact(self, query: Filter | Range) -> Decision | None:
        """A condition on the whole article."""
        if isinstance(query, Range):
            low, high = bounds(query, now())
            when = self._article.published_at
            held = when is not None and (low is None or low <= when) and (high is None or when < high)
            return Decision(1.0) if held else None
        value = query.value.lower()
        if query.field == "org":
            mention = next(
                (m for m in self._annotation.mentions if self._is_named(value, m.organisation, m.span.text)), None
            )
            return Decision(1.0, None, (Evidence("party", mention.span),)) if mention else None
        if query.field == "topic":
            held = self._annotation.topics.get(value, 0.0) >= TOPIC_LEAST or (
                value == "*" and bool(self._annotation.topics)
            )
        elif query.field == "country":
            held = value in self._countries()
        else:
            actual = {"source": self._source_id, "lang": self._article.language}.get(query.field) or ""
            held = value == actual.lower() or (value == "*" and bool(actual))
        return Decision(1.0) if held else None

    def _countries(self) -> set[str]:
        if self._knowledge is None:
            return set()
        entries = (self._knowledge.organisations.get(mention.organisation) for mention in self._annotation.mentions)
        return {entry.country.lower() for entry in entries if entry and entry.country}

    def _is_named(self, wanted: str, organisation: str, written: str) -> bool:
        """Whether a user's word means an organisation: its name, the start of its name, or any alias."""
        folded, name = fold(wanted), fold(organisation)
        if wanted == "*" or folded in {name, fold(written)} or name.startswith(folded + " "):
            return True
        return self._knowledge is not None and organisation in self._knowledge.gazetteer.wanted(wanted)
