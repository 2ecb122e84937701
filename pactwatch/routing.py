"""Routes that name a rule which is not in force: nothing would ever be sent for it, and nobody would notice."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from core.errors import RuleFileError
from core.settings import Settings
from pipeline.rulebook import Rule


def idle_names(settings: Settings, rules: Sequence[Rule], broken: Sequence[RuleFileError]) -> list[str]:
    """One line for each such name. A rule whose file is broken has been named already and is left out."""
    known = {"*", *(rule.id for rule in rules), *(Path(failure.file).stem for failure in broken)}
    in_force = ", ".join(rule.id for rule in rules) or "none"
    return [
        f"route {route.name!r} names the rule {name!r}, which is missing or switched off; rules in force: {in_force}"
        for route in settings.routes
        for name in route.rules
        if name not in known
    ]
