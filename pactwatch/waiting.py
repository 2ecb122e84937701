"""Sources that a run was asked to poll and did not, each with the reason and the time until which it waits."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from archive import catalogue
from archive.engine import Connection
from core.clock import iso
from scrapers.source import SourceFile


@dataclass(frozen=True, slots=True)
class Waiting:
    """Why a source is not polled, and until when; None where nobody can say."""

    reason: str
    until: datetime | None = None

    def __str__(self) -> str:
        return f"waits until {self.until:%Y-%m-%d %H:%M} UTC: {self.reason}" if self.until else f"waits: {self.reason}"

    def as_json(self) -> dict[str, str | None]:
        """For scripts."""
        return {"until": iso(self.until), "reason": self.reason}


def waiting(
    connection: Connection,
    sources: Mapping[str, SourceFile],
    now: datetime,
    claimed: Collection[str],
    only: Collection[str] | None = None,
) -> dict[str, Waiting]:
    """The sources that `run --all` leaves out, or `run --source` of those in `only`."""
    asked, polled = catalogue.held(connection, now)
    found = {}
    for id_, source in sources.items():
        if id_ in claimed or not (source.enabled if only is None else id_ in only):
            continue
        if id_ in polled:
            found[id_] = Waiting(f"another process polls it ({polled[id_]})")
        elif id_ in asked:
            found[id_] = Waiting("the site asked for no request before (Retry-After)", asked[id_])
        elif until := source.rests_until(now):
            found[id_] = Waiting(f"quiet hours, {source.quiet} {source.zone}", until)
    return found
