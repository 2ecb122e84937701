"""Questions that come in from Slack, put to the archive as `pactwatch search` puts them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from alerts.answers import MOST_ARTICLES, answer
from archive.engine import Engine, reading
from archive.search import search
from core.query import parse
from core.workspace import Workspace
from pipeline.entities import Gazetteer
from pipeline.knowledge import load_knowledge


class Archive:
    """The archive of a workspace. The knowledge is read when a question first names an organisation by `org:`."""

    def __init__(self, space: Workspace, engine: Engine) -> None:
        self._space, self._engine = space, engine

    def answer(self, question: str) -> dict[str, Any]:
        """The message that answers a question. Raises QueryError where it cannot be read."""
        query = parse(question)
        with reading(self._engine) as connection:
            return answer(question, search(connection, query, limit=MOST_ARTICLES, aliases=self._aliases))

    @cached_property
    def _gazetteer(self) -> Gazetteer:
        return load_knowledge(*self._space.knowledge_dirs).gazetteer

    def _aliases(self, name: str) -> Sequence[str]:
        return sorted(self._gazetteer.wanted(name))
