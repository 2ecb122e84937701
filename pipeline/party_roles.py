"""Tell what each party does in an event: who invests, who licenses, who supplies, who leads, who is sued."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from core.records import Party
from pipeline import skeleton
from pipeline.entities import Name
from pipeline.frames import RELATION, FrameFile, compile_roles
from pipeline.tongues import speaks

# The part of the other one, where a text tells that of one party. A lead has any number of members.
_OTHER = {"investor": "target", "target": "investor", "licensor": "licensee", "licensee": "licensor",
          "supplier": "customer", "customer": "supplier", "lead": "member"}
_PLAIN = "party"

Patterns = Mapping[str, Sequence[re.Pattern[str]]]   # by kind of event


class RoleBook:
    """The patterns that tell roles, by language of the text."""

    def __init__(self, files: Iterable[FrameFile]) -> None:
        self._sources = [(file.language, compile_roles(file)) for file in files]
        self._ready: dict[str | None, Patterns] = {}

    def for_language(self, language: str | None) -> Patterns:
        """The patterns for texts in a language, compiled when its first text comes."""
        if language not in self._ready:
            found: dict[str, list[re.Pattern[str]]] = {}
            for own, kinds in self._sources:
                if speaks(own, language):
                    for kind, sources in kinds.items():
                        found.setdefault(kind, []).extend(map(re.compile, sources))
            self._ready[language] = found
        return self._ready[language]


def told(patterns: Iterable[re.Pattern[str]], reduced: str, relation: str, names: Sequence[Name]) -> dict[str, str]:
    """The roles of organisations in a reduced sentence, by name of the organisation. The first pattern counts."""
    sentence = reduced.replace(RELATION, relation)
    found: dict[str, str] = {}
    for pattern in patterns:
        match = pattern.search(sentence)
        for role, slot in match.groupdict().items() if match else ():
            for place in skeleton.numbers(slot or ""):
                for organisation in names[place].organisations if place < len(names) else ():
                    found.setdefault(organisation, role)
    return found


def cast(parties: Sequence[Party], roles: Mapping[str, str]) -> tuple[Party, ...]:
    """The parties in their roles. Where that of one is told, the other one has its counterpart."""
    given = [replace(party, role=roles.get(party.organisation, party.role)) for party in parties]
    others = {_OTHER[role] for party in given if (role := roles.get(party.organisation)) in _OTHER}
    plain = [party for party in given if party.role == _PLAIN]
    if len(others) == 1 and plain and (others == {"member"} or len(given) == 2):
        (other,) = others
        given = [replace(party, role=other) if party.role == _PLAIN else party for party in given]
    return tuple(given)


def lent(chosen: Sequence[Party], others: Iterable[Party]) -> tuple[Party, ...]:
    """The parties of a sentence, with the roles that other sentences on the same event tell."""
    roles: dict[str, str] = {}
    for party in others:
        if party.role not in {_PLAIN, "publisher"}:
            roles.setdefault(party.organisation, party.role)
    return tuple(replace(party, role=roles.get(party.organisation, party.role)) if party.role == _PLAIN else party
                 for party in chosen)
