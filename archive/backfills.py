"""Old pages of files into the archive. How far each file is read stands in one transaction with what it brought."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from archive.catalogue import chunks
from archive.engine import Connection, insert
from archive.rows import content_hash
from archive.shards import claim, free, is_free
from archive.store import store
from archive.tables import Address, Article, Backfill, Source
from core import process
from core.captures import Outlet, Position
from core.errors import StopWork, UserError
from core.records import AddressState, Processed

LEASE = timedelta(minutes=15)  # of a process on another host; progress is written every few seconds
ledger: Any = Backfill.__table__


@dataclass
class Counts:
    """What records came to, by name; and by source the new articles of this run."""

    records: Counter[str] = field(default_factory=Counter)
    sources: Counter[str] = field(default_factory=Counter)
    hits: int = 0

    def add(self, other: Counts) -> None:
        """Take other counts in."""
        self.records.update(other.records)
        self.sources.update(other.sources)
        self.hits += other.hits

    def as_json(self) -> dict[str, Any]:
        """As the table keeps them."""
        return {"records": dict(self.records), "hits": self.hits}

    @classmethod
    def from_json(cls, found: Mapping[str, Any]) -> Counts:
        """From what the table keeps."""
        return cls(Counter(found["records"]), hits=found["hits"])


@dataclass(frozen=True, slots=True)
class Work:
    """A file that this process reads: its row (None in a rehearsal), the last record that is done, what it came to."""

    id: int | None
    after: Position | None = None
    counts: Counts = field(default_factory=Counts)
    ended: bool = False


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of records that follow each other: pages with their outlets, and counts of the rest."""

    pages: tuple[tuple[Processed, Outlet], ...]
    left: Counter[str]
    last: Position


def begin(connection: Connection, identity: str, selection: str, path: str, size: int, now: datetime, *,
          again: bool = False) -> Work:
    """Claim a file, and say where an earlier run stopped; `again` starts from its beginning.

    Raises UserError where another process is reading it.
    """
    fresh = {"records": 0, "offset": 0, "record_id": "", "counts": Counts().as_json(), "ended_at": None}
    connection.execute(insert(connection, Backfill).values(
        identity=identity, selection=selection, path=path, size=size, started_at=now, updated_at=now, **fresh,
    ).on_conflict_do_nothing(index_elements=["identity", "selection"]))
    row = connection.execute(sa.select(Backfill.__table__).where(
        Backfill.identity == identity, Backfill.selection == selection).with_for_update()).one()
    if not is_free(row, now, LEASE):
        raise UserError(f"{path} is being read by another process ({row.claimed_by}); wait for its end")
    if row.ended_at is not None and not again:
        return _work(row, ended=True)
    values: dict[str, Any] = {"path": path, "updated_at": now, "claimed_by": process.identity()}
    if again:
        values |= {**fresh, "started_at": now}
    connection.execute(sa.update(Backfill).where(Backfill.id == row.id).values(**values))
    return Work(row.id) if again else _work(row)


def _work(row: Any, *, ended: bool = False) -> Work:
    if not row.records:
        return Work(row.id, ended=ended)
    return Work(row.id, Position(row.records, row.offset, row.record_id), Counts.from_json(row.counts), ended)


def hand_over(connection: Connection, files: Sequence[tuple[str, str, int]], selection: str, ask: Mapping[str, Any],
              now: datetime, *, again: bool = False) -> list[int]:
    """Leave files (identity, path, size) to workers; their rows. What is done stays done, unless it is asked again."""
    fresh = {"records": 0, "offset": 0, "record_id": "", "counts": Counts().as_json(), "ended_at": None,
             "started_at": now}
    rows: list[int] = []
    for identity, path, size in files:
        asked = {"path": path, "ask": dict(ask), "problem": None, "attempts": 0}
        statement = insert(connection, Backfill).values(
            identity=identity, selection=selection, size=size, updated_at=now, **asked, **fresh)
        rows.append(connection.execute(statement.on_conflict_do_update(
            index_elements=["identity", "selection"], set_={**asked, **(fresh if again else {})},
        ).returning(Backfill.id)).scalar_one())
    return rows


def waiting(connection: Connection, now: datetime, lease: timedelta) -> list[int]:
    """The files that were left to workers and that nobody reads now."""
    return free(connection, ledger, now, lease, ledger.c.ask.is_not(None))


def take(connection: Connection, id_: int, now: datetime, lease: timedelta) -> tuple[Any, Work] | None:
    """Claim a file that was left to workers: its row, and where to go on. None where there is nothing to do."""
    row = claim(connection, ledger, id_, now, lease)
    if row is None:
        return None
    if not row.records:
        connection.execute(sa.update(Backfill).where(Backfill.id == id_).values(started_at=now))
    return row, _work(row)


def handed_over(connection: Connection, ids: Sequence[int] | None, since: datetime) -> list[Any]:
    """The rows of files that were left to workers: these, else all that have not ended or did so since then."""
    chosen = [ledger.c.id.in_(ids)] if ids is not None else [
        ledger.c.ask.is_not(None), sa.or_(ledger.c.ended_at.is_(None), ledger.c.ended_at > since)]
    return list(connection.execute(sa.select(ledger).where(*chosen).order_by(ledger.c.id)))


