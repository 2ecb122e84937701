"""Measure what finding names costs: 10,000 and 100,000 of them, against the time in which a page is extracted.

python tests/bench/bench_names.py PAGES

PAGES is a folder of news pages (HTML). Half of the generated names stand in a third of these pages, which is not
read for the measurement; the others are such names with one word exchanged, so that they begin alike and mostly do
not occur.
The unit T is the CPU of trafilatura.bare_extraction(html, with_metadata=True) on the same pages in the same process.
"""

from __future__ import annotations

import gzip
import random
import re
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from statistics import median

import trafilatura

from pipeline.entities import Gazetteer
from pipeline.knowledge import load_knowledge, shipped_knowledge
from pipeline.knowledge_files import Organisation
from pipeline.views import TEXT_LIMIT, View

GOALS = {10_000: 0.01, 100_000: 0.02}    # share of T
ROUNDS = 3
_WORDS = re.compile(r"[A-Za-z][a-z'-]{4,}")


def main(folder: Path) -> int:
    """Print the shares; 1 where a goal is missed."""
    pages = [_page(path) for path in sorted(folder.rglob("*.htm*"))]
    if not pages:
        print(f"{folder} holds no HTML pages", file=sys.stderr)
        return 2
    taken = _cpu(lambda: [trafilatura.bare_extraction(page, with_metadata=True) for page in pages]) / len(pages)
    texts = [found.text or "" for page in pages if (found := trafilatura.bare_extraction(page)) is not None]
    held, read = texts[::3], [text for number, text in enumerate(texts) if number % 3]
    views = [View.of("text", text, TEXT_LIMIT) for text in read]
    length = median(len(text) for text in read)
    print(f"{len(pages)} pages; T = {taken * 1e3:.2f} ms; texts of {length:.0f} characters (median)")
    knowledge = load_knowledge(shipped_knowledge())
    shipped = _measured("shipped", knowledge.gazetteer, views, taken)
    missed = shipped > GOALS[10_000]
    for size, goal in GOALS.items():
        entries = {name: Organisation() for name in _names(held, size)}
        began = time.process_time()
        gazetteer = Gazetteer(entries, knowledge.names.lists)
        built = time.process_time() - began
        share = _measured(f"{size:,}", gazetteer, views, taken)
        print(f"{'':12} built in {built:.2f} s, goal {goal:.0%} of T{'' if share <= goal else ': MISSED'}")
        missed |= share > goal
    return int(missed)


def _measured(label: str, gazetteer: Gazetteer, views: list[View], taken: float) -> float:
    """The CPU of one text as a share of T, the best of some rounds."""
    found = sum(len(gazetteer.find(view)) for view in views)
    cost = min(_cpu(lambda: [gazetteer.find(view) for view in views]) for _ in range(ROUNDS)) / len(views)
    print(f"{label:>10}: {cost * 1e6:6.0f} µs a text, {cost / taken:.2%} of T, {found / len(views):.1f} found in each")
    return cost / taken


def _cpu(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def _names(texts: Iterable[str], size: int) -> set[str]:
    """Runs of one to three words of the texts as names, every other with one word exchanged."""
    chance = random.Random(7)
    cut = [words for text in texts if len(words := _WORDS.findall(text)) > 10]
    vocabulary = sorted({word for words in cut for word in words})
    names: set[str] = set()
    while len(names) < size:
        words = chance.choice(cut)
        count = chance.choice((1, 2, 2, 3))
        start = chance.randrange(len(words) - count)
        run = words[start : start + count]
        if len(names) % 2 or len(names) > size // 2:
            run[chance.randrange(count)] = chance.choice(vocabulary) + chance.choice(("", "tech", "corp", "ix"))
        names.add(" ".join(word.capitalize() for word in run))
    return names


def _page(path: Path) -> bytes:
    return gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python tests/bench/bench_names.py PAGES")
    sys.exit(main(Path(sys.argv[1])))
