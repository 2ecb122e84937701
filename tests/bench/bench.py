"""Extraction, crawl and peers beside each other: CPU for a page, and its ratio to plain Trafilatura in the same round.

python -m tests.bench.bench PAGES [--rounds 3] [--pages 150] [--articles 100 1000] [--py newspaper4k=PYTHON] …

PAGES is a folder of news pages (HTML). The unit T is the CPU of trafilatura.bare_extraction(html, with_metadata=True).
Pages come in an order of chance, so that each method and each crawl meets small and large ones alike, and all read
them as the crawls' outlets serve them: with their paragraphs mixed.
Crawls run at two sizes; what an article costs is the slope between them, so that starting costs nothing. Peers are
measured in an environment of their own, named by --py; one that is missing is left out with a word. CPU is that of the
user and of the system, over all processes, so a busy machine widens the range and leaves the ratios.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from statistics import median
from typing import Any

from tests.bench.methods import METHODS, WARM_UP
from tests.bench.web import served_pages
from tests.warc_files import shuffled_pages

HERE, TOP = Path(__file__).parent, Path(__file__).parents[2]
UNIT = "trafilatura"
PEERS = {"newspaper4k": "newspaper", "newsplease": "newsplease"}  # name and module
COMMAND = "trafilatura-cli"
CRAWLS = ("plain", "ours")
OUTLETS = 20
LABELS = {
    UNIT: "Trafilatura with metadata (T)", "trafilatura-fast": "its fast mode", "ours-extract": "ours: extraction",
    "ours": "ours: to hits and signature", "newspaper4k": "newspaper4k", "newsplease": "news-please",
    COMMAND: "Trafilatura's command", "crawl plain": "crawl: Scrapy + Trafilatura",
    "crawl ours": "crawl: ours, to stored",
}
Costs = dict[str, list[float]]  # CPU seconds for a page, one for each round


def children() -> float:
    """CPU of all processes that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def missing(name: str, python: str) -> str:
    """Why a peer is left out; nothing where it can be measured."""
    found = subprocess.run([python, "-c", f"import {PEERS[name]}"], check=False, capture_output=True, text=True)
    last = (found.stderr.strip().splitlines() or [""])[-1]
    return f"{name} is left out: {last}; name its environment by --py {name}=PYTHON" if found.returncode else ""


def extraction(name: str, python: str, folder: Path, most: int) -> float:
    """CPU seconds for a page by a method."""
    done = subprocess.run([python, str(HERE / "methods.py"), name, str(folder), str(most)], check=True,
                          capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(TOP)})
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return float(result["cpu"]) / int(result["pages"])


def command(folder: Path, number: int) -> float:
    """CPU seconds for a page by Trafilatura's own command over unpacked pages, its start included."""
    with tempfile.TemporaryDirectory(prefix="pactwatch-bench-") as out:
        before, program = children(), Path(sys.executable).with_name("trafilatura")
        subprocess.run([str(program), "--input-dir", str(folder), "--output-dir", out, "--json", "--with-metadata",
                        "--parallel", "2"], check=True, capture_output=True)
        return (children() - before) / number


