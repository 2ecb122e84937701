"""What the graph, a copy and pruning cost: python -m tests.bench.bench_care [ALLIANCES] [ARTICLES] [POSTGRES-URL]."""

from __future__ import annotations

import random
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from archive.check import check
from archive.copying import copy
from archive.engine import Engine, open_engine, reading, writing
from archive.firstlinks import first_between
from archive.graph import alliance_graph
from archive.graphml import graphml
from archive.migrate import upgrade
from archive.network import bridges, brokers, by_period
from archive.retention import prune
from archive.tables import (
    Address,
    Article,
    Event,
    EventParty,
    Mention,
    Organisation,
    SignatureBand,
    Source,
    Story,
)
from core.settings import RetentionSettings
from tests.factories import NOW

WORDS = ["alliance", "chip", "cloud", "data", "model", "network", "partner", "phone", "robot", "wafer", "week"]


def fill(engine: Engine, articles: int, alliances: int, seed: int = 7) -> None:
    """An archive of articles of 150 words, seen 400 days ago; the first ones tell of an alliance each."""
    chance = random.Random(seed)
    organisations = max(50, alliances // 3)
    with writing(engine) as connection:
        connection.execute(sa.insert(Source), [{"id": f"s{n}", "name": f"Outlet {n}", "enabled": True, "added_at": NOW,
                                                "failures": 0} for n in range(50)])
        connection.execute(sa.insert(Organisation), [{"id": n, "name": f"Firm {n}", "known": True}
                                                     for n in range(1, organisations + 1)])
    for begin in range(1, articles + 1, 5000):
        ids = range(begin, min(begin + 5000, articles + 1))
        with writing(engine) as connection:
            old = NOW - timedelta(days=400)
            connection.execute(sa.insert(Story), [{"id": n, "title": f"Story {n}", "first_seen_at": old,
                                                   "last_seen_at": old} for n in ids])
            connection.execute(sa.insert(Address), [
                {"id": n, "url": f"https://news.example/{n}", "source_id": f"s{n % 50}", "state": "stored",
                 "outcome": "ok", "discovered_at": old, "article_id": n} for n in ids])
            connection.execute(sa.insert(Article), [_article(n, chance, old) for n in ids])
            connection.execute(sa.insert(SignatureBand), [{"band": chance.getrandbits(62), "article_id": n}
                                                          for n in ids for _ in range(32)])
            connection.execute(sa.insert(Mention), [
                {"article_id": n, "organisation_id": chance.randint(1, organisations), "field": "text", "start": at,
                 "end": at + 4, "surface": "Firm"} for n in ids for at in range(6)])
            if telling := [n for n in ids if n <= alliances]:
                connection.execute(sa.insert(Event), [
                    {"id": n, "article_id": n, "type": "partnership", "family": "alliance", "status": "announced",
                     "score": 0.8, "topics": ["ai"], "field": "text", "start": 0, "end": 9, "spans": [], "reasons": [],
                     "sentence": "They ally. " * 9} for n in telling])
                connection.execute(sa.insert(EventParty), [
                    {"event_id": n, "organisation_id": who, "position": at, "role": "party"}
                    # A few organisations ally a lot, most ones a little.
                    for n in telling for at, who in enumerate({1 + int(organisations * chance.random() ** 2.5)
                                                               for _ in range(2 + (n % 10 == 0))})])


def _article(n: int, chance: random.Random, old: Any) -> dict[str, Any]:
    text = " ".join(chance.choices(WORDS, k=150))
    return {"id": n, "address_id": n, "source_id": f"s{n % 50}", "story_id": n, "url": f"https://news.example/{n}",
            "canonical_url": f"https://news.example/{n}", "title": f"Story {n}", "text": text, "language": "en",
            "published_at": NOW - timedelta(days=n % 2000), "seen_at": old, "fetched_at": old, "authors": [],
            "content_hash": sha256(text.encode()).hexdigest(), "minhash": bytes(512), "topics": {"ai": 0.5},
            "knowledge_version": "1", "search_title": f"story {n}", "search_text": text}


def timed(what: str, work: Callable[[], Any]) -> Any:
    """Run it and print the CPU and the wall clock that it took."""
    cpu, wall = time.process_time(), time.perf_counter()
    found = work()
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    print(f"{what:<44} {1000 * cpu:>10.0f} ms CPU {1000 * wall:>10.0f} ms")
    return found


def main(alliances: int = 10_000, articles: int = 100_000, postgres: str = "") -> None:
    """Print what each costs."""
    with tempfile.TemporaryDirectory(prefix="pactwatch-care-") as folder:
        small, large = (open_engine(f"sqlite:///{Path(folder) / name}.db") for name in ("small", "large"))
        upgrade(small)
        fill(small, alliances, alliances)
        with reading(small) as connection:
            for _ in range(2):
                one = timed("graph of an organisation", lambda: alliance_graph(connection, around=["Firm 40"]))
            busy = timed("graph of the busiest one", lambda: alliance_graph(connection, around=["Firm 1"]))
            timed("graph, two steps", lambda: alliance_graph(connection, around=["Firm 40"], depth=2))
            whole = timed("the whole graph", lambda: alliance_graph(connection))
            timed("first link of two groups", lambda: first_between(connection, ["Firm 40", "Firm 41"], ["Firm 50"]))
        print(f"  links: {len(one.links)}, {len(busy.links)}, {len(whole.links)} of {len(whole.nodes)} organisations")
        timed("brokers", lambda: brokers(whole))
        timed("bridges", lambda: bridges(whole))
        timed("by year", lambda: by_period(whole))
        timed("GraphML", lambda: graphml(whole))
        timed(f"copy of {alliances} articles, SQLite", lambda: copy(small, open_engine(f"sqlite:///{folder}/copy.db")))
        if postgres:
            timed(f"copy of {alliances} articles, PostgreSQL", lambda: copy(small, open_engine(postgres)))
        upgrade(large)
        fill(large, articles, 0)
        print(timed(f"prune of {articles} articles", lambda: prune(large, RetentionSettings(unflagged_days=365), NOW)))
        print(timed("check", lambda: check(large)) or "  no problems")


if __name__ == "__main__":
    numbers = [int(argument) for argument in sys.argv[1:3]]
    main(*numbers, *([sys.argv[3]] if len(sys.argv) > 3 else []))
