"""The values that the articles of the archive have of a field: to suggest one, or to offer them all."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from archive.tables import Event, Hit, Organisation, Source

_COLUMNS: dict[str, tuple[Any, ...]] = {
    "source": (Source.id, Source.name), "country": (Source.country,), "rule": (Hit.rule,),
    "event": (Event.type, Event.family), "org": (Organisation.name,), "lang": (Source.language,),
}


def values_of(connection: Connection, field: str) -> list[str]:
    """The values, in order; for `lang` the languages that sources are declared to have. None for other fields."""
    columns = _COLUMNS.get(field, ())
    return sorted({value for column in columns for value in connection.scalars(sa.select(column).distinct()) if value})
