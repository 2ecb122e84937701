"""The one writer of articles: a batch of processed pages becomes rows, hits and outbox entries in one transaction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from archive import hits, ledger, rows, sitelines, sorting, stories
from archive.rows import Known
from archive.tables import Address, Fetch
from core.records import AddressState, Outcome, Processed
from core.settings import RouteSettings

_addresses: Any = Address.__table__

RETRY_AFTER = timedelta(hours=6)  # a page that broke the extraction may be mended by its outlet
# What stands in an article's place may make way for it: a feed is often ahead of its pages.
PASSING = {
    Outcome.SOFT_404,
    Outcome.BOT_WALL,
    Outcome.CONSENT_PAGE,
    Outcome.LOGIN_PAGE,
    Outcome.MAINTENANCE,
    Outcome.PARKED,
    # Its outlet may mend it; but each try costs a process up to 20 seconds, so there is an end to them.
    Outcome.TOO_SLOW,
    Outcome.TOO_MUCH_MEMORY,
    Outcome.CRASHED,
}
MOST_TRIES = 8


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
    if read:
        stories.alone(connection)
    pages = sorting.sort(connection, read, now)
    fresh, changed = pages.fresh, pages.changed
    _record_failures(connection, [p for p in unique if p.article is None] + pages.instead, now, counts)
    written = rows.insert(connection, fresh, now, backfill_id) + rows.update(connection, changed, now)
    counts.new.update(p.source_id for p in fresh)
    counts.updated.update(p.source_id for _, p in changed)
    counts.hits += hits.write(connection, written, routes, now)
    counts.known.update(p.source_id for _, p in pages.same)
    _settle(connection, [(row.id, page, None) for row, page in written])
    _settle(connection, [(k.id, page, _other_address(k, page)) for k, page in pages.same])
    # Where a redirect ended is no new address when a feed lists it one day.
    moved = [(_article(page).url, page.address_id) for _, page in written if _article(page).url != page.url]
    ledger.record_aliases(connection, moved, now)
    if backfill_id is None:
        sitelines.write(connection, [page for _, page in written])
        instead = {p.address_id: p for p in pages.instead}
        instead |= {page.address_id: _as_duplicate(page, other)
                    for known, page in pages.same if (other := _other_address(known, page))}
        again = {p.address_id for p in pages.repeated}
        done = [instead.get(p.address_id, p) for p in unique if p.address_id not in again]
        _record_fetches(connection, done, run_id)
    if pages.repeated:
        counts.add(store(connection, pages.repeated, routes, now=now, run_id=run_id, backfill_id=backfill_id))
    return counts


def _article(page: Processed) -> Any:
    return page.article


def _other_address(known: Known, page: Processed) -> str | None:
    """The address of the article that a page repeats; None where the page is at that address itself."""
    return None if known.address_id == page.address_id else known.url


def _as_duplicate(page: Processed, other: str) -> Processed:
    """The fetch of a page that repeats an article, under its name."""
    return replace(page, outcome=Outcome.DUPLICATE, reason=f"duplicate of {other}")


def _settle(connection: Connection, settled: Sequence[tuple[int, Processed, str | None]]) -> None:
    if not settled:
        return
    connection.execute(
        sa.update(_addresses)
        .where(_addresses.c.id == sa.bindparam("key"))
        .values(
            state=sa.bindparam("to"),
            outcome=sa.bindparam("how"),
            reason=sa.bindparam("why"),
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
                "to": str(AddressState.KNOWN if other else AddressState.STORED),
                "how": str(Outcome.DUPLICATE if other else Outcome.OK),
                "why": f"duplicate of {other}" if other else None,
                "article": id_,
                "at": p.fetched_at,
                "tag": p.etag,
                "modified": p.last_modified,
            }
            for id_, p, other in settled
        ],
    )


def _record_failures(connection: Connection, failed: Sequence[Processed], now: datetime, counts: Stored) -> None:
    """Pages that gave no article: those that never will are skipped, those that may yet are tried again."""
    if not failed:
        return
    known = {row.id: row for row in connection.execute(
        sa.select(_addresses.c.id, _addresses.c.attempts, _addresses.c.article_id)
        .where(_addresses.c.id.in_([p.address_id for p in failed])))}
    settled = []
    for page in failed:
        row = known.get(page.address_id)
        tries = 1 + (row.attempts if row is not None else 0)
        again = _try_again(page.outcome, tries, now)
        # An article that was read before stays in the archive, whatever a later fetch of it brings.
        kept = row is not None and row.article_id is not None
        state = AddressState.STORED if kept else AddressState.FAILED if again else AddressState.SKIPPED
        settled.append({"key": page.address_id, "to": str(state), "how": str(page.outcome), "why": page.reason,
                        "tried": tries, "again": None if kept else again, "at": page.fetched_at})
        counts.failed[page.source_id] += 1
    connection.execute(
        sa.update(_addresses)
        .where(_addresses.c.id == sa.bindparam("key"))
        .values(state=sa.bindparam("to"), outcome=sa.bindparam("how"), reason=sa.bindparam("why"),
                attempts=sa.bindparam("tried"), next_try_at=sa.bindparam("again"), fetched_at=sa.bindparam("at")),
        settled,
    )


def _try_again(outcome: str, tries: int, now: datetime) -> datetime | None:
    if outcome == Outcome.EXTRACTION_FAILED:
        return now + RETRY_AFTER
    return ledger.next_try(tries, now) if outcome in PASSING and tries < MOST_TRIES else None


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
