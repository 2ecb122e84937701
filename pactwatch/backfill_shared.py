"""A backfill by many processes: files are left to workers or to Ray, and the ledger says how far all have come."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from archive import backfills, catalogue
from archive.backfills import Counts
from archive.engine import Engine, reading, writing
from core.clock import iso, now
from pactwatch.backfill import STORED, identity
from pactwatch.backfill_shard import Wish, hand_over
from scrapers.source import SourceFile

_LATELY = timedelta(days=1)  # what has ended since then still counts


@dataclass
class Standing:
    """How far the files are that were left to workers."""

    files: int = 0
    done: int = 0
    reading: int = 0
    size: int = 0
    read: int = 0  # bytes
    counts: Counts = field(default_factory=Counts)
    problems: dict[str, str] = field(default_factory=dict)
    left_s: float | None = None

    @property
    def over(self) -> bool:
        """Whether nobody has anything to do any more."""
        return self.done + len(self.problems) == self.files

    def as_json(self) -> dict[str, Any]:
        """The contract of `backfill --status --json`."""
        records = self.counts.records
        return {
            "files": self.files, "done": self.done, "reading": self.reading, "size": self.size, "read": self.read,
            "records": records.total(), "articles": {name: records[name] for name in STORED},
            "hits": self.counts.hits, "problems": self.problems,
            "seconds_left": None if self.left_s is None else round(self.left_s), "at": iso(now()),
        }


def leave(engine: Engine, sources: Mapping[str, SourceFile], files: Sequence[Path], selection: str, wish: Wish, *,
          again: bool) -> list[int]:
    """Leave files to whoever reads them; their numbers in the ledger."""
    with writing(engine) as connection:
        catalogue.sync_sources(connection, sources, now())
    named = [(identity(path), str(path.absolute()), path.stat().st_size) for path in files]
    return hand_over(engine, named, selection, wish, again=again)


def standing(engine: Engine, ids: Sequence[int] | None = None) -> Standing:
    """How far these files are, or all that were left to workers."""
    with reading(engine) as connection:
        rows = backfills.handed_over(connection, ids, now() - _LATELY)
    found = Standing(files=len(rows))
    for row in rows:
        found.size += row.size
        found.read += row.size if row.ended_at else row.offset
        found.done += row.ended_at is not None
        found.reading += row.claimed_by is not None and row.ended_at is None
        found.counts.add(Counts(Counter(row.counts["records"]), hits=row.counts["hits"]))
        if row.problem and row.ended_at is None:
            found.problems[row.path] = row.problem
    began = [row.started_at for row in rows if row.offset or row.ended_at]
    if began and found.read:
        found.left_s = _left(found, min(began), rows)
    return found


def _left(found: Standing, began: datetime, rows: Sequence[Any]) -> float:
    """The seconds that are left at the pace so far."""
    until = max(row.updated_at for row in rows) if found.over else now()
    return max(0.0, (until - began).total_seconds() / found.read * (found.size - found.read))