@contextmanager
def web(folder: Path, articles: int, place: Path, outlets: int = OUTLETS) -> Iterator[Path]:
    """Outlets that together have so many articles; the file that names their feeds."""
    sources = place / "sources.json"
    with subprocess.Popen([sys.executable, "-m", "tests.bench.web", str(folder), str(outlets), str(articles // outlets),
                           str(sources)], cwd=TOP, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as served:
        served.stdout.readline()
        yield sources
        served.stdin.close()


def crawled(name: str, sources: Path, place: Path) -> tuple[float, int]:
    """CPU seconds of a crawl from nothing, and the articles that it found."""
    out = place / "out.jsonl"
    before = children()
    with (place / "errors").open("w") as errors:
        subprocess.run([sys.executable, "-m", f"tests.bench.crawl_{name}", str(sources), str(out), str(place)], cwd=TOP,
                       check=True, stdout=errors, stderr=errors)
    return children() - before, len(out.read_text("utf-8").splitlines())


def crawls(folder: Path, sizes: list[int], costs: Costs) -> None:
    """Crawl at two sizes by each crawler, and note the slope."""
    seen: dict[str, list[tuple[float, int]]] = defaultdict(list)
    for size in sizes:
        with tempfile.TemporaryDirectory(prefix="pactwatch-bench-") as scratch:
            place = Path(scratch)
            with web(folder, size, place) as sources:
                for name in CRAWLS:
                    seen[name].append(crawled(name, sources, place))
    for name, ((few_cpu, few), (many_cpu, many)) in seen.items():
        costs[f"crawl {name}"].append((many_cpu - few_cpu) / (many - few))
        label = LABELS[f"crawl {name}"]
        print(f"  {label}: {few} articles {few_cpu:.1f} s, {many} articles {many_cpu:.1f} s CPU", flush=True)


def report(costs: Costs) -> None:
    """Print the table: cost, and ratio to T round by round."""
    print(f"\n{'':32} {'CPU-ms a page':>22} {'ratio to T':>22}")
    for name, values in costs.items():
        ratios = [value / unit for value, unit in zip(values, costs[UNIT], strict=False)]
        print(f"{LABELS[name]:32} {median(values) * 1e3:8.1f} ({min(values) * 1e3:.1f}-{max(values) * 1e3:.1f}) "
              f"{median(ratios):12.2f} ({min(ratios):.2f}-{max(ratios):.2f})")
    for other in (*PEERS, COMMAND, "crawl plain"):
        mine = "crawl ours" if other == "crawl plain" else "ours"
        if other in costs and mine in costs:
            times = median(theirs / own for theirs, own in zip(costs[other], costs[mine], strict=False))
            print(f"{LABELS[mine]}: {times:.1f} pages for one of {LABELS[other]}, by CPU")


def main() -> int:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, metavar="PAGES")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--pages", type=int, default=350, help="pages that each method reads")
    parser.add_argument("--articles", type=int, nargs=2, default=[100, 1000], help="two sizes of crawls; 0 0 for none")
    parser.add_argument("--py", action="append", default=[], metavar="NAME=PYTHON", help="environment of a peer")
    asked = parser.parse_args()
    pythons = dict.fromkeys(PEERS, sys.executable) | dict(one.split("=", 1) for one in asked.py)
    if unknown := pythons.keys() - PEERS.keys():
        parser.error(f"--py knows {', '.join(PEERS)}, not {', '.join(sorted(unknown))}")
    left_out = [word for name in PEERS if (word := missing(name, pythons[name]))]
    names = [name for name in METHODS if not any(word.startswith(f"{name} ") for word in left_out)]
    costs: Costs = defaultdict(list)
    with tempfile.TemporaryDirectory(prefix="pactwatch-bench-") as scratch:
        if not (there := len(shuffled_pages(asked.folder))):
            print(f"{asked.folder} holds no HTML pages", file=sys.stderr)
            return 2
        bodies = [body for _, body in islice(served_pages(asked.folder), min(there, asked.pages + WARM_UP))]
        for number, body in enumerate(bodies):
            (Path(scratch) / f"{number}.html").write_bytes(body)
        size = sum(map(len, bodies)) / 1e6
        print("\n".join([f"{len(bodies)} pages, {size:.0f} MB, {asked.rounds} rounds", *left_out]))
        for round_ in range(asked.rounds):
            print(f"round {round_ + 1}", flush=True)
            for name in names:
                costs[name].append(extraction(name, pythons.get(name, sys.executable), Path(scratch), len(bodies)))
            costs[COMMAND].append(command(Path(scratch), len(bodies)))
            if asked.articles[1]:
                crawls(asked.folder, asked.articles, costs)
    report(costs)
    return 0


if __name__ == "__main__":
    sys.exit(main())
