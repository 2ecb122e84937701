"""The one writer of articles: a batch of processed pages becomes rows, hits and outbox entries in one transaction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from archive import ledger, meaning, outbox, stories
from archive.engine import insert
from archive.tables import Address, Article, Fetch, Hit, SignatureBand, Story, Version
from core.records import AddressState, Outcome, Processed
from core.settings import RouteSettings

_addresses: Any = Address.__table__

RETRY_AFTER = timedelta(hours=6)  # a page that broke the extraction may be mended by its outlet


@dataclass
class Stored:
    """What became of a batch: counts by source, and the hits."""

    new: Counter[str] = field(default_factory=Counter)
    updated: Counter[str] = field(default_factory=Counter)
    known: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)
    hits: int = 0

    def add(self, other: Stored) -> None:
        """Take the counts of another batch in."""
        for name in ("new", "updated", "known", "failed"):
            getattr(self, name).update(getattr(other, name))
        self.hits += other.hits


@dataclass(frozen=True)
class _Known:
    """What the archive has under an address."""

    id: int
    address_id: int
    source_id: str
    canonical_url: str
    content_hash: str
    minhash: bytes | None
    title: str
    text: str
    version: int
    story_id: int
    fetched_at: datetime


def store(
    connection: Connection,
    batch: Sequence[Processed],
    routes: Sequence[RouteSettings],
    *,
    now: datetime,
    run_id: int | None = None,
) -> Stored:
    """Write a batch. Everything of it is in the caller's one transaction: articles, hits, outbox, ledger."""
    counts = Stored()
    unique = list({p.address_id: p for p in batch}.values())
    read = [p for p in unique if p.article is not None and p.signature is not None]
    _record_failures(connection, [p for p in unique if p.article is None], now, counts)
    by_address, by_canonical = _known(connection, read)
    fresh: list[Processed] = []
    changed: list[tuple[_Known, Processed]] = []
    same: list[tuple[int, Processed, AddressState]] = []
    fresh_canonical: set[tuple[str, str]] = set()
    repeated: list[Processed] = []
    for page in read:
        here = by_address.get(page.address_id)
        key = (page.source_id, _article(page).canonical_url)
        elsewhere = by_canonical.get(key)
        if here is not None:
            if here.content_hash == _hash(page):
                same.append((here.id, page, AddressState.STORED))
                counts.known[page.source_id] += 1
            else:
                changed.append((here, page))
        elif elsewhere is not None and _is_same_article(elsewhere, page):
            same.append((elsewhere.id, page, AddressState.KNOWN))
            counts.known[page.source_id] += 1
        elif elsewhere is None and key in fresh_canonical:
            repeated.append(page)  # its first copy is in this batch too: settled when that has a row
        else:
            fresh.append(page)
            fresh_canonical.add(key)
    written = _insert(connection, fresh, now, counts)
    written += _update(connection, changed, now, counts)
    counts.hits += _write_meaning(connection, written, routes, now)
    _settle(connection, [(row.id, page, AddressState.STORED) for row, page in written] + same)
    # Where a redirect ended is no new address when a feed lists it one day.
    moved = [(_article(page).url, page.address_id) for _, page in written if _article(page).url != page.url]
    ledger.record_aliases(connection, moved, now)
    _record_fetches(connection, unique, run_id)
    if repeated:
        counts.add(store(connection, repeated, routes, now=now, run_id=run_id))
    return counts


def _article(page: Processed) -> Any:
    return page.article


def _hash(page: Processed) -> str:
    return page.signature.content_hash if page.signature else ""


def _is_same_article(known: _Known, page: Processed) -> bool:
    """Whether a shared canonical address can be believed: some outlets give all their pages the same one."""
    minhash = page.signature.minhash if page.signature else b""
    return (
        known.content_hash == _hash(page)
        or known.title == _article(page).title
        or stories.similarity(known.minhash or b"", minhash) >= stories.SAME_TEXT
    )


