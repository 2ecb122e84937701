"""Measure what the archive answers and how fast.

python -m tests.bench.bench_archive [ARTICLES] [--postgresql] [--keep FILE]

It fills an archive of its own, SQLite by default, with random articles (tests.bench.archive_filling) and asks each
question several times. The figures are CPU milliseconds of this process for SQLite, which works in it, and wall time
for PostgreSQL. `--keep FILE` leaves the SQLite file there, and asks the one that is there already. Exit code 1 where a
promise is broken.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from archive.arrivals import new_since
from archive.engine import open_engine, reading
from archive.facets import facets, timeline
from archive.matching import Matches
from archive.migrate import upgrade
from archive.search import search
from core.query import parse
from tests.bench.archive_filling import COMMON, FIRST, RARE, fill, name_of

ROUNDS = 9


@dataclass(frozen=True)
class Question:
    """Something to ask, and the most that the median may take on SQLite."""

    name: str
    ask: Callable[[Connection], Any]
    most: float | None = None


def newest(query: str, **options: Any) -> Callable[[Connection], Any]:
    """The first page of a search."""
    return lambda connection: Matches(connection, parse(query), **options).newest(51)


def page(query: str, **options: Any) -> Callable[[Connection], Any]:
    """The first page with its snippets, and the total."""
    return lambda connection: search(connection, parse(query), **options)


def count(query: str) -> Callable[[Connection], Any]:
    """The total alone."""
    return lambda connection: Matches(connection, parse(query)).total()


def facets_of(query: str) -> Callable[[Connection], Any]:
    """What narrows a search."""
    return lambda connection: facets(connection, parse(query))


def timeline_of(query: str) -> Callable[[Connection], Any]:
    """The counts by month."""
    return lambda connection: timeline(connection, parse(query))


TWO = " ".join(COMMON)
FEW = f'org:"{name_of(700)}"'
LATE = FIRST + timedelta(days=1_800)
QUESTIONS = [
    Question("newest 50, common phrase", newest('"join forces"'), 10),
    Question("newest 50, rarer phrase", newest('"high bandwidth memory"'), 10),
    Question("newest 50, rare phrase", newest('"sovereign compute cluster"'), 10),
    Question("newest 50, rare old word", newest(RARE), 10),
    Question("newest 50, phrase within 11 days",
             newest('"join forces"', since=LATE, until=LATE + timedelta(days=11)), 10),
    Question("page of a common phrase, with total and snippets", page('"join forces"')),
    Question("page of everything", page("*")),
    Question("page by relevance, rarer phrase", page('"high bandwidth memory"', sort="relevance")),
    Question("page by score, an event", page("event:alliance topic:ai", sort="score")),
    Question("page of an alliance question", page(f'event:alliance topic:ai {FEW} published:2021..')),
    Question("page of a negation", page("NOT market")),
    Question("page of a language and a word", page("lang:ko market")),
    Question("page of a pair", page(f'pair:("{name_of(0)}", "{name_of(1)}")')),
    Question("count of two common words", count(TWO), 50),
    Question("count of a common organisation", count(f'org:"{name_of(0)}"')),
    *(Question(f"facets: {query}", facets_of(query), 200) for query in (
        '"high bandwidth memory"', TWO, "market", "*", "event:alliance topic:ai", "event:*", "topic:ai", "lang:ko",
        "lang:ko topic:chips", "source:outlet-1", "country:KR", "status:announced", "rule:ai-alliances", "score:>=0.7",
        f'org:"{name_of(0)}"', f'event:alliance org:"{name_of(0)}"', f'pair:("{name_of(0)}", "{name_of(1)}")',
        "NOT market", "lang:ko market", "market event:alliance", "market OR event:alliance", "published:2021 topic:ai",
        "seen:2021")),
    *(Question(f"timeline: {query}", timeline_of(query), 50) for query in (FEW, f'org:"{name_of(10)}"')),
    Question("what is new since half of the time", lambda c: new_since(c, parse("market"), None, 100)),
]


def main() -> int:
    """Print the figures; 1 where a promise is broken."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("articles", nargs="?", type=int, default=100_000)
    options.add_argument("--postgresql", action="store_true")
    options.add_argument("--keep", type=Path)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="pactwatch-bench-") as place:
        if not chosen.postgresql:
            file = (chosen.keep or Path(place) / "archive.db").absolute()
            return _sqlite(open_engine(f"sqlite:///{file}"), chosen.articles)
        with server(Path(place)) as url:
            return _postgresql(open_engine(url), chosen.articles)


def _filled(engine: Engine, articles: int) -> None:
    upgrade(engine)
    with reading(engine) as connection:
        if connection.scalar(sa.text("SELECT count(*) FROM sources")):
            return
    began, cpu = time.monotonic(), time.process_time()
    fill(engine, articles)
    print(f"filled with {articles} articles: {time.process_time() - cpu:.0f} s CPU, {time.monotonic() - began:.0f} s")


def _sqlite(engine: Engine, articles: int) -> int:
    _filled(engine, articles)
    assert engine.url.database is not None
    print(f"SQLite, {Path(engine.url.database).stat().st_size / 1e9:.2f} GB; median and most of {ROUNDS}, CPU-ms")
    broken = 0
    with reading(engine) as connection:
        for question in QUESTIONS:
            median, most = _times(connection, question, time.process_time)
            slow = question.most is not None and median > question.most
            broken += slow
            promise = "" if question.most is None else f"promise {question.most:g}{'  BROKEN' if slow else ''}"
            print(f"{question.name:50} {median:8.1f} {most:8.1f}  {promise}")
    return 1 if broken else 0


def _postgresql(engine: Engine, articles: int) -> int:
    _filled(engine, articles)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM ANALYZE")
    print(f"PostgreSQL; median and most of {ROUNDS}, wall ms; no search over 20 × its count + 20")
    broken = 0
    asked = ['"join forces"', '"high bandwidth memory"', RARE, TWO, "lang:ko market", f'{RARE} OR "join forces"',
             f"{FEW} market", "event:alliance topic:ai", "NOT market", "*"]
    with reading(engine) as connection:
        for query in asked:
            counted, _ = _times(connection, Question(query, count(query)), time.perf_counter)
            found, most = _times(connection, Question(query, newest(query)), time.perf_counter)
            slow = found > 20 * counted + 20
            broken += slow
            print(f"newest 50: {query:39} {found:8.1f} {most:8.1f}  its count {counted:.1f}"
                  f"{'  BROKEN' if slow else ''}")
        for question in QUESTIONS:
            median, most = _times(connection, question, time.perf_counter)
            print(f"{question.name:50} {median:8.1f} {most:8.1f}")
    return 1 if broken else 0


def _times(connection: Connection, question: Question, clock: Callable[[], float]) -> tuple[float, float]:
    taken = []
    for _ in range(ROUNDS):
        began = clock()
        question.ask(connection)
        taken.append((clock() - began) * 1_000)
    return statistics.median(taken), max(taken)


@contextmanager
def server(place: Path) -> Iterator[str]:
    """The address of an embedded PostgreSQL server, stopped at the end."""
    holder = subprocess.Popen([sys.executable, str(Path(__file__).parents[1] / "postgres_server.py"), str(place),
                               str(os.getpid())], start_new_session=True)
    try:
        while not (place / "address").exists():
            if holder.poll() is not None:
                raise SystemExit("the PostgreSQL server did not start")
            time.sleep(0.2)
        yield (place / "address").read_text()
    finally:
        holder.terminate()
        holder.wait()


if __name__ == "__main__":
    sys.exit(main())
