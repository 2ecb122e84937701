"""Measure a backfill: articles for each second of CPU, beside the floor, which is extraction alone.

python -m tests.bench.bench_backfill PAGES [COPIES]

PAGES is a folder of news pages (HTML). They are written to a WARC file and read into a fresh archive by the command.
COPIES is how often each is written, under another host: the processes compile patterns when a text first needs them,
which counts for much in a file of some hundred pages, and for nothing in one of a gigabyte.
The floor is the CPU of trafilatura.bare_extraction(html, with_metadata=True) on the same pages. What the command and
its processes need to start is measured with a file of one page, and taken off for the second figure.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import trafilatura

from tests.warc_files import pages_of, record, write

PROGRAM = (sys.executable, "-m", "pactwatch")
# A process begins with the peak of the one that starts it, and this one holds all pages: a small one goes in between.
BETWEEN = (sys.executable, "-c", """import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=sys.stderr)""")


def main(folder: Path, copies: int) -> int:
    """Print the figures."""
    pages = list(pages_of(folder))
    if not pages:
        print(f"{folder} holds no HTML pages", file=sys.stderr)
        return 2
    began = time.process_time()
    for _, body in pages:
        trafilatura.bare_extraction(body, with_metadata=True)
    floor = (time.process_time() - began) * copies
    pages = [(url.replace("://", f"://copy{n}."), body) for n in range(copies) for url, body in pages]
    with tempfile.TemporaryDirectory(prefix="pactwatch-bench-") as place:
        records = [record(url, body) for url, body in pages]
        start, *_ = _backfilled(Path(place), "one", records[:1])
        cpu, wall, peak, summary = _backfilled(Path(place), "all", records)
    number = summary["articles"]["new"]
    size = sum(len(body) for _, body in pages) / 1e6
    print(f"{len(pages)} pages of {size:.0f} MB, {number} new articles; {summary['left'] or 'none left out'}")
    print(f"floor (extraction alone)   {floor:6.1f} s CPU, {len(pages) / floor:5.1f} pages a CPU-second")
    print(f"backfill                   {cpu:6.1f} s CPU, {number / cpu:5.1f} articles a CPU-second; {wall:.0f} s")
    print(f"backfill without its start {cpu - start:6.1f} s CPU, {number / (cpu - start):5.1f} articles a CPU-second, "
          f"{(cpu - start) / floor:.2f} of the floor")
    print(f"its start                  {start:6.1f} s CPU")
    print(f"largest process            {peak:6.0f} MB")
    return 0


def _backfilled(place: Path, name: str, records: list[bytes]) -> tuple[float, float, float, dict[str, Any]]:
    """CPU, time, memory of the largest process and summary of a backfill of these records into a fresh archive."""
    home, file = place / name, write(place / f"{name}.warc.gz", *records)
    subprocess.run([*PROGRAM, "init", str(home)], check=True, capture_output=True)
    before, began = _children(), time.monotonic()
    done = subprocess.run([*BETWEEN, *PROGRAM, "backfill", str(file), "--any-outlet", "--json", "--home", str(home)],
                          check=True, capture_output=True, text=True)
    peak = int(done.stderr.split()[-1]) / 1024
    return _children() - before, time.monotonic() - began, peak, json.loads(done.stdout)


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    if len(sys.argv) not in {2, 3}:
        sys.exit("usage: python -m tests.bench.bench_backfill PAGES [COPIES]")
    sys.exit(main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) == 3 else 1))
