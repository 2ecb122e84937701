"""Measure the extraction on labelled pages, beside plain Trafilatura in the same run: `make eval-extraction`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import mean
from time import process_time
from typing import Any

from core.errors import SkipDocument, UserError
from pactwatch.progress import track
from pipeline.body import trafilatura_alone
from pipeline.extract import read_page
from pipeline.extraction_corpus import LabelledPage, read_corpus, sets_of
from pipeline.extraction_scores import Score, field_scores, mean_score

FIELDS = ("title", "date", "time", "authors", "language")
Found = dict[str, Any]


@dataclass(slots=True)
class Tally:
    """What one extractor made of the pages of a set."""

    texts: list[str] = field(default_factory=list)
    scores: list[Score] = field(default_factory=list)
    fields: dict[str, list[bool]] = field(default_factory=dict)
    seconds: float = 0.0

    def take(self, page: LabelledPage, found: Found, seconds: float) -> None:
        """Add a page."""
        text = found.get("text") or ""
        if page.gold.get("text") or page.gold.get("paragraphs"):
            self.texts.append(text)
            self.scores.append(page.score(text))
        for name, right in field_scores(page.gold, found).items():
            self.fields.setdefault(name, []).append(right)
        self.seconds += seconds


def ours(html: bytes, url: str) -> Found:
    """The article of a page; nothing where there is none."""
    try:
        return asdict(read_page(html, url).article)
    except SkipDocument:
        return {}


def plain_trafilatura(html: bytes, url: str) -> Found:
    """What Trafilatura makes of the page by itself."""
    found = trafilatura_alone(html, url)
    if found is None:
        return {}
    authors = [name.strip() for name in (found.author or "").split(";") if name.strip()]
    return {"title": found.title, "text": found.text, "published_at": found.date, "authors": authors,
            "language": found.language}


EXTRACTORS: dict[str, Callable[[bytes, str], Found]] = {"pactwatch": ours, "trafilatura": plain_trafilatura}


def measure(pages: Sequence[LabelledPage]) -> dict[str, dict[str, Tally]]:
    """The tally of each extractor on each set. They take turns, so that both meet the same load."""
    tallies = {name: {one: Tally() for one in EXTRACTORS} for name in sets_of(pages)}
    for extractor in EXTRACTORS.values():
        extractor(pages[0].html, pages[0].url)  # imports and models are no cost of a page
    for page in track(pages, "extracting", len(pages)):
        html = page.html
        for name, extractor in EXTRACTORS.items():
            start = process_time()
            found = extractor(html, page.url)
            tallies[page.set][name].take(page, found, process_time() - start)
    return tallies


def described(tallies: dict[str, dict[str, Tally]]) -> Iterator[str]:
    """The table, a line for each set and extractor."""
    yield f"{'set':<14}{'pages':>6}  {'extractor':<12}{'P':>7}{'R':>7}{'F1':>7}" + "".join(f"{f:>10}" for f in FIELDS)
    means: dict[str, list[float]] = {name: [] for name in EXTRACTORS}
    for set_name, by_name in tallies.items():
        for name, tally in by_name.items():
            score = mean_score(set_name, tally.scores, tally.texts) if tally.scores else None
            if score:
                means[name].append(score.f1)
            figures = "".join(f"{value:>7.3f}" for value in score) if score else " " * 21
            fields = "".join(f"{mean(tally.fields[f]):>10.3f}" if f in tally.fields else f"{'-':>10}" for f in FIELDS)
            yield f"{set_name:<14}{len(tally.scores):>6}  {name:<12}{figures}{fields}"
    if all(means.values()):
        yield "mean F1 of the sets: " + ", ".join(f"{name} {mean(values):.4f}" for name, values in means.items())
    first, second = ([by_name[name].seconds for by_name in tallies.values()] for name in EXTRACTORS)
    yield f"CPU of a page, in units of Trafilatura's with metadata: {sum(first) / (sum(second) or 1):.2f}"
    yield "Sets named fundus… are measured by the longest common sequence of words, others by runs of four words."


def main(arguments: Sequence[str]) -> int:
    """Measure the folder that the arguments name."""
    if len(arguments) != 1:
        sys.stderr.write("Name a folder of labelled pages: make eval-extraction CORPUS=folder\n")
        return 2
    try:
        pages = read_corpus(Path(arguments[0]))
    except UserError as mistake:
        sys.stderr.write(f"{mistake}\n")
        return 2
    for line in described(measure(pages)):
        sys.stdout.write(line + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