def settle(connection: Connection, work: Work, settled: Settled, now: datetime) -> Counts:
    """Store pages, and with them how far the file is done. The counts are those of these records alone.

    Raises StopWork where another process has taken the file over: nothing of it is stored twice.
    """
    counts = Counts(Counter(settled.left))
    for part in _each_address_once(connection, settled.pages, now):
        known = [page for page, is_known in part if is_known]
        stored = store(connection, [page for page, is_known in part if not is_known], (), now=now, backfill_id=work.id)
        counts.records.update(new=stored.new.total(), updated=stored.updated.total(),
                              known=stored.known.total() + len(known))
        counts.sources.update(stored.new)
        counts.hits += stored.hits
    counts.records = +counts.records
    if work.id is not None:
        total = Counts(Counter(work.counts.records), hits=work.counts.hits)
        total.add(counts)
        _note(connection, work, settled.last, total, now)
    return counts


def _note(connection: Connection, work: Work, last: Position, total: Counts, now: datetime) -> None:
    changed = connection.execute(
        sa.update(Backfill)
        .where(Backfill.id == work.id, Backfill.claimed_by == process.identity())
        .values(records=last.number, offset=last.offset, record_id=last.record_id, counts=total.as_json(),
                updated_at=now, attempts=0))
    if changed.rowcount != 1:
        raise StopWork("another process has taken over the reading of this file; wait for its end")


def end(connection: Connection, work: Work, now: datetime, *, done: bool) -> None:
    """Give a file up, at its end or before."""
    connection.execute(
        sa.update(Backfill)
        .where(Backfill.id == work.id, Backfill.claimed_by == process.identity())
        .values(claimed_by=None, updated_at=now, **({"ended_at": now} if done else {})))


Judged = list[tuple[Processed, bool]]    # pages with the ids of their addresses, and whether the archive has them so


def _each_address_once(connection: Connection, pages: Sequence[tuple[Processed, Outlet]],
                       now: datetime) -> Iterator[Judged]:
    """The pages in parts, in order, so that no part holds an address twice: a later capture is a correction."""
    part: dict[str, tuple[Processed, Outlet]] = {}
    for page, outlet in pages:
        if _key(page.url) in part:
            yield _judged(connection, list(part.values()), now)
            part = {}
        part[_key(page.url)] = (page, outlet)
    if part:
        yield _judged(connection, list(part.values()), now)


def _key(url: str) -> str:
    """An address without its scheme: outlets have moved from http to https since old pages were fetched."""
    return url.partition("://")[2]


def _judged(connection: Connection, pages: Sequence[tuple[Processed, Outlet]], now: datetime) -> Judged:
    """The pages under the ids of their addresses in the ledger, which are made where they are new.

    A page is known where the archive has the same text of it, or a later one.
    """
    found = _addresses(connection, [page.url for page, _ in pages])
    unknown = [(page, outlet) for page, outlet in pages if _key(page.url) not in found]
    _add_sources(connection, {outlet.source_id: outlet for _, outlet in unknown}, now)
    if unknown:
        connection.execute(insert(connection, Address).on_conflict_do_nothing(index_elements=["url"]), [
            {"url": page.url, "source_id": outlet.source_id, "state": str(AddressState.DISCOVERED),
             "discovered_at": now, "attempts": 0} for page, outlet in unknown])
        found |= _addresses(connection, [page.url for page, _ in unknown])
    judged: Judged = []
    taken: set[int] = set()
    for page, _ in pages:
        row = found[_key(page.url)]
        # Two addresses of one article in one part: the store would take only one of them.
        known = row.id in taken or (row.article_id is not None and (
            row.content_hash == content_hash(page) or row.article_fetched_at >= page.fetched_at))
        taken.add(row.id)
        judged.append((_under(page, row), known))
    return judged


def _under(page: Processed, row: Any) -> Processed:
    return replace(page, address_id=row.id, source_id=row.source_id)


def _addresses(connection: Connection, urls: Iterable[str]) -> dict[str, Any]:
    """The ledger's rows by address without scheme. The address of an alias is that of the article which it leads to."""
    own = aliased(Address)
    query = (
        sa.select(Address.url, sa.func.coalesce(own.id, Address.id).label("id"),
                  sa.func.coalesce(own.source_id, Address.source_id).label("source_id"),
                  Article.id.label("article_id"), Article.content_hash, Article.fetched_at.label("article_fetched_at"))
        .outerjoin(Article, Article.id == Address.article_id).outerjoin(own, own.id == Article.address_id)
        .order_by(Address.article_id.is_(None), Address.id)
    )
    keys = sorted({_key(url) for url in urls})
    found: dict[str, Any] = {}
    for part in chunks(keys):
        both = [f"{scheme}://{key}" for key in part for scheme in ("http", "https")]
        for row in connection.execute(query.where(Address.url.in_(both))):
            found.setdefault(_key(row.url), row)
    return found


def _add_sources(connection: Connection, outlets: Mapping[str, Outlet], now: datetime) -> None:
    """Rows of the sources; one that is not in the catalogue is switched off, for nobody polls it."""
    if outlets:
        connection.execute(insert(connection, Source).on_conflict_do_nothing(index_elements=["id"]), [
            {"id": id_, "name": o.name, "language": o.language, "enabled": False, "added_at": now, "failures": 0}
            for id_, o in sorted(outlets.items())])
