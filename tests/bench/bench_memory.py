"""Whether memory stays flat: many articles through the extraction pool, the memory of each process looked at.

python -m tests.bench.bench_memory PAGES [--articles 10000] [--processes 2]

PAGES is a folder of news pages (HTML); they are read again and again, each time with other words in them. Prints, for
each tenth of the articles, the mean and the peak of the memory of the extraction processes and of this one, and how
often a process was replaced; at the end the share of the parent in the processor's time, which no second core shortens.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import resource
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from itertools import count, islice
from pathlib import Path
from statistics import mean

from core.clock import now
from core.memory import map_big_blocks
from core.process import resident
from core.records import Page, Processed
from core.workspace import shipped
from pactwatch.pool import ExtractionPool
from tests.warc_files import pages_of

LOOK_S = 0.05
MB = 1e6


def pages(folder: Path) -> Iterator[Page]:
    """The pages of a folder without end; each round says other words, as the next day's news do."""
    number = count(1)
    for round_ in count():
        for url, body in pages_of(folder):
            changed = body.replace(b" said ", f" said on day{round_} ".encode()) if round_ else body
            yield Page(next(number), "bench", f"{url}?{round_}", url, changed, None, now())


class Watch:
    """The memory of the processes by tenths of the work."""

    def __init__(self, articles: int) -> None:
        self._articles = articles
        self.done = self.failed = 0
        self.workers: dict[int, list[int]] = defaultdict(list)
        self.parent: dict[int, list[int]] = defaultdict(list)
        self.seen: dict[int, set[int]] = defaultdict(set)

    async def take(self, results: list[Processed]) -> None:
        """Count what came out of the pool."""
        self.done += len(results)
        self.failed += sum(result.article is None for result in results)

    async def look(self, pool: ExtractionPool) -> None:
        """Look at every process, until cancelled."""
        while True:
            part = min(9, self.done * 10 // self._articles)
            for reader in pool._readers:
                pid = reader._process._process.pid or 0
                self.seen[part].add(pid)
                self.workers[part].append(resident(pid))
            self.parent[part].append(resident(os.getpid()))
            await asyncio.sleep(LOOK_S)

    def report(self) -> None:
        """Print the table."""
        print(f"{'articles':>15}  {'worker mean':>11}  {'worker peak':>11}  {'parent peak':>11}  processes")
        for part in sorted(self.workers):
            first, last = (self._articles * (part + n) // 10 for n in (0, 1))
            workers = self.workers[part]
            print(f"{first:>7}-{last:<7}  {mean(workers) / MB:8.0f} MB  {max(workers) / MB:8.0f} MB  "
                  f"{max(self.parent[part]) / MB:8.0f} MB  {len(self.seen[part])}")
        ends = [mean(self.workers[part]) for part in (min(self.workers), max(self.workers))]
        print(f"mean of the last tenth by that of the first: {ends[1] / ends[0]:.2f}")


async def measure(folder: Path, articles: int, processes: int) -> None:
    """Send the articles through a pool, and print."""
    watch = Watch(articles)
    pool = ExtractionPool(processes, [shipped("pipeline", "knowledge")], [shipped("pipeline", "rules")], watch.take)
    pool.start()
    looking = asyncio.ensure_future(watch.look(pool))
    began, used = time.monotonic(), time.process_time()
    for page in islice(pages(folder), articles):
        await pool.submit(page)
    await pool.drain()
    looking.cancel()
    own, wall = time.process_time() - used, time.monotonic() - began
    pool.stop()
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    theirs = children.ru_utime + children.ru_stime
    watch.report()
    print(f"{watch.done} pages, {watch.failed} without an article, {wall:.0f} s; CPU: parent {own:.1f} s, processes "
          f"{theirs:.1f} s; the parent's share is {own / (own + theirs):.1%}")


def main() -> int:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pages", type=Path)
    parser.add_argument("--articles", type=int, default=10_000)
    parser.add_argument("--processes", type=int, default=2)
    asked = parser.parse_args()
    if next(pages_of(asked.pages), None) is None:
        print(f"{asked.pages} holds no HTML pages", file=sys.stderr)
        return 2
    map_big_blocks()
    asyncio.run(measure(asked.pages, asked.articles, asked.processes))
    return 0


if __name__ == "__main__":
    sys.exit(main())
