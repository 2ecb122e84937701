"""Questions that come in from Slack, put to the archive as `pactwatch search` puts them."""

from __future__ import annotations

from typing import Any

from alerts.answers import MOST_ARTICLES, answer
from archive.engine import Engine, reading
from archive.search import search
from core.query import parse
from core.workspace import Workspace
from pactwatch.names import Names


class Archive:
    """The archive of a workspace."""

    def __init__(self, space: Workspace, engine: Engine) -> None:
        self._names, self._engine = Names(space), engine

    def answer(self, question: str) -> dict[str, Any]:
        """The message that answers a question. Raises QueryError where it cannot be read."""
        query = parse(question)
        with reading(self._engine) as connection:
            return answer(question, search(connection, query, limit=MOST_ARTICLES, aliases=self._names))
