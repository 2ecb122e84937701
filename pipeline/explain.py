"""Say which conditions of a rule an article meets, which it fails, and by how little."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from core.query import OF_EVENT, And, Filter, Not, Or, Query, Range, Term, about_one_event, parse, walk
from core.records import Annotation, Article, Band, Event
from pipeline.evaluate import Evaluator
from pipeline.knowledge import Knowledge
from pipeline.match import bands_of, match
from pipeline.reasons import Contribution, contributions
from pipeline.rulebook import Rule


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition of a rule in words, whether it holds, and what it was judged by."""

    condition: str
    held: bool
    detail: str
    parts: tuple[Condition, ...] = ()    # the words of a longer one, each as the rule spells it


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why an article is a hit of a rule, or why not."""

    band: Band | None                    # None where its conditions hold at no score
    score: float | None                  # of the hit, else of the event that was looked at
    conditions: tuple[Condition, ...]
    event: Event | None = None           # the one that comes nearest to meeting all conditions
    contributions: tuple[Contribution, ...] = ()

    @property
    def flagged(self) -> bool:
        """Whether it is a hit."""
        return self.band in {Band.ALERT, Band.DIGEST}

    def as_json(self) -> dict[str, Any]:
        """What `rules explain --json` prints."""
        event = self.event
        told = event and {
            "type": event.type, "family": event.family, "kinds": event.kinds, "status": event.status.value,
            "topics": event.topics,
            "parties": [{"organisation": party.organisation, "role": party.role} for party in event.parties],
            "evidence": [{"role": one.role, **asdict(one.span)} for one in event.evidence],
        }
        return {"flagged": self.flagged, "band": self.band, "score": self.score,
                "conditions": [asdict(one) for one in self.conditions], "event": told,
                "contributions": [asdict(one) for one in self.contributions]}


def explain(article: Article, annotation: Annotation, rule: Rule, knowledge: Knowledge, *,
            source_id: str | None = None) -> Explanation:
    """Each condition of a rule, and what the score is made of.

    Conditions on one event are judged on the event that comes nearest to meeting them all.
    """
    query = parse(rule.query)
    evaluator = Evaluator(article, annotation, source_id=source_id, knowledge=knowledge)
    children = query.children if isinstance(query, And) else (query,)
    scoped, others = about_one_event(query) if isinstance(query, And) else ((), (query,))
    if not isinstance(query, And) and isinstance(query, Filter) and query.field in OF_EVENT:
        scoped, others = children, ()
    conditions = [
        Condition(describe(child), evaluator.decide(child) is not None, _detail(child, annotation),
                  _parts(child, annotation, evaluator)) for child in others
    ]
    hits = match(article, annotation, [rule], source_id=source_id, knowledge=knowledge)
    event = _nearest(scoped, annotation, rule, evaluator) if scoped else None
    if hits and hits[0].event is not None:
        event = annotation.events[hits[0].event]
    if scoped:
        conditions += _about_event(scoped, event, annotation, rule, evaluator)
    bands = bands_of(article, annotation, [rule], hits, knowledge.frames.weights.alert_score, source_id=source_id,
                     knowledge=knowledge)
    return Explanation(
        band=bands.get(rule.id), score=hits[0].score if hits else event.score if event else None,
        conditions=tuple(conditions), event=event,
        contributions=tuple(contributions(event, knowledge)) if event else (),
    )


def _parts(query: Query, annotation: Annotation, evaluator: Evaluator) -> tuple[Condition, ...]:
    """What a condition of several words is made of, and which of it holds."""
    if not isinstance(query, And | Or | Not):
        return ()
    leaves = [part for part in walk(query) if not isinstance(part, And | Or | Not)]
    return tuple(Condition(describe(one), evaluator.decide(one) is not None, _detail(one, annotation))
                 for one in leaves)


def _nearest(scoped: Sequence[Query], annotation: Annotation, rule: Rule, evaluator: Evaluator) -> Event | None:
    def met(event: Event) -> tuple[int, float]:
        held = sum(evaluator.event_holds(condition, event) for condition in scoped)
        return held + (event.score >= rule.min_score) + (not rule.status or event.status in rule.status), event.score

    return max(annotation.events, key=met, default=None)


def _about_event(scoped: Sequence[Query], event: Event | None, annotation: Annotation, rule: Rule,
                 evaluator: Evaluator) -> list[Condition]:
    if event is None:
        return [Condition(describe(condition), False, "no event was found") for condition in scoped]
    conditions = [
        Condition(describe(condition), evaluator.event_holds(condition, event), _of_event(condition, event, annotation))
        for condition in scoped
    ]
    if rule.status:
        by = f', by "{event.status_span.text}"' if event.status_span else ""
        conditions.append(
            Condition(f"status is {', '.join(rule.status)}", event.status in rule.status, f"{event.status}{by}")
        )
    gap = event.score - rule.min_score
    short = "" if gap >= 0 else f", {-gap:.2f} too low"
    conditions.append(Condition(f"score is at least {rule.min_score:.2f}", gap >= 0, f"{event.score:.2f}{short}"))
    return conditions


def _of_event(condition: Query, event: Event, annotation: Annotation) -> str:
    if isinstance(condition, Or):
        return "; ".join(dict.fromkeys(_of_event(child, event, annotation) for child in condition.children))
    if isinstance(condition, Filter):
        if condition.field == "event":
            return f"{kinds_of(event)}, by \"{event.relation.text}\""
        if condition.field == "topic":
            salience = annotation.topics.get(condition.value.lower(), 0.0)
            word = f", by \"{event.topic_span.text}\"" if event.topic_span and event.topics else ""
            return (
                f"topics of the event: {', '.join(event.topics) or 'none'}{word}; salience in the text {salience:.2f}"
            )
        if condition.field in {"org", "pair"}:
            return "parties: " + ", ".join(party.organisation for party in event.parties)
    return str(event.status)


def kinds_of(event: Event) -> str:
    """What an event is, for reading: `joint_venture (alliance, end)`."""
    first, *others = event.kinds
    return f"{first} ({', '.join(others)})" if others else first


def _detail(query: Query, annotation: Annotation) -> str:
    """What a condition on the whole article was judged by."""
    if isinstance(query, Filter) and query.field == "topic":
        return f"salience {annotation.topics.get(query.value.lower(), 0.0):.2f}"
    if isinstance(query, Filter) and query.field == "org":
        names = list(dict.fromkeys(mention.organisation for mention in annotation.mentions))
        return "organisations in the text: " + (", ".join(names[:10]) or "none")
    if isinstance(query, Filter) and query.field == "person":
        return "people in the text: " + (", ".join(dict.fromkeys(one.name for one in annotation.people)) or "none")
    return "the text's words" if isinstance(query, Term) else "the article"


def describe(query: Query) -> str:
    """A query in the language that it is written in."""
    match query:
        case Term() if query.written:
            return ("" if query.field == "any" else f"{query.field}:") + query.written
        case Term():
            words = " ".join(query.tokens) + ("*" if query.prefix else "")
            quoted = f'"{words}"' if len(query.tokens) > 1 else words
            near = f"~{query.slop}" if query.slop is not None else ""
            return ("" if query.field == "any" else f"{query.field}:") + quoted + near
        case Filter("pair", value):
            return f"pair:({value})"
        case Filter(field, value):
            return f'{field}:"{value}"' if " " in value else f"{field}:{value}"
        case Range(field, low, high):
            return f"{field}:[{low or '*'} TO {high or '*'}]"
        case And(children):
            return "(" + " AND ".join(map(describe, children)) + ")"
        case Or(children):
            return "(" + " OR ".join(map(describe, children)) + ")"
        case Not(child):
            return f"NOT {describe(child)}"
    return "*"
