"""Move an archive from SQLite to PostgreSQL and back, and compare: rows, searches, disk.

python -m tests.bench.bench_copy [ARTICLES] [--words N] [--archive FILE]

It fills an archive of random articles (tests.bench.archive_filling), or takes the SQLite file of `--archive`, such as
the demo's. Exit code 1 where a count or a search differs.
"""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from archive.copying import copy
from archive.engine import open_engine, reading
from archive.matching import COUNTED
from archive.migrate import upgrade
from archive.search import search
from core.query import parse
from tests.bench.archive_filling import COMMON, RARE, fill, name_of
from tests.bench.bench_archive import server

T = TypeVar("T")
QUERIES = ["*", '"join forces"', '"high bandwidth memory"', RARE, " ".join(COMMON), "lang:ko market", "NOT market",
           f'org:"{name_of(700)}"', "event:alliance topic:ai", f'{RARE} OR "join forces"']
DEMO_QUERIES = ["*", "AI", "event:alliance", "삼성", "lang:ko", '"joint venture"', "status:denied"]


def main() -> int:
    """Print what was copied, in how long, and how large it is; 1 where the copies differ."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("articles", nargs="?", type=int, default=100_000)
    options.add_argument("--words", type=int, default=600, help="words of an article; 600 random ones are 3.6 kB")
    options.add_argument("--archive", type=Path)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="pactwatch-bench-") as place, server(Path(place)) as url:
        first = open_engine(f"sqlite:///{(chosen.archive or Path(place) / 'first.db').absolute()}")
        queries = DEMO_QUERIES if chosen.archive else QUERIES
        upgrade(first)
        if not chosen.archive:
            _timed("filled", lambda: fill(first, chosen.articles, chosen.words))
        second, third = open_engine(url), open_engine(f"sqlite:///{Path(place) / 'third.db'}")
        counts = _timed("SQLite to PostgreSQL", lambda: copy(first, second))
        back = _timed("PostgreSQL to SQLite", lambda: copy(second, third))
        with second.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")
        answers = [{query: _found(engine, query) for query in queries} for engine in (first, second, third)]
        for query, (total, _) in answers[0].items():
            same = answers[0][query] == answers[1][query] == answers[2][query]
            print(f"{query:45} {total:8} found, {'the same thrice' if same else 'DIFFERENT'}")
            if not same:
                print("   ", *((answer[query][0], answer[query][1][:5]) for answer in answers))
        for name, engine in (("SQLite", first), ("PostgreSQL", second), ("SQLite again", third)):
            size = _bytes(engine)
            print(f"{name:13} {size / 1e9:.3f} GB, {size / max(1, counts['articles']):,.0f} bytes an article")
        print(f"{sum(counts.values())} rows of {len(counts)} tables, {counts['articles']} articles; counts are "
              f"{'equal' if counts == back else 'DIFFERENT'}")
        return 0 if counts == back and answers[0] == answers[1] == answers[2] else 1


def _timed(what: str, work: Callable[[], T]) -> T:
    began, used = time.monotonic(), time.process_time()
    done = work()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{what}: {time.monotonic() - began:.0f} s, {time.process_time() - used:.0f} s CPU, peak {peak:.0f} MB",
          flush=True)
    return done


def _found(engine: Engine, query: str) -> tuple[int, list[int]]:
    """The total of a search and the articles of its first hundred, newest first.

    SQLite counts no further than to COUNTED where no index counts for it, and says so; more is not compared.
    """
    with reading(engine) as connection:
        page = search(connection, parse(query), limit=100)
        return min(page.total, COUNTED), [item.id for item in page.items]


def _bytes(engine: Engine) -> int:
    if engine.url.get_backend_name() == "sqlite":
        assert engine.url.database is not None
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        return Path(engine.url.database).stat().st_size
    with reading(engine) as connection:
        return int(connection.scalar(sa.text("SELECT pg_database_size(current_database())")) or 0)


if __name__ == "__main__":
    sys.exit(main())
