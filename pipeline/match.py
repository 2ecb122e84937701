"""Match rules on an annotated article, and say with which words of the article each hit is proved."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.errors import UserError
from core.query import parse
from core.records import Annotation, Article, Band, Evidence, Hit
from pipeline.annotate import annotate
from pipeline.evaluate import Decision, Evaluator
from pipeline.knowledge import Knowledge
from pipeline.rulebook import Rule, RuleExample
from pipeline.views import script_of

_TEXTS = ("title", "text", "url", "language", "lang", "publisher", "published_at")   # of a line of JSON


@dataclass(frozen=True, slots=True)
class ExampleFailure:
    """An example that a rule does not judge as it is labelled."""

    example: RuleExample
    flagged: bool
    score: float | None

    def __str__(self) -> str:
        text = " ".join((self.example.match or self.example.no_match or "").split())
        shown = text if len(text) <= 100 else text[:99] + "…"
        if self.flagged:
            return f"flagged with score {self.score:.2f}, must not match: {shown}"
        return f"not flagged, must match: {shown}"


def match(article: Article, annotation: Annotation, rules: Sequence[Rule], *, source_id: str | None = None,
          knowledge: Knowledge | None = None, least: float | None = None) -> tuple[Hit, ...]:
    """The hits of the rules on an article, the strongest first.

    Where a query asks for events, one single event must meet its conditions on event, status, topic and
    organisation and the rule's status and score; that event is the hit's evidence and score. With `knowledge`,
    `org:` also understands names that the article does not use. `least` stands for the min_score of all rules: 0 asks
    what they would make of the article at any score.
    """
    hits = []
    for rule in rules:
        min_score = rule.min_score if least is None else least
        evaluator = Evaluator(
            article,
            annotation,
            source_id=source_id,
            knowledge=knowledge,
            statuses=rule.status,
            min_score=min_score,
        )
        decision = evaluator.decide(parse(rule.query))
        if decision is not None and decision.score >= min_score:
            hits.append(Hit(rule.id, decision.score, _evidence(annotation, decision), decision.event))
    return tuple(sorted(hits, key=lambda hit: (-hit.score, hit.rule)))


def bands_of(article: Article, annotation: Annotation, rules: Sequence[Rule], hits: Iterable[Hit], alert_score: float,
             *, source_id: str | None = None, knowledge: Knowledge | None = None) -> dict[str, Band]:
    """The band of an article under each rule whose conditions hold at any score. `hits` are those of `match`."""
    scores = {hit.rule: hit.score for hit in hits}
    others = [rule for rule in rules if rule.id not in scores]
    below = match(article, annotation, others, source_id=source_id, knowledge=knowledge, least=0.0)
    return {rule.id: rule.band_of(scores[rule.id], alert_score) for rule in rules if rule.id in scores} | {
        hit.rule: Band.ARCHIVE for hit in below
    }


def highest(bands: Collection[Band]) -> Band | None:
    """The highest of some bands."""
    return next((band for band in Band if band in bands), None)


def _evidence(annotation: Annotation, decision: Decision) -> tuple[Evidence, ...]:
    if decision.event is None:
        return decision.evidence
    return (*annotation.events[decision.event].evidence, *decision.evidence)


def check_examples(rule: Rule, knowledge: Knowledge) -> list[ExampleFailure]:
    """The examples of a rule that it does not judge as they are labelled."""
    failures = []
    for example in rule.examples:
        title, text = example.title_and_text
        article = Article("", "", title, text, language=example.language or script_of(title + text))
        hits = match(article, annotate(article, knowledge, publisher=example.publisher), [rule], knowledge=knowledge)
        if bool(hits) != example.wanted:
            failures.append(ExampleFailure(example, bool(hits), hits[0].score if hits else None))
    return failures


def check_item(item: object) -> Mapping[str, Any]:
    """One line of JSON that can be read as an article. UserError says why another one cannot."""
    if not isinstance(item, dict):
        raise UserError("is not an object {id, title, text}")
    for key in _TEXTS:
        if not isinstance(item.get(key), str | None):
            raise UserError(f"{key} must be text, not {_short(item[key])}")
    if item.get("title") is None and item.get("text") is None:
        raise UserError("has neither title nor text")
    return item


def _short(value: object) -> str:
    if isinstance(value, bool | int | float):
        return str(value).lower()[:40]
    return "a list" if isinstance(value, list) else "an object"


def read_item(item: Mapping[str, Any], knowledge: Knowledge) -> tuple[Article, str | None]:
    """The article of one line of JSON, `{title, text, language?, url?, …}`, and who says "we" in it."""
    title, text, url = (item.get(key) or "" for key in ("title", "text", "url"))
    language = item.get("language") or item.get("lang") or script_of(title + text)
    publisher = item.get("publisher") or knowledge.gazetteer.publisher_of(url)
    return Article(url, url, title, text, language=language), str(publisher) if publisher else None


def match_line(item: Mapping[str, Any], knowledge: Knowledge, rules: Sequence[Rule]) -> dict[str, Any]:
    """What the rules make of one line of the `match` command, `{id, title, text, language?, url?, …}`."""
    article, publisher = read_item(item, knowledge)
    annotation = annotate(article, knowledge, publisher=publisher)
    hits = match(article, annotation, rules, knowledge=knowledge)
    bands = bands_of(article, annotation, rules, hits, knowledge.frames.weights.alert_score, knowledge=knowledge)
    best = hits[0] if hits else None
    event = annotation.events[best.event] if best is not None and best.event is not None else None
    return {
        "id": item.get("id"),
        "flagged": bool(hits),
        "organisations": [party.organisation for party in event.parties] if event else [],
        "event_type": event.type if event else None,
        "status": event.status.value if event else None,
        "score": best.score if best else 0.0,
        "band": highest(bands.values()),
        "evidence": [_shown(evidence) for evidence in best.evidence] if best else [],
        "hits": [{"rule": hit.rule, "score": hit.score, "band": bands[hit.rule].value} for hit in hits],
    }


def _shown(evidence: Evidence) -> dict[str, Any]:
    span = evidence.span
    return {"text": span.text, "start": span.start, "end": span.end, "role": evidence.role, "field": span.field}
