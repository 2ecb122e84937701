"""Check a rule against the knowledge: a query may be readable and still ask for what cannot be."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from difflib import get_close_matches
from pathlib import Path

from core.errors import RuleFileError
from core.query import Filter, pair_of, walk
from core.records import BY_STATUS
from core.text import fold
from pipeline.knowledge import Knowledge
from pipeline.rulebook import Rule, query_error


def impossible(rule: Rule, knowledge: Knowledge) -> RuleFileError | None:
    """The first kind of event or topic in the query that no text can have; such a condition would never hold."""
    events = {"event": {*knowledge.frames.families, *knowledge.frames.types, *BY_STATUS},
              "topic": set(knowledge.topics.topics)}
    for part in _filters(rule):
        allowed = events.get(part.field)
        if allowed is None or part.value == "*" or part.value in allowed:
            continue
        wanted = f"unknown {part.field} {part.value!r}{_suggestion(part.value, allowed)}"
        return _error(rule, part, f"{wanted}; allowed: {', '.join(sorted(allowed))}")
    return None


def doubtful(rule: Rule, knowledge: Knowledge) -> list[RuleFileError]:
    """Organisations in the query that the knowledge does not have: found only where a text writes them just so."""
    names = list(knowledge.organisations)
    found = []
    for part in _filters(rule):
        for name in _names(part):
            if name.endswith("*") or knowledge.gazetteer.resolve(name):
                continue
            start = fold(name) + " "
            if any(fold(known).startswith(start) for known in names):
                continue
            close = _suggestion(fold(name), knowledge.gazetteer.by_alias)
            found.append(_error(rule, Filter(part.field, name),
                                f"no organisation is known as {name!r}{close}; such a name is found only where a text "
                                "writes it like this"))
    return found


def _names(part: Filter) -> tuple[str, ...]:
    """The organisations that a filter asks for, without the + of those that belong to them."""
    if part.field not in {"org", "pair"}:
        return ()
    return tuple(name.removesuffix("+") for name in (pair_of(part) if part.field == "pair" else (part.value,)))


def _filters(rule: Rule) -> Iterator[Filter]:
    return (part for part in walk(rule.parsed) if isinstance(part, Filter))


def _suggestion(value: str, allowed: Collection[str]) -> str:
    close = get_close_matches(value, list(allowed), 1, 0.8)
    return f" (did you mean {close[0]!r}?)" if close else ""


def _error(rule: Rule, part: Filter, message: str) -> RuleFileError:
    """The message with file, line and the column within the query."""
    place = re.search(rf"(?i)(?<!\w){re.escape(part.value)}(?!\w)", rule.query)
    if place and rule.file:
        return query_error(Path(rule.file), place.start() + 1, message)
    return RuleFileError(f"query: {message}", file=rule.file)
