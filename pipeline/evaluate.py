"""Evaluate a query on one article in memory, as the archive does it in the database."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cached_property

from core.clock import now
from core.periods import bounds
from core.query import (
    OF_EVENT,
    TOPIC_LEAST,
    And,
    Everything,
    Filter,
    Not,
    Or,
    Query,
    Range,
    Term,
    about_one_event,
    pair_of,
    walk,
)
from core.records import Annotation, Article, Event, EventStatus, Evidence, Party
from core.text import fold, search_form
from pipeline.groups import groups_above
from pipeline.knowledge import Knowledge
from pipeline.terms import TermSearch


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
            case Range(field="score"):
                best = self._property(())
                return best if best is not None and _between(best.score, query) else None
            case Filter() | Range():
                return self._property((query,)) if query.field in OF_EVENT else self._fact(query)
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

    def event_holds(self, query: Query, event: Event) -> bool:
        """Whether one event meets a condition."""
        match query:
            case Or():
                return any(self.event_holds(child, event) for child in query.children)
            case Filter(field, value):
                if field == "pair":
                    return self._has_pair(event, *pair_of(query))
                if field == "org":
                    return any(self._is_party(value, party) for party in event.parties)
                actual = {"event": event.kinds, "status": (event.status.value,), "topic": event.topics}[field]
                return any(_is(one, value) for one in actual)
        return False

    def _has_pair(self, event: Event, first: str, second: str) -> bool:
        """Whether two different parties have these names."""
        return any(one.organisation != other.organisation and self._is_party(first, one)
                   and self._is_party(second, other) for one in event.parties for other in event.parties)

    def _is_party(self, wanted: str, party: Party) -> bool:
        return self._is_named(wanted, party.organisation, party.span.text if party.span else "")

    def _fact(self, query: Filter | Range) -> Decision | None:
        """A condition on the whole article."""
        if isinstance(query, Range):
            low, high = bounds(query, now())
            when = self._article.published_at
            held = when is not None and (low is None or low <= when) and (high is None or when < high)
            return Decision(1.0) if held else None
        if query.field == "org":
            return self._names(query.value)
        if query.field == "person":
            person = next((one for one in self._annotation.people if _is_called(one.name, query.value)), None)
            return Decision(1.0, None, (Evidence("person", person.span),)) if person else None
        actual: dict[str, Iterable[str | None]] = {
            "topic": (name for name, salience in self._annotation.topics.items() if salience >= TOPIC_LEAST),
            "source": (self._source_id, self._article.outlet),
            "country": (self._article.country,),
            "lang": (self._article.language,),
        }
        return Decision(1.0) if any(_is(one, query.value) for one in actual[query.field]) else None

    def _names(self, wanted: str) -> Decision | None:
        """Where the article names an organisation, or that it takes part in an event of it."""
        mention = next(
            (m for m in self._annotation.mentions if self._is_named(wanted, m.organisation, m.span.text)), None)
        if mention is not None:
            return Decision(1.0, None, (Evidence("party", mention.span),))
        held = any(self._is_party(wanted, party) for event in self._annotation.events for party in event.parties)
        return Decision(1.0) if held else None

    def _is_named(self, wanted: str, organisation: str, written: str) -> bool:
        """Whether a user's word means an organisation: its name, the start of its name, any alias, or its group's."""
        group = wanted.removesuffix("+")
        if group != wanted:
            above = groups_above(organisation, self._knowledge.organisations) if self._knowledge else []
            return any(self._is_named(group, name, written if name == organisation else "")
                       for name in (organisation, *above))
        folded, name = fold(wanted.removesuffix("*")), fold(organisation)
        if wanted == "*" or folded in {name, fold(written)} or name.startswith(
                folded if wanted.endswith("*") else folded + " "):
            return True
        return self._knowledge is not None and organisation in self._knowledge.gazetteer.wanted(wanted)


def _between(score: float, query: Range) -> bool:
    low, high = float(query.low or 0), float(query.high or 1)
    return (low < score or (query.include_low and low == score)) and \
        (score < high or (query.include_high and high == score))


def _is(actual: str | None, value: str) -> bool:
    """Whether a property has the value in any case; `*` is any value, `x*` any that starts so."""
    if not actual:
        return False
    if value.endswith("*"):
        return actual.lower().startswith(value[:-1].lower())
    return actual.lower() == value.lower()


def _is_called(name: str, wanted: str) -> bool:
    """Whether the name of a person holds these words, side by side; `x*` is the start of a word of it."""
    sought = f" {search_form(wanted)}{'' if wanted.endswith('*') else ' '}"
    return wanted == "*" or sought in f" {search_form(name)} "
