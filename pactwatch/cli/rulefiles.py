"""What the commands about rules share: options, and a rule by its name."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from core.errors import NotFoundError

if TYPE_CHECKING:
    from pipeline.rulebook import Rule

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def rule_named(name: str, rule_dirs: Sequence[Path]) -> Rule:
    """A rule by its id, also one that is switched off: it may be judged before it goes live."""
    from pipeline.rulebook import read_all

    rules, broken = read_all(*rule_dirs)
    found = next((rule for rule in rules if rule.id == name), None)
    if found is None:
        for failure in broken:
            if Path(failure.file).stem == name:
                raise failure
        raise NotFoundError(f"no rule is named {name!r}; rules: {', '.join(rule.id for rule in rules)}")
    return found
