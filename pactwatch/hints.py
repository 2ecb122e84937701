"""What may be wrong with a query that finds nothing: a value that nothing has, and the one that was meant."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from difflib import get_close_matches

from archive.engine import Connection
from archive.values import values_of
from core.query import Filter, Query, pair_of, walk
from core.records import BY_STATUS
from core.text import fold
from core.workspace import Workspace
from pipeline.knowledge import Knowledge, load_knowledge

_KINDS = {"event": "kind of event", "topic": "topic", "org": "organisation", "source": "source", "rule": "rule",
          "country": "country of a source", "lang": "language"}


def hints(connection: Connection, space: Workspace, query: Query, text: str) -> Iterator[str]:
    """A line for each value of the query that neither the archive nor the knowledge has."""
    knowledge: Knowledge | None = None       # it takes a second to read: only where there is a value to look for
    for part in walk(query):
        if not isinstance(part, Filter) or part.field not in {*_KINDS, "pair"} or part.value.endswith("*"):
            continue
        for value in pair_of(part) if part.field == "pair" else (part.value,):
            field = "org" if part.field == "pair" else part.field
            knowledge = knowledge or load_knowledge(*space.knowledge_dirs)
            known = _known(connection, knowledge, field)
            wanted = fold(value.removesuffix("+"))
            if value == "*" or wanted in known or (
                    field == "org" and any(name.startswith(wanted + " ") for name in known)):
                continue
            close = get_close_matches(wanted, known, 1, 0.7)
            place = re.search(rf"(?i)(?<!\w){re.escape(value)}(?!\w)", text)
            column = f"column {place.start() + 1}: " if place else ""
            meant = f"; did you mean {close[0]!r}?" if close else ""
            yield f"{column}no {_KINDS[field]} is known as {value!r}{meant}"


def _known(connection: Connection, knowledge: Knowledge, field: str) -> Collection[str]:
    """The values of a field, folded."""
    known = set(values_of(connection, field))
    if field == "event":
        known |= {*knowledge.frames.families, *knowledge.frames.types, *BY_STATUS}
    elif field == "topic":
        known |= set(knowledge.topics.topics)
    elif field == "org":
        known |= {*knowledge.gazetteer.by_alias, *knowledge.organisations}
    return {fold(value) for value in known}
