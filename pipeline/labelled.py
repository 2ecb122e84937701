"""Labelled texts: what `rules eval` and `rules fit` judge a rule by."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import UserError
from core.records import Annotation, Article, Event, Hit
from pipeline.annotate import annotate
from pipeline.jsonlines import json_of
from pipeline.knowledge import Knowledge
from pipeline.match import check_item, match, read_item
from pipeline.rulebook import Rule


@dataclass(frozen=True, slots=True)
class Labelled:
    """A text and what a reader said of it. Fields that the file leaves out are empty."""

    id: str
    item: Mapping[str, Any]              # {title, text, lang, url, publisher}, as `match` reads it
    wanted: bool
    kind: str = ""                       # of near miss, else the label
    event_type: str = ""
    status: str = ""
    organisations: tuple[str, ...] = ()
    unsure: bool = False
    sample: str = ""                     # `random:11` is a text drawn at random from stratum 11

    def group(self, key: str) -> str:
        """The value of a field by which texts are grouped, `source` without what follows its first colon."""
        return str(self.item.get(key) or "").partition(":")[0]


@dataclass(frozen=True, slots=True)
class Judged:
    """A labelled text and what a rule made of it."""

    label: Labelled
    article: Article
    annotation: Annotation
    hit: Hit | None
    seconds: float                       # of this process, for annotation and rule

    @property
    def flagged(self) -> bool:
        """Whether the rule flags the text."""
        return self.hit is not None

    @property
    def event(self) -> Event | None:
        """The event that decided."""
        decided = self.hit is not None and self.hit.event is not None
        return self.annotation.events[self.hit.event] if decided else None  # type: ignore[union-attr, index]


def read_labelled(path: Path, positive: str | None) -> list[Labelled]:
    """The texts of a JSON Lines file, or of all `*.jsonl` of a folder.

    `positive` is the label of the texts that must be hits; a text with `match: true` or `false` needs none.
    """
    files = sorted(path.glob("*.jsonl")) if path.is_dir() else [path]
    if not files:
        raise UserError(f"{path}: the folder holds no *.jsonl")
    if not path.exists():
        raise UserError(f"there is no file or folder {str(path)!r}")
    texts = [text for file in files for text in _read(file, positive)]
    if not texts:
        raise UserError(f"{path}: holds no text")
    return texts


def must_exist(positive: str | None, labels: Sequence[Labelled]) -> None:
    """Raise UserError where no text has the label that somebody asks for: recall would be of nothing."""
    present = sorted({str(one.item["label"]) for one in labels if "label" in one.item})
    if positive is not None and positive not in present:
        raise UserError(f"--positive {positive!r}: no text has this label; labels: {', '.join(present[:30]) or 'none'}")


def _read(file: Path, positive: str | None) -> Iterator[Labelled]:
    with file.open(encoding="utf-8", errors="replace") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                item = check_item(json_of(line))
            except UserError as failure:
                raise UserError(f"{file}:{number}: {failure}") from failure
            yield _labelled(item, positive, f"{file}:{number}")


def _labelled(item: Mapping[str, Any], positive: str | None, place: str) -> Labelled:
    wanted = item.get("match")
    if not isinstance(wanted, bool):
        if "label" not in item:
            raise UserError(f"{place}: has neither `match` (true or false) nor `label`")
        if positive is None:
            raise UserError(f"{place}: has the label {item['label']!r}; say with --positive, or with `label:` in the "
                            "rule file, which label is that of the hits")
        wanted = item["label"] == positive
    organisations = item.get("organisations") or []
    if isinstance(organisations, str):
        organisations = [organisations]
    if not isinstance(organisations, list):
        raise UserError(f"{place}: organisations must be a list of names")
    return Labelled(
        id=str(item.get("id") or place), item=item, wanted=wanted,
        kind=str(item.get("kind") or item.get("label") or ""), event_type=str(item.get("event_type") or ""),
        status=str(item.get("status") or ""), unsure=bool(item.get("unsure")), sample=str(item.get("sample") or ""),
        organisations=tuple(map(str, organisations)),
    )


def judge(label: Labelled, rule: Rule, knowledge: Knowledge) -> Judged:
    """What a rule makes of a labelled text."""
    article, publisher = read_item(label.item, knowledge)
    began = time.process_time()
    annotation = annotate(article, knowledge, publisher=publisher)
    hits = match(article, annotation, [rule], knowledge=knowledge)
    return Judged(label, article, annotation, hits[0] if hits else None, time.process_time() - began)


def judge_all(labels: Sequence[Labelled], rule: Rule, knowledge: Knowledge) -> list[Judged]:
    """`judge` for each text."""
    return [judge(label, rule, knowledge) for label in labels]
