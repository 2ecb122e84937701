"""The groups that organisations belong to."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.knowledge_files import Organisation


def groups_above(name: str, organisations: Mapping[str, Organisation]) -> list[str]:
    """The groups that an organisation belongs to, the head last."""
    above: list[str] = []
    while (entry := organisations.get(name)) and entry.parent and entry.parent not in (name, *above) and len(above) < 5:
        above.append(name := entry.parent)
    return above


def head_of(name: str, organisations: Mapping[str, Organisation]) -> str:
    """The organisation at the head of a group, so that a report on a subsidiary meets one on the group."""
    return [name, *groups_above(name, organisations)][-1]
