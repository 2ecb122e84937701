"""Fill an archive with random articles that have the statistics of real ones, by bulk inserts: for bench_archive."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from archive.engine import writing
from archive.tables import Address, Article, Event, EventParty, Hit, Mention, Organisation, Source, Story

FIRST = datetime(2020, 1, 1, tzinfo=UTC)
DAYS = 2_190
BATCH = 5_000
SOURCES, ORGANISATIONS, VOCABULARY = 600, 3_000, 60_000
COMMON = ("market", "technology")            # in every fourth text or so, each
PHRASES = {                                  # how often each stands in a text
    "join forces": 0.05, "high bandwidth memory": 0.01, "sovereign compute cluster": 0.001}
RARE = "zyqqat"                              # in twenty texts, all of them old: the trap of an order by date
TYPES = ("partnership", "joint_venture", "acquisition", "investment")
STATUSES = ("announced", "announced", "announced", "planned", "rumoured", "denied", "ended")
TOPICS = ("ai", "chips", "cloud", "robotics", "telecom")


def name_of(number: int) -> str:
    """An organisation; those of a low number are named often."""
    return f"Corp{number} Systems"


def fill(engine: Engine, size: int, words: int = 200, seed: int = 1) -> None:
    """Add `size` articles of `words` words, in the order of publication."""
    chance = np.random.default_rng(seed)
    vocabulary = np.array([f"w{number:x}" for number in range(VOCABULARY)], dtype=object)
    weights = 1 / (np.arange(VOCABULARY) + 2.7)
    weights /= weights.sum()
    with writing(engine) as connection:
        connection.execute(sa.insert(Source), [
            {"id": f"outlet-{n}", "name": f"Outlet {n}", "country": ("US", "KR", "JP", "DE")[n % 4], "language": "en",
             "enabled": True, "added_at": FIRST, "failures": 0} for n in range(SOURCES)])
        connection.execute(sa.insert(Organisation), [
            {"id": n + 1, "name": name_of(n), "known": True, "parent": name_of(n // 10) if n % 10 == 9 else None}
            for n in range(ORGANISATIONS)])
    for first in range(1, size + 1, BATCH):
        ids = range(first, min(first + BATCH, size + 1))
        texts = chance.choice(vocabulary, (len(ids), words), p=weights)
        with writing(engine) as connection:
            for table, rows in _rows(chance, ids, texts, size):
                if rows:
                    connection.execute(sa.insert(table), rows)


def _rows(chance: np.random.Generator, ids: range, texts: Any, size: int) -> Iterator[tuple[Any, list[dict[str, Any]]]]:
    number = len(ids)
    named = 1 / (np.arange(ORGANISATIONS) + 20) ** 1.1      # the first in 4 of 100 articles
    organisations = chance.choice(ORGANISATIONS, (number, 3), p=named / named.sum()) + 1
    drawn = chance.random((number, 8))
    articles, stories, addresses = [], [], []
    for at, id_ in enumerate(ids):
        published = FIRST + timedelta(days=DAYS * id_ / size, seconds=int(drawn[at, 0] * 40_000))
        text = _text(texts[at], drawn[at], id_, size)
        url = f"https://outlet.example/{id_}"
        source = f"outlet-{int(drawn[at, 1] ** 2 * SOURCES)}"
        stories.append({"id": id_, "title": text[:60], "first_seen_at": published, "last_seen_at": published,
                        "article_count": 1, "source_count": 1, "independent_count": 1})
        addresses.append({"id": id_, "url": url, "source_id": source, "state": "stored", "outcome": "ok",
                          "discovered_at": published, "attempts": 1})
        articles.append({
            "id": id_, "address_id": id_, "source_id": source, "story_id": id_, "url": url, "canonical_url": url,
            "title": text[:60], "text": text, "language": "en" if drawn[at, 2] < 0.7 else "ko",
            "published_at": published.replace(microsecond=0), "seen_at": published, "fetched_at": published,
            "authors": [], "paywalled": False, "version": 1, "content_hash": str(id_), "flags": [],
            "topics": {name: round(float(drawn[at, n + 2]), 2) for n, name in enumerate(TOPICS)
                       if drawn[at, n + 2] > 0.6},
            "knowledge_version": "1", "search_title": text[:60].rsplit(" ", 1)[0], "search_text": text})
    yield Story, stories
    yield Address, addresses
    yield Article, articles
    mentions = [{"article_id": id_, "organisation_id": int(one), "field": "text", "start": 0, "end": 5, "surface": "x"}
                for at, id_ in enumerate(ids) for one in organisations[at]]
    yield Mention, mentions
    reporting = [(at, id_) for at, id_ in enumerate(ids) if drawn[at, 3] < 0.15]
    events = [{"id": id_, "article_id": id_, "type": (kind := TYPES[id_ % 4]),
               "family": "alliance" if kind in TYPES[:2] else "deal", "status": STATUSES[id_ % 7],
               "score": float(drawn[at, 4]), "topics": ["ai"] if drawn[at, 5] < 0.4 else [], "field": "text",
               "start": 0, "end": 200, "sentence": articles[at]["text"][:200],
               "spans": [{"role": "relation", "field": "text", "start": 0, "end": 5, "text": "joins"}], "reasons": []}
              for at, id_ in reporting]
    yield Event, events
    yield EventParty, [{"event_id": id_, "organisation_id": int(organisations[at, n]), "position": n, "role": "party"}
                       for at, id_ in reporting for n in range(2)]
    yield Hit, [{"article_id": id_, "story_id": id_, "event_id": id_, "rule": "ai-alliances",
                 "score": float(drawn[at, 4]), "evidence": [], "article_version": 1,
                 "created_at": articles[at]["seen_at"]} for at, id_ in reporting if drawn[at, 5] < 0.2]


def _text(words: Any, drawn: Any, id_: int, size: int) -> str:
    text = list(words)
    for at, (phrase, often) in enumerate(PHRASES.items()):
        if drawn[at] < often:
            text.insert(int(drawn[7] * len(text)), phrase)
    for at, word in enumerate(COMMON):
        if drawn[at + 4] < 0.25:
            text.append(word)
    if id_ <= size // 10 and id_ % max(1, size // 200) == 1:
        text.append(RARE)
    return " ".join(text)