def _known(
    connection: Connection, batch: Sequence[Processed]
) -> tuple[dict[int, _Known], dict[tuple[str, str], _Known]]:
    if not batch:
        return {}, {}
    columns = (
        Article.id,
        Article.address_id,
        Article.source_id,
        Article.canonical_url,
        Article.content_hash,
        Article.minhash,
        Article.title,
        Article.text,
        Article.version,
        Article.story_id,
        Article.fetched_at,
    )
    addresses = [p.address_id for p in batch]
    canonical = [_article(p).canonical_url for p in batch]
    rows = connection.execute(
        sa.select(*columns).where(sa.or_(Article.address_id.in_(addresses), Article.canonical_url.in_(canonical)))
    )
    found = [_Known(*row) for row in rows]
    return {k.address_id: k for k in found}, {(k.source_id, k.canonical_url): k for k in found}


@dataclass(frozen=True)
class _Row:
    """A row that was just written: an article's id, its story and version."""

    id: int
    story_id: int
    version: int


def _insert(
    connection: Connection, fresh: Sequence[Processed], now: datetime, counts: Stored
) -> list[tuple[_Row, Processed]]:
    if not fresh:
        return []
    index = stories.index_for(connection, fresh, now)
    story_ids: list[int] = []
    joined: set[int] = set()
    for page in fresh:
        signature = page.signature
        assert signature is not None
        story_id = index.find(signature.content_hash, signature.minhash, signature.bands)
        if story_id is None:
            story_id = connection.execute(
                sa.insert(Story).returning(Story.id),
                {
                    "title": _article(page).title,
                    "first_seen_at": now,
                    "last_seen_at": now,
                    "article_count": 1,
                    "source_count": 1,
                },
            ).scalar_one()
        else:
            joined.add(story_id)
        index.add(story_id, signature.content_hash, signature.minhash, signature.bands)
        story_ids.append(story_id)
    rows = [
        {
            **_columns(page),
            "address_id": page.address_id,
            "source_id": page.source_id,
            "story_id": story_id,
            "seen_at": now,
            "version": 1,
        }
        for page, story_id in zip(fresh, story_ids, strict=True)
    ]
    ids = list(connection.scalars(sa.insert(Article).returning(Article.id, sort_by_parameter_order=True), rows))
    _insert_bands(connection, list(zip(ids, fresh, strict=True)))
    if joined:
        stories.refresh(connection, joined, now)
    counts.new.update(p.source_id for p in fresh)
    return [(_Row(id_, story_id, 1), page) for id_, story_id, page in zip(ids, story_ids, fresh, strict=True)]


def _columns(page: Processed) -> dict[str, Any]:
    article = _article(page)
    return {
        "url": article.url,
        "canonical_url": article.canonical_url,
        "title": article.title,
        "text": article.text,
        "language": article.language,
        "published_at": article.published_at or page.fetched_at,
        "updated_at": article.updated_at,
        "fetched_at": page.fetched_at,
        "authors": list(article.authors),
        "site_name": article.site_name,
        "image": article.image,
        "section": article.section,
        "paywalled": article.paywalled,
        "content_hash": _hash(page),
        "minhash": page.signature.minhash if page.signature else b"",
        "topics": dict(page.annotation.topics),
        "knowledge_version": page.knowledge_version,
        "search_title": page.search_title,
        "search_text": page.search_text,
    }


def _insert_bands(connection: Connection, articles: Sequence[tuple[int, Processed]]) -> None:
    bands = [
        {"band": band, "article_id": id_}
        for id_, page in articles
        if page.signature
        for band in set(page.signature.bands)
    ]
    if bands:
        connection.execute(sa.insert(SignatureBand), bands)


def _update(
    connection: Connection, changed: Sequence[tuple[_Known, Processed]], now: datetime, counts: Stored
) -> list[tuple[_Row, Processed]]:
    """Corrections: the earlier text becomes a version, the article keeps its story and its place."""
    if not changed:
        return []
    connection.execute(
        sa.insert(Version),
        [
            {
                "article_id": k.id,
                "number": k.version,
                "title": k.title,
                "text": k.text,
                "content_hash": k.content_hash,
                "fetched_at": k.fetched_at,
                "replaced_at": now,
            }
            for k, _ in changed
        ],
    )
    for known, page in changed:
        connection.execute(
            sa.update(Article).where(Article.id == known.id).values(**_columns(page), version=known.version + 1)
        )
    ids = [k.id for k, _ in changed]
    meaning.erase(connection, ids)
    connection.execute(sa.delete(SignatureBand).where(SignatureBand.article_id.in_(ids)))
    _insert_bands(connection, [(k.id, page) for k, page in changed])
    counts.updated.update(p.source_id for _, p in changed)
    return [(_Row(k.id, k.story_id, k.version + 1), page) for k, page in changed]


