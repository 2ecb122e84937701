"""What the site asks of the application, which alone may fetch, send, and try rules on the archive."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from archive.engine import Connection
from core.records import Band
from pipeline.knowledge import Knowledge
from pipeline.rulebook import Rule


@dataclass(frozen=True, slots=True)
class Proposal:
    """What was found at an outlet's address: the source file that is proposed, and what a run would read there."""

    id: str
    text: str                            # of the file; empty where nothing was found
    facts: Mapping[str, Any]             # as `sources add --json` prints them
    known: Sequence[str] = ()            # sources that name the same addresses
    problem: str | None = None           # why nothing can be proposed


class Tools(Protocol):
    """The application, as the site sees it."""

    def get_ready(self) -> None:
        """Read the files that pages need, so that the first of them need not."""

    def knowledge(self) -> Knowledge:
        """The organisations, topics and frames of the workspace."""

    def bands(self, connection: Connection, ids: Sequence[int]) -> Mapping[int, Band]:
        """The highest band of each article that has one."""

    def band_of_hit(self, rule: str, score: float) -> Band:
        """The band of a stored hit."""

    def rules(self, connection: Connection) -> list[dict[str, Any]]:
        """Every rule, as `rules list --json` prints it."""

    def sources(self, connection: Connection) -> list[dict[str, Any]]:
        """Every source, as `sources list --json` prints it."""

    def source(self, connection: Connection, id_: str) -> dict[str, Any] | None:
        """One source in this form; None where no file has this name."""

    def try_rule(self, rule: Rule, days: int) -> tuple[dict[str, Any], dict[str, Any]]:
        """What a rule makes of the last days: the difference to its present hits, and the forecast of its volume."""

    async def scout(self, url: str) -> Proposal:
        """Look at an outlet and propose its file, as `sources add` does."""

    def add_source(self, id_: str, text: str) -> Path:
        """Write a source's file into the workspace. UserError where there is one of this name."""

    def switch_source(self, id_: str, *, on: bool) -> None:
        """Watch a source or stop it, by its file in the workspace, as `sources enable` and `sources disable` do."""

    def send_test(self, route: str) -> dict[str, Any]:
        """Send a test message to a route's channel, as `alerts test --json` prints it."""

    def deliver(self) -> None:
        """Send what is due."""

    def settle(self) -> None:
        """Take in the clicks that a service could not write down, before the journal is shown."""
