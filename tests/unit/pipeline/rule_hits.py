"""What the shipped rule of AI alliances makes of a headline or a sentence, for the tests of a language."""

from functools import cache
from typing import Any

from pipeline.match import match_line
from pipeline.rulebook import Rule, load_rules, shipped_rules
from tests.unit.pipeline.reading import knowledge


@cache
def _rule() -> Rule:
    rules, broken = load_rules(shipped_rules())
    assert not broken
    return next(rule for rule in rules if rule.id == "ai-alliances")


def hit(language: str, *, title: str = "", text: str = "") -> dict[str, Any]:
    """The line that `match` prints for it."""
    return match_line({"id": "a", "title": title, "text": text, "language": language}, knowledge(), [_rule()])


def summary(line: dict[str, Any]) -> tuple[str | None, set[str], str | None]:
    """Type, parties and status of a hit."""
    return line["event_type"], set(line["organisations"]), line["status"]
