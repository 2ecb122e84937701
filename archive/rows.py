"""Write the rows of articles: new ones with their stories, and corrections with the version that they replace."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from archive import joining, meaning, stories
from archive.tables import Article, DroppedLines, SignatureBand, Story, Version
from core.records import Processed


@dataclass(frozen=True)
class Known:
    """What the archive has under an address."""

    id: int
    address_id: int
    source_id: str
    url: str
    canonical_url: str
    content_hash: str
    minhash: bytes | None
    title: str
    text: str
    version: int
    story_id: int
    fetched_at: datetime


@dataclass(frozen=True)
class Row:
    """A row that was just written: an article's id, its story and version."""

    id: int
    story_id: int
    version: int


Written = list[tuple[Row, Processed]]


def content_hash(page: Processed) -> str:
    """The hash of a page's exact text."""
    return page.signature.content_hash if page.signature else ""


def insert(
    connection: Connection, fresh: Sequence[Processed], now: datetime, backfill_id: int | None = None
) -> Written:
    """New articles. Each joins the story that it tells, or begins one. `backfill_id`: they are old pages of a file."""
    if not fresh:
        return []
    index = stories.index_for(connection, fresh, now, old=backfill_id is not None)
    places: list[int] = []               # of each page: its story, or minus the number of a new one
    begun: list[Processed] = []
    for page in fresh:
        report = stories.report_of(page)
        place = index.find(report, _bands(page), _keys(page))
        if place is None:
            begun.append(page)
            place = -len(begun)
        index.add(report, place, _bands(page), _keys(page))
        places.append(place)
    new = _new_stories(connection, begun, now)
    story_ids = [place if place > 0 else new[-place - 1] for place in places]
    rows = [{**_columns(page), "address_id": page.address_id, "source_id": page.source_id, "story_id": story_id,
             "seen_at": now, "version": 1, "backfill_id": backfill_id}
            for page, story_id in zip(fresh, story_ids, strict=True)]
    ids = _insert_articles(connection, rows)
    _insert_bands(connection, zip(ids, fresh, strict=True))
    _insert_dropped(connection, zip(ids, fresh, strict=True))
    grown = Counter(story_ids)
    if joined := {story for story, place in zip(story_ids, places, strict=True) if place > 0 or grown[story] > 1}:
        stories.refresh(connection, joined, now)
    return [(Row(id_, story_id, 1), page) for id_, story_id, page in zip(ids, story_ids, fresh, strict=True)]


def _insert_articles(connection: Connection, rows: Sequence[dict[str, Any]]) -> list[int]:
    """The ids of new articles, in the order of the rows.

    They are written in the order of publication, which is that of the full-text index: FTS5 begins a new piece of its
    index where a number is lower than the one before.
    """
    order = sorted(range(len(rows)), key=lambda at: rows[at]["published_at"])
    statement = sa.insert(Article).returning(Article.id, sort_by_parameter_order=True)
    ids = dict(zip(order, connection.scalars(statement, [rows[at] for at in order]), strict=True))
    return [ids[at] for at in range(len(rows))]


def update(connection: Connection, changed: Sequence[tuple[Known, Processed]], now: datetime) -> Written:
    """Corrections: the earlier text becomes a version, the article keeps its story and its place."""
    if not changed:
        return []
    connection.execute(sa.insert(Version), [
        {"article_id": k.id, "number": k.version, "title": k.title, "text": k.text, "content_hash": k.content_hash,
         "fetched_at": k.fetched_at, "replaced_at": now} for k, _ in changed])
    for known, page in changed:
        connection.execute(
            sa.update(Article).where(Article.id == known.id).values(**_columns(page), version=known.version + 1)
        )
    ids = [k.id for k, _ in changed]
    meaning.erase(connection, ids)
    connection.execute(sa.delete(SignatureBand).where(SignatureBand.article_id.in_(ids)))
    _insert_bands(connection, ((k.id, page) for k, page in changed))
    connection.execute(sa.delete(DroppedLines).where(DroppedLines.article_id.in_(ids)))
    _insert_dropped(connection, ((k.id, page) for k, page in changed))
    return [(Row(k.id, k.story_id, k.version + 1), page) for k, page in changed]


def _new_stories(connection: Connection, begun: Sequence[Processed], now: datetime) -> list[int]:
    """The ids of the stories that these pages begin, in order."""
    rows = [{"title": page.article.title, "first_seen_at": now, "last_seen_at": now, "article_count": 1,
             "source_count": 1, "independent_count": 1} for page in begun if page.article is not None]
    if not rows:
        return []
    return list(connection.scalars(sa.insert(Story).returning(Story.id, sort_by_parameter_order=True), rows))


def _columns(page: Processed) -> dict[str, Any]:
    article = page.article
    assert article is not None
    return {
        "url": article.url,
        "canonical_url": article.canonical_url,
        "title": article.title,
        "text": article.text,
        "language": article.language,
        # Whole seconds: what the order of a search knows on every database.
        "published_at": (article.published_at or page.fetched_at).replace(microsecond=0),
        "updated_at": article.updated_at,
        "fetched_at": page.fetched_at,
        "authors": list(article.authors),
        "site_name": article.site_name,
        "image": article.image,
        "section": article.section,
        "paywalled": article.paywalled,
        "flags": list(article.flags),
        "content_hash": content_hash(page),
        "minhash": page.signature.minhash if page.signature else b"",
        "subject": joining.subject_json(page.annotation.subject),
        "topics": dict(page.annotation.topics),
        "knowledge_version": page.knowledge_version,
        "search_title": page.search_title,
        "search_text": page.search_text,
    }


def _bands(page: Processed) -> tuple[int, ...]:
    return page.signature.bands if page.signature else ()


def _keys(page: Processed) -> tuple[int, ...]:
    return page.annotation.subject.keys if page.annotation.subject else ()


def _insert_bands(connection: Connection, articles: Iterable[tuple[int, Processed]]) -> None:
    bands = [{"band": band, "article_id": id_} for id_, page in articles for band in {*_bands(page), *_keys(page)}]
    if bands:
        connection.execute(sa.insert(SignatureBand), bands)


def _insert_dropped(connection: Connection, articles: Iterable[tuple[int, Processed]]) -> None:
    lines = [{"article_id": id_, "text": page.article.dropped, "search_text": page.search_dropped}
             for id_, page in articles if page.article is not None and page.article.dropped]
    if lines:
        connection.execute(sa.insert(DroppedLines), lines)
