"""Labelled pages: a folder of HTML with what a person took from each, and what an extractor makes of them.

The folder holds `gold.json`, a list of {id, dataset, url, file, gold}: `file` is the page, plain or gzipped, below the
folder; `gold` holds `text`, a paragraph a line, and where they are known `title`, `date`, `datetime`, `authors`,
`language`, and `paragraphs`, a list of [text, optional] whose optional ones may be extracted or not.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from courlan import extract_domain

from core.errors import UserError
from pipeline.extraction_scores import Score, by_sequence, run_score, sequence_score, words_of

_NEEDED = ("id", "dataset", "url", "file", "gold")


@dataclass(frozen=True, slots=True)
class LabelledPage:
    """A page and what is right for it."""

    id: str
    set: str
    url: str
    file: Path
    gold: dict[str, Any]

    @property
    def html(self) -> bytes:
        body = self.file.read_bytes()
        return gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body

    @property
    def site(self) -> str:
        """The registered name of its site: what folds are made by."""
        return extract_domain(self.url) or urlsplit(self.url).netloc or self.url

    def wanted(self, found: str) -> str:
        """The right text beside a text that was found: optional paragraphs count where they were extracted."""
        if not self.gold.get("paragraphs"):
            return str(self.gold.get("text") or "")
        held = " ".join(words_of(found.lower()))
        return "\n".join(text for text, optional in self.gold["paragraphs"]
                         if not optional or " ".join(words_of(text.lower())) in held)

    def score(self, found: str) -> Score:
        """How close a text is."""
        return (sequence_score if by_sequence(self.set) else run_score)(self.wanted(found), found)


def read_corpus(folder: Path) -> list[LabelledPage]:
    """The pages of a folder. UserError says what is wrong with it."""
    index = folder / "gold.json"
    try:
        entries = json.loads(index.read_text(encoding="utf-8"))
    except OSError as failure:
        raise UserError(f"{folder} is no folder of labelled pages: {index} cannot be read") from failure
    except ValueError as failure:
        raise UserError(f"{index} is no JSON: {failure}") from failure
    if not isinstance(entries, list) or not entries:
        raise UserError(f"{index} is no list of pages; each is {{{', '.join(_NEEDED)}}}")
    return [_page(folder, index, number, entry) for number, entry in enumerate(entries, 1)]


def _page(folder: Path, index: Path, number: int, entry: Any) -> LabelledPage:
    missing = [key for key in _NEEDED if not isinstance(entry, dict) or key not in entry]
    if missing or not isinstance(entry["gold"], dict):
        raise UserError(f"{index}: page {number} has no {missing[0] if missing else 'table under gold'}; "
                        f"each needs {', '.join(_NEEDED)}")
    file = folder / entry["file"]
    if not file.is_file():
        raise UserError(f"{index}: page {number}: there is no file {file}")
    return LabelledPage(str(entry["id"]), entry["dataset"], entry["url"], file, entry["gold"])


def sets_of(pages: Sequence[LabelledPage]) -> list[str]:
    """The names of the sets, in order of their first page."""
    return list(dict.fromkeys(page.set for page in pages))
