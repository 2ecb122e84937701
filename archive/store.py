"""The one writer of articles: a batch of processed pages becomes rows, hits and outbox entries in one transaction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from archive import hits, ledger, rows, stories
from archive.rows import Known
from archive.tables import Address, Article, Fetch
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


def store(
    connection: Connection,
    batch: Sequence[Processed],
    routes: Sequence[RouteSettings],
    *,
    now: datetime,
    run_id: int | None = None,
    backfill_id: int | None = None,
) -> Stored:
    """Write a batch. Everything of it is in the caller's one transaction: articles, hits, outbox, ledger.

    `backfill_id`: these are old pages of a file. Nobody asked for them on the web, so no fetch is noted.
    """
    counts = Stored()
    unique = list({p.address_id: p for p in batch}.values())
    read = [p for p in unique if p.article is not None and p.signature is not None]
    _record_failures(connection, [p for p in unique if p.article is None], now, counts)
    if read:
        stories.alone(connection)
    by_address, by_canonical = _known(connection, read)
    fresh: list[Processed] = []
    changed: list[tuple[Known, Processed]] = []
    same: list[tuple[int, Processed, AddressState]] = []
    fresh_canonical: set[tuple[str, str]] = set()
    repeated: list[Processed] = []
    for page in read:
        here = by_address.get(page.address_id)
        key = (page.source_id, _article(page).canonical_url)
        elsewhere = by_canonical.get(key)
        if here is not None:
            if here.content_hash == rows.content_hash(page):
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
    written = rows.insert(connection, fresh, now, backfill_id) + rows.update(connection, changed, now)
    counts.new.update(p.source_id for p in fresh)
    counts.updated.update(p.source_id for _, p in changed)
    counts.hits += hits.write(connection, written, routes, now)
    _settle(connection, [(row.id, page, AddressState.STORED) for row, page in written] + same)
    # Where a redirect ended is no new address when a feed lists it one day.
    moved = [(_article(page).url, page.address_id) for _, page in written if _article(page).url != page.url]
    ledger.record_aliases(connection, moved, now)
    if backfill_id is None:
        _record_fetches(connection, unique, run_id)
    if repeated:
        counts.add(store(connection, repeated, routes, now=now, run_id=run_id, backfill_id=backfill_id))
    return counts


def _article(page: Processed) -> Any:
    return page.article


def _is_same_article(known: Known, page: Processed) -> bool:
    """Whether a shared canonical address can be believed: some outlets give all their pages the same one."""
    minhash = page.signature.minhash if page.signature else b""
    return (
        known.content_hash == rows.content_hash(page)
        or known.title == _article(page).title
        or stories.similarity(known.minhash or b"", minhash) >= stories.SAME_TEXT
    )


def _known(
    connection: Connection, batch: Sequence[Processed]
) -> tuple[dict[int, Known], dict[tuple[str, str], Known]]:
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
    held = connection.execute(
        sa.select(*columns).where(sa.or_(Article.address_id.in_(addresses), Article.canonical_url.in_(canonical)))
    )
    found = [Known(*row) for row in held]
    return {k.address_id: k for k in found}, {(k.source_id, k.canonical_url): k for k in found}


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
