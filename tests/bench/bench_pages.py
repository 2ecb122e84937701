"""Measure what the pages cost: python -m tests.bench.bench_pages FILE|ADDRESS, over an archive of bench_archive --keep.

Each page is asked for several times within this process; the figures are its CPU milliseconds, to which those of a
PostgreSQL server are not counted: there, read the wall. Exit code 1 where a page takes more than 100 ms.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import quote

from archive.engine import open_engine
from archive.migrate import upgrade
from tests.bench.archive_filling import name_of
from tests.site import app_of, browser

ROUNDS, MOST = 7, 100
PAGES = {
    "today": "/", "search, all": "/search?q=*", "search, a phrase": "/search?q=%22join+forces%22",
    "search, an event": "/search?q=event:alliance+topic:ai", "search, a language": "/search?q=lang:ko+market",
    "article": "/articles/5000", "story": "/stories/5000", "organisations": "/organisations",
    "organisation, common": f"/organisations/{quote(name_of(10))}", "organisation, rare":
    f"/organisations/{quote(name_of(700))}", "sources": "/sources", "source": "/sources/outlet-1", "rules": "/rules",
    "rule": "/rules/ai-alliances", "deliveries": "/deliveries", "feedback": "/feedback",
}


def main(archive: str) -> int:
    """Print the figures; 1 where a page is slower than promised."""
    engine = open_engine(archive if "://" in archive else f"sqlite:///{Path(archive).absolute()}")
    upgrade(engine)
    slow = 0
    print(f"median and most of {ROUNDS}; CPU-ms, wall ms")
    with tempfile.TemporaryDirectory(prefix="pactwatch-pages-") as place:
        app = app_of(Path(place) / "desk", engine)
        app.state.site.tools.get_ready()         # as a server does when it starts
        client = browser(app)
        for name, path in PAGES.items():
            spent, taken = [], []
            for _ in range(ROUNDS):
                cpu, wall = time.process_time(), time.perf_counter()
                answer = client.get(path)
                spent.append((time.process_time() - cpu) * 1000)
                taken.append((time.perf_counter() - wall) * 1000)
            late = statistics.median(spent) > MOST
            slow += late
            print(f"{name:24} {statistics.median(spent):8.1f} {max(spent):8.1f}   {statistics.median(taken):8.1f}  "
                  f"{answer.status_code}{'  OVER 100 ms' if late else ''}", flush=True)
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
