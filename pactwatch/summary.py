"""What a pass did, source by source: the object that `run --json` prints and that stands in the runs table."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from core.clock import iso
from core.records import Outcome
from pactwatch.waiting import Waiting


@dataclass
class SourceTally:
    """What a pass did for one source. The outcome is the worst of its entry points that brought nothing."""

    outcome: str = ""
    reason: str = ""
    discovered: int = 0  # entries that its entry points listed
    fetched: int = 0  # article pages that came
    new: int = 0
    updated: int = 0
    known: int = 0  # entries whose article was in the archive already
    failed: int = 0  # article pages that could not be fetched or read
    outcomes: Counter[str] = field(default_factory=Counter)  # of the failed pages, by name


@dataclass
class PassSummary:
    """A pass over the sources that were due."""

    started: datetime
    run: int | None = None  # its number in the archive, by which logs name it; none where there was nothing to do
    ended: datetime | None = None
    sources: dict[str, SourceTally] = field(default_factory=dict)
    hits: int = 0
    deliveries: dict[str, int] = field(
        default_factory=lambda: dict.fromkeys(("sent", "pending", "failed", "possibly_sent"), 0)
    )
    interrupted: bool = False
    waiting: dict[str, Waiting] = field(default_factory=dict)  # sources that were asked for and not polled

    def tally(self, source_id: str) -> SourceTally:
        """The tally of a source, made on first use."""
        return self.sources.setdefault(source_id, SourceTally())

    @property
    def new(self) -> int:
        """New articles."""
        return sum(t.new for t in self.sources.values())

    @property
    def updated(self) -> int:
        """Articles with a new version."""
        return sum(t.updated for t in self.sources.values())

    @property
    def fetched(self) -> int:
        """Article pages that came."""
        return sum(t.fetched for t in self.sources.values())

    @property
    def failed_sources(self) -> dict[str, SourceTally]:
        """Sources whose poll failed."""
        fine = {Outcome.OK, Outcome.UNCHANGED, Outcome.EMPTY, ""}
        return {id_: t for id_, t in self.sources.items() if t.outcome not in fine}

    def as_json(self) -> dict[str, Any]:
        """The contract of `run --json`."""
        return {
            "started": iso(self.started),
            "ended": iso(self.ended),
            "sources": [
                {
                    "id": id_,
                    "outcome": t.outcome,
                    "reason": t.reason,
                    "discovered": t.discovered,
                    "fetched": t.fetched,
                    "new": t.new,
                    "updated": t.updated,
                    "known": t.known,
                    "failed": t.failed,
                    "outcomes": dict(t.outcomes),
                }
                for id_, t in sorted(self.sources.items())
            ],
            "waiting": [{"id": id_, **waits.as_json()} for id_, waits in sorted(self.waiting.items())],
            "articles": {"new": self.new, "updated": self.updated},
            "hits": self.hits,
            "deliveries": self.deliveries,
        }
