"""Say which conditions of a rule an article meets, which it fails, and by how little."""

from __future__ import annotations

from core.query import And, Filter, Not, Or, Query, Range, Term, about_one_event, parse
from core.records import Annotation, Article, Event
from pipeline.evaluate import Evaluator
from pipeline.knowledge import Knowledge
from pipeline.rulebook import Rule

Condition = tuple[str, bool, str]


def explain(article: Article, annotation: Annotation, rule: Rule, *, source_id: str | None = None,
            knowledge: Knowledge | None = None) -> list[Condition]:
    """Each condition of a rule in words, whether it holds, and what it was judged by.

    Conditions on one event are judged on the event that comes nearest to meeting them all.
    """
    query = parse(rule.query)
    evaluator = Evaluator(article, annotation, source_id=source_id, knowledge=knowledge)
    children = query.children if isinstance(query, And) else (query,)
    scoped, others = about_one_event(query) if isinstance(query, And) else ((), (query,))
    if not isinstance(query, And) and isinstance(query, Filter) and query.field in {"event", "status"}:
        scoped, others = children, ()
    conditions = [
        (describe(child), evaluator.decide(child) is not None, _detail(child, annotation)) for child in others
    ]
    if scoped:
        conditions += _about_event(scoped, annotation, rule, evaluator)
    return conditions


def _about_event(
    scoped: tuple[Query, ...], annotation: Annotation, rule: Rule, evaluator: Evaluator
) -> list[Condition]:
    if not annotation.events:
        return [(describe(condition), False, "no event was found") for condition in scoped]

    def met(event: Event) -> tuple[int, float]:
        held = sum(evaluator.event_holds(condition, event) for condition in scoped)
        return held + (event.score >= rule.min_score) + (not rule.status or event.status in rule.status), event.score

    event = max(annotation.events, key=met)
    parties = " and ".join(party.organisation for party in event.parties)
    conditions = [
        (describe(condition), evaluator.event_holds(condition, event), _of_event(condition, event, annotation))
        for condition in scoped
    ]
    if rule.status:
        allowed = ", ".join(rule.status)
        conditions.append((f"status is {allowed}", event.status in rule.status,
                           f"{event.status}" + (f", by \"{event.status_span.text}\"" if event.status_span else "")))
    gap = event.score - rule.min_score
    by = "" if gap >= 0 else f", {-gap:.2f} too low"
    conditions.append(
        (f"score is at least {rule.min_score:.2f}", gap >= 0, f"{event.score:.2f}{by} ({', '.join(event.reasons)})")
    )
    conditions.append(("judged on", True, f"{event.type} of {parties}: \"{event.sentence.text[:200]}\""))
    return conditions


def _of_event(condition: Query, event: Event, annotation: Annotation) -> str:
    if isinstance(condition, Filter):
        if condition.field == "event":
            return f"{event.type} ({event.family}), by \"{event.relation.text}\""
        if condition.field == "topic":
            salience = annotation.topics.get(condition.value.lower(), 0.0)
            word = f", by \"{event.topic_span.text}\"" if event.topic_span and event.topics else ""
            return (
                f"topics of the event: {', '.join(event.topics) or 'none'}{word}; salience in the text {salience:.2f}"
            )
        if condition.field == "org":
            return "parties: " + ", ".join(party.organisation for party in event.parties)
    return str(event.status)


def _detail(query: Query, annotation: Annotation) -> str:
    """What a condition on the whole article was judged by."""
    if isinstance(query, Filter) and query.field == "topic":
        return f"salience {annotation.topics.get(query.value.lower(), 0.0):.2f}"
    if isinstance(query, Filter) and query.field == "org":
        names = list(dict.fromkeys(mention.organisation for mention in annotation.mentions))
        return "organisations in the text: " + (", ".join(names[:10]) or "none")
    return "the text's words" if isinstance(query, Term) else "the article"


def describe(query: Query) -> str:
    """A query in the language that it is written in."""
    match query:
        case Term():
            words = " ".join(query.tokens) + ("*" if query.prefix else "")
            quoted = f'"{words}"' if len(query.tokens) > 1 else words
            near = f"~{query.slop}" if query.slop is not None else ""
            return ("" if query.field == "any" else f"{query.field}:") + quoted + near
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
