"""Routes that name a rule which is not in force, or an organisation by another name: they would send nothing."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from pathlib import Path

from core.errors import RuleFileError
from core.routes import WATCH
from core.settings import Settings
from pipeline.knowledge import Knowledge
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


def strange_names(settings: Settings, knowledge: Knowledge) -> list[str]:
    """One line for each organisation of a route that is not written as articles' parties are.

    A warning only: an article may name an organisation that the knowledge does not have.
    """
    known = {name.lower() for name in knowledge.organisations}
    return [
        f"route {route.name!r} names the organisation {name!r}, {_meant(name, knowledge)}"
        for route in settings.routes
        for name in chain(route.organisations, *(route.first_link or ()))
        if name != WATCH and not name.lower().startswith(("type:", "country:")) and name.lower() not in known
    ]


def _meant(name: str, knowledge: Knowledge) -> str:
    meant = sorted(knowledge.gazetteer.resolve(name))
    if meant:
        return f"which is another name of {' or '.join(map(repr, meant))}: routes go by that one"
    return "which the knowledge does not have; add it to the workspace's knowledge if it should be found surely"
