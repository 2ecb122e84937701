"""Judge a rule by labelled texts: the figures, the mistakes, and how they are printed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import UserError
from pactwatch.progress import bar, track
from pipeline.explain import explain
from pipeline.fitting import CrossValidation, cross_validate, example, fit, present_values
from pipeline.knowledge import Knowledge, load_knowledge
from pipeline.labelled import Judged, Labelled, judge, read_labelled
from pipeline.rulebook import Rule
from pipeline.samenames import SameNames
from pipeline.scores import report


def read_strata(text: str | None) -> dict[str, int]:
    """Sizes of strata from `11=1285,10=3296`."""
    sizes: dict[str, int] = {}
    for part in (text or "").split(","):
        name, _, size = part.partition("=")
        if not part.strip():
            continue
        if not name.strip() or not size.strip().isdigit():
            raise UserError(f"--strata {part.strip()!r} is not NAME=SIZE; write 11=1285,10=3296")
        sizes[name.strip()] = int(size)
    return sizes


def evaluate(labels: Sequence[Labelled], rule: Rule, knowledge: Knowledge) -> list[Judged]:
    """What the rule makes of each text, with a bar on a terminal."""
    return [judge(label, rule, knowledge) for label in track(labels, "judging texts", len(labels))]


def figures(judged: Sequence[Judged], rule: Rule, knowledge: Knowledge, strata: Mapping[str, int]) -> dict[str, Any]:
    """All figures of a rule on the texts."""
    return {"rule": rule.id, "texts": len(judged), "wanted": sum(one.label.wanted for one in judged),
            **report(judged, SameNames(knowledge), strata)}


def cross_validated(judged: Sequence[Judged], rule: Rule, knowledge: Knowledge, key: str) -> CrossValidation:
    """`pipeline.fitting.cross_validate` with a bar on a terminal."""
    with bar("cross-validating", len(judged)) as advance:
        return cross_validate(judged, rule, knowledge, key, done=advance)


@dataclass(frozen=True, slots=True)
class Fitted:
    """Weights that were fitted to labelled texts, and whether they prove better on texts that were left out."""

    present: Mapping[str, float]
    values: Mapping[str, float]
    validation: CrossValidation

    @property
    def changed(self) -> dict[str, float]:
        """The weights that moved."""
        return {name: value for name, value in self.values.items() if value != self.present[name]}

    @property
    def helps(self) -> bool:
        """Whether F1 on the left-out texts is higher than with the present weights."""
        return self.validation.fitted.f1 > self.validation.present.f1

    def as_json(self) -> dict[str, Any]:
        """What `rules fit --json` prints."""
        moved = {name: {"present": self.present[name], "fitted": value} for name, value in self.changed.items()}
        return {"cross_validation": self.validation.as_json(), "helps": self.helps, "weights": moved}

    def described(self) -> Iterator[str]:
        """The same for people."""
        yield from described_validation(self.validation.as_json())
        for name, value in self.changed.items():
            yield f"  {name:<22} {self.present[name]:+.2f} -> {value:+.2f}"
        if not self.changed:
            yield "The texts ask for no other weights."
        elif not self.helps:
            yield "Fitted weights are no better than the present ones on texts that were left out."


def fit_to(file: Path, positive: str | None, rule: Rule, knowledge_dirs: Sequence[Path], key: str) -> Fitted:
    """Fit the weights to the labelled texts of a file, and cross-validate."""
    labels = read_labelled(file, positive)
    knowledge = load_knowledge(*knowledge_dirs)
    judged = evaluate(labels, rule, knowledge)
    validation = cross_validated(judged, rule, knowledge, key)
    present = present_values(knowledge)
    return Fitted(present, fit([example(one, rule, knowledge) for one in judged], present, rule.min_score), validation)


def mistakes(judged: Sequence[Judged], rule: Rule, knowledge: Knowledge) -> list[dict[str, Any]]:
    """Each miss with the conditions that failed, and each false alarm with what made it."""
    found = []
    for one in judged:
        if one.flagged == one.label.wanted:
            continue
        if one.flagged:
            why = _why_flagged(one)
        else:
            explained = explain(one.article, one.annotation, rule, knowledge)
            why = [f"{failed.condition}: {failed.detail}" for failed in explained.conditions if not failed.held]
        found.append({
            "id": one.label.id, "mistake": "false alarm" if one.flagged else "miss", "kind": one.label.kind,
            "unsure": one.label.unsure, "title": one.article.title or one.article.text[:120],
            "score": one.hit.score if one.hit else None, "why": why,
        })
    return sorted(found, key=lambda one: (one["mistake"], one["unsure"], one["id"]))


def _why_flagged(one: Judged) -> list[str]:
    if one.event is None:
        return ["the text's words"]
    event = one.event
    names = " and ".join(party.organisation for party in event.parties)
    parts = ", ".join(f"{name} {weight:+.2f}" for name, weight in event.contributions)
    return [f"{event.type} of {names}, {event.status}, topics {', '.join(event.topics) or 'none'}",
            f"{event.score:.2f} = {parts}", f"“{event.sentence.text[:300]}”"]


def described(found: Mapping[str, Any]) -> Iterator[str]:
    """The figures as lines of text."""
    yield f"{found['rule']} on {found['texts']} texts, {found['wanted']} of them wanted"
    for name in ("all", "sure"):
        yield f"  {name:<6} {_line(found[name])}"
        spans = found[name]["intervals"]
        yield "         95 %: " + ", ".join(f"{what} {low:.2f} to {high:.2f}" for what, (low, high) in spans.items())
    for title, key in (("by language", "by_language"), ("by subset", "by_subset")):
        if len(found[key]) > 1:
            yield title
            yield from (f"  {name:<22} {_line(counts)}" for name, counts in found[key].items())
    for title, key in (("found, by type", "recall_by_type"), ("found, by status", "recall_by_status"),
                       ("false alarms, by kind of near miss", "false_alarms_by_kind")):
        if found[key]:
            yield title
            yield from (f"  {name:<22} {some:3d} of {total:3d}" for name, (some, total) in found[key].items())
    yield "of the wanted texts"
    yield f"  organisations          {_line(found['organisations'], counts=False)}"
    yield f"  pairs of them          {_line(found['pairs'], counts=False)}"
    for name in ("type", "status"):
        yield f"  {name + ' right':<22} {_share(found[name])}"
    yield f"evidence verbatim        {_share(found['evidence'])}"
    if stream := found.get("stream"):
        shares = ", ".join(f"{name} {stream[name]:.2f}" for name in ("precision", "recall") if stream[name] is not None)
        yield f"natural stream           {stream['alerts_per_1000']:.1f} alerts in 1,000 texts, {shares}"
    if validation := found.get("cross_validation"):
        yield from described_validation(validation)
    if spent := found.get("milliseconds"):
        yield f"time for a text          {spent['median']:.1f} ms in the median, {spent['worst']:.1f} ms at worst"


def described_validation(found: Mapping[str, Any]) -> Iterator[str]:
    """What the weights come to on texts that were left out."""
    yield f"left out by {found['by']}, {len(found['folds'])} folds"
    yield f"  {'present weights':<22} {_line(found['present'])}"
    yield f"  {'fitted weights':<22} {_line(found['fitted'])}"
    spread = " ".join(f"{fold['present']['f1']:.2f}/{fold['fitted']['f1']:.2f}" for fold in found["folds"])
    yield f"  F1 of each fold        {spread}"


def described_mistakes(found: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Misses and false alarms as lines of text."""
    for one in found:
        doubt = " (unsure)" if one["unsure"] else ""
        yield ""
        yield f"{one['mistake']}{doubt}: {one['id']} {one['kind']} | {one['title']}"
        yield from (f"    {line}" for line in one["why"])


def _line(figures: Mapping[str, Any], *, counts: bool = True) -> str:
    if counts and not (figures["right"] or figures["false"] or figures["missed"]):
        return "none wanted, none flagged"
    told = f"precision {figures['precision']:.3f}  recall {figures['recall']:.3f}  F1 {figures['f1']:.3f}"
    if not counts:
        return told
    return f"{told}  ({figures['right']} right, {figures['false']} false, {figures['missed']} missed)"


def _share(share: Sequence[int]) -> str:
    right, total = share
    return f"{right} of {total}" + (f", {right / total:.3f}" if total else "")
