"""Organisations that belong to a group: a unit and its parent are one partner in the news."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from archive.tables import Organisation

_LEVELS = 5              # no group is deeper; a circle in old rows ends here too
_CHUNK = 5000


def parents_of(connection: Connection, names: Iterable[str]) -> dict[str, str]:
    """The parent of each of these organisations and of the ones above them, where the archive knows one."""
    found: dict[str, str] = {}
    asked: set[str] = set()
    for _ in range(_LEVELS):
        names = sorted(set(names) - asked)
        asked.update(names)
        above: dict[str, str] = {}
        for i in range(0, len(names), _CHUNK):
            rows = connection.execute(sa.select(Organisation.name, Organisation.parent).where(
                Organisation.name.in_(names[i : i + _CHUNK]), Organisation.parent.is_not(None)))
            above.update({row.name: row.parent for row in rows if row.parent})
        if not above:
            break
        found |= above
        names = above.values()
    return found


def head_of(name: str, parents: Mapping[str, str]) -> str:
    """The organisation at the head of a group."""
    return line_of(name, parents)[-1]


def most_precise(parties: Iterable[str], others: Iterable[str], parents: Mapping[str, str]) -> list[str]:
    """Parties, where the one unit that other reports name takes the place of its group.

    Where they name several units, the group says it best; and so it does where the unit is another party.
    """
    own = list(dict.fromkeys(parties))
    units = {other: line_of(other, parents)[1:] for other in set(others).difference(own)}
    precise = []
    for party in own:
        inside = [unit for unit, above in units.items() if party in above]
        lowest = [unit for unit in inside if not any(unit in units[other] for other in inside)]
        precise.append(lowest[0] if len(lowest) == 1 else party)
    return list(dict.fromkeys(precise))


def line_of(name: str, parents: Mapping[str, str]) -> list[str]:
    """An organisation and those above it, the head last."""
    line = [name]
    while (parent := parents.get(line[-1])) and parent not in line and len(line) <= _LEVELS:
        line.append(parent)
    return line