def _write_meaning(
    connection: Connection,
    written: Sequence[tuple[_Row, Processed]],
    routes: Sequence[RouteSettings],
    now: datetime,
) -> int:
    """Annotations, hits, and in the same breath what is to be sent of them."""
    facts = {name: known for _, page in written for name, known in page.facts.items()}
    event_ids = meaning.write(connection, [(row.id, page.annotation) for row, page in written], facts)
    rows = [
        {
            "article_id": row.id,
            "story_id": row.story_id,
            "rule": hit.rule,
            "score": hit.score,
            "article_version": row.version,
            "event_id": events[hit.event] if hit.event is not None else None,
            "created_at": now,
            "evidence": [meaning.span_json(e.role, e.span) for e in hit.evidence],
        }
        for (row, page), events in zip(written, event_ids, strict=True)
        for hit in page.hits
    ]
    if not rows:
        return 0
    statement = insert(connection, Hit)
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["article_id", "rule"],
            set_={name: statement.excluded[name] for name in ("score", "article_version", "event_id", "evidence")},
        ),
        rows,
    )
    articles = sorted({row.id for row, page in written if page.hits})
    ids = {
        (article_id, rule): id_
        for id_, article_id, rule in connection.execute(
            sa.select(Hit.id, Hit.article_id, Hit.rule).where(Hit.article_id.in_(articles))
        )
    }
    new_hits = [
        outbox.NewHit(
            hit_id=ids[row.id, hit.rule],
            story_id=row.story_id,
            rule=hit.rule,
            score=hit.score,
            change=outbox.change_of(page.annotation.events[hit.event]) if hit.event is not None else "",
        )
        for row, page in written
        for hit in page.hits
    ]
    outbox.enqueue(connection, new_hits, routes, now)
    return len(rows)


def _settle(connection: Connection, settled: Sequence[tuple[int, Processed, AddressState]]) -> None:
    if not settled:
        return
    connection.execute(
        sa.update(_addresses)
        .where(_addresses.c.id == sa.bindparam("key"))
        .values(
            state=sa.bindparam("to"),
            outcome=str(Outcome.OK),
            reason=None,
            article_id=sa.bindparam("article"),
            attempts=0,
            next_try_at=None,
            fetched_at=sa.bindparam("at"),
            etag=sa.bindparam("tag"),
            last_modified=sa.bindparam("modified"),
        ),
        [
            {
                "key": p.address_id,
                "to": str(state),
                "article": id_,
                "at": p.fetched_at,
                "tag": p.etag,
                "modified": p.last_modified,
            }
            for id_, p, state in settled
        ],
    )


def _record_failures(connection: Connection, failed: Sequence[Processed], now: datetime, counts: Stored) -> None:
    """Pages that gave no article: those that never will are skipped, those that broke are tried again."""
    for page in failed:
        broke = page.outcome is Outcome.EXTRACTION_FAILED
        connection.execute(
            sa.update(_addresses)
            .where(_addresses.c.id == page.address_id)
            .values(
                # An article that was read before stays in the archive, whatever a later fetch of it brings.
                state=sa.case(
                    (_addresses.c.article_id.is_not(None), str(AddressState.STORED)),
                    else_=str(AddressState.FAILED if broke else AddressState.SKIPPED),
                ),
                outcome=str(page.outcome),
                reason=page.reason,
                attempts=_addresses.c.attempts + 1,
                next_try_at=now + RETRY_AFTER if broke else None,
                fetched_at=page.fetched_at,
            )
        )
        counts.failed[page.source_id] += 1


def _record_fetches(connection: Connection, batch: Sequence[Processed], run_id: int | None) -> None:
    if batch:
        connection.execute(
            sa.insert(Fetch),
            [
                {
                    "run_id": run_id,
                    "source_id": p.source_id,
                    "address_id": p.address_id,
                    "url": p.url,
                    "outcome": str(p.outcome),
                    "reason": p.reason or None,
                    "status": p.status,
                    "size": p.size,
                    "duration_ms": p.duration_ms,
                    "fetched_at": p.fetched_at,
                }
                for p in batch
            ],
        )
